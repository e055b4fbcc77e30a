import { ARKIT_NAMES, type ArkitName } from '@visavis/face';

export interface ShapeGroup {
  readonly title: string;
  readonly names: readonly ArkitName[];
}

const group = (title: string, pattern: RegExp): ShapeGroup => ({ title, names: ARKIT_NAMES.filter((name) => pattern.test(name)) });

/** The 52 shapes by what they move; every one is in exactly one group. */
export const SHAPE_GROUPS: readonly ShapeGroup[] = [
  group('Eyelids', /^eye(Blink|Squint|Wide)/),
  group('Gaze', /^eyeLook/),
  group('Brows', /^brow/),
  group('Jaw', /^jaw/),
  group('Lips', /^mouth(Close|Funnel|Pucker|Roll|Shrug|Press|LowerDown|UpperUp)/),
  group('Corners of the mouth', /^mouth(Left|Right|Smile|Frown|Dimple|Stretch)/),
  group('Cheeks, nose, tongue', /^(cheek|nose|tongue)/),
];

/** A shape's name in words: `mouthSmileLeft` as `smile left`, in a group that says what is moved. */
export function labelOf(name: ArkitName): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase().split(' ');
  return (/^(eye|brow|jaw|mouth)$/.test(words[0]!) ? words.slice(1) : words).join(' ');
}
