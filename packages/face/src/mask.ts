import { ARKIT_NAMES, CHANNEL, CHANNEL_COUNT, CHANNEL_NAMES, type ChannelName } from './channels.js';

/** Which channels a layer drives: one byte per channel, 0 or 1, in the order of `CHANNEL_NAMES`. */
export type ChannelMask = Uint8Array;

/** The mask of the named channels. */
export function maskOf(names: Iterable<ChannelName>): ChannelMask {
  const mask = new Uint8Array(CHANNEL_COUNT);
  for (const name of names) mask[CHANNEL[name]] = 1;
  return mask;
}

function matching(pattern: RegExp): ChannelMask {
  return maskOf(CHANNEL_NAMES.filter((name) => pattern.test(name)));
}

/** Masks by region of the face. Treat them as constants. */
export const MASK = {
  all: maskOf(CHANNEL_NAMES),
  weights: maskOf(ARKIT_NAMES),
  eyes: matching(/^eye/),
  brows: matching(/^brow/),
  head: matching(/^head/),
  /** What speech drives: jaw, mouth, cheeks, nose, tongue. */
  speech: matching(/^(jaw|mouth|cheek|nose|tongue)/),
} as const;
