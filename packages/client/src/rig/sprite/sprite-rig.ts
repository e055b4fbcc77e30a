import type { Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { Box3, Object3D, Vector3 } from 'three';
import type { Rig } from '../rig.js';
import { FaceShaper } from '../shaping.js';
import { imagesOf, parseDrawing, type BrowLayer, type Drawing, type Layer, type MouthLayer, type PupilLayer } from './drawing.js';
import { DrawnFace } from './face.js';
import { MouthChooser } from './mouth.js';
import { checkPixels, decodePicture, type Picture } from './pictures.js';

const RADIANS_PER_DEGREE = Math.PI / 180;

/** Lids further shut than these are drawn half and closed. */
const HALF = 0.3;
const CLOSED = 0.65;

/** How much of a nod is seen, against a turn. */
const NOD = 0.7;

/** Height of a drawing in metres, for whoever wants to know how large an avatar is. */
const HEIGHT = 0.5;

/** Metres of the head's own shift to units of a drawing of height 1. */
const SHIFT = 1 / HEIGHT;

/** Layered pictures, drawn on a 2D canvas. Its root is empty. */
export class SpriteRig implements Rig {
  readonly root = new Object3D();
  readonly bounds: Box3;
  readonly size: readonly [width: number, height: number];
  readonly #drawing: Drawing;
  readonly #pictures: ReadonlyMap<string, Picture>;
  readonly #mouths: readonly { readonly layer: MouthLayer; readonly chooser: MouthChooser; shown: number }[];
  readonly #face = new DrawnFace();
  readonly #shaper: FaceShaper;
  readonly #head = { x: 0, y: 0, roll: 0, shiftX: 0, shiftY: 0 };

  /** Takes the pictures over; there is one for each name in the drawing. */
  constructor(drawing: Drawing, pictures: ReadonlyMap<string, Picture>, shaping?: FaceShaping) {
    this.#drawing = drawing;
    this.#pictures = pictures;
    this.size = drawing.size;
    const half = (HEIGHT * drawing.size[0]) / drawing.size[1] / 2;
    this.bounds = new Box3(new Vector3(-half, -HEIGHT / 2, 0), new Vector3(half, HEIGHT / 2, 0));
    this.#mouths = drawing.layers.flatMap((layer) => (layer.kind === 'mouth' ? [{ layer, chooser: new MouthChooser(layer.shapes), shown: 0 }] : []));
    this.#shaper = new FaceShaper(shaping);
  }

  apply(pose: Pose): void {
    const weights = this.#shaper.shape(pose.weights);
    const { rotation, translation } = pose;
    this.#face.set(weights, pose);
    for (let i = 0; i < this.#mouths.length; i++) this.#mouths[i]!.shown = this.#mouths[i]!.chooser.choose(weights);
    const { turn, size } = this.#drawing;
    this.#head.x = Math.sin(rotation[0]!) * turn;
    this.#head.y = Math.sin(rotation[1]!) * turn * NOD;
    // Seen from in front, a head that tips to its right tips to the left of the picture.
    this.#head.roll = -rotation[2]!;
    this.#head.shiftX = translation[0]! * SHIFT * size[1];
    this.#head.shiftY = -translation[1]! * SHIFT * size[1];
  }

  /** Draws the last pose into `context`, whose transformation takes units of the drawing to pixels, `scale` of them for each. */
  draw(context: CanvasRenderingContext2D, scale: number): void {
    const { layers } = this.#drawing;
    for (let i = 0; i < layers.length; i++) {
      context.save();
      this.#place(context, layers[i]!);
      this.#paint(context, layers[i]!, scale);
      context.restore();
    }
  }

  dispose(): void {
    for (const picture of this.#pictures.values()) picture.dispose();
  }

  #place(context: CanvasRenderingContext2D, { head, parallax }: Layer): void {
    const { x, y, roll, shiftX, shiftY } = this.#head;
    if (head) {
      const { neck } = this.#drawing;
      context.translate(neck[0] + shiftX, neck[1] + shiftY);
      context.rotate(roll);
      context.translate(-neck[0], -neck[1]);
    }
    context.translate(x * parallax, y * parallax);
  }

  #paint(context: CanvasRenderingContext2D, layer: Layer, scale: number): void {
    switch (layer.kind) {
      case 'still': this.#image(context, layer, layer.image, scale); break;
      case 'lids': {
        const { lid } = this.#face[layer.side];
        this.#image(context, layer, lid > CLOSED ? layer.closed : lid > HALF ? layer.half : layer.open, scale);
        break;
      }
      case 'pupil': this.#pupil(context, layer, scale); break;
      case 'brow': this.#brow(context, layer, scale); break;
      case 'mouth': this.#mouth(context, layer, scale); break;
    }
  }

  #pupil(context: CanvasRenderingContext2D, layer: PupilLayer, scale: number): void {
    const { gazeX, gazeY } = this.#face[layer.side];
    if (layer.opening) {
      const { centre, radii } = layer.opening;
      context.beginPath();
      context.ellipse(centre[0], centre[1], radii[0], radii[1], 0, 0, 2 * Math.PI);
      context.clip();
    }
    context.translate(gazeX * layer.travel[0], -gazeY * layer.travel[1]);
    this.#image(context, layer, layer.image, scale);
  }

  #brow(context: CanvasRenderingContext2D, layer: BrowLayer, scale: number): void {
    const { raise, anger } = this.#face[layer.side];
    const x = layer.at[0] + layer.size[0] / 2;
    const y = layer.at[1] + layer.size[1] / 2;
    // The avatar's left is at the right of the picture: its inner end goes down by a turn against the clock.
    const inwards = layer.side === 'left' ? -1 : 1;
    context.translate(x, y - raise * layer.rise);
    context.rotate(anger * layer.tilt * RADIANS_PER_DEGREE * inwards);
    context.translate(-x, -y);
    this.#image(context, layer, layer.image, scale);
  }

  #mouth(context: CanvasRenderingContext2D, layer: MouthLayer, scale: number): void {
    for (let i = 0; i < this.#mouths.length; i++) {
      const { layer: own, shown } = this.#mouths[i]!;
      if (own === layer) this.#image(context, layer, layer.shapes[shown]!.image, scale);
    }
  }

  #image(context: CanvasRenderingContext2D, { at, size }: Layer, name: string, scale: number): void {
    const picture = this.#pictures.get(name)!.at(size[0] * scale, size[1] * scale);
    context.drawImage(picture, at[0], at[1], size[0], size[1]);
  }
}

/** Builds a rig from the bytes of a drawing and the files that it names. Rejects with `unsupportedAvatarAsset`. */
export async function loadSpriteRig(
  bytes: ArrayBuffer, files: (name: string) => ArrayBuffer | Promise<ArrayBuffer>, shaping?: FaceShaping,
): Promise<SpriteRig> {
  const drawing = parseDrawing(parseJson(bytes));
  checkPixels(drawing.layers.map(({ size }) => size));
  const pictures = new Map<string, Picture>();
  try {
    for (const name of imagesOf(drawing)) pictures.set(name, await decodePicture(name, await files(name)));
  } catch (error) {
    for (const picture of pictures.values()) picture.dispose();
    throw error;
  }
  return new SpriteRig(drawing, pictures, shaping);
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VisavisError('unsupportedAvatarAsset', 'drawn avatar: the file is not JSON in UTF-8', { cause });
  }
}
