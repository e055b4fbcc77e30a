import { closeSync, writeSync } from 'node:fs';
import { openOutput } from '../files.js';

/**
 * A file that is not touched before there is something to write for good: what is written earlier waits in memory, which
 * is a connection's first messages.
 */
export class LateFile {
  readonly #path: string;
  #waiting: Uint8Array[] = [];
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  write(bytes: Uint8Array): void {
    if (this.#file === undefined) this.#waiting.push(bytes);
    else writeSync(this.#file, bytes);
  }

  /** Writes what has waited over what was in the file. Throws where the file cannot be written. */
  open(): void {
    this.#file = openOutput(this.#path);
    for (const bytes of this.#waiting.splice(0)) this.write(bytes);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
