/** Section 4: requests, their answers and their order. */
import assert from 'node:assert/strict';
import { framesOf, hum, resumeAt, tells } from './audio.mjs';
import { assertError } from './peer.mjs';
import { audio, configure } from './wire.mjs';

const NOTHING = Buffer.alloc(0);
const range = (count) => Array.from({ length: count }, (_, i) => i);

export default [
  ...[['nothing', 0], ['half a sample', 1], ['one sample', 2], ['an odd count of bytes', 3201]].map(([what, size]) => ({
    section: '8.6', name: `a request of ${what}: one end, last`, async run(target) {
      const peer = await target.open();
      peer.send(audio('a', Buffer.alloc(size, 3), true), audio('b', NOTHING, true));
      await peer.ended('a', framesOf(Buffer.alloc(size)));
      await peer.ended('b', 0);
    },
  })),
  {
    section: '8.6', name: 'a silent request: one end, last', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', Buffer.alloc(32_000), true));
      await peer.ended('a', 30);
    },
  },
  {
    section: '4', name: 'the end on the last audio, or alone', async run(target) {
      const peer = await target.open();
      const pcm = hum(700);
      peer.send(audio('with', pcm, true), audio('alone', pcm), audio('alone', NOTHING, true));
      await peer.ended('with', 21);
      await peer.ended('alone', 21);
    },
  },
  {
    section: '5', name: 'chunks of any size, cut in mid-sample', async run(target) {
      const peer = await target.open();
      const pcm = hum(1500);
      for (let at = 0, size = 1; at < pcm.length; at += size, size = (size * 7) % 997 | 1) peer.send(audio('a', pcm.subarray(at, at + size)));
      peer.send(audio('a', NOTHING, true));
      await peer.ended('a', 45);
    },
  },
  {
    section: '4', name: 'twenty requests at once are answered in order', async run(target) {
      const peer = await target.open();
      const ids = range(20).map((i) => `r${String(i).padStart(2, '0')}`);
      peer.send(...ids.map((id) => audio(id, hum(300), true)));
      for (const id of ids) await peer.ended(id, 9);
      const order = peer.received.filter(({ kind }) => kind === 'answer').map(({ reqId }) => reqId);
      assert.deepEqual(order, [...order].sort(), 'answers out of order');
    },
  },
  {
    section: '4', name: 'a chunk under a new id ends the request before', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(300)), audio('b', hum(300), true));
      await peer.ended('a', 9);
      await peer.ended('b', 9);
    },
  },
  {
    section: '4', name: 'ids are opaque: spaces, other scripts, 128 characters', async run(target) {
      const peer = await target.open();
      for (const id of ['a b/c?d=e&f', '要求-ひとつ', 'x'.repeat(128)]) {
        peer.send(audio(id, hum(200), true));
        await peer.ended(id, 6);
      }
    },
  },
  ...[['an empty id', ''], ['an id of 129 characters', 'x'.repeat(129)]].map(([what, id]) => ({
    section: '0', visavis: true, name: `${what}: invalidRequest, and the session goes on`, async run(target) {
      const peer = await target.open();
      peer.send(audio(id, hum(100), true), audio('b', hum(100), true));
      await peer.ended('b', 3);
      assert.equal(peer.errors.length, 1);
      assertError(target, peer.errors[0], { code: 'invalidRequest' });
    },
  })),
  {
    section: '4', name: 'a finished id may be used again', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(300), true));
      await peer.ended('a', 9);
      peer.received.length = 0;
      peer.send(audio('a', hum(400), true));
      await peer.ended('a', 12);
    },
  },
  {
    section: '8.11', name: 'one id on two connections does not mix', async run(target) {
      const [one, two] = [await target.open(), await target.open()];
      for (let i = 0; i < 5; i++) {
        one.send(audio('same', hum(200)));
        two.send(audio('same', hum(400)));
      }
      for (const peer of [one, two]) peer.send(audio('same', NOTHING, true));
      await one.ended('same', 30);
      await two.ended('same', 60);
    },
  },
  {
    section: '4', name: 'twenty sessions at once', async run(target) {
      await Promise.all(range(20).map(async () => {
        const peer = await target.open();
        peer.send(audio('a', hum(500), true));
        await peer.ended('a', 15);
      }));
    },
  },
  {
    section: '8.8', name: 'a minute at 48 kHz in one message; every answer under 1 MiB; pings answered meanwhile', async run(target) {
      const peer = await target.open({ sampleRate: 48_000 });
      peer.send(audio('a', Buffer.concat(Array(30).fill(hum(2000, 48_000))), true));
      await peer.until('the first answer', () => peer.answers('a')[0]);
      await peer.pong();
      await peer.ended('a', 1800);
    },
  },
  {
    section: '8.7', name: 'a close is answered with its own code', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(2000)));
      await peer.until('the first answer', () => peer.answers('a')[0]);
      peer.socket.close(1000, 'done');
      assert.equal((await peer.end()).code, 1000);
    },
  },
  {
    section: '3', name: 'after the handshake text frames and unknown types are ignored', async run(target) {
      const peer = await target.open();
      peer.send('hello', Buffer.from([8, 99]), Buffer.from([8, 50, 26, 0]), audio('a', hum(100), true));
      await peer.ended('a', 3);
      assert.deepEqual(peer.errors, []);
    },
  },
  ...[['bytes that are no message', Buffer.from([255])], ['a second configuration', configure()]].map(([what, message]) => ({
    section: '3', name: `${what}: protocolError, and the session goes on`, async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(100)), message, audio('a', hum(100), true));
      await peer.ended('a', 6);
      assert.equal(peer.errors.length, 1);
      assertError(target, peer.errors[0], { code: 'protocolError' });
      assert.equal(peer.errors[0].connectionId, peer.connectionId);
    },
  })),
  {
    section: '0', visavis: true, name: 'resume: frames from start_ms on, of audio that begins warmup_ms before', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(1500), true, resumeAt(2000, 500)));
      await peer.ended('a', 30, 60);
    },
  },
  {
    section: '0', visavis: true, name: 'a warm-up longer than what lies before: invalidRequest, and the session goes on', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(100), true, resumeAt(10, 20)), audio('b', hum(100), true));
      await peer.ended('b', 3);
      assertError(target, peer.errors[0], { code: 'invalidRequest' });
    },
  },
  {
    section: '0', visavis: true, name: 'phonemes with any message of a request', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(500), false, tells('m', 100, 180)), audio('a', hum(500), false, tells('p', 600, 680)), audio('a', NOTHING, true, tells('b', 100, 90_000)));
      await peer.ended('a', 30);
      assert.equal(peer.errors.length, 0);
    },
  },
  {
    section: '0', visavis: true, name: 'phonemes of a later message that end before they start: invalidRequest, and its audio counts', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(500)), audio('a', hum(500), true, tells('p', 680, 600)));
      await peer.ended('a', 30);
      assertError(target, peer.errors[0], { code: 'invalidRequest' });
    },
  },
  {
    section: '0', visavis: true, name: 'encoded audio in messages of its own, first, where granted', async run(target) {
      const peer = await target.open({ extraParams: { 'visavis.capabilities': 'audio' } });
      peer.send(audio('a', hum(1000), true));
      const answers = await peer.ended('a', 30);
      assert.ok(answers[0].hasAudio && answers[0].frameCount === 0, 'audio first');
      assert.ok(answers.every(({ hasAudio, frameCount }) => !(hasAudio && frameCount > 0)), 'audio and motion in one message');
    },
  },
];
