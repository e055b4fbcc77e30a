import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('shows in its README the example that is type-checked', () => {
  const [, shown] = /```tsx\n(.*?)```/s.exec(read('../README.md'))!;
  expect(shown).toBe(read('../test/example.tsx'));
});
