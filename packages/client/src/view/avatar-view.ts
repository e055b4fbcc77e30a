import type { Pose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import type { Avatar } from '../avatar/index.js';
import { firstStep, isBackground, isRenderQuality, QualityGovernor, type Background, type QualityName, type RenderQuality } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import { PortraitCamera, type AvatarTransform, type CameraConfig, type ViewRect } from './camera.js';
import { AvatarCanvas, type CanvasOptions, type ViewCanvas } from './canvas.js';
import { FlatCanvas } from './flat-canvas.js';
import { BROWSER_TIMER, FrameLoop, type FrameTimer } from './frame-loop.js';
import { isFramingName, type FramingName } from './framing.js';
import { IdlePoseSource, type PoseSource } from './pose-source.js';
import { CameraSway, prefersReducedMotion } from './sway.js';

export interface AvatarViewOptions<Controller extends PoseSource = PoseSource> {
  /** Where poses come from; the view disposes of it unless told to keep it. Default: idle life. */
  readonly controller?: Controller;
  /** `dispose` leaves the controller alone, for another view to show. Default false. */
  readonly keepController?: boolean;
  /** Default `ultra`; `auto` follows the frame rate. */
  readonly quality?: RenderQuality;
  /** Ceiling of the picture's height in device pixels. Default: none but the quality's. */
  readonly maxHeight?: number | undefined;
  /** Default `studio`. */
  readonly background?: Background;
  /** How much of the avatar is seen. Default `avatar`: as its manifest says. */
  readonly framing?: FramingName;
  /** A slow, small motion of the camera. Default: none, and none where the system asks for reduced motion. */
  readonly idleCamera?: boolean;
  /** Display refresh and clock. Default: the browser's. */
  readonly timer?: FrameTimer;
}

/**
 * One avatar in one element. Asks its controller for a pose at each display refresh, shows it on the rig and draws.
 * Knows no audio and no network. A drawn avatar (`sprite`) needs no WebGL; where WebGL is missing, another avatar shows
 * the drawing that its manifest names as `fallback`. Where it has none, or WebGL is lost, the view says so through
 * `onError` and keeps asking for poses, so that whatever else the controller does goes on.
 */
export class AvatarView<Controller extends PoseSource = PoseSource> {
  readonly avatar: Avatar;
  readonly controller: Controller;
  /** Called once, after the avatar was first drawn. */
  onFirstRendering: (() => void) | undefined;
  /** `renderingUnavailable`, `renderingContextLost` or `unsupportedAvatarAsset`. */
  onError: ((error: VisavisError) => void) | undefined;
  /** Gives the pose to show in place of the controller's; what it returns is read before the next call. */
  poseFilter: ((pose: Pose, nowMs: number) => Pose) | undefined;
  /** Called with each pose after the rig has taken it; the pose must not be kept. */
  onPoseApplied: ((pose: Pose, nowMs: number) => void) | undefined;

  readonly #container: HTMLElement;
  readonly #camera: PortraitCamera;
  readonly #canvas: ViewCanvas | undefined;
  readonly #loop: FrameLoop;
  readonly #keepController: boolean;
  readonly #sway: CameraSway | undefined;
  #quality: RenderQuality;
  #background: Background;
  #governor: QualityGovernor | undefined;
  #rig: Rig | undefined;
  #lastMs: number | undefined;
  #drawn = false;
  #disposed = false;

  constructor(avatar: Avatar, container: HTMLElement, options: AvatarViewOptions<Controller> = {}) {
    this.avatar = avatar;
    this.controller = options.controller ?? (new IdlePoseSource() as PoseSource as Controller);
    this.#container = container;
    this.#keepController = options.keepController ?? false;
    const { quality = 'ultra', background = 'studio', framing = 'avatar' } = options;
    check('quality', quality, isRenderQuality);
    check('background', background, isBackground);
    check('framing', framing, isFramingName);
    this.#quality = quality;
    this.#background = background;
    this.#governor = governorOf(quality);
    this.#camera = new PortraitCamera(avatar.manifest.framing, framing);
    this.#sway = options.idleCamera ? new CameraSway() : undefined;
    this.#canvas = this.#createCanvas(options.maxHeight);
    this.#loop = new FrameLoop((nowMs) => this.#frame(nowMs), options.timer ?? BROWSER_TIMER);
    void this.#loadRig();
  }

  /** Moves and scales the picture of the avatar: `x` right and `y` up in halves of the view, `scale` about the centre. */
  get avatarTransform(): AvatarTransform {
    return this.#camera.transform;
  }

  set avatarTransform(transform: AvatarTransform) {
    this.#camera.transform = transform;
    this.#canvas?.resize();
  }

  /** What the view may spend on its picture, as it was set. Multisampling stays as it was when the view was made. */
  get quality(): RenderQuality {
    return this.#quality;
  }

  set quality(quality: RenderQuality) {
    check('quality', quality, isRenderQuality);
    this.#quality = quality;
    this.#governor = governorOf(quality);
    this.#canvas?.setQuality(firstStep(quality));
  }

  /** The step in use: where `quality` is `auto`, the one that frames keep up with. */
  get currentQuality(): QualityName {
    return this.#canvas?.quality ?? firstStep(this.#quality);
  }

  /** Light, surroundings and what is behind the avatar. */
  get background(): Background {
    return this.#background;
  }

  set background(background: Background) {
    check('background', background, isBackground);
    this.#background = background;
    this.#canvas?.setBackground(background);
  }

  /** How much of the avatar is seen. Setting it also ends what `updateCameraConfig` began. */
  get framing(): FramingName {
    return this.#camera.framing;
  }

  set framing(framing: FramingName) {
    check('framing', framing, isFramingName);
    this.#camera.framing = framing;
    this.#canvas?.resize();
  }

  /** The picture's size in device pixels; zero where nothing can be drawn. */
  get renderSize(): { width: number; height: number } {
    return this.#canvas?.size ?? { width: 0, height: 0 };
  }

  get isRenderingEnabled(): boolean {
    return this.#loop.isEnabled;
  }

  /** Stops asking for poses and drawing; the last picture stays. */
  pauseRendering(): void {
    this.#loop.pause();
  }

  resumeRendering(): void {
    if (!this.#disposed) this.#loop.resume();
  }

  /** The picture as a PNG, or null where there is none. */
  exportBitmap(): Promise<Blob | null> {
    return this.#canvas && this.#rig ? this.#canvas.toBlob() : Promise.resolve(null);
  }

  /** Where the avatar at rest is seen, in CSS pixels from the container's top left corner; undefined before it is loaded. */
  getBoundingRect(): ViewRect | undefined {
    return this.#rig && this.#canvas?.rectOf(this.#rig);
  }

  getCameraConfig(): CameraConfig {
    return this.#camera.config;
  }

  /** Changes where the camera stands; from then on it no longer frames the avatar by itself. */
  updateCameraConfig(config: Partial<CameraConfig>): void {
    this.#camera.fix({ ...this.#camera.config, ...config });
    this.#canvas?.resize();
  }

  /** Takes the picture off the page, frees graphics memory and disposes of the controller, unless it is to be kept. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#loop.dispose();
    this.#rig?.dispose();
    this.#rig = undefined;
    this.#canvas?.dispose();
    if (!this.#keepController) this.controller.dispose?.();
  }

  #createCanvas(maxHeight: number | undefined): ViewCanvas | undefined {
    const onError = (error: VisavisError): void => this.onError?.(error);
    const look = { quality: firstStep(this.#quality), background: this.#background };
    const options: CanvasOptions = { container: this.#container, ...look, maxHeight, camera: this.#camera, onError };
    const { rig, fallback } = this.avatar.manifest;
    if (rig.type === 'sprite') return new FlatCanvas(options);
    try {
      return new AvatarCanvas(options);
    } catch (error) {
      if (fallback) return new FlatCanvas(options);
      // Told later: nobody can have set `onError` while the constructor runs.
      queueMicrotask(() => this.#fail(error));
      return undefined;
    }
  }

  async #loadRig(): Promise<void> {
    if (!this.#canvas) return;
    try {
      const rig = await this.#createRig(this.#canvas);
      if (this.#disposed) return rig.dispose();
      this.#canvas.add(rig);
      this.#rig = rig;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #createRig(canvas: ViewCanvas): Promise<Rig> {
    const needsStage = this.avatar.manifest.rig.type !== 'sprite';
    const drawn = needsStage && canvas instanceof FlatCanvas ? await this.avatar.createFallbackRig() : undefined;
    return drawn ?? this.avatar.createRig();
  }

  #fail(error: unknown): void {
    if (!this.#disposed) this.onError?.(VisavisError.from(error, 'renderingUnavailable'));
  }

  #frame(nowMs: number): void {
    const own = this.controller.poseAt(nowMs);
    if (!this.#rig) return;
    const pose = this.poseFilter?.(own, nowMs) ?? own;
    this.#rig.apply(pose);
    this.#rig.update?.(nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    this.onPoseApplied?.(pose, nowMs);
    if (this.#sway) this.#camera.sway(prefersReducedMotion() ? undefined : this.#sway.advance(nowMs));
    if (!this.#canvas?.draw()) return;
    if (this.#governor) this.#canvas.setQuality(this.#governor.frame(nowMs));
    if (!this.#drawn) {
      this.#drawn = true;
      this.onFirstRendering?.();
    }
  }
}

function governorOf(quality: RenderQuality): QualityGovernor | undefined {
  return quality === 'auto' ? new QualityGovernor(firstStep(quality)) : undefined;
}

function check(option: string, value: unknown, isValid: (value: unknown) => boolean): void {
  if (!isValid(value)) throw new VisavisError('invalidConfiguration', `${option} "${String(value)}" is not known`);
}
