import type { Pose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import type { Avatar } from '../avatar/index.js';
import { firstStep, isBackground, isRenderQuality, type Background, type QualityGovernor, type QualityName, type RenderQuality } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import { PortraitCamera, type AvatarTransform, type CameraConfig, type ViewRect } from './camera.js';
import { AvatarCanvas, type CanvasOptions, type ViewCanvas } from './canvas.js';
import { BROWSER_TIMER, FrameLoop, type FrameTimer } from './frame-loop.js';
import { isFramingName, type FramingName } from './framing.js';
import { IdlePoseSource, type PoseSource } from './pose-source.js';
import { showStill } from './still-picture.js';
import type { CameraSway } from './sway.js';

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
  /** Frames a second at most, 10 or more: 30 are enough for speech, and leave `auto` time for a finer picture. Default: as many as the display shows. */
  readonly frameRate?: number;
  /** Display refresh and clock. Default: the browser's. */
  readonly timer?: FrameTimer;
}

/**
 * One avatar in one element. Asks its controller for a pose at each display refresh, shows it on the rig and draws, while
 * the element is on the screen. Knows no audio and no network. A drawn avatar (`sprite`) needs no WebGL; where WebGL is
 * missing, another avatar shows the drawing that its manifest names as `fallback`. Where it has none, the view shows the
 * avatar's small picture. Then, and while WebGL is lost, it says so through `onError` and keeps asking for poses, so that
 * whatever else the controller does goes on.
 */
export class AvatarView<Controller extends PoseSource = PoseSource> {
  readonly avatar: Avatar;
  readonly controller: Controller;
  /** Called once, after the avatar was first drawn. */
  onFirstRendering: (() => void) | undefined;
  /** `renderingUnavailable`, `renderingContextLost`, `renderingReduced` or `unsupportedAvatarAsset`. */
  onError: ((error: VisavisError) => void) | undefined;
  /** Gives the pose to show in place of the controller's; what it returns is read before the next call. */
  poseFilter: ((pose: Pose, nowMs: number) => Pose) | undefined;
  /** Called with each pose after the rig has taken it; the pose must not be kept. */
  onPoseApplied: ((pose: Pose, nowMs: number) => void) | undefined;

  readonly #container: HTMLElement;
  readonly #camera: PortraitCamera;
  readonly #loop: FrameLoop;
  readonly #keepController: boolean;
  readonly #maxHeight: number | undefined;
  readonly #frameRate: number;
  #quality: RenderQuality;
  #background: Background;
  #sway: CameraSway | undefined;
  #governor: QualityGovernor | undefined;
  #canvas: ViewCanvas | undefined;
  #still: HTMLElement | undefined;
  #rig: Rig | undefined;
  #lastMs: number | undefined;
  #drawn = false;
  #disposed = false;

