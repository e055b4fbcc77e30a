import { decodeClientMessage, decodeServerMessage, encodeClientMessage, encodeServerMessage } from '@visavis/protocol/downlink';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualSocket, ManualTimer } from '../test/index.js';
import type { SocketLike } from '../transport/index.js';
import { parseRecording, type SessionRecord } from './recording.js';
import { SessionRecorder, type SessionRecorderOptions } from './session-recorder.js';

const TICKET = 'very-secret-ticket';
let timer: ManualTimer;
let inner: ManualSocket;
let parts: Uint8Array[];

beforeEach(() => {
  timer = new ManualTimer(1_000);
  parts = [];
});

function recorderWith(options: Partial<SessionRecorderOptions> = {}): SessionRecorder {
  const openSocket = (url: string): SocketLike => (inner = new ManualSocket(url));
  return new SessionRecorder({ write: (bytes) => void parts.push(bytes), openSocket, timer, startedAt: new Date(0), ...options });
}

const file = (): Uint8Array => Buffer.concat(parts);
const records = (): readonly SessionRecord[] => parseRecording(file()).records;
const hello = (): Uint8Array<ArrayBuffer> => encodeClientMessage('hello', { ticket: TICKET, avatarId: 'ava', audioCodecs: ['opus'] }) as Uint8Array<ArrayBuffer>;

describe('a recorded session', () => {
  it('goes on as without the recorder, and is written down with its times', () => {
    const recorder = recorderWith();
    const heard: string[] = [];
    const socket = recorder.openSocket('ws://relay');
    expect(socket).not.toBe(inner);
    socket.binaryType = 'arraybuffer';
    expect(inner.binaryType).toBe('arraybuffer');
    socket.onopen = () => heard.push('open');
    socket.onmessage = ({ data }) => heard.push(data instanceof ArrayBuffer ? decodeServerMessage(new Uint8Array(data))!.case : 'text');
    socket.onclose = ({ code, reason }) => heard.push(`${code} ${reason}`);
    timer.advance(10);
    inner.accept();
    socket.send(hello());
    timer.advance(2.5);
    inner.say('presence', {});
    inner.onmessage?.({ data: 'text is no part of the downlink' });
    inner.drop(1012, 'draining');
    expect(inner.sent).toMatchObject([{ case: 'hello', value: { ticket: TICKET } }]);
    expect(heard).toEqual(['open', 'presence', 'text', '1012 draining']);
    expect(records()).toMatchObject([
      { ms: 0, kind: 'connect' }, { ms: 10, kind: 'open' }, { ms: 10, kind: 'out' }, { ms: 12.5, kind: 'in' },
      { ms: 12.5, kind: 'close', code: 1012, reason: 'draining' },
    ]);
  });

  it('holds no ticket or token, no microphone, nothing that cannot be read, and no signature of the manifest', () => {
    const socket = recorderWith().openSocket(`ws://relay/?ticket=${TICKET}`);
    inner.accept();
    socket.send(hello());
    inner.send = () => undefined; // what follows is not for its decoder
    socket.send(encodeClientMessage('mic', { data: new TextEncoder().encode('spoken') }) as Uint8Array<ArrayBuffer>);
    socket.send(new TextEncoder().encode(`\xff${TICKET}`) as Uint8Array<ArrayBuffer>);
    inner.sayBytes(encodeServerMessage('welcome', { epoch: 7, avatarId: 'ava', manifestUrl: `https://user:${TICKET}@cdn.example/ava/avatar.json?signature=${TICKET}`, resumeToken: `${TICKET}-1` }, { received: 3 }));
    socket.send(encodeClientMessage('hello', { ticket: TICKET, resumeToken: `${TICKET}-1` }, { received: 9 }) as Uint8Array<ArrayBuffer>);
    inner.say('welcome', { resumeToken: `${TICKET}-2` });
    const messages = records().flatMap((record) => ('bytes' in record ? [record] : []));
    for (const { bytes } of messages) expect(new TextDecoder().decode(bytes)).not.toContain(TICKET);
    expect(new TextDecoder().decode(file())).not.toContain(TICKET);
    expect(messages.map(({ kind }) => kind)).toEqual(['out', 'in', 'out', 'in']);
    expect(decodeClientMessage(messages[0]!.bytes)).toMatchObject({ case: 'hello', value: { ticket: '', avatarId: 'ava', audioCodecs: ['opus'] } });
    expect(decodeServerMessage(messages[1]!.bytes)).toMatchObject({ received: 3, value: { epoch: 7, manifestUrl: 'https://cdn.example/ava/avatar.json', resumeToken: 'stream-1' } });
    expect(decodeClientMessage(messages[2]!.bytes)).toMatchObject({ received: 9, value: { ticket: '', resumeToken: 'stream-1' } });
    expect(decodeServerMessage(messages[3]!.bytes)).toMatchObject({ value: { resumeToken: 'stream-2' } });
  });

  it('keeps no more of bad bytes of the backend than that they came, for a token may be among them', () => {
    recorderWith().openSocket('ws://relay');
    const welcome = encodeServerMessage('welcome', { resumeToken: TICKET });
    inner.sayBytes(welcome.slice(0, -1));
    // A message of a later version: field 200, which says the token.
    inner.sayBytes(Uint8Array.of(0xc2, 0x0c, TICKET.length, ...new TextEncoder().encode(TICKET)));
    expect(Buffer.from(file()).includes(TICKET.slice(0, -1))).toBe(false);
    const [bad, later] = records().slice(-2).map((record) => ('bytes' in record ? record.bytes : undefined));
    expect(bad).toEqual(new Uint8Array(welcome.length - 1));
    expect(() => decodeServerMessage(bad!)).toThrow();
    expect(decodeServerMessage(later!)).toBeUndefined();
  });

  it('ends once with the client, and hears nothing after that', () => {
    const socket = recorderWith().openSocket('ws://relay');
    socket.close(1000);
    socket.close();
    inner.say('presence', {});
    inner.drop();
    expect(inner.readyState).toBe(3);
    expect(records().map(({ kind }) => kind)).toEqual(['connect', 'leave']);
  });

  it.each([
    ['maxBytes', { maxBytes: 2_000 }, 0],
    ['maxMs', { maxMs: 500 }, 20],
  ])('stops at %s, and the session goes on', (reason, bounds, stepMs) => {
    const recorder = recorderWith(bounds);
    const socket = recorder.openSocket('ws://relay');
    let heard = 0;
    socket.onmessage = () => void heard++;
    for (let i = 0; i < 100; i++) {
      inner.say('transcript', { text: 'word' });
      timer.advance(stepMs);
    }
    expect(heard).toBe(100);
    expect(recorder.stopped).toBe(reason);
    expect(records().at(-1)).toMatchObject({ kind: 'stop', reason });
    expect(records().length).toBeLessThan(60);
    expect(file().length).toBeLessThan(2_100);
  });

  it('outlives a disk that is full', () => {
    const encoded = encodeServerMessage('presence', {});
    const recorder = recorderWith({ write: () => { throw new Error('ENOSPC'); } });
    const socket = recorder.openSocket('ws://relay');
    let heard = 0;
    socket.onmessage = () => void heard++;
    inner.sayBytes(encoded);
    expect(heard).toBe(1);
    expect(recorder).toMatchObject({ stopped: 'failed', byteLength: 0 });
  });
});
