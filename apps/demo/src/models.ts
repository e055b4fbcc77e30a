/** The models of the embedded engines on the way to this machine: fetched one after the other while the demo runs already. */
import type { ModelStore } from '@visavis/agent/models';

const MIB = 1024 * 1024;

/** What a visitor and the operator read while each comes. */
const TITLES: Readonly<Record<string, string>> = {
  'moonshine-tiny': 'speech recognition (1 of 2)', 'moonshine-base': 'speech recognition (2 of 2)', kokoro: 'the natural voice',
};
/** What is there to be used as soon as these are. */
const USEFUL_AFTER = new Set(['moonshine-base', 'kokoro']);

export interface FetchParts {
  readonly models: Pick<ModelStore, 'pull' | 'catalog'>;
  readonly missing: readonly string[];
  readonly signal: AbortSignal;
  /** Under way: in words, often. */
  onProgress(line: string): void;
  /** Something is there that can be used. */
  onArrived(): Promise<void>;
}

/** Resolves with one line on what could not be had, or undefined where all came. */
export async function fetchModels({ models, missing, signal, onProgress, onArrived }: FetchParts): Promise<string | undefined> {
  for (const [i, id] of missing.entries()) {
    try {
      await models.pull(id, { signal, onProgress: ({ bytes, totalBytes }) => onProgress(progressOf(id, bytes, totalBytes)) });
    } catch {
      return signal.aborted ? undefined : missingLine(missing.slice(i));
    }
    if (USEFUL_AFTER.has(id) || i === missing.length - 1) await onArrived();
  }
  return undefined;
}

/** One line that says what is not here, what works all the same, and how to get it. */
export function missingLine(missing: readonly string[]): string {
  const hearing = missing.some((id) => id.startsWith('moonshine'));
  const what = [...(hearing ? ['speech recognition'] : []), ...(missing.includes('kokoro') ? ['the natural voice'] : [])].join(' and ');
  const works = hearing ? 'you can type, and the light voice answers' : 'the light voice speaks';
  return `Without ${what} for now: ${works}. To fetch: npx visavis models pull ${missing.join(' ')}`;
}

function progressOf(id: string, bytes: number, totalBytes: number): string {
  return `Fetching ${TITLES[id] ?? id}: ${Math.floor((100 * bytes) / totalBytes)} % of ${Math.round(totalBytes / MIB)} MiB. You can type meanwhile.`;
}
