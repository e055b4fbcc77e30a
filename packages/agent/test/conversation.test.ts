import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ControlAction, PresenceState } from '@visavis/protocol/downlink';
import type { Asked } from './scripted-model.js';
import { Theatre } from './theatre.js';

let theatre: Theatre;
beforeAll(async () => { theatre = await Theatre.open(); });
afterAll(() => theatre.close());
afterEach(() => { theatre.model.answer = () => ({ text: 'Very well.' }); });

const LONG = 'The first thing to know is that it runs on your own machine. The second thing is that the face is drawn by the browser itself. '
  + 'The third thing is that you may cut in whenever you like, and it will stop at once.';

function lastSaid({ messages }: Asked): string {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('');
}

describe('a conversation', () => {
  it('answers a typed text: one request, captions of both sides, a report, and the history', async () => {
    theatre.model.answer = (asked) => ({ text: `[happy] You said **${lastSaid(asked)}**. That is nice 🎉. Anything else?` });
    const { client, conversation, reports, speaker } = await theatre.scene();
    client.line.send('text', { text: 'hello' });
    const played = await client.finished.first(() => true);
    const report = await reports.first(() => true);
    expect(client.requests).toHaveLength(1);
    expect(played).toMatchObject({ state: 'finished', hasMotion: true });
    expect(speaker.spoken.join(' ')).toBe('You said hello. That is nice . Anything else?');
    const [user] = client.line.all('transcript').filter(({ role }) => role === 'user');
    expect(user).toMatchObject({ text: 'hello', final: true });
    const avatar = client.line.all('transcript').filter(({ role }) => role === 'avatar');
    expect(avatar.at(-1)).toMatchObject({ reqId: played.reqId, text: 'You said hello. That is nice . Anything else?', final: true });
    expect(avatar.at(-1)!.words.length).toBeGreaterThan(7);
    expect(report).toMatchObject({ source: 'text', said: 'hello', reqId: played.reqId, interrupted: false, heard: 'You said hello. That is nice . Anything else?' });
    const { firstToken, firstAudio, firstMotion, firstHeard } = report.stages;
    expect([firstToken, firstAudio, firstMotion, firstHeard].every((ms) => ms !== undefined && ms >= 0)).toBe(true);
    expect(conversation.history.map(({ role, text }) => [role, text])).toEqual([['user', 'hello'], ['assistant', 'You said **hello**. That is nice 🎉. Anything else?']]);
    await client.line.first('presence', ({ state }) => state === PresenceState.IDLE);
    expect(client.line.all('presence').map(({ state }) => state)).toEqual([PresenceState.THINKING, PresenceState.SPEAKING, PresenceState.IDLE]);
  });

  it('keeps of an answer that a new text cuts what was heard, and lets nothing of it come after', async () => {
    theatre.model.answer = (asked) => ({ text: lastSaid(asked) === 'go on' ? 'Fine.' : LONG });
    const { client, conversation, reports } = await theatre.scene();
    client.line.send('text', { text: 'tell me' });
    await client.line.first('transcript', ({ role, text }) => role === 'avatar' && text !== '');
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(1_500);
    client.line.send('text', { text: 'go on' });
    const cut = await client.finished.first(({ state }) => state === 'interrupted');
    await client.finished.first(({ state }) => state === 'finished');
    const [first, second] = await reports.count(2);
    expect(first).toMatchObject({ interrupted: true, reqId: cut.reqId });
    expect(second).toMatchObject({ interrupted: false, heard: 'Fine.' });
    const heard = first!.heard.split(' ').length;
    expect(heard).toBeGreaterThan(2);
    expect(heard).toBeLessThan(15);
    expect(LONG.startsWith(first!.heard)).toBe(true);
    expect(conversation.history.map(({ text }) => text)).toEqual(['tell me', first!.heard, 'go on', 'Fine.']);
    expect(conversation.history[1]!.interrupted).toBe(true);
    expect(client.requests.map(({ state }) => state)).toEqual(['interrupted', 'finished']);
  });

  it('answers what is spoken once the silence is long enough', async () => {
    const { client, reports, vad, stt } = await theatre.scene();
    vad.starts();
    await client.line.first('presence', ({ state }) => state === PresenceState.LISTENING);
    stt.partial('What is');
    stt.final('What is Visavis?');
    vad.ends();
    const report = await reports.first(() => true);
    expect(report).toMatchObject({ source: 'voice', said: 'What is Visavis?', heard: 'Very well.' });
    expect(report.stages.endOfTurn).toBeGreaterThanOrEqual(300);
    expect(client.line.all('transcript').filter(({ role }) => role === 'user').map(({ text, final }) => [text, final])).toEqual([['What is', false], ['What is Visavis?', true]]);
  });

  it('hushes at a sound, goes on after a sound of listening, and yields to words', async () => {
    theatre.model.answer = (asked) => ({ text: lastSaid(asked) === 'Stop that.' ? 'Good.' : LONG });
    const { client, conversation, vad, stt, reports } = await theatre.scene();
    client.line.send('text', { text: 'tell me' });
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(600);
    vad.starts();
    await client.controls.first(({ action }) => action === ControlAction.HOLD);
    stt.partial('uh-huh');
    vad.ends();
    await client.controls.first(({ action }) => action === ControlAction.RESUME);
    stt.final('Uh-huh.');
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(1_500);
    expect(client.playing?.state).toBe('playing');
    vad.starts();
    stt.partial('Stop');
    await client.controls.first(({ action }) => action === ControlAction.FLUSH);
    stt.final('Stop that.');
    vad.ends();
    const [first, second] = await reports.count(2);
    expect(first).toMatchObject({ source: 'text', interrupted: true });
    expect(second).toMatchObject({ source: 'voice', said: 'Stop that.', heard: 'Good.' });
    expect(client.controls.items.map(({ action }) => action)).toEqual([ControlAction.HOLD, ControlAction.RESUME, ControlAction.HOLD, ControlAction.FLUSH]);
    expect(conversation.history.map(({ text }) => text)).toEqual(['tell me', first!.heard, 'Stop that.', 'Good.']);
  });
});
