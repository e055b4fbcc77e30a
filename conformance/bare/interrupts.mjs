/** Section 4: interrupts. */
import assert from 'node:assert/strict';
import { hum } from './audio.mjs';
import { audio, interrupt } from './wire.mjs';

const MINUTE = Buffer.concat(Array(30).fill(hum(2000)));
const NOTHING = Buffer.alloc(0);

/** Speaks a minute under `a`, and resolves when the answer has begun. */
async function speaking(target, config) {
  const peer = await target.open(config);
  peer.send(audio('a', MINUTE, true));
  await peer.until('the first answer', () => peer.answers('a')[0]);
  return peer;
}

/** Nothing of `old` came after the first answer to `next`. */
function assertNoneLate(peer, old, next) {
  const order = peer.received.filter(({ kind }) => kind === 'answer').map(({ reqId }) => reqId);
  assert.ok(order.lastIndexOf(old) < order.indexOf(next), `an answer to ${old} came after ${next} began`);
}

export default [
  {
    section: '8.12', name: 'in mid-stream, new audio at once: no stale frame, no end that nobody asked for', async run(target) {
      const peer = await speaking(target);
      peer.send(interrupt('a'), audio('b', hum(300), true));
      await peer.ended('b', 9);
      assertNoneLate(peer, 'a', 'b');
      assert.ok(!peer.answers('a').some(({ end }) => end), 'an end');
    },
  },
  {
    section: '4', name: 'in mid-stream, audio still coming: the rest of it is dropped', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(2000)));
      await peer.until('the first answer', () => peer.answers('a')[0]);
      peer.send(interrupt('a'));
      await peer.pong();
      const before = peer.answers('a').length;
      peer.send(audio('a', hum(2000)), audio('a', hum(300), true), audio('b', hum(300), true));
      await peer.ended('b', 9);
      assert.equal(peer.answers('a').length, before);
    },
  },
  {
    section: '4', name: 'again and again, each time with new audio at once', async run(target) {
      const peer = await target.open();
      for (const i of Array(10).keys()) peer.send(audio(`r${i}`, MINUTE, true), interrupt(`r${i}`));
      peer.send(audio('last', hum(300), true));
      await peer.ended('last', 9);
      for (const i of Array(10).keys()) assertNoneLate(peer, `r${i}`, 'last');
    },
  },
  {
    section: '4', name: 'of requests that wait: those before the named one are cut off too, those after are served', async run(target) {
      const peer = await speaking(target);
      peer.send(audio('b', MINUTE, true), audio('c', hum(300), true), interrupt('b'));
      await peer.ended('c', 9);
      assertNoneLate(peer, 'a', 'c');
      assert.deepEqual(peer.answers('b'), []);
    },
  },
  {
    section: '4', name: 'after the end, of an unknown id, of none: nothing changes', async run(target) {
      const peer = await target.open();
      peer.send(audio('a', hum(300), true));
      await peer.ended('a', 9);
      peer.send(interrupt('a'), interrupt('never'), interrupt(''), audio('b', hum(300), true));
      await peer.ended('b', 9);
      await peer.ended('a', 9);
      assert.deepEqual(peer.errors, []);
    },
  },
  {
    section: '0', visavis: true, name: 'one end without motion, where asked for', async run(target) {
      const peer = await speaking(target, { extraParams: { 'visavis.capabilities': 'interrupted-end' } });
      peer.send(interrupt('a'), interrupt('a'), audio('b', NOTHING, true));
      await peer.ended('b', 0);
      const ends = peer.answers('a').filter(({ end }) => end);
      assert.equal(ends.length, 1);
      assert.equal(ends[0].frameCount, 0);
      assert.equal(peer.answers('a').at(-1), ends[0]);
    },
  },
  {
    section: '0', visavis: true, name: 'right behind a message as large as the server takes, it is seen before that is worked on', async run(target) {
      const peer = await target.open({ sampleRate: 48_000, extraParams: { 'visavis.capabilities': 'interrupted-end' } });
      const clip = Buffer.alloc(20 * 1024 * 1024); // 218 s
      peer.send(audio('a', clip, true), interrupt('a'), audio('b', hum(300, 48_000), true));
      await peer.ended('b', 9);
      const frames = peer.answers('a').reduce((sum, { frameCount }) => sum + frameCount, 0);
      assert.ok(frames < 3000, `${frames} of 6554 frames were made before the interrupt was seen`);
    },
  },
];
