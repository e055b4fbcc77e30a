import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Brain, createBrainEndpoint, Knowledge, MODEL, passagesOf, type Surroundings, type Turn } from './index.js';

const surroundings: Surroundings = { now: () => new Date(2026, 0, 1, 15, 4), random: () => 0 };
const user = (text: string): Turn => ({ role: 'user', text });
let notes: Knowledge;
let brain: Brain;

beforeAll(async () => {
  notes = await Knowledge.load(fileURLToPath(new URL('../../knowledge', import.meta.url)));
  brain = new Brain(notes, surroundings);
});

describe('passages of Markdown', () => {
  it('are a heading and its text, in plain words', () => {
    const text = '# One\nA [link](http://x) and `code`, **bold**.\n\n- first\n- second\n\n```\n# no heading\n```\n## Two\n![picture](p.png)\nText. | x\n| a | b |\n### Empty\n';
    expect(passagesOf('a-file.md', `Above.\n${text}`)).toEqual([
      { id: 'a-file.md#0', title: 'a file', text: 'Above.' },
      { id: 'a-file.md#1', title: 'One', text: 'A link and code, bold. first second' },
      { id: 'a-file.md#2', title: 'Two', text: 'Text. | x' },
    ]);
  });
});

describe('the notes', () => {
  it.each([
    ['How do I use my own avatar?', 'How do I bring my own avatar'],
    ['which license is it', 'Which licence does it have'],
    ['can I interrupt you', 'How does it work when I interrupt you'],
    ['how do the lips follow what is said', 'How does the mouth follow the words'],
    ['does it run without internet, offline?', 'Does it work offline'],
    ['Can I plug in Ollama?', 'Can I use my own language model'],
    ['how many kilobytes', 'How much data does it need'],
  ])('answer %j', (question, title) => {
    expect(notes.find(question)[0]?.passage.title).toBe(title);
  });

  it('say nothing where nothing fits', () => {
    for (const question of ['What is the capital of France?', 'sing me a song about dragons', '', '???']) expect(notes.find(question)).toEqual([]);
  });

  it('are a folder that anybody can replace, refused where it cannot be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'visavis-notes-'));
    await mkdir(join(folder, 'more'));
    await writeFile(join(folder, 'more', 'cats.md'), '# Do cats purr\nCats purr when they are content.');
    await writeFile(join(folder, 'notes.txt'), 'purr purr purr');
    const own = await Knowledge.load(folder);
    expect([own.size, own.find('Why do cats purr?')[0]?.passage.text]).toEqual([1, 'Cats purr when they are content.']);
    await rm(folder, { recursive: true });
    await expect(Knowledge.load(folder)).rejects.toMatchObject({ code: 'invalidConfiguration' });
  });
});

describe('the brain', () => {
  it('greets, tells the time, and says what it is', () => {
    expect(brain.answer([user('Hello!')])).toMatch(/^Hello/);
    expect(brain.answer([user('What time is it?')])).toBe('It is 3:04 PM.');
    expect(brain.answer([user('Who are you?')])).toContain('not a large language model');
  });

  it('answers from its notes in whole sentences, and goes on when asked', () => {
    const first = brain.answer([user('What is Visavis?')]);
    expect(first).toMatch(/^Visavis gives a voice agent a face\./);
    expect(first.length).toBeLessThanOrEqual(260);
    const more = brain.answer([user('What is Visavis?'), { role: 'assistant', text: first }, user('Go on.')]);
    expect(more).toMatch(/No video crosses the network, and no GPU is needed on the server\.$/);
    expect(first).not.toContain(more);
    expect(brain.answer([user('What is Visavis?'), { role: 'assistant', text: more }, user('more')])).toBe('That was all I have on it.');
  });

  it('makes nothing up', () => {
    expect(brain.answer([user('Who won the world cup in 1966?')])).toContain('do not know');
    expect(brain.answer([user('   ')])).toContain('did not hear');
    expect(brain.answer([])).toContain('did not hear');
  });
});

describe('the endpoint', () => {
  const endpoint = () => createBrainEndpoint(brain, { createId: () => 'x', nowS: () => 7 });
  const ask = (body: unknown): Promise<Response> => Promise.resolve(endpoint().request('/v1/chat/completions', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }));
  const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: [{ type: 'text', text: 'What time is it?' }] }];

  it('answers whole', async () => {
    const answer = (await (await ask({ model: MODEL, messages, temperature: 0.3 })).json()) as { choices: { message: object }[] };
    expect(answer).toMatchObject({ id: 'chatcmpl-x', created: 7, model: MODEL, choices: [{ message: { role: 'assistant', content: 'It is 3:04 PM.' }, finish_reason: 'stop' }] });
  });

  it('streams the same word by word', async () => {
    const lines = (await (await ask({ stream: true, messages })).text()).split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
    expect(lines.at(-1)).toBe('[DONE]');
    const deltas = lines.slice(0, -1).map((line) => (JSON.parse(line) as { choices: { delta: { content?: string } }[] }).choices[0]!.delta.content ?? '');
    expect(deltas.join('')).toBe('It is 3:04 PM.');
    expect(deltas.filter(Boolean).length).toBe(4);
  });

  it.each([
    ['Where is my order number 427?', '427'], ['What about order four two, seven?', '427'], ['Has order 1 0 3 been sent?', '103'], ['my orders: one oh three', '103'],
  ])('calls for a tool it has a rule for, where that is offered: %s', async (text, number) => {
    const asked = { messages: [{ role: 'user', content: text }], tools: [{ type: 'function', function: { name: 'look_up_order' } }] };
    expect(await (await ask(asked)).json()).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ id: 'call-x', type: 'function', function: { name: 'look_up_order', arguments: JSON.stringify({ number }) } }] } }],
    });
    const streamed = await (await ask({ ...asked, stream: true })).text();
    expect(streamed).toContain('"tool_calls":[{"index":0,"id":"call-x"');
    expect(JSON.stringify(await (await ask({ ...asked, tools: [] })).json())).not.toContain('tool_calls');
    const told = { ...asked, messages: [...asked.messages, { role: 'assistant', content: null }, { role: 'tool', content: '"It is on its way."' }] };
    expect(await (await ask(told)).json()).toMatchObject({ choices: [{ message: { content: 'It is on its way.' } }] });
  });

  it('refuses what it cannot read', async () => {
    for (const body of ['no json', {}, { messages: [] }, { messages: [{ role: 3 }] }, { messages: [{ role: 'user', content: 5 }] }]) expect((await ask(body)).status).toBe(400);
    expect((await ask({ messages: [{ role: 'user', content: 'x'.repeat(600_000) }] })).status).toBe(413);
  });

  it('names its model', async () => {
    expect(await (await endpoint().request('/v1/models')).json()).toMatchObject({ data: [{ id: MODEL }] });
  });
});

