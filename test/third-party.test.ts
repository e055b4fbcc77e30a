import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
}

describe('THIRD_PARTY.md', () => {
  const text = read('THIRD_PARTY.md');
  const manifests = ['packages', 'apps']
    .flatMap((folder) => readdirSync(new URL(folder, root)).map((name) => `${folder}/${name}/package.json`))
    .filter((path) => existsSync(new URL(path, root)))
    .map((path) => JSON.parse(read(path)) as Manifest);
  const shipped = new Map(manifests.flatMap(({ dependencies = {} }) => Object.entries(dependencies)).filter(([name]) => !name.startsWith('@visavis/')));

  it('names every shipped package at the version that is pinned', () => {
    expect(manifests.length).toBeGreaterThan(5);
    for (const [name, version] of shipped) expect(text).toContain(`| ${name} | ${version} |`);
  });

  it('names nothing that is not shipped', () => {
    const named = [...text.matchAll(/^\| (\S+) \| (\d\S+) \|/gm)].map(([, name]) => name);
    expect(named.filter((name) => !shipped.has(name!))).toEqual([]);
  });
});
