import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { BackendState, Chosen, TurnReport } from './api.js';
import { createVisitorRoutes } from './visitor-routes.js';
import { Visitors, type Offer } from './visitors.js';

const ID = 'visitor-1';
const report: TurnReport = { turnId: 't', source: 'text', said: 'Hi.', stages: { firstToken: 3 }, interrupted: false, heard: 'Hello.' };

interface Backend {
  readonly visitors: Visitors;
  readonly problems: string[];
  readonly chosen: Chosen[];
  offer: Offer;
  ask(path: string, init?: RequestInit): Promise<Response>;
  put(body: unknown): Promise<[number, unknown]>;
}

function backend(): Backend {
  const problems: string[] = [];
  const chosen: Chosen[] = [];
  const parts = {
    offer: {
      hears: false, notice: 'The models are being fetched.', offered: { voice: [{ id: 'slt', label: 'Slt' }, { id: 'rms', label: 'Rms' }], stt: [], llm: [{ id: 'notes', label: 'Notes' }] },
      defaults: (avatarId: string) => ({ voice: avatarId === 'leo' ? 'rms' : 'slt', stt: '', llm: 'notes' }),
    } as Offer,
  };
  const visitors = new Visitors(() => parts.offer);
  visitors.onChosen = (_, all) => chosen.push(all);
  const app = new Hono().route('/api', createVisitorRoutes({ visitors, onProblem: (problem) => problems.push(problem) }));
  const ask = async (path: string, init?: RequestInit): Promise<Response> => app.request(`/api/${path}`, init);
  const put = async (body: unknown): Promise<[number, unknown]> => {
    const response = await ask(`settings?visitor=${ID}`, { method: 'PUT', body: JSON.stringify(body) });
    return [response.status, response.status === 204 ? undefined : await response.json()];
  };
  return Object.assign(parts, { visitors, problems, chosen, ask, put });
}

/** What a stream of events says, one event a call. */
async function listen({ ask }: Backend, visitor = ID): Promise<{ next(): Promise<{ event: string; data: unknown }>; leave(): Promise<void> }> {
  const abort = new AbortController();
  const response = await ask(`events?visitor=${visitor}`, { signal: abort.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    next: async () => {
      while (!text.includes('\n\n')) text += (await reader.read()).value ?? '';
      const [block, ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block!)?.[1] ?? '';
      return { event: field('event'), data: JSON.parse(field('data')) as unknown };
    },
    leave: async () => {
      abort.abort();
      await reader.cancel();
    },
  };
}

describe('what a page is told beside the relay', () => {
  it('is the state at once, and then its own turns alone', async () => {
    const it = backend();
    it.visitors.enter(ID, 'leo');
    const [page, other] = [await listen(it), await listen(it, 'visitor-2')];
    expect(await page.next()).toMatchObject({ event: 'state', data: { hears: false, notice: 'The models are being fetched.', chosen: { voice: 'rms', llm: 'notes' } } });
    expect((await other.next()).data).toMatchObject({ chosen: { voice: 'slt' } });
    it.visitors.told(ID, report);
    it.visitors.offerChanged();
    expect(await page.next()).toEqual({ event: 'turn', data: report });
    expect((await page.next()).event).toBe('state');
    expect((await other.next()).event).toBe('state');
    await page.leave();
    await other.leave();
  });

  it('says so where one page listens too often, and hears those that come after one has gone', async () => {
    const it = backend();
    const pages = [];
    for (let i = 0; i < 4; i++) pages.push(await listen(it));
    for (const page of pages) await page.next();
    expect((await (await listen(it)).next()).event).toBe('refused');
    await pages[0]!.leave();
    await expect.poll(async () => (await (await listen(it)).next()).event).toBe('state');
  });

  it.each(['', 'short', 'with space', 'x'.repeat(65)])('refuses a page that names itself "%s"', async (visitor) => {
    const { ask } = backend();
    expect((await ask(`events?visitor=${encodeURIComponent(visitor)}`)).status).toBe(400);
    expect((await ask(`settings?visitor=${encodeURIComponent(visitor)}`, { method: 'PUT', body: '{}' })).status).toBe(400);
  });
});

describe('settings', () => {
  it('hold for the page that chose them, which is told', async () => {
    const it = backend();
    const page = await listen(it);
    await page.next();
    expect(await it.put({ voice: 'rms' })).toEqual([204, undefined]);
    expect((await page.next()).data).toMatchObject({ chosen: { voice: 'rms' } });
    expect(it.chosen).toEqual([{ voice: 'rms', stt: '', llm: 'notes' }]);
    expect(it.visitors.chosen('visitor-2').voice).toBe('slt');
    await page.leave();
  });

  it('refuse what is not offered, and change nothing then', async () => {
    const it = backend();
    expect(await it.put({ voice: 'rms', llm: 'oracle' })).toEqual([400, { message: 'there is no llm "oracle" here' }]);
    expect(it.visitors.chosen(ID)).toMatchObject({ voice: 'slt', llm: 'notes' });
    for (const bad of [undefined, [], 7, { voice: 7 }, { speed: 'fast' }]) expect((await it.put(bad))[0]).toBe(400);
    expect((await it.put({ voice: 'x'.repeat(5_000) }))[0]).toBe(413);
    expect(it.chosen).toEqual([]);
  });

  it('fall back to the default where a choice is offered no more', async () => {
    const it = backend();
    await it.put({ voice: 'rms' });
    it.offer = { ...it.offer, offered: { ...it.offer.offered, voice: [{ id: 'slt', label: 'Slt' }] } };
    expect((it.visitors.state(ID) as BackendState).chosen.voice).toBe('slt');
  });
});

describe('the memory of visitors', () => {
  it('is bounded: who listens stays, the oldest of the others goes', async () => {
    const it = backend();
    const page = await listen(it);
    await it.put({ voice: 'rms' });
    it.visitors.enter('visitor-2', 'leo');
    for (let i = 0; i < 300; i++) it.visitors.enter(`passer-by-${i}`, 'ava');
    expect(it.visitors.chosen(ID).voice).toBe('rms');
    expect(it.visitors.chosen('visitor-2').voice).toBe('slt');
    await page.leave();
  });
});

it('troubles of a page go to the log, known ones alone', async () => {
  const { ask, problems } = backend();
  const tell = async (body: unknown): Promise<number> => (await ask(`problems?visitor=${ID}`, { method: 'POST', body: JSON.stringify(body) })).status;
  expect(await tell({ problem: 'microphoneDenied' })).toBe(204);
  expect(await tell({ problem: 'evil\nline' })).toBe(400);
  expect(problems).toEqual(['microphoneDenied']);
});
