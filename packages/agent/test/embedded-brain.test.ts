import { initializeLogger, llm } from '@livekit/agents';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelStore } from '../src/models/index.js';
import { createProviders, parseAgentConfig, type Providers } from '../src/providers/index.js';

initializeLogger({ pretty: false, level: 'silent' });
const notices: string[] = [];
let providers: Providers;
beforeAll(async () => {
  const models = new ModelStore({ folder: await mkdtemp(join(tmpdir(), 'visavis-no-models-')) });
  providers = await createProviders(parseAgentConfig({}, {}), { models, onNotice: (line) => notices.push(line) });
});
afterAll(() => providers.dispose());

async function ask(model: llm.LLM, text: string): Promise<string> {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: text });
  let answer = '';
  for await (const { delta } of model.chat({ chatCtx })) answer += delta?.content ?? '';
  return answer;
}

describe('providers without any model', () => {
  it('go on by flite and typing, and say so in a line each', () => {
    expect(providers.stt).toBeUndefined();
    expect(providers.describe()).toEqual({ stt: 'none', llm: 'embedded visavis-notes', tts: 'embedded flite slt', vad: 'visavis.Silero' });
    expect(notices).toEqual([
      'There is no speech recognition yet, so type instead: run "visavis models pull moonshine-tiny moonshine-base".',
      'The light voice flite speaks, for the natural one is not here: run "visavis models pull kokoro".',
    ]);
  });

  it('answer by the offline brain, through the interface of any other model', async () => {
    expect(await ask(providers.llm as llm.LLM, 'What is Visavis?')).toContain('gives a voice agent a face');
  });

  it('give each conversation objects of its own, a voice that suits its avatar, and one VAD', () => {
    const [one, two] = [providers.forConversation(), providers.forConversation({ voice: { description: 'a man of about thirty-five, calm and low' } })];
    expect(one.llm).not.toBe(two.llm);
    expect(one.tts).not.toBe(two.tts);
    expect([one.tts?.model, two.tts?.model]).toEqual(['flite slt', 'flite rms']);
    expect(one.vad).toBe(two.vad);
  });
});
