/** Moonshine on onnxruntime: an encoder, then a decoder that writes a token a step. For worker threads. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { importRuntime, multiplyBytes, openRewritten } from '../graph/index.js';
import type { Transcript } from './recogniser.js';
import { parseTokens, textOf } from './tokens.js';

const START = 1;
const END = 2;
const SAMPLE_RATE = 16_000;
/** Nobody speaks faster (Moonshine's own limit); it ends a decoder that goes round in circles. */
const TOKENS_A_SECOND = 6.5;
const HEADS = 8;
/** The encoder's first filters need so much sound, in samples. */
const LEAST_SAMPLES = 1_600;
/** How sure it is of so many tokens, the end of the text among them, tells words from sounds: of what comes later it is surer. */
const TELLING_TOKENS = 2;

const SESSION: InferenceSession.SessionOptions = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
/** The name of an operator that the tiny model has from the start, so that there is nothing to rewrite in it. */
const OF_BYTES = 'DynamicQuantizeMatMul';

type Tensors = Record<string, Tensor>;

export class Moonshine {
  readonly #runtime: typeof Runtime;
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  readonly #tokens: readonly Uint8Array[];
  /** The decoder's caches: their names and the size of one head. */
  readonly #caches: readonly string[];
  readonly #headSize: number;

  private constructor(runtime: typeof Runtime, encoder: InferenceSession, decoder: InferenceSession, tokens: readonly Uint8Array[]) {
    this.#runtime = runtime;
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#tokens = tokens;
    this.#caches = decoder.inputNames.filter((name) => name.startsWith('past_key_values.'));
    const cache = decoder.inputMetadata.find(({ name }) => name === this.#caches[0]);
    this.#headSize = cache?.isTensor ? Number(cache.shape[3]) : 0;
  }

  /** `folder` holds `encoder_model.ort`, `decoder_model_merged.ort` and `tokenizer.bin`. */
  static async load(folder: string): Promise<Moonshine> {
    const runtime = await importRuntime();
    const open = async (name: string): Promise<InferenceSession> => {
      const path = join(folder, name);
      const multipliesBytes = (await readFile(path)).includes(OF_BYTES);
      return multipliesBytes ? runtime.InferenceSession.create(path, SESSION) : openRewritten(runtime, path, { session: SESSION, rewrite: multiplyBytes });
    };
    const [encoder, decoder, tokens] = await Promise.all([open('encoder_model.ort'), open('decoder_model_merged.ort'), readFile(join(folder, 'tokenizer.bin'))]);
    return new Moonshine(runtime, encoder, decoder, parseTokens(tokens));
  }

  /** 16 kHz, -1..1. Gives up between two steps once the signal aborts. */
  async transcribe(samples: Float32Array, signal?: AbortSignal): Promise<Transcript> {
    if (samples.length < LEAST_SAMPLES) return { text: '', confidence: 1 };
    const heard = await this.#encode(samples);
    const most = Math.ceil((samples.length / SAMPLE_RATE) * TOKENS_A_SECOND);
    const ids: number[] = [];
    let confidence = 1;
    let caches = this.#emptyCaches();
    for (let next = START; ids.length < most;) {
      signal?.throwIfAborted();
      const results = await this.#decoder.run({ ...heard, ...caches, ...this.#step(next, ids.length > 0) });
      caches = this.#nextCaches(caches, results, ids.length > 0);
      const logits = results['logits']!.data as Float32Array;
      next = largest(logits);
      if (ids.length < TELLING_TOKENS) confidence *= probabilityOf(logits, next);
      if (next === END) break;
      ids.push(next);
    }
    return { text: textOf(ids, this.#tokens), confidence };
  }

  async #encode(samples: Float32Array): Promise<Tensors> {
    const { Tensor: Make } = this.#runtime;
    const ones = (length: number): Tensor => new Make('int64', new BigInt64Array(length).fill(1n), [1, length]);
    const wantsMask = this.#encoder.inputNames.includes('attention_mask');
    const input = new Make('float32', samples, [1, samples.length]);
    const result = await this.#encoder.run({ input_values: input, ...(wantsMask ? { attention_mask: ones(samples.length) } : {}) });
    // The decoder takes every 384th of a mask of samples itself.
    const masksToo = this.#decoder.inputNames.includes('encoder_attention_mask');
    return { encoder_hidden_states: result['last_hidden_state']!, ...(masksToo ? { encoder_attention_mask: ones(samples.length) } : {}) };
  }

  #emptyCaches(): Tensors {
    const { Tensor: Make } = this.#runtime;
    return Object.fromEntries(this.#caches.map((name) => [name, new Make('float32', new Float32Array(0), [1, HEADS, 0, this.#headSize])]));
  }

  #step(token: number, goesOn: boolean): Tensors {
    const { Tensor: Make } = this.#runtime;
    return { input_ids: new Make('int64', BigInt64Array.of(BigInt(token)), [1, 1]), use_cache_branch: new Make('bool', Uint8Array.of(goesOn ? 1 : 0), [1]) };
  }

  /** The encoder's caches come with the first step and stay; later steps give empty ones in their place. */
  #nextCaches(caches: Tensors, results: Tensors, goesOn: boolean): Tensors {
    return Object.fromEntries(this.#caches.map((name) => {
      const stays = goesOn && name.includes('.encoder.');
      return [name, stays ? caches[name]! : results[name.replace('past_key_values', 'present')]!];
    }));
  }
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Softmax of the largest. */
function probabilityOf(logits: Float32Array, largestAt: number): number {
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[largestAt]!);
  return 1 / sum;
}
