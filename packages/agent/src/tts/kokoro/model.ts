/** The Kokoro-82M graph on onnxruntime: letters in, sound and the letters' durations out. For worker threads. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession, TypedTensor } from 'onnxruntime-node';
import { convsAsProducts, importRuntime, openRewritten } from '../../graph/index.js';
import type { Spoken } from './timing.js';

/** The encoder's frames for each token; not an output of the published graph. */
export const DURATIONS = '/encoder/Clip_output_0';
/** Values of one style: a voice file holds one for each number of tokens. */
const STYLE = 256;
/** Threads that wait sleep: other conversations' work is theirs. */
const NO_SPINNING = { session: { intra_op: { allow_spinning: '0' } } };
const MOST_THREADS = 4;
/** The graph's limit, without the two zeros around them. */
export const MAX_TOKENS = 510;

export class KokoroModel {
  readonly #session: InferenceSession;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #folder: string;
  /** Of the voices asked for so far, half a megabyte each; there are nine. */
  readonly #styles = new Map<string, Float32Array>();

  private constructor(session: InferenceSession, vocabulary: ReadonlyMap<string, number>, folder: string) {
    this.#session = session;
    this.#vocabulary = vocabulary;
    this.#folder = folder;
  }

  static async load(folder: string): Promise<KokoroModel> {
    const runtime = await importRuntime();
    const session = await openRewritten(runtime, join(folder, 'kokoro.onnx'), {
      session: { executionProviders: ['cpu'], intraOpNumThreads: threadsOf(availableParallelism()), interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3, extra: NO_SPINNING },
      rewrite: convsAsProducts, outputs: [DURATIONS],
    });
    return KokoroModel.of(session, folder);
  }

  /** `session`: of the graph, with its durations among its outputs. */
  static async of(session: InferenceSession, folder: string): Promise<KokoroModel> {
    const { vocab } = JSON.parse(await readFile(join(folder, 'vocab.json'), 'utf8')) as { vocab: Record<string, number> };
    return new KokoroModel(session, new Map(Object.entries(vocab)), folder);
  }

  /** Letters outside the vocabulary must be left out before; see `known`. */
  async speak(letters: string, voice: string, speed: number): Promise<Spoken> {
    const { Tensor } = await importRuntime();
    const ids = [...letters].slice(0, MAX_TOKENS).map((letter) => this.#vocabulary.get(letter) ?? 0);
    const styles = await this.#stylesOf(voice);
    const style = styles.subarray(ids.length * STYLE, (ids.length + 1) * STYLE);
    const results = await this.#session.run({
      tokens: new Tensor('int64', BigInt64Array.from([0, ...ids, 0], BigInt), [1, ids.length + 2]),
      style: new Tensor('float32', style, [1, STYLE]),
      speed: new Tensor('float32', Float32Array.of(speed), [1]),
    });
    const frames = Float32Array.from(results[DURATIONS]!.data as ArrayLike<number>, Number);
    return { audio: (results['audio'] as TypedTensor<'float32'>).data, frames };
  }

  async #stylesOf(voice: string): Promise<Float32Array> {
    const there = this.#styles.get(voice);
    if (there) return there;
    const bytes = await readFile(join(this.#folder, `${voice}.bin`));
    const styles = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.#styles.set(voice, styles);
    return styles;
  }

  known(letters: string): string {
    return [...letters].filter((letter) => this.#vocabulary.has(letter)).join('');
  }
}

/** Half of the cores: the first sound waits for this, and the other half is for all else. */
export function threadsOf(cores: number): number {
  return Math.max(1, Math.min(MOST_THREADS, Math.floor(cores / 2)));
}
