import { EMOTIONS, VISEME_NAMES, type Emotion, type Viseme } from '@visavis/face';
import { BACKGROUNDS, QUALITY_NAMES, type Background, type RenderQuality } from '../look/index.js';
import { FRAMING_NAMES, type FramingName } from '../view/index.js';
import { button, choice, element, section, slider } from './controls.js';
import { labelOf, SHAPE_GROUPS } from './groups.js';
import type { HandPose } from './hand-pose.js';

/** One part of the panel. `reset` shows it as nothing were held; `refresh`, where there is one, follows what happens by itself. */
export interface Part {
  readonly root: HTMLElement;
  reset(): void;
  refresh?(): void;
}

const SENTENCE = 'Peter Piper picked a peck of pickled peppers. How many fish were there, five or fifteen?';

export function speechPart(say: (text: string) => void, stop: (() => void) | undefined, only: string | undefined): Part {
  const text = element('input', { type: 'text', value: only ?? SENTENCE, title: only ?? '', readOnly: only !== undefined, ariaLabel: 'Sentence' });
  const speak = (): void => { if (text.value.trim() !== '') say(text.value); };
  text.addEventListener('keydown', ({ key }) => { if (key === 'Enter') speak(); });
  const buttons = [button('Speak', speak), ...(stop ? [button('Stop', stop)] : [])];
  return { root: section('Speech', true, element('div', { className: 'line' }, text), element('div', { className: 'choices' }, ...buttons)), reset: () => undefined };
}

export function visemePart(hand: HandPose): Part {
  const visemes = choice<Viseme>(VISEME_NAMES, (viseme) => hand.speak(viseme), true);
  const all = button('Play all', () => hand.speakAll());
  return { root: section('Visemes', true, visemes.row, all), reset: () => visemes.show(undefined), refresh: () => visemes.show(hand.viseme) };
}

export function emotionPart(hand: HandPose): Part {
  let emotion: Emotion = 'neutral';
  let intensity = 1;
  const feel = (): void => hand.feel(emotion, intensity);
  const emotions = choice<Emotion>(EMOTIONS, (chosen = 'neutral') => {
    emotion = chosen;
    feel();
  });
  const strength = slider({ label: 'intensity', min: 0, max: 1, value: 1, onInput: (value) => {
    intensity = value;
    feel();
  }, onRelease: () => {
    intensity = 1;
    feel();
  } });
  const reset = (): void => {
    emotion = 'neutral';
    intensity = 1;
    emotions.show(emotion);
    strength.show(1);
  };
  emotions.show(emotion);
  return { root: section('Emotion', true, emotions.row, strength.row), reset };
}

const degrees = (value: number): string => `${Math.round(value)}°`;
const RADIANS = Math.PI / 180;

export function headPart(hand: HandPose): Part {
  const gaze = { yaw: 0, pitch: 0 };
  const eyes = ([['look left, right', 'yaw', 30], ['look down, up', 'pitch', 20]] as const).map(([label, axis, most]) => slider({
    label, min: -most, max: most, text: degrees,
    onInput: (value) => {
      gaze[axis] = axis === 'yaw' ? -value : value;
      hand.look(gaze);
    },
    onRelease: () => hand.look(undefined),
  }));
  // Positive pitch nods down, positive yaw turns to the avatar's left, which is the viewer's right.
  const head = ([['turn', 'headYaw', 35], ['nod', 'headPitch', 20], ['tilt', 'headRoll', 20]] as const).map(([label, name, most]) => slider({
    label, min: -most, max: most, text: degrees, onInput: (value) => hand.hold(name, value * RADIANS), onRelease: () => hand.release(name),
  }));
  const alive = element('input', { type: 'checkbox', checked: true });
  alive.addEventListener('change', () => { hand.isAlive = alive.checked; });
  const reset = (): void => {
    Object.assign(gaze, { yaw: 0, pitch: 0 });
    for (const each of [...eyes, ...head]) each.show(0);
    alive.checked = true;
  };
  const life = element('label', { className: 'check' }, alive, 'moves by itself: blinks, glances, breath');
  return { root: section('Gaze and head', false, ...[...eyes, ...head].map(({ row }) => row), life), reset };
}

/** A view that can change how it looks. */
export interface Looks {
  background: Background;
  framing: FramingName;
  quality: RenderQuality;
}

export function lookPart(view: Looks): Part {
  const rows = [
    ['background', rowOf(BACKGROUNDS, view.background, (value) => { view.background = value; })],
    ['framing', rowOf(FRAMING_NAMES, view.framing, (value) => { view.framing = value; })],
    ['quality', rowOf([...QUALITY_NAMES, 'auto'] as const, view.quality, (value) => { view.quality = value; })],
  ] as const;
  const root = section('Look', false, ...rows.flatMap(([name, row]) => [element('div', { className: 'caption', textContent: name }), row]));
  return { root, reset: () => undefined };
}

function rowOf<T extends string>(values: readonly T[], now: T, onChoose: (value: T) => void): HTMLElement {
  const made = choice(values, (value) => onChoose(value!));
  made.show(now);
  return made.row;
}

export function shapesPart(hand: HandPose): Part {
  const sliders = SHAPE_GROUPS.map(({ title, names }) => ({
    title,
    rows: names.map((name) => slider({
      label: labelOf(name), min: 0, max: 1, onInput: (value) => hand.hold(name, value), onRelease: () => hand.release(name),
    })),
  }));
  const groups = sliders.map(({ title, rows }, i) => section(title, i === 0, ...rows.map(({ row }) => row)));
  const reset = (): void => { for (const { rows } of sliders) for (const each of rows) each.show(0); };
  return { root: section('52 shapes', false, ...groups), reset };
}
