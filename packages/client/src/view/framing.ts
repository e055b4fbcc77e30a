import type { Framing } from '@visavis/protocol/avatar';

/** How much of an avatar is seen; `avatar` is as its manifest says. */
export const FRAMING_NAMES = ['avatar', 'portrait', 'bust', 'close'] as const;
export type FramingName = (typeof FRAMING_NAMES)[number];

/**
 * Each name's part of the manifest's own framing, which shows head and shoulders: its size, and how far its middle lies
 * above that of the manifest's, in heights of the manifest's. Relative, so that it fits large and small heads alike.
 */
const PARTS: Readonly<Record<FramingName, { readonly size: number; readonly rise: number }>> = {
  avatar: { size: 1, rise: 0 },
  portrait: { size: 0.84, rise: 0.075 },
  bust: { size: 1.3, rise: -0.1 },
  close: { size: 0.5, rise: 0.07 },
};

export function isFramingName(value: unknown): value is FramingName {
  return (FRAMING_NAMES as readonly unknown[]).includes(value);
}

/** The framing that `name` means for an avatar whose manifest says `own`. */
export function framingOf(name: FramingName, own: Framing): Framing {
  const { size, rise } = PARTS[name];
  const [x, y, z] = own.target;
  return { ...own, target: [x, y + rise * own.height, z], width: own.width * size, height: own.height * size };
}
