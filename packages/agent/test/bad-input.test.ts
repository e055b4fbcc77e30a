import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '@visavis/protocol/errors';
import { Theatre, type Scene } from './theatre.js';

let theatre: Theatre;
beforeAll(async () => { theatre = await Theatre.open(); });
afterAll(() => theatre.close());
beforeEach(() => { theatre.model.answer = () => ({ text: 'Fine.' }); });

/** The client is told with a code, and the next turn is as good as any. */
async function failsWithAndGoesOn(scene: Scene, code: ErrorCode, mend: () => void = () => undefined): Promise<void> {
  await scene.client.line.first('error', (error) => error.code === code);
  if (scene.errors.items.length > 0) expect(scene.errors.items.map((error) => error.code)).toEqual([code]);
  theatre.model.answer = () => ({ text: 'Fine.' });
  mend();
  scene.client.line.send('text', { text: 'again' });
  const report = await scene.reports.first(({ said }) => said === 'again');
  expect(report).toMatchObject({ heard: 'Fine.', interrupted: false });
  expect(scene.client.line.all('error')).toHaveLength(1);
}

describe('a conversation goes on after', () => {
  it.each([
    ['a model that is busy', { status: 429 }, 'providerBusy'],
    ['a model that refuses the key', { status: 401 }, 'providerKeyRefused'],
    ['a model that fails', { status: 500 }, 'providerFailed'],
    ['a model that does not answer', { hangs: true }, 'providerTimeout'],
    ['a model that streams garbage', { raw: 'data: {"choices": [[[\n\n\u0000\u0001data: nonsense\n\n' }, 'providerFailed'],
    ['a model that says nothing', { raw: 'data: [DONE]\n\n' }, 'providerFailed'],
  ] as const)('%s', async (_, answer, code) => {
    const scene = await theatre.scene({}, 4);
    theatre.model.answer = () => answer;
    scene.client.line.send('text', { text: 'hello' });
    await failsWithAndGoesOn(scene, code);
  });

  it('a voice without sound: the answer is shown as text', async () => {
    const scene = await theatre.scene({}, 4);
    scene.speaker.isSilent = true;
    scene.client.line.send('text', { text: 'hello' });
    await scene.client.line.first('transcript', ({ role, text, final }) => role === 'avatar' && text === 'Fine.' && final);
    await failsWithAndGoesOn(scene, 'providerFailed', () => { scene.speaker.isSilent = false; });
  });

  it.each([[401, 'providerKeyRefused'], [429, 'providerBusy']] as const)('a voice that answers %d: the answer is shown as text', async (status, code) => {
    const scene = await theatre.scene({}, 4);
    scene.speaker.refuses = status;
    scene.client.line.send('text', { text: 'hello' });
    await scene.client.line.first('transcript', ({ role, text, final }) => role === 'avatar' && text === 'Fine.' && final);
    await failsWithAndGoesOn(scene, code, () => { scene.speaker.refuses = undefined; });
  });

  it.each(['a voice', 'a model'])('%s that pauses for longer than most: the answer is said whole', { timeout: 60_000 }, async (who) => {
    const scene = await theatre.scene({}, 4);
    const text = 'Fine. Really.';
    if (who === 'a voice') scene.speaker.pauseMs = 11_000;
    theatre.model.answer = () => ({ text, pauseMs: who === 'a model' ? 11_000 : 0 });
    scene.client.line.send('text', { text: 'hello' });
    const report = await scene.reports.first(() => true);
    expect(report).toMatchObject({ interrupted: false, heard: text });
    expect(scene.speaker.spoken.join(' ')).toBe(text);
    expect(scene.client.requests[0]!.receivedMs).toBeGreaterThan(700);
    expect(scene.client.line.all('error')).toEqual([]);
  });

  it('a text of 5,000 words', async () => {
    const scene = await theatre.scene({}, 4);
    scene.client.line.send('text', { text: 'word '.repeat(5_000) });
    await failsWithAndGoesOn(scene, 'messageTooLarge');
    expect(() => scene.conversation.ask('word '.repeat(5_000))).toThrow(/4000/);
  });

  it('an empty text, and one of markup and emoji alone', async () => {
    const scene = await theatre.scene({}, 4);
    scene.client.line.send('text', { text: '   ' });
    theatre.model.answer = () => ({ text: '**🎉** 🙂' });
    scene.client.line.send('text', { text: '🎉' });
    await scene.reports.first(({ said }) => said === '🎉');
    theatre.model.answer = () => ({ text: 'Fine.' });
    scene.client.line.send('text', { text: 'again' });
    await scene.reports.first(({ heard }) => heard === 'Fine.');
    expect(scene.client.line.all('error')).toEqual([]);
  });

  it('a model that does not stop: the rest is not said', async () => {
    const scene = await theatre.scene({}, 40);
    theatre.model.answer = () => ({ text: 'And on it goes. '.repeat(400) });
    scene.client.line.send('text', { text: 'hello' });
    await scene.client.line.first('error', ({ code }) => code === 'messageTooLarge');
    scene.conversation.interrupt('enough');
    const report = await scene.reports.first(() => true);
    expect(report).toMatchObject({ interrupted: true, cutBy: 'enough' });
    await failsWithAndGoesOn(scene, 'messageTooLarge');
  });

  it('two minutes of noise that the voice detection takes for a voice', async () => {
    const scene = await theatre.scene({}, 4);
    for (let n = 0; n < 60; n++) {
      scene.vad.starts();
      scene.stt.partial('You');
      scene.vad.ends();
      scene.stt.final('');
    }
    theatre.model.answer = () => ({ text: 'Fine.' });
    scene.client.line.send('text', { text: 'again' });
    await scene.reports.first(({ said }) => said === 'again');
    expect(scene.reports.items).toHaveLength(1);
  });
});

it('a client that leaves in the middle ends its conversation, and says what was heard', async () => {
  const scene = await theatre.scene();
  theatre.model.answer = () => ({ text: 'This is a longer sentence, so that there is time to leave in the middle of it, which is what happens now.' });
  scene.client.line.send('text', { text: 'hello' });
  await expect.poll(() => scene.client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(1_000);
  scene.client.leave();
  const report = await scene.reports.first(() => true);
  expect(report).toMatchObject({ interrupted: true, cutBy: 'closed' });
  expect(report.heard.split(' ').length).toBeGreaterThan(1);
});
