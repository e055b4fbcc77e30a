import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Brings dist up to date with the sources: worker threads run from there. Fails with what the compiler says. */
export async function build(): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-b', fileURLToPath(new URL('..', import.meta.url))]).catch((error: unknown) => {
    throw new Error(`the build failed: ${(error as { stdout: string }).stdout}`);
  });
  if (stdout !== '') throw new Error(stdout);
}
