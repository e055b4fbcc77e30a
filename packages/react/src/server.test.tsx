import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Avatar, Captions } from './index.js';

it('renders a labelled place and what shows while loading where there is no page', () => {
  expect([typeof window, typeof document]).toEqual(['undefined', 'undefined']);
  const html = renderToString(<Avatar avatarId="ava" label="Ava" loading={<p>A moment</p>}><Captions /></Avatar>);
  expect(html).toContain('role="img" aria-label="Ava" aria-busy="true"');
  expect(html).toContain('<p>A moment</p>');
  expect(html).toContain('aria-live="polite"');
});
