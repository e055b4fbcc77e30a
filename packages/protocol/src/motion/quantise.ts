import { CHANNEL_COUNT, CHANNEL_NAMES, ROTATION_OFFSET, TRANSLATION_OFFSET } from '@visavis/face';

/** Steps of the three kinds of channel: 1/255 of a weight, 0.1 degree, 0.2 mm. */
export const WEIGHT_STEP = 1 / 255;
export const ROTATION_STEP = (0.1 * Math.PI) / 180;
export const TRANSLATION_STEP = 0.0002;

/** Rotation and translation levels are -2048..2047: +-204 degrees, +-41 cm. */
const SIGNED_LIMIT = 2047;

/** What a channel's levels look like. */
export interface ChannelForm {
  readonly step: number;
  readonly min: number;
  readonly max: number;
  /** Bits of a level written whole. */
  readonly bits: number;
  /** The channel whose mirror image this is and that comes before it, or -1. */
  readonly partner: number;
}

export const FORMS: readonly ChannelForm[] = CHANNEL_NAMES.map((name, index) => {
  const partner = name.endsWith('Right') ? (CHANNEL_NAMES as readonly string[]).indexOf(name.replace(/Right$/, 'Left')) : -1;
  if (index < ROTATION_OFFSET) return { step: WEIGHT_STEP, min: 0, max: 255, bits: 8, partner };
  const step = index < TRANSLATION_OFFSET ? ROTATION_STEP : TRANSLATION_STEP;
  return { step, min: -SIGNED_LIMIT - 1, max: SIGNED_LIMIT, bits: 12, partner: -1 };
});

/** The nearest level of a channel's value; out of range is clamped, not-a-number is rest. */
export function toLevel(value: number, channel: number): number {
  const { step, min, max } = FORMS[channel]!;
  const level = Math.round(value / step);
  return Number.isNaN(level) ? 0 : Math.min(max, Math.max(min, level));
}

/** Bytes of a channel mask without its trailing zeros. */
export function packMask(mask: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(CHANNEL_COUNT / 8));
  let used = 0;
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    if (!mask[i]) continue;
    bytes[i >> 3]! |= 1 << (i & 7);
    used = (i >> 3) + 1;
  }
  return bytes.subarray(0, used);
}

/** The mask that bytes stand for; bits of channels this version does not know give `undefined`. */
export function unpackMask(bytes: Uint8Array): Uint8Array | undefined {
  const mask = new Uint8Array(CHANNEL_COUNT);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if (((bytes[bit >> 3]! >> (bit & 7)) & 1) === 0) continue;
    if (bit >= CHANNEL_COUNT) return undefined;
    mask[bit] = 1;
  }
  return mask;
}
