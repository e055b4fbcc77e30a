import { imagesOf, parseDrawing } from '../rig/sprite/drawing.js';
import { checkPixels, MAX_EDGE } from '../rig/sprite/pictures.js';
import { svgProblem } from '../rig/sprite/svg-check.js';
import { imageSize } from '../rig/image-size.js';
import { damageOf } from './picture-damage.js';
import type { Problem } from './report.js';

/** Pictures of pixels that the client decodes; all else must be an SVG. */
const PLAIN = /^image\/(png|jpeg|webp)$/;

/** What the client would refuse of a drawn avatar: `bytes` is its JSON, `files` are those beside it by name. Never throws for what is in them. */
export function problemsOfDrawing(bytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Problem[] {
  try {
    const drawing = parseDrawing(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    checkPixels(drawing.layers.map(({ size }) => size));
    return [...imagesOf(drawing)].flatMap((name) => {
      const reason = problemOfPicture(files.get(name));
      return reason === undefined ? [] : [error(`the picture "${name}" cannot be used: ${reason}`)];
    });
  } catch (cause) {
    return [error(cause instanceof SyntaxError || cause instanceof TypeError ? 'the drawing is not JSON in UTF-8' : (cause as Error).message)];
  }
}

function problemOfPicture(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return 'it is not among the files of the manifest';
  const size = imageSize(bytes);
  if (!size || !PLAIN.test(size.type)) return svgProblem(bytes);
  return Math.max(size.width, size.height) > MAX_EDGE ? `it has more than ${MAX_EDGE} pixels on an edge` : damageOf(bytes);
}

const error = (message: string): Problem => ({ level: 'error', message });
