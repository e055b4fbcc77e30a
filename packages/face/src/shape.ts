import { CHANNEL, type ArkitName } from './channels.js';

/** `mouthSmile` of `mouthSmileLeft`. */
type Sided = ArkitName extends infer Name ? (Name extends `${infer Base}Left` ? Base : never) : never;

/** Weights by name. A name without Left and Right moves both sides alike. */
export type Shape = Readonly<Partial<Record<ArkitName | Sided, number>>>;

/** Writes the weights of `shape`; the others stay. */
export function setShape(weights: Float32Array, shape: Shape): void {
  for (const [name, value] of Object.entries(shape)) {
    for (const channel of name in CHANNEL ? [name] : [`${name}Left`, `${name}Right`]) weights[CHANNEL[channel as ArkitName]] = value;
  }
}
