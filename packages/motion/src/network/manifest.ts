import { NetworkModelError } from './error.js';
import { FEATURES, STEP_SAMPLES } from './features.js';
import { ARTICULATORS, FRAME_RATE_HZ, MOTION_CHANNELS, VISEMES } from './frame.js';

/** States larger than this are a mistake: a thousand streams would take 4 GB. */
const MAX_STATE_VALUES = 1 << 20;
const SAMPLE_RATE = 16_000;
const MAX_LOOKAHEAD_MS = 1000;

/** One tensor that a stream carries from step to step; it starts as zeros. */
export interface StateTensor {
  /** Of the graph's input; its output is called the same with `_next`. */
  readonly name: string;
  /** Without the streams' own dimension, which comes first. */
  readonly shape: readonly number[];
  /** Values of one stream: the product of `shape`. */
  readonly size: number;
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
  readonly states: readonly StateTensor[];
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
    lookaheadMs: fields.number('lookaheadMs', 0, MAX_LOOKAHEAD_MS), states: fields.states('state'), voiceGate: fields.range('voiceGate'),
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

  states(name: string): StateTensor[] {
    const value = this.#values[name];
    if (!isObject(value)) throw wrong(name, 'has to be an object of shapes');
    return Object.entries(value).map(([tensor, shape]) => {
      if (!Array.isArray(shape) || shape.length === 0 || !shape.every((size) => isCount(size) && size > 0)) throw wrong(`${name}.${tensor}`, 'has to be a shape');
      const size = (shape as number[]).reduce((product, count) => product * count, 1);
      if (size > MAX_STATE_VALUES) throw wrong(`${name}.${tensor}`, `has to be of at most ${MAX_STATE_VALUES} values`);
      return { name: tensor, shape: shape as number[], size };
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function wrong(name: string, what: string): NetworkModelError {
  const place = name === '' ? 'motion.json' : `${name} in motion.json`;
  return new NetworkModelError('weightsInvalid', `${place} ${what}: the weights are damaged or made for another version of @visavis/motion`);
}
