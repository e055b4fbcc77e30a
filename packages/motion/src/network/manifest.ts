import { NetworkModelError } from './error.js';
import { FEATURES, STEP_SAMPLES } from './features.js';
import { ARTICULATORS, FRAME_RATE_HZ, MOTION_CHANNELS, VISEMES } from './frame.js';
import type { RingShape } from './state.js';

/** States larger than this are a mistake: a thousand streams would take 4 GB. */
const MAX_STATE_VALUES = 1 << 20;
const SAMPLE_RATE = 16_000;
const MAX_LOOKAHEAD_MS = 1000;

/** A state that each step replaces. */
export interface NamedShape {
  /** Of the graph's input. */
  readonly name: string;
  /** Without the streams' own dimension, which comes first. */
  readonly shape: readonly number[];
}

/** A state of rows of the past, to which each step adds one. */
export interface NamedRing extends RingShape {
  readonly name: string;
}

/** What `motion.json` says of the weights beside it. What this version fixes (rates, names, features) is checked, not kept. */
export interface NetworkManifest {
  readonly id: string;
  readonly version: string;
  /** Of the graph's file. */
  readonly bytes: number;
  readonly sha256: string;
  /** Outputs of 20 ms in one step. */
  readonly outputsPerStep: number;
  /** Output i of step s is frame `outputsPerStep * s + i - delayOutputs`. */
  readonly delayOutputs: number;
  readonly lookaheadMs: number;
  readonly states: readonly NamedShape[];
  readonly rings: readonly NamedRing[];
  /** Motion fades in over these probabilities of voice. */
  readonly voiceGate: readonly [number, number];
}

/** Reads the text of a manifest. Throws NetworkModelError `weightsInvalid`, naming the field that does not fit. */
export function parseManifest(text: string): NetworkManifest {
  const fields = new Fields(text);
  fields.expect('sampleRate', SAMPLE_RATE);
  fields.expect('features', FEATURES);
  fields.expect('stepMs', (STEP_SAMPLES * 1000) / SAMPLE_RATE);
  fields.expect('visemes', VISEMES);
  fields.expect('articulators', ARTICULATORS);
  fields.expect('motion', MOTION_CHANNELS);
  const outputsPerStep = (STEP_SAMPLES * FRAME_RATE_HZ) / SAMPLE_RATE;
  fields.expect('outputsPerStep', outputsPerStep);
  return {
    id: fields.text('id', /^[\w.-]{1,100}$/), version: fields.text('version', /^[\w.-]{1,100}$/), sha256: fields.text('sha256', /^[0-9a-f]{64}$/),
    bytes: fields.number('bytes', 1, Number.MAX_SAFE_INTEGER), outputsPerStep, delayOutputs: fields.number('delayOutputs', 0, outputsPerStep),
    lookaheadMs: fields.number('lookaheadMs', 0, MAX_LOOKAHEAD_MS), states: fields.states('state'), rings: fields.rings('rings'), voiceGate: fields.range('voiceGate'),
  };
}

/** The fields of a JSON object, read one by one; what is not as it has to be throws. */
class Fields {
  readonly #values: Record<string, unknown>;

  constructor(text: string) {
    let values: unknown;
    try {
      values = JSON.parse(text);
    } catch (cause) {
      throw new NetworkModelError('weightsInvalid', `motion.json is not JSON (${(cause as Error).message}): fetch the weights again`, { cause });
    }
    if (!isObject(values)) throw wrong('', 'has to be an object');
    this.#values = values;
  }

  expect(name: string, value: number | readonly string[]): void {
    if (JSON.stringify(this.#values[name]) !== JSON.stringify(value)) throw wrong(name, `has to be ${JSON.stringify(value)}`);
  }

  text(name: string, pattern: RegExp): string {
    const value = this.#values[name];
    if (typeof value !== 'string' || !pattern.test(value)) throw wrong(name, `has to match ${pattern.source}`);
    return value;
  }

  number(name: string, least: number, most: number): number {
    const value = this.#values[name];
    if (!isCount(value) || value < least || value > most) throw wrong(name, `has to be a whole number from ${least} to ${most}`);
    return value;
  }

  range(name: string): [number, number] {
    const value = this.#values[name];
    const [from, to] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
    if (typeof from !== 'number' || typeof to !== 'number' || !(from >= 0 && from < to && to <= 1)) throw wrong(name, 'has to be two probabilities, the lower first');
    return [from, to];
  }

  states(name: string): NamedShape[] {
    const value = this.#values[name];
    if (!isObject(value)) throw wrong(name, 'has to be an object of shapes');
    return Object.entries(value).map(([tensor, shape]) => {
      if (!areSizes(shape) || shape.reduce((product, size) => product * size, 1) > MAX_STATE_VALUES) throw wrong(`${name}.${tensor}`, 'has to be a shape');
      return { name: tensor, shape };
    });
  }

  /** None where the field is absent. */
  rings(name: string): NamedRing[] {
    const value = this.#values[name] ?? {};
    if (!isObject(value)) throw wrong(name, 'has to be an object of rings');
    return Object.entries(value).map(([tensor, ring]) => {
      const { dilations, taps, width } = isObject(ring) ? ring : {};
      const fits = areSizes(dilations) && areSizes([taps, width]) && dilations.reduce((sum, d) => sum + d, 0) * Number(taps) * Number(width) <= MAX_STATE_VALUES;
      if (!fits) throw wrong(`${name}.${tensor}`, 'has to have dilations, taps and width');
      return { name: tensor, dilations, taps: Number(taps), width: Number(width) };
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((size) => isCount(size) && size > 0);
}

function wrong(name: string, what: string): NetworkModelError {
  const place = name === '' ? 'motion.json' : `${name} in motion.json`;
  return new NetworkModelError('weightsInvalid', `${place} ${what}: the weights are damaged or made for another version of @visavis/motion`);
}
