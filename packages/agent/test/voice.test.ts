import { parseWav } from '@visavis/motion';
import { ControlAction } from '@visavis/protocol/downlink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelStore } from '../dist/models/index.js';
import { createProviders, parseAgentConfig, type Providers } from '../dist/providers/index.js';
import { runFlite } from '../src/tts/flite/flite.js';
import { AUSTEN, noise, silence } from './speech.js';
import { Theatre, type Scene } from './theatre.js';

/** Spoken into the microphone path, heard by the real recogniser: no fakes but the client's page. */
const MODELS = new ModelStore();
const MODEL = 'moonshine-tiny';
const isThere = await MODELS.isThere(MODEL);
const BARGE_IN = AUSTEN.subarray(0, 16_000 * 3);

async function says(text: string): Promise<Int16Array> {
  return parseWav((await runFlite(text, ['-voice', 'rms'], true)).wav).samples;
}

describe.skipIf(!isThere)(`by voice (skipped where the model ${MODEL} is not there: "visavis models pull ${MODEL}")`, () => {
  let theatre: Theatre;
  let providers: Providers;
  beforeAll(async () => {
    theatre = await Theatre.open();
    providers = await createProviders(parseAgentConfig({ tts: { provider: 'embedded', engine: 'flite' }, stt: { provider: 'embedded', model: 'tiny' } }, {}), { models: MODELS });
    await providers.warm();
  });
  afterAll(async () => {
    await theatre.close();
    await providers.dispose();
  });

  function talk(): Promise<Scene> {
    const { stt, llm, tts, vad } = providers.forConversation();
    return theatre.scene({ ...(stt && { stt }), ...(tts && { tts }), llm: llm as never, vad });
  }

  it('answers a question, is cut off by words, and remembers what was heard', async () => {
    const { client, conversation, reports } = await talk();
    await client.speak(Int16Array.from([...silence(200), ...(await says('How do I bring my own avatar?')), ...silence(900)]));
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 20_000 }).toBeGreaterThan(1_500);
    const playing = client.playing!;
    await client.speak(Int16Array.from([...BARGE_IN, ...silence(1_500)]));
    const first = await reports.first(() => true);
    expect(first.said.toLowerCase()).toContain('bring my own');
    expect(first).toMatchObject({ source: 'voice', interrupted: true, cutBy: 'voice', reqId: playing.reqId });
    expect(playing.state).toBe('interrupted');
    expect(client.controls.items.map(({ action }) => action).slice(0, 2)).toEqual([ControlAction.HOLD, ControlAction.FLUSH]);
    await reports.count(2);
    const [asked, answer, said] = conversation.history;
    expect(asked!.text).toBe(first.said);
    expect(answer).toMatchObject({ role: 'assistant', text: first.heard, interrupted: true });
    expect(said!.text.toLowerCase()).toMatch(/dashwood|leisure|john/);
  });

  it('goes on through noise and a cough', async () => {
    const { client, reports } = await talk();
    client.line.send('text', { text: 'How do I bring my own avatar?' });
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 20_000 }).toBeGreaterThan(600);
    await client.speak(Int16Array.from([...noise(1_000, 0.05), ...silence(300), ...noise(120, 0.4), ...silence(700), ...noise(1_000, 0.1), ...silence(300)]));
    const report = await reports.first(() => true);
    expect(report).toMatchObject({ interrupted: false });
    expect(client.controls.items.every(({ action }) => action !== ControlAction.FLUSH)).toBe(true);
  });
});
