/** The file of a drawn avatar, `visavis.sprite/1`: layers, their pictures, and what moves them. Read without trust. */
import { VISEME_NAMES, type Viseme } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';

export const DRAWING_SCHEMA = 'visavis.sprite/1';

const MAX_LAYERS = 64;
const MAX_MOUTHS = 48;
const MAX_UNITS = 4096;

export type Point = readonly [x: number, y: number];

interface Placed {
  /** Upper left corner and extent, in units of the drawing. */
  readonly at: Point;
  readonly size: Point;
  /** Depth: how far a turned head carries the layer along. 0 is the body, 1 the plane of the face. */
  readonly parallax: number;
  /** Whether it tilts with the head about the drawing's neck. */
  readonly head: boolean;
}

export interface StillLayer extends Placed {
  readonly kind: 'still';
  readonly image: string;
}

/** One eye's lids. */
export interface LidsLayer extends Placed {
  readonly kind: 'lids';
  readonly side: 'left' | 'right';
  /** Pictures from open to shut. */
  readonly open: string;
  readonly half: string;
  readonly closed: string;
}

/** What looks: moved by the gaze, seen within an ellipse. */
export interface PupilLayer extends Placed {
  readonly kind: 'pupil';
  readonly side: 'left' | 'right';
  readonly image: string;
  /** How far a weight of 1 moves it. */
  readonly travel: Point;
  /** Centre and radii of the opening. */
  readonly opening?: { readonly centre: Point; readonly radii: Point };
}

export interface BrowLayer extends Placed {
  readonly kind: 'brow';
  readonly side: 'left' | 'right';
  readonly image: string;
  /** Units up for a raised brow, and degrees inwards for an angry one. */
  readonly rise: number;
  readonly tilt: number;
}

/** One picture of a mouth and what it shows: a viseme, or how far it is open (0..1) and wide (-1 rounded, 1 spread), smiling (1) or sad (-1). */
export interface MouthShape {
  readonly image: string;
  readonly viseme?: Viseme;
  readonly open?: number;
  readonly width?: number;
  readonly smile?: number;
}

export interface MouthLayer extends Placed {
  readonly kind: 'mouth';
  readonly shapes: readonly MouthShape[];
}

export type Layer = StillLayer | LidsLayer | PupilLayer | BrowLayer | MouthLayer;

export interface Drawing {
  readonly size: Point;
  /** What the head tilts about. */
  readonly neck: Point;
  /** Units that a turn of the head by one radian moves the plane of the face. */
  readonly turn: number;
  /** From back to front. */
  readonly layers: readonly Layer[];
}

/** Throws `unsupportedAvatarAsset`, naming the field at fault. */
export function parseDrawing(value: unknown): Drawing {
  const file = readRecord(value, '');
  if (file['schema'] !== DRAWING_SCHEMA) refuse('schema', `"${DRAWING_SCHEMA}"`);
  return {
    size: readPoint(file, 'size', '', 16, MAX_UNITS),
    neck: readPoint(file, 'neck', ''),
    turn: readNumber(file, 'turn', '', 0, MAX_UNITS),
    layers: readList(file, 'layers', '', MAX_LAYERS).map((layer, i) => readLayer(layer, `layers[${i}].`)),
  };
}

/** Names of all pictures of a drawing. */
export function imagesOf({ layers }: Drawing): ReadonlySet<string> {
  return new Set(layers.flatMap((layer) => {
    if (layer.kind === 'lids') return [layer.open, layer.half, layer.closed];
    return layer.kind === 'mouth' ? layer.shapes.map(({ image }) => image) : [layer.image];
  }));
}

type Fields = Readonly<Record<string, unknown>>;

