import { VisavisError } from '@visavis/protocol/errors';
import { WebGLRenderer } from 'three';
import { pixelRatio, QUALITY, Stage, type Background, type RenderQuality } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import type { PortraitCamera } from './camera.js';

export interface CanvasOptions {
  readonly container: HTMLElement;
  readonly quality: RenderQuality;
  readonly background: Background;
  /** Ceiling of the picture's height in device pixels. */
  readonly maxHeight: number | undefined;
  readonly camera: PortraitCamera;
  readonly onError: (error: VisavisError) => void;
}

/** The canvas of one view with its renderer and stage. Exists only where WebGL does; survives a lost context. */
export class AvatarCanvas {
  readonly element: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer;
  readonly #stage: Stage;
  readonly #options: CanvasOptions;
  readonly #resizes: ResizeObserver;
  #lost = false;

  /** Throws `renderingUnavailable` where there is no WebGL 2. */
  constructor(options: CanvasOptions) {
    this.#options = options;
    this.#renderer = createRenderer(options);
    this.element = this.#renderer.domElement;
    Object.assign(this.element.style, { display: 'block', width: '100%', height: '100%' });
    this.element.addEventListener('webglcontextlost', this.#handleLoss);
    this.element.addEventListener('webglcontextrestored', this.#handleRestore);
    this.#stage = new Stage(options.background);
    this.#stage.prepare(this.#renderer, QUALITY[options.quality]);
    options.container.append(this.element);
    this.#resizes = new ResizeObserver(() => this.resize());
    this.#resizes.observe(options.container);
    this.resize();
  }

  /** The picture's size in device pixels. */
  get size(): { width: number; height: number } {
    return { width: this.element.width, height: this.element.height };
  }

  add(rig: Rig): void {
    this.#stage.add(rig.root, QUALITY[this.#options.quality]);
  }

  /** Draws the stage as it is. False while the graphics context is lost. */
  draw(): boolean {
    if (this.#lost) return false;
    this.#renderer.render(this.#stage.scene, this.#options.camera.camera);
    return true;
  }

  /** Fits the picture to the container and the camera to the picture. */
  resize(): void {
    const { container, quality, camera, maxHeight } = this.#options;
    const width = Math.max(1, container.clientWidth);
    const height = Math.max(1, container.clientHeight);
    this.#renderer.setPixelRatio(pixelRatio(globalThis.devicePixelRatio, QUALITY[quality], height, maxHeight));
    this.#renderer.setSize(width, height, false);
    camera.update(width / height);
    this.draw();
  }

  /** The picture as PNG, drawn anew because a canvas may be cleared after it has been shown. */
  toBlob(): Promise<Blob | null> {
    if (!this.draw()) return Promise.resolve(null);
    return new Promise((resolve) => this.element.toBlob(resolve, 'image/png'));
  }

  dispose(): void {
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
    this.#options.onError(new VisavisError('renderingContextLost', 'The graphics context was lost; the view draws again when the browser gives it back.'));
  };

  readonly #handleRestore = (): void => {
    this.#lost = false;
    this.#stage.prepare(this.#renderer, QUALITY[this.#options.quality]);
  };
}

function createRenderer({ quality, background }: CanvasOptions): WebGLRenderer {
  try {
    return new WebGLRenderer({
      antialias: QUALITY[quality].antialias,
      alpha: background === 'transparent',
      powerPreference: 'high-performance',
    });
  } catch (cause) {
    throw new VisavisError('renderingUnavailable', 'This browser gives no WebGL 2 context; switch hardware acceleration on or show a picture instead.', { cause });
  }
}
