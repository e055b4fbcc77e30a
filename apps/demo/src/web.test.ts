import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatWav } from '@visavis/motion';
import { AvatarLibrary } from '@visavis/motion-server';
import { describe, expect, it } from 'vitest';
import { ClipStore, loadSample, MAX_CLIP_BYTES, SPEECH_RATE } from './clips.js';
import { Visitors } from './visitors.js';
import { createWeb } from './web.js';

const wav = readFileSync(new URL('../assets/samples/austen.wav', import.meta.url));

function web(): { ask: (path: string, init?: RequestInit) => Promise<Response>; clips: ClipStore; visitors: Visitors; problems: string[] } {
  let ids = 0;
  const clips = new ClipStore(() => `clip${ids++}`);
  const avatars = new AvatarLibrary({ folders: [fileURLToPath(new URL('../../../avatars', import.meta.url))] });
  const problems: string[] = [];
  const visitors = new Visitors(() => ({
    hears: true, notice: '', offered: { voice: [{ id: 'slt', label: 'Slt' }, { id: 'rms', label: 'Rms' }], stt: [], llm: [] },
    defaults: (avatarId) => ({ voice: avatarId === 'leo' ? 'rms' : 'slt', stt: '', llm: '' }),
  }));
  const app = createWeb({
    clips, avatars, visitors, issueTicket: (avatarId, visitor) => ({ ticket: `t of ${avatarId}${visitor && ` for ${visitor}`}` }), onProblem: (problem) => problems.push(problem),
  });
  const ask = async (path: string, { headers, ...init }: RequestInit = {}): Promise<Response> =>
    app.request(`http://127.0.0.1:8080${path}`, { ...init, headers: { host: '127.0.0.1:8080', ...headers } });
  return { ask, clips, visitors, problems };
}

describe('the demo on HTTP', () => {
  it('gives tickets to its own page', async () => {
    const { ask } = web();
    const response = await ask('/api/ticket', { method: 'POST', headers: { origin: 'http://127.0.0.1:8080' } });
    expect(await response.json()).toEqual({ path: '/relay', ticket: 't of ava' });
  });

  it('knows by its ticket which page a client is, where the page names itself', async () => {
    const { ask } = web();
    const askFor = async (visitor: unknown): Promise<unknown> => {
      const response = await ask('/api/ticket', { method: 'POST', body: JSON.stringify({ visitor }) });
      return response.status === 200 ? ((await response.json()) as { ticket: string }).ticket : response.status;
    };
    expect(await askFor('visitor-1')).toBe('t of ava for visitor-1');
    for (const bad of ['short', 7, 'x'.repeat(65), 'with space']) expect(await askFor(bad)).toBe(400);
  });

  it('gives tickets for the avatar that is asked for, where it can be one', async () => {
    const { ask } = web();
    const askFor = async (body: string): Promise<unknown[]> => {
      const response = await ask('/api/ticket', { method: 'POST', body, headers: { origin: 'http://127.0.0.1:8080' } });
      return [response.status, ((await response.json()) as { ticket?: string }).ticket];
    };
    expect(await askFor('{"avatarId":"leo"}')).toEqual([200, 't of leo']);
    for (const body of ['{"avatarId":"../leo"}', '{"avatarId":7}', `{"avatarId":"${'a'.repeat(80)}"}`]) expect(await askFor(body)).toEqual([400, undefined]);
    expect((await askFor(`{"avatarId":"${'a'.repeat(2_000)}"}`))[0]).toBe(413);
    expect(await askFor('no json')).toEqual([200, 't of ava']);
  });

  it.each([
    ['another page', { origin: 'http://evil.example' }],
    ['another page on this machine', { origin: 'http://127.0.0.1:9999' }],
    ['another name for this machine', { host: 'evil.example:8080' }],
    ['a page without an origin to show', { origin: 'null' }],
  ])('refuses %s', async (_, headers) => {
    const { ask } = web();
    expect((await ask('/api/ticket', { method: 'POST', headers })).status).toBe(403);
    expect((await ask('/healthz', { headers })).status).toBe(403);
  });

  it('takes clips, refuses what is none, and keeps eight', async () => {
    const { ask, clips } = web();
    for (let i = 0; i < 9; i++) expect((await ask('/api/clips', { method: 'POST', body: wav })).status).toBe(200);
    expect(clips.get('clip0')).toBeUndefined();
    expect(clips.get('clip8')?.pcm).toMatchObject({ sampleRate: SPEECH_RATE });
    const refused = await ask('/api/clips', { method: 'POST', body: 'not a wav' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ message: 'this is not a WAV file' });
  });

  it('says how much a clip may hold', async () => {
    const { ask } = web();
    const refused = await ask('/api/clips', { method: 'POST', body: new Uint8Array(MAX_CLIP_BYTES + 1) });
    expect(refused.status).toBe(413);
    expect(((await refused.json()) as { message: string }).message).toContain('at most 32 MiB');
  });

  it('keeps pages elsewhere from framing its own, and scripts from elsewhere out of it', async () => {
    const { headers } = await web().ask('/healthz');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-security-policy')).toContain('ws://127.0.0.1:8080');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('serves avatars, and nothing beside them', async () => {
    const { ask } = web();
    const manifest = await ask('/avatars/ava/avatar.json');
    expect([manifest.status, manifest.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining('sandbox')]);
    expect((await ask('/avatars/nobody/avatar.json')).status).toBe(404);
    for (const path of ['/avatars/../package.json', '/avatars/%2e%2e/package.json', '/avatars/..%2fpackage.json', '/../package.json']) {
      expect((await ask(path)).status).toBe(404);
    }
  });
});

describe('a clip of another rate', () => {
  it('is converted without holding up the rest, to as many samples as its length calls for', async () => {
    const seconds = 10;
    const { clips } = web();
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    const added = clips.add(formatWav({ samples: new Int16Array(seconds * 48_000).fill(8_000), sampleRate: 48_000 })).finally(() => { done = true; });
    setImmediate(count);
    const samples = clips.get(await added)!.pcm.samples;
    expect(turns).toBeGreaterThanOrEqual(seconds - 1);
    expect(samples).toHaveLength(seconds * SPEECH_RATE);
    expect(samples[samples.length / 2]).toBeCloseTo(8_000, -2);
  });
});

describe('the sample', () => {
  it('is speech at the rate of the sessions, with its words in order', async () => {
    const { pcm, words, text } = await loadSample('austen');
    expect(pcm.sampleRate).toBe(SPEECH_RATE);
    expect(words.map((word) => word.text).join(' ')).toBe(text);
    expect(words.every((word, i) => word.startMs >= (words[i - 1]?.endMs ?? 0))).toBe(true);
    expect(words.at(-1)!.endMs).toBeLessThanOrEqual((pcm.samples.length * 1000) / SPEECH_RATE);
  });
});