function readLayer(value: unknown, path: string): Layer {
  const fields = readRecord(value, path);
  const placed: Placed = {
    at: readPoint(fields, 'at', path), size: readPoint(fields, 'size', path, 1, MAX_UNITS),
    parallax: fields['parallax'] === undefined ? 0 : readNumber(fields, 'parallax', path, -4, 4), head: fields['head'] === true,
  };
  switch (fields['kind']) {
    case 'still': return { ...placed, kind: 'still', image: readName(fields, 'image', path) };
    case 'lids': {
      const [open, half, closed] = (['open', 'half', 'closed'] as const).map((name) => readName(fields, name, path)) as [string, string, string];
      return { ...placed, kind: 'lids', side: readSide(fields, path), open, half, closed };
    }
    case 'pupil': return { ...placed, kind: 'pupil', side: readSide(fields, path), image: readName(fields, 'image', path), travel: readPoint(fields, 'travel', path), ...readOpening(fields, path) };
    case 'brow': return {
      ...placed, kind: 'brow', side: readSide(fields, path), image: readName(fields, 'image', path),
      rise: readNumber(fields, 'rise', path, 0, MAX_UNITS), tilt: readNumber(fields, 'tilt', path, -90, 90),
    };
    case 'mouth': return { ...placed, kind: 'mouth', shapes: readShapes(fields, path) };
    default: return refuse(`${path}kind`, '"still", "lids", "pupil", "brow" or "mouth"');
  }
}

function readOpening(fields: Fields, path: string): Pick<PupilLayer, 'opening'> {
  if (fields['opening'] === undefined) return {};
  const opening = readRecord(fields['opening'], `${path}opening.`);
  return { opening: { centre: readPoint(opening, 'centre', `${path}opening.`), radii: readPoint(opening, 'radii', `${path}opening.`, 0, MAX_UNITS) } };
}

function readShapes(fields: Fields, path: string): MouthShape[] {
  const shapes = readList(fields, 'shapes', path, MAX_MOUTHS);
  if (shapes.length === 0) refuse(`${path}shapes`, 'a list with at least one mouth');
  return shapes.map((value, i) => {
    const at = `${path}shapes[${i}].`;
    const shape = readRecord(value, at);
    const optional = (name: string, low: number): Record<string, number> => (shape[name] === undefined ? {} : { [name]: readNumber(shape, name, at, low, 1) });
    const viseme = VISEME_NAMES.find((name) => name === shape['viseme']);
    if (shape['viseme'] !== undefined && !viseme) refuse(`${at}viseme`, `one of ${VISEME_NAMES.join(', ')}`);
    return { image: readName(shape, 'image', at), ...(viseme && { viseme }), ...optional('open', 0), ...optional('width', -1), ...optional('smile', -1) };
  });
}

function readRecord(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.assign(Object.create(null) as Fields, value);
  return refuse(path.replace(/\.$/, '') || 'the file', 'an object');
}

function readList(fields: Fields, name: string, path: string, most: number): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) && value.length <= most ? (value as unknown[]) : refuse(`${path}${name}`, `a list of at most ${most}`);
}

function readNumber(fields: Fields, name: string, path: string, low: number, high: number): number {
  const value = fields[name];
  return typeof value === 'number' && value >= low && value <= high ? value : refuse(`${path}${name}`, `a number from ${low} to ${high}`);
}

function readPoint(fields: Fields, name: string, path: string, low = -MAX_UNITS, high = MAX_UNITS): Point {
  const value = fields[name];
  const ok = Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number' && part >= low && part <= high);
  return ok ? [value[0] as number, value[1] as number] : refuse(`${path}${name}`, `two numbers from ${low} to ${high}`);
}

function readName(fields: Fields, name: string, path: string): string {
  const value = fields[name];
  return typeof value === 'string' && value !== '' && value.length <= 128 ? value : refuse(`${path}${name}`, 'the name of a picture');
}

function readSide(fields: Fields, path: string): 'left' | 'right' {
  const side = fields['side'];
  return side === 'left' || side === 'right' ? side : refuse(`${path}side`, '"left" or "right", of the avatar');
}

function refuse(path: string, wanted: string): never {
  throw new VisavisError('unsupportedAvatarAsset', `drawn avatar: "${path}" must be ${wanted}`);
}
