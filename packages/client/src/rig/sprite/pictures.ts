/** Pictures of a drawing: SVG as it is until its size on the screen is known, everything else decoded once. */
import { VisavisError } from '@visavis/protocol/errors';
import { imageSize } from '../image-size.js';
import { svgProblem } from './svg-check.js';

/** Largest edge of a decoded picture, in pixels; and of all pictures together, in pixels. */
export const MAX_EDGE = 4096;
const MAX_PIXELS = 64 * 1024 * 1024;

const TYPES: readonly (readonly [type: string, magic: readonly number[], at: number])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47], 0], ['image/jpeg', [0xff, 0xd8, 0xff], 0], ['image/webp', [0x57, 0x45, 0x42, 0x50], 8],
];

/** Something that `drawImage` takes, drawn for a scale. */
export interface Picture {
  /** Pixels as wide and high as the layer on the screen where they come from an SVG, else as they are. */
  at(width: number, height: number): CanvasImageSource;
  dispose(): void;
}

/** Decodes one picture. Rejects with `unsupportedAvatarAsset`. */
export async function decodePicture(name: string, bytes: ArrayBuffer): Promise<Picture> {
  const data = new Uint8Array(bytes);
  const type = TYPES.find(([, magic, at]) => magic.every((byte, i) => data[at + i] === byte))?.[0];
  try {
    if (!type) return await decodeSvg(data);
    checkEdges(data);
    return await decodeBitmap(new Blob([bytes], { type }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VisavisError('unsupportedAvatarAsset', `The picture "${name}" cannot be used: ${reason || 'it cannot be decoded'}. Use a plain SVG, PNG, WebP or JPEG.`, { cause });
  }
}

/** By what the picture says of itself, for decoding a large one would take the memory already. Throws a RangeError. */
function checkEdges(bytes: Uint8Array): void {
  const size = imageSize(bytes);
  if (!size) throw new RangeError('its header is damaged');
  if (Math.max(size.width, size.height) > MAX_EDGE) throw new RangeError(`it has more than ${MAX_EDGE} pixels on an edge`);
}

async function decodeBitmap(blob: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(blob);
  return { at: () => bitmap, dispose: () => { bitmap.close(); } };
}

async function decodeSvg(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const problem = svgProblem(bytes);
  if (problem) throw new TypeError(problem);
  const url = URL.createObjectURL(new Blob([bytes], { type: 'image/svg+xml' }));
  const image = new Image();
  try {
    image.src = url;
    await image.decode();
  } finally {
    URL.revokeObjectURL(url);
  }
  return new SvgPicture(image);
}

/** Painting an SVG anew in every frame is slow: its pixels are kept for the size last asked for. */
class SvgPicture implements Picture {
  readonly #image: HTMLImageElement;
  #canvas: HTMLCanvasElement | undefined;

  constructor(image: HTMLImageElement) {
    this.#image = image;
  }

  at(width: number, height: number): CanvasImageSource {
    const [wide, high] = [pixels(width), pixels(height)];
    if (this.#canvas?.width === wide && this.#canvas.height === high) return this.#canvas;
    this.#canvas ??= document.createElement('canvas');
    Object.assign(this.#canvas, { width: wide, height: high });
    this.#canvas.getContext('2d')?.drawImage(this.#image, 0, 0, wide, high);
    return this.#canvas;
  }

  dispose(): void {
    if (this.#canvas) Object.assign(this.#canvas, { width: 0, height: 0 });
    this.#canvas = undefined;
    this.#image.removeAttribute('src');
  }
}

function pixels(length: number): number {
  return Math.max(1, Math.min(MAX_EDGE, Math.round(length)));
}

/** Throws `unsupportedAvatarAsset` where pictures of these sizes would take more memory than a drawing may. */
export function checkPixels(sizes: Iterable<readonly [number, number]>): void {
  let sum = 0;
  for (const [width, height] of sizes) sum += width * height;
  if (sum > MAX_PIXELS) throw new VisavisError('unsupportedAvatarAsset', `The drawing's layers have more than ${MAX_PIXELS} pixels together; make "size" smaller.`);
}
