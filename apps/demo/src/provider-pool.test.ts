import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@visavis/agent/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderPool } from './provider-pool.js';

let folder: string;
/** What the last pool has logged. */
let lines: string[];
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'visavis-pool-')); });
afterAll(() => rmSync(folder, { recursive: true }));

async function open(yaml: string): Promise<ProviderPool> {
  const configFile = join(folder, 'providers.yaml');
  writeFileSync(configFile, yaml);
  lines = [];
  return ProviderPool.open({ models: new ModelStore({ folder: join(folder, 'models') }), configFile, log: (line) => lines.push(line) });
}

describe('what is offered', () => {
  it('without any model is typing, the notes and the light voices', async () => {
    const pool = await open('{}');
    const { hears, offered, defaults } = pool.offer();
    expect(hears).toBe(false);
    expect(offered.stt).toEqual([]);
    expect(offered.llm).toEqual([{ id: 'embedded', label: 'Notes, on this machine' }]);
    expect(offered.voice.map(({ id }) => id)).toEqual(['auto', 'slt', 'rms', 'awb', 'kal16']);
    expect(defaults('ava')).toEqual({ voice: 'auto', stt: '', llm: 'embedded' });
    expect(await pool.missingModels()).toEqual(['moonshine-tiny', 'moonshine-base', 'kokoro']);
    await pool.dispose();
  });

  it('with a provider is that, and what is embedded beside it', async () => {
    const pool = await open('llm: { provider: openai-compatible, model: some-model, baseURL: http://127.0.0.1:9/v1 }\ntts: { provider: openai-compatible, model: m, baseURL: http://127.0.0.1:9/v1 }');
    const { offered, defaults } = pool.offer();
    expect(offered.llm.map(({ id }) => id)).toEqual(['openai-compatible', 'embedded']);
    expect(offered.llm[0]!.label).toContain('some-model');
    expect(defaults('ava')).toMatchObject({ voice: 'openai-compatible', llm: 'openai-compatible' });
    expect(await pool.missingModels()).toEqual(['moonshine-tiny', 'moonshine-base']);
    await pool.dispose();
  });

  it('is refused, with what to do, where a key is missing or a name is wrong', async () => {
    await expect(open('stt: nobody')).rejects.toMatchObject({ code: 'invalidConfiguration', message: expect.stringContaining('there is no provider "nobody"') as string });
    await expect(open('tts: { provider: elevenlabs, apiKey: "${NO_SUCH_KEY}" }')).rejects.toThrow('NO_SUCH_KEY is missing');
  });

  it('with a language model that hears and speaks by itself is no notes where nobody could hear for them', async () => {
    const pool = await open('llm: { provider: openai-realtime, apiKey: "${PATH}", baseURL: http://127.0.0.1:9/v1 }');
    expect(pool.offer().offered.llm.map(({ id }) => id)).toEqual(['openai-realtime']);
    expect(pool.describe()).toMatch(/^hears by the language model, answers by openai-realtime .*, speaks by the language model$/);
    expect(lines).toEqual([]);
    await pool.dispose();
  });

  it('with a language model that hears and speaks by itself needs no recogniser, no voice and no models; the notes have theirs', async () => {
    const pool = await open('llm: { provider: openai-realtime, apiKey: "${PATH}", baseURL: http://127.0.0.1:9/v1 }\nstt: { provider: openai-compatible, model: m, baseURL: http://127.0.0.1:9/v1 }');
    const { hears, offered, defaults } = pool.offer();
    expect([hears, offered.stt, await pool.missingModels()]).toEqual([true, [], []]);
    expect(offered.voice).toEqual([{ id: 'auto', label: 'The language model\'s' }]);
    expect(offered.llm.map(({ id }) => id)).toEqual(['openai-realtime', 'embedded']);
    const chosen = defaults('ava');
    const [alone, notes] = [await pool.forConversation(chosen, undefined), await pool.forConversation({ ...chosen, llm: 'embedded' }, undefined)];
    expect([alone.providers.stt, alone.providers.tts]).toEqual([undefined, undefined]);
    expect(notes.providers.stt).toBeDefined();
    expect([alone.voiceName, notes.voiceName]).toEqual([offered.llm[0]!.label, 'flite slt']);
    await pool.dispose();
  });
});

describe('a conversation', () => {
  it('has the voice that suits the avatar, or the one that is named, over the same engines', async () => {
    const pool = await open('{}');
    const chosen = pool.offer().defaults('leo');
    const suits = await pool.forConversation(chosen, { description: 'a man of about thirty-five, calm and low' });
    const named = await pool.forConversation({ ...chosen, voice: 'awb' }, undefined);
    expect([suits.voiceName, named.voiceName]).toEqual(['flite rms', 'flite awb']);
    expect(named.providers.vad).toBe(suits.providers.vad);
    await pool.dispose();
  });

  it('may choose the embedded engines beside a provider', async () => {
    const pool = await open('llm: { provider: openai-compatible, model: m, baseURL: http://127.0.0.1:9/v1 }\ntts: { provider: openai-compatible, model: m, baseURL: http://127.0.0.1:9/v1 }');
    const { providers, voiceName } = await pool.forConversation({ voice: 'slt', stt: '', llm: 'embedded' }, undefined);
    expect(voiceName).toBe('flite slt');
    expect((providers.llm as { model: string }).model).toBe('visavis-notes');
    await pool.dispose();
  });

  it('moves to new models, and the old ones are let go only then', async () => {
    const pool = await open('{}');
    let moved = 0;
    await pool.renew(() => { moved++; return Promise.resolve(); });
    expect(moved).toBe(1);
    expect((await pool.forConversation(pool.offer().defaults('ava'), undefined)).voiceName).toBe('flite slt');
    await pool.dispose();
  });
});
