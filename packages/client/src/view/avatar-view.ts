import type { Pose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import type { Avatar } from '../avatar/index.js';
import type { Background, RenderQuality } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import { PortraitCamera, type AvatarTransform, type CameraConfig, type ViewRect } from './camera.js';
import { AvatarCanvas } from './canvas.js';
import { BROWSER_TIMER, FrameLoop, type FrameTimer } from './frame-loop.js';
import { IdlePoseSource, type PoseSource } from './pose-source.js';

export interface AvatarViewOptions<Controller extends PoseSource = PoseSource> {
  /** Where poses come from; the view disposes of it. Default: idle life. */
  readonly controller?: Controller;
  /** Default `ultra`. */
  readonly quality?: RenderQuality;
  /** Ceiling of the picture's height in device pixels. Default: none but the quality's. */
  readonly maxHeight?: number | undefined;
  /** Default `studio`. */
  readonly background?: Background;
  /** Display refresh and clock. Default: the browser's. */
  readonly timer?: FrameTimer;
}

/**
 * One avatar in one element. Asks its controller for a pose at each display refresh, shows it on the rig and draws.
 * Knows no audio and no network. Where WebGL is missing or lost it says so through `onError` and keeps asking for
 * poses, so that whatever else the controller does goes on.
 */
export class AvatarView<Controller extends PoseSource = PoseSource> {
  readonly avatar: Avatar;
  readonly controller: Controller;
  /** Called once, after the avatar was first drawn. */
  onFirstRendering: (() => void) | undefined;
  /** `renderingUnavailable`, `renderingContextLost` or `unsupportedAvatarAsset`. */
  onError: ((error: VisavisError) => void) | undefined;
  /** Called with each pose after the rig has taken it; the pose must not be kept. */
  onPoseApplied: ((pose: Pose, nowMs: number) => void) | undefined;

  readonly #container: HTMLElement;
  readonly #camera: PortraitCamera;
  readonly #canvas: AvatarCanvas | undefined;
  readonly #loop: FrameLoop;
  #rig: Rig | undefined;
  #lastMs: number | undefined;
  #drawn = false;
  #disposed = false;

  constructor(avatar: Avatar, container: HTMLElement, options: AvatarViewOptions<Controller> = {}) {
    this.avatar = avatar;
    this.controller = options.controller ?? (new IdlePoseSource() as PoseSource as Controller);
    this.#container = container;
    this.#camera = new PortraitCamera(avatar.manifest.framing);
    this.#canvas = this.#createCanvas(options);
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

  /** The picture's size in device pixels; zero where there is no WebGL. */
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
    if (!this.#rig) return undefined;
    return this.#camera.project(this.#rig.bounds, this.#container.clientWidth, this.#container.clientHeight);
  }

  getCameraConfig(): CameraConfig {
    return this.#camera.config;
  }

  /** Changes where the camera stands; from then on it no longer frames the avatar by itself. */
  updateCameraConfig(config: Partial<CameraConfig>): void {
    this.#camera.fix({ ...this.#camera.config, ...config });
    this.#canvas?.resize();
  }

  /** Takes the picture off the page, frees graphics memory and disposes of the controller. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#loop.dispose();
    this.#rig?.dispose();
    this.#rig = undefined;
    this.#canvas?.dispose();
    this.controller.dispose?.();
  }

  #createCanvas({ quality = 'ultra', background = 'studio', maxHeight }: AvatarViewOptions<Controller>): AvatarCanvas | undefined {
    const onError = (error: VisavisError): void => this.onError?.(error);
    try {
      return new AvatarCanvas({ container: this.#container, quality, background, maxHeight, camera: this.#camera, onError });
    } catch (error) {
      // Told later: nobody can have set `onError` while the constructor runs.
      queueMicrotask(() => this.#fail(error));
      return undefined;
    }
  }

  async #loadRig(): Promise<void> {
    if (!this.#canvas) return;
    try {
      const rig = await this.avatar.createRig();
      if (this.#disposed) return rig.dispose();
      this.#canvas.add(rig);
      this.#rig = rig;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#disposed) this.onError?.(VisavisError.from(error, 'renderingUnavailable'));
  }

  #frame(nowMs: number): void {
    const pose = this.controller.poseAt(nowMs);
    if (!this.#rig) return;
    this.#rig.apply(pose);
    this.#rig.update?.(nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    this.onPoseApplied?.(pose, nowMs);
    if (this.#canvas?.draw() && !this.#drawn) {
      this.#drawn = true;
      this.onFirstRendering?.();
    }
  }
}
