/** What the training's evaluation says of visemes on speakers, engines and languages that it kept back. */
import { readFileSync } from 'node:fs';

export interface VisemeAccuracy {
  /** `speaker`, `engine` or `language`. */
  readonly group: string;
  readonly value: string;
  /** Share of 20 ms frames whose viseme of 15 is right: of all, and of those that are not silence. */
  readonly all: number;
  readonly sounding: number;
  /** Share of /m b p/ shown by the closure output alone, at no more than .15 and .30 false ones a second. */
  readonly bilabials15: number;
  readonly bilabials30: number;
  /** How much speech. */
  readonly minutes: number;
}

const NUMBERS = ['all', 'sounding', 'bilabials15', 'bilabials30', 'minutes'] as const;

/** Reads `{visemes: VisemeAccuracy[]}`; what else the file holds is ignored. Throws where a field is not as it has to be. */
export function readVisemes(path: string): VisemeAccuracy[] {
  const { visemes } = JSON.parse(readFileSync(path, 'utf8')) as { visemes?: unknown };
  if (!Array.isArray(visemes)) throw new Error(`${path} has no list "visemes"`);
  return (visemes as Record<string, unknown>[]).map((row, i) => {
    const wrong = NUMBERS.find((name) => typeof row[name] !== 'number');
    if (wrong !== undefined || typeof row['group'] !== 'string' || typeof row['value'] !== 'string') throw new Error(`${path}: visemes[${i}] has no ${wrong ?? 'group and value'}`);
    return row as unknown as VisemeAccuracy;
  });
}
