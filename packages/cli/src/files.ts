import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';

/** The bytes of a file the user named, or an error that says why they cannot be had. */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

const WRITE_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'that is a folder',
  EACCES: 'this user may not write there',
  EROFS: 'this user may not write there',
  ENOSPC: 'the disk is full',
};

/** Writes a file where the user said, or fails with an error that says why that cannot be done. */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Opens a file where the user said, emptied, to write it piece by piece; fails as `writeOutput` does. */
export function openOutput(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): Error {
  const reason = WRITE_FAILURES[(cause as NodeJS.ErrnoException).code ?? ''] ?? (cause as Error).message;
  return new Error(`cannot write ${path}: ${reason}`, { cause });
}
