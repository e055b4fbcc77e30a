import { VisavisError } from '@visavis/protocol/errors';
import { WebGLRenderer } from 'three';
import { pause, pixelRatio, QUALITY, Stage, type Background, type QualityName } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import type { PortraitCamera, ViewRect } from './camera.js';
import { warmUp } from './warm-up.js';

export interface CanvasOptions {
  readonly container: HTMLElement;
  /** The step to begin with. */
  readonly quality: QualityName;
  readonly background: Background;
  /** Ceiling of the picture's height in device pixels. */
  readonly maxHeight: number | undefined;
  readonly camera: PortraitCamera;
  readonly onError: (error: VisavisError) => void;
  /** False where the picture is gone until the browser gives the graphics context back, true when it is drawn again. */
  readonly onPicture: (isThere: boolean) => void;
}

/** What a view draws on: a stage with a camera, or a flat drawing. */
export interface ViewCanvas {
  /** The picture's size in device pixels. */
  readonly size: { width: number; height: number };
  readonly quality: QualityName;
  /** Resolves when `rig` can be drawn. */
  add(rig: Rig): void | Promise<void>;
  setQuality(quality: QualityName): void;
  setBackground(background: Background): void;
  /** Draws what was added as it is now. False while nothing can be drawn. */
  draw(): boolean;
  /** Fits the picture to the container. */
  resize(): void;
  /** Where `rig` is seen, in CSS pixels from the container's top left corner. */
  rectOf(rig: Rig): ViewRect;
  /** The picture as PNG, or null while there is none. */
  toBlob(): Promise<Blob | null>;
  dispose(): void;
}

/** The canvas of one view with its renderer and stage. Exists only where WebGL does; survives a lost context. */
export class AvatarCanvas implements ViewCanvas {
  readonly element: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer;
  readonly #stage: Stage;
  readonly #options: CanvasOptions;
  readonly #resizes: ResizeObserver;
  #quality: QualityName;
  #background: Background;
  #lost = false;
  /** Nothing was drawn since the context was lost. */
  #gone = false;
  #disposed = false;
  /** Everything that is drawn is with the graphics processor; until then nothing is. */
  #ready = false;

  /** Throws `renderingUnavailable` where there is no WebGL 2. */
  constructor(options: CanvasOptions) {
    this.#options = options;
    this.#quality = options.quality;
    this.#background = options.background;
    this.#renderer = createRenderer(options);
    this.element = this.#renderer.domElement;
    Object.assign(this.element.style, { display: 'block', width: '100%', height: '100%' });
    this.element.addEventListener('webglcontextlost', this.#handleLoss);
    this.element.addEventListener('webglcontextrestored', this.#handleRestore);
    this.#stage = new Stage();
    this.#stage.setQuality(QUALITY[this.#quality]);
    options.container.append(this.element);
    this.#resizes = new ResizeObserver(() => this.resize());
    this.#resizes.observe(options.container);
    this.resize();
  }

  /** The picture's size in device pixels. */
  get size(): { width: number; height: number } {
    return { width: this.element.width, height: this.element.height };
  }

  get quality(): QualityName {
    return this.#quality;
  }

  get background(): Background {
    return this.#background;
  }

  async add(rig: Rig): Promise<void> {
    await this.#stage.add(rig.root);
    const isOver = (): boolean => this.#lost || this.#disposed;
    const background = this.#background;
    if (!isOver()) this.#prepare();
    await pause();
    this.element.style.visibility = 'hidden';
    if (!isOver()) await warmUp({ renderer: this.#renderer, scene: this.#stage.scene, camera: this.#options.camera.camera, isOver });
    // What was chosen meanwhile.
    if (!isOver() && background !== this.#background) this.#stage.setBackground(this.#renderer, this.#background);
    this.element.style.visibility = '';
    this.#ready = true;
  }

  /** Changes what the picture costs; multisampling alone stays as it was made. */
  setQuality(quality: QualityName): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.#stage.setQuality(QUALITY[quality]);
    this.resize();
  }

  setBackground(background: Background): void {
    if (background === this.#background) return;
    this.#background = background;
    if (this.#lost || !this.#ready) return;
    this.#stage.setBackground(this.#renderer, background);
    this.draw();
  }

  /** Draws the stage as it is. False before the avatar is ready, and while the graphics context is lost. */
  draw(): boolean {
    if (this.#lost || !this.#ready) return false;
    this.#renderer.render(this.#stage.scene, this.#options.camera.camera);
    if (this.#gone) this.#showPicture(true);
    return true;
  }

  /** Fits the picture to the container and the camera to the picture. */
  resize(): void {
    const { container, camera, maxHeight } = this.#options;
    const width = Math.max(1, container.clientWidth);
    const height = Math.max(1, container.clientHeight);
    this.#renderer.setPixelRatio(pixelRatio(globalThis.devicePixelRatio, QUALITY[this.#quality], height, maxHeight));
    this.#renderer.setSize(width, height, false);
    camera.update(width / height);
    this.draw();
  }

  rectOf({ bounds }: Rig): ViewRect {
    const { container, camera } = this.#options;
    return camera.project(bounds, container.clientWidth, container.clientHeight);
  }

  /** The picture as PNG, drawn anew because a canvas may be cleared after it has been shown. */
  toBlob(): Promise<Blob | null> {
    if (!this.draw()) return Promise.resolve(null);
    return new Promise((resolve) => this.element.toBlob(resolve, 'image/png'));
  }

  dispose(): void {
    this.#disposed = true;
    this.#resizes.disconnect();
    this.element.removeEventListener('webglcontextlost', this.#handleLoss);
    this.element.removeEventListener('webglcontextrestored', this.#handleRestore);
    this.#stage.dispose();
    this.#renderer.dispose();
    // Browsers allow a page few contexts and collect unused ones late.
    this.#renderer.forceContextLoss();
    this.element.remove();
  }

  readonly #handleLoss = (event: Event): void => {
    event.preventDefault();
    this.#lost = true;
    this.#showPicture(false);
    this.#options.onError(new VisavisError('renderingContextLost', 'The graphics context was lost; the view draws again when the browser gives it back.'));
  };

  readonly #handleRestore = (): void => {
    this.#lost = false;
    this.#prepare();
  };

  /** A canvas without a picture makes room for what is shown in its place. */
  #showPicture(isThere: boolean): void {
    this.#gone = !isThere;
    this.element.style.display = isThere ? 'block' : 'none';
    this.#options.onPicture(isThere);
  }

  #prepare(): void {
    this.#stage.prepare(this.#renderer, this.#background, QUALITY[this.#quality]);
  }
}

function createRenderer({ quality }: CanvasOptions): WebGLRenderer {
  try {
    return new WebGLRenderer({
      antialias: QUALITY[quality].antialias,
      // Also for presets with a backdrop, which may be changed for one without.
      alpha: true,
      powerPreference: 'high-performance',
    });
  } catch (cause) {
    throw new VisavisError('renderingUnavailable', 'This browser gives no WebGL 2 context; switch hardware acceleration on or show a picture instead.', { cause });
  }
}
