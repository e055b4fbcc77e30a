import { ARKIT_NAMES } from '@visavis/face';

const BY_KEY: ReadonlyMap<string, number> = new Map(ARKIT_NAMES.map((name, index) => [name.toLowerCase(), index]));

/**
 * Index of the ARKit weight that a morph target's name means, or -1. Understands letter case (Unreal Live Link's
 * `JawOpen`), sides as `Left`, `_L`, `.L` or a final capital `L`, separators, and a prefix up to the last dot or colon.
 */
export function weightIndexOf(targetName: string): number {
  const spelled = targetName.replace(/([a-z][._\s-]?)L$|([._\s-])l$/, '$1Left').replace(/([a-z][._\s-]?)R$|([._\s-])r$/, '$1Right');
  return BY_KEY.get(keyOf(spelled)) ?? BY_KEY.get(keyOf(spelled.replace(/^.*[.:](?=.{5})/, ''))) ?? -1;
}

function keyOf(name: string): string {
  return name.replace(/[^A-Za-z]/g, '').toLowerCase();
}
