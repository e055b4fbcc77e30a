import { counterOf } from './coverage.js';

export interface Entry {
  readonly input: Uint8Array;
  /** Features that no smaller input of the corpus has. */
  held: number;
}

/** Inputs worth changing: for each feature the smallest one that shows it. Bounded by the number of features. */
export class Corpus {
  readonly #holders = new Map<number, Entry>();
  #entries: Entry[] = [];
  #bytes = 0;

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Bytes of all inputs. */
  get bytes(): number {
    return this.#bytes;
  }

  get features(): number {
    return this.#holders.size;
  }

  /** Branches that some input reaches. */
  counters(): Set<number> {
    return new Set([...this.#holders.keys()].map(counterOf));
  }

  /** Takes `input` where it shows a feature first, or in fewer bytes than any other. True for a new feature. */
  offer(input: Uint8Array, features: readonly number[]): boolean {
    const won = features.filter((feature) => input.length < (this.#holders.get(feature)?.input.length ?? Infinity));
    if (won.length === 0) return false;
    const entry: Entry = { input: Uint8Array.from(input), held: won.length };
    let isNew = false;
    for (const feature of won) {
      const before = this.#holders.get(feature);
      if (before) before.held -= 1;
      else isNew = true;
      this.#holders.set(feature, entry);
    }
    this.#entries = [...this.#entries.filter(({ held }) => held > 0), entry];
    this.#bytes = this.#entries.reduce((sum, { input: { length } }) => sum + length, 0);
    return isNew;
  }
}

/** Inputs as text: one a line, in base64. */
export function formatInputs(inputs: readonly Uint8Array[]): string {
  return inputs.map((input) => `${Buffer.from(input).toString('base64')}\n`).join('');
}

export function parseInputs(text: string): Uint8Array[] {
  return text.split('\n').slice(0, -1).map((line) => new Uint8Array(Buffer.from(line, 'base64')));
}
