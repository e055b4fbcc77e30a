import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);

/** A file of a package's folder. */
const fileOf = (name: string, path: string): string => {
  const folder = (require.resolve.paths(name) ?? []).map((base) => join(base, name)).find((at) => existsSync(join(at, path)));
  if (!folder) throw new Error(`${name} has no ${path} any more: say in ${import.meta.filename} where its licence is`);
  return readFileSync(join(folder, path), 'utf8');
};

/** MIT as simple-yenc has it, whose author is theirs, too; their manifests name him and the licence, no year. */
const halsall = (): string => fileOf('simple-yenc', 'LICENSE').replace(/^Copyright .*$/m, 'Copyright (c) Ethan Halsall');

/** Licences of packages that come without a file named so. */
const ELSEWHERE: Record<string, () => string> = {
  '@wasm-audio-decoders/common': halsall,
  'opus-decoder': () => `${halsall()}\n\nIt contains libopus:\n\n${fileOf('opusscript', 'build/COPYING.libopus')}`,
};

/** Writes the texts that are missing into vite's list of licences. The build fails where a package is left without one. */
export function completeLicences(fileName: string): Plugin {
  return {
    name: 'complete-licences',
    writeBundle({ dir = '' }) {
      const path = join(dir, fileName);
      const [head, ...entries] = readFileSync(path, 'utf8').split(/^(?=## \S+ - \d)/m);
      writeFileSync(path, [head, ...entries.map(complete)].join(''));
    },
  };
}

function complete(entry: string): string {
  const [title = '', ...rest] = entry.split('\n');
  if (rest.join('').trim() !== '') return entry;
  const text = ELSEWHERE[title.split(' ')[1]!]?.();
  if (!text?.trim()) throw new Error(`no licence text of ${title.slice(3)}: say in ${import.meta.filename} where it is`);
  return `${title}\n\n${text.trim()}\n\n`;
}
