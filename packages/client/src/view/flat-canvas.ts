import { pixelRatio, QUALITY, type Background, type QualityName } from '../look/index.js';
import type { Rig } from '../rig/index.js';
import type { ViewRect } from './camera.js';
import type { CanvasOptions, ViewCanvas } from './canvas.js';

/** Behind a drawing that leaves room at the sides: colours in the middle and at the edge. */
const BACKDROPS: Readonly<Partial<Record<Background, readonly [middle: string, edge: string]>>> = {
  studio: ['#7d8794', '#3d4550'], warm: ['#a58d78', '#5a4638'], night: ['#2c3550', '#10131f'],
};

/** The canvas of one view where an avatar is drawn in 2D, without WebGL. Fits the whole drawing into the view. */
export class FlatCanvas implements ViewCanvas {
  readonly element = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D | null;
  readonly #options: CanvasOptions;
  readonly #resizes: ResizeObserver;
  #quality: QualityName;
  #background: Background;
  #rig: Rig | undefined;
  #backdrop: CanvasGradient | undefined;
  readonly #fitted = { x: 0, y: 0, scale: 1 };

  constructor(options: CanvasOptions) {
    this.#options = options;
    this.#quality = options.quality;
    this.#background = options.background;
    this.#context = this.element.getContext('2d');
    Object.assign(this.element.style, { display: 'block', width: '100%', height: '100%' });
    options.container.append(this.element);
    this.#resizes = new ResizeObserver(() => { this.resize(); });
    this.#resizes.observe(options.container);
    this.resize();
  }

  get size(): { width: number; height: number } {
    return { width: this.element.width, height: this.element.height };
  }

  get quality(): QualityName {
    return this.#quality;
  }

  add(rig: Rig): void {
    this.#rig = rig;
  }

  setQuality(quality: QualityName): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.resize();
  }

  setBackground(background: Background): void {
    this.#background = background;
    this.#backdrop = undefined;
    this.draw();
  }

  draw(): boolean {
    const { width, height } = this.element;
    if (!this.#context) return false;
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#fill(this.#context, width, height);
    if (!this.#rig?.draw) return true;
    const { x, y, scale } = this.#fit(this.#rig, width, height);
    this.#context.setTransform(scale, 0, 0, scale, x, y);
    this.#rig.draw(this.#context, scale);
    return true;
  }

  resize(): void {
    const { container, camera, maxHeight } = this.#options;
    const [width, height] = [Math.max(1, container.clientWidth), Math.max(1, container.clientHeight)];
    const ratio = pixelRatio(globalThis.devicePixelRatio, QUALITY[this.#quality], height, maxHeight);
    Object.assign(this.element, { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) });
    this.#backdrop = undefined;
    camera.update(width / height);
    this.draw();
  }

  rectOf(rig: Rig): ViewRect {
    const { clientWidth, clientHeight } = this.#options.container;
    const { x, y, scale } = this.#fit(rig, clientWidth, clientHeight);
    const [width, height] = rig.size ?? [0, 0];
    return { x, y, width: width * scale, height: height * scale };
  }

  toBlob(): Promise<Blob | null> {
    if (!this.draw()) return Promise.resolve(null);
    return new Promise((resolve) => { this.element.toBlob(resolve, 'image/png'); });
  }

  dispose(): void {
    this.#resizes.disconnect();
    this.element.remove();
  }

  /** Where the drawing's corner is and how large its units are: all of it, centred, its lower edge on the view's. */
  #fit(rig: Rig, width: number, height: number): Readonly<{ x: number; y: number; scale: number }> {
    const [wide, high] = rig.size ?? [1, 1];
    const { x, y, scale: zoom } = this.#options.camera.transform;
    const scale = Math.min(width / wide, height / high) * zoom;
    this.#fitted.scale = scale;
    this.#fitted.x = (width - wide * scale + x * width) / 2;
    this.#fitted.y = (height - y * height + height * zoom) / 2 - high * scale;
    return this.#fitted;
  }

  #fill(context: CanvasRenderingContext2D, width: number, height: number): void {
    context.clearRect(0, 0, width, height);
    const colours = BACKDROPS[this.#background];
    if (!colours) return;
    this.#backdrop ??= backdropOf(context, width, height, colours);
    context.fillStyle = this.#backdrop;
    context.fillRect(0, 0, width, height);
  }
}

function backdropOf(context: CanvasRenderingContext2D, width: number, height: number, [middle, edge]: readonly [string, string]): CanvasGradient {
  const gradient = context.createRadialGradient(width / 2, height * 0.45, 0, width / 2, height * 0.45, Math.hypot(width, height) * 0.6);
  gradient.addColorStop(0, middle);
  gradient.addColorStop(1, edge);
  return gradient;
}