  constructor(avatar: Avatar, container: HTMLElement, options: AvatarViewOptions<Controller> = {}) {
    this.avatar = avatar;
    this.controller = options.controller ?? (new IdlePoseSource() as PoseSource as Controller);
    this.#container = container;
    this.#keepController = options.keepController ?? false;
    this.#maxHeight = options.maxHeight;
    const { quality = 'ultra', background = 'studio', framing = 'avatar', frameRate = Infinity } = options;
    check('quality', quality, isRenderQuality);
    check('background', background, isBackground);
    check('framing', framing, isFramingName);
    check('frameRate', frameRate, (value) => Number(value) >= 10);
    this.#quality = quality;
    this.#background = background;
    this.#frameRate = frameRate;
    this.#camera = new PortraitCamera(avatar.manifest.framing, framing);
    this.#loop = new FrameLoop((nowMs) => this.#frame(nowMs), { element: container, timer: options.timer ?? BROWSER_TIMER, frameRate });
    void this.#open();
    void this.#govern();
    if (options.idleCamera) void this.#swing();
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
    void this.#govern();
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
    this.#still?.remove();
    if (!this.#keepController) this.controller.dispose?.();
  }

  async #open(): Promise<void> {
    try {
      const stage = this.avatar.manifest.rig.type === 'sprite' ? undefined : this.#createStage();
      this.#canvas = stage;
      const rig = await this.#createRig(stage);
      await this.#add(rig).catch((error: unknown) => {
        rig.dispose();
        throw error;
      });
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #add(rig: Rig): Promise<void> {
    const flat = this.#canvas ? undefined : await import('./flat-canvas.js');
    if (this.#disposed) return rig.dispose();
    this.#canvas ??= new flat!.FlatCanvas(this.#canvasOptions());
    await this.#canvas.add(rig);
    if (this.#disposed) return rig.dispose();
    this.#rig = rig;
  }

  /** Undefined where a drawing stands in for what needs WebGL. Throws `renderingUnavailable` where none does. */
  #createStage(): ViewCanvas | undefined {
    try {
      return new AvatarCanvas(this.#canvasOptions());
    } catch (error) {
      if (this.avatar.manifest.fallback) return undefined;
      throw error;
    }
  }

  #canvasOptions(): CanvasOptions {
    return {
      container: this.#container, camera: this.#camera, maxHeight: this.#maxHeight,
      quality: firstStep(this.#quality), background: this.#background, onError: (error) => this.onError?.(error),
      onPicture: (isThere) => { this.#showStill(!isThere); },
    };
  }

  async #createRig(stage: ViewCanvas | undefined): Promise<Rig> {
    const needsStage = this.avatar.manifest.rig.type !== 'sprite';
    const drawn = needsStage && !stage ? await this.avatar.createFallbackRig() : undefined;
    return drawn ?? this.avatar.createRig();
  }

  /** Shows the avatar's small picture where nothing else can be seen. */
  async #fail(error: unknown): Promise<void> {
    // Not at once: nobody can have set `onError` while the constructor runs.
    await Promise.resolve();
    if (this.#disposed) return;
    this.#canvas?.dispose();
    this.#canvas = undefined;
    this.#showStill(true);
    this.onError?.(VisavisError.from(error, 'renderingUnavailable'));
  }

  #showStill(isWanted: boolean): void {
    this.#still?.remove();
    const { thumbnailUrl } = this.avatar;
    this.#still = isWanted && thumbnailUrl !== undefined ? showStill(this.#container, thumbnailUrl) : undefined;
  }

  /** Has the step chosen where `quality` is `auto`. */
  async #govern(): Promise<void> {
    this.#governor = undefined;
    if (this.#quality !== 'auto') return;
    const part = await import('../look/governor.js').catch(this.#goWithout);
    if (part && this.#quality === 'auto') this.#governor = new part.QualityGovernor(firstStep('auto'), this.#frameRate);
  }

  async #swing(): Promise<void> {
    const part = await import('./sway.js').catch(this.#goWithout);
    if (part) this.#sway = new part.CameraSway();
  }

  /** A part that the view can do without does not load: the quality stays as it is, the camera stands still. */
  readonly #goWithout = (cause: unknown): undefined => {
    if (!this.#disposed) this.onError?.(new VisavisError('renderingReduced', 'A part of the view does not load and is left out; serve all files of the build.', { cause }));
  };

  #frame(nowMs: number): void {
    const own = this.controller.poseAt(nowMs);
    if (!this.#rig) return;
    const pose = this.poseFilter?.(own, nowMs) ?? own;
    this.#rig.apply(pose);
    this.#rig.update?.(nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    this.onPoseApplied?.(pose, nowMs);
    if (this.#sway) this.#camera.sway(this.#sway.advance(nowMs));
    if (!this.#canvas?.draw()) return;
    if (this.#governor) this.#canvas.setQuality(this.#governor.frame(nowMs));
    if (!this.#drawn) {
      this.#drawn = true;
      this.onFirstRendering?.();
    }
  }
}

function check(option: string, value: unknown, isValid: (value: unknown) => boolean): void {
  if (!isValid(value)) throw new VisavisError('invalidConfiguration', `${option} "${String(value)}" is not known`);
}
