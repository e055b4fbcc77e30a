import { llm } from '@livekit/agents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ControlAction, PresenceState } from '@visavis/protocol/downlink';
import type { HistoryLine } from '../src/index.js';
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

  it('tells of a turn that the client stopped that it was cut, by the end of its sound alone, and the Motion Server too', async () => {
    // So slowly that it is still being said.
    theatre.model.answer = () => ({ text: LONG, pauseMs: 150 });
    const { client, conversation, reports } = await theatre.scene();
    client.line.send('text', { text: 'tell me' });
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(600);
    const before = await theatre.interrupted();
    client.stop();
    const report = await reports.first(() => true);
    expect(report).toMatchObject({ interrupted: true, cutBy: 'client' });
    expect(LONG.startsWith(report.heard)).toBe(true);
    expect(conversation.history[1]).toMatchObject({ text: report.heard, interrupted: true });
    await client.line.first('presence', ({ state }) => state === PresenceState.IDLE);
    await client.controls.first(({ action }) => action === ControlAction.FLUSH);
    await expect.poll(() => theatre.interrupted()).toBe(before + 1);
  });

  it('tells of a turn that the client stopped for a reason what the reason was', async () => {
    theatre.model.answer = () => ({ text: LONG });
    const { client, reports } = await theatre.scene();
    client.line.send('text', { text: 'tell me' });
    await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(600);
    client.stop();
    client.line.send('interrupt', { reason: 'escape' });
    expect(await reports.first(() => true)).toMatchObject({ interrupted: true, cutBy: 'escape' });
  });

  it('that is begun anew, and once more, knows all that was said before', async () => {
    let history: readonly HistoryLine[] = [];
    for (const text of ['one', 'two', 'three']) {
      const { client, conversation, reports } = await theatre.scene({ history }, 8);
      expect(conversation.history).toEqual(history);
      client.line.send('text', { text });
      await reports.first(() => true);
      history = conversation.history;
      await conversation.close();
    }
    const all = ['one', 'Very well.', 'two', 'Very well.', 'three', 'Very well.'];
    expect(history.map(({ text }) => text)).toEqual(all);
    const told = theatre.model.asked.at(-1)!.messages.slice(1);
    expect(told.map((message) => lastSaid({ messages: [message] }))).toEqual(all.slice(0, -1));
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
    stt.partial('Stop that');
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

describe('tools', () => {
  it('are called by the model, and what they give is said', async () => {
    theatre.model.answer = ({ messages, tools = [] }) => {
      const last = messages.at(-1)!;
      if (last.role === 'tool') return { text: `It says: ${lastSaid({ messages })}` };
      return { call: { name: tools[0]!.function.name, args: '{"number":"427"}' } };
    };
    const asked: string[] = [];
    const { client, conversation, reports } = await theatre.scene({
      tools: {
        look_up_order: llm.tool({
          description: 'Looks up an order.', parameters: z.object({ number: z.string() }),
          execute: ({ number }) => { asked.push(number); return Promise.resolve('six blue mugs'); },
        }),
      },
    }, 4);
    client.line.send('text', { text: 'Where is my order?' });
    const report = await reports.first(() => true);
    expect(asked).toEqual(['427']);
    expect(report.heard).toBe('It says: "six blue mugs"');
    expect(conversation.history.map(({ text }) => text)).toEqual(['Where is my order?', 'It says: "six blue mugs"']);
  });
});

describe('what is said without being asked', () => {
  it('is a greeting, and whatever is to be said, one after the other', async () => {
    const { conversation, reports, client } = await theatre.scene({ greeting: '[calm] Good morning.' }, 4);
    conversation.say('How are you?');
    const told = await reports.count(2);
    expect(told.map(({ source, heard, interrupted }) => [source, heard, interrupted])).toEqual([['say', 'Good morning.', false], ['say', 'How are you?', false]]);
    expect(client.requests.map(({ state }) => state)).toEqual(['finished', 'finished']);
  });
});
