/** Section 5: Ogg Opus in, as each encoder of this field makes it. */
import assert from 'node:assert/strict';
import { oggOpus } from './audio.mjs';
import { assertError } from './peer.mjs';
import { audio } from './wire.mjs';

const NOTHING = Buffer.alloc(0);
const RATES = [8000, 12_000, 16_000, 24_000, 48_000];

/** Sends a second of silence in a form, twice, cut into pieces of `size`, and expects its 30 frames each time. */
const form = (name, options, { size = 333, endsWithAudio = false, section = '5' } = {}) => ({
  section, name, async run(target) {
    const peer = await target.open({ audioFormat: 1 });
    for (const id of ['a', 'b']) {
      const stream = oggOpus(1000, options);
      for (let at = 0; at < stream.length; at += size) peer.send(audio(id, stream.subarray(at, at + size), endsWithAudio && at + size >= stream.length));
      if (!endsWithAudio) peer.send(audio(id, NOTHING, true));
      await peer.ended(id, 30);
    }
    assert.deepEqual(peer.errors, []);
  },
});

export default [
  ...RATES.map((rate) => ({
    section: '5', name: `Ogg Opus at ${rate} Hz gets every frame`, async run(target) {
      const peer = await target.open({ sampleRate: rate, audioFormat: 1 });
      peer.send(audio('a', oggOpus(1000, { rate }), true));
      await peer.ended('a', 30);
    },
  })),
  form('as Python makes it: pre-skip 312, the last page in the message that ends', {}, { size: 100_000, endsWithAudio: true }),
  form('as JavaScript makes it: an end of its own, cut anywhere', { preSkip: 1248 }, { size: 1 }),
  form('as Go makes it: granules with the pre-skip, an end beyond the audio, empty packets', { countsPreSkip: true, pads: false, emptyPackets: true }, { section: '8.10' }),
  form('without a pre-skip', { preSkip: 0 }, { section: '8.10' }),
  {
    section: '8.10', name: 'no bytes at all: one end', async run(target) {
      const peer = await target.open({ audioFormat: 1 });
      peer.send(audio('a', NOTHING, true));
      await peer.ended('a', 0);
    },
  },
  {
    section: '8.10', name: 'the end of the stream before the end of the request', async run(target) {
      const peer = await target.open({ audioFormat: 1 });
      peer.send(audio('a', oggOpus(1000)));
      await peer.until('the first answer', () => peer.answers('a')[0]);
      peer.send(audio('a', NOTHING), audio('a', NOTHING, true));
      await peer.ended('a', 30);
    },
  },
  ...[['PCM', Buffer.alloc(3200)], ['text', Buffer.from('RIFF and no Ogg at all, over and over')]].map(([what, bytes]) => ({
    section: '4', name: `${what} where Ogg Opus is due: an error with the request, and the session goes on`, async run(target) {
      const peer = await target.open({ audioFormat: 1 });
      peer.send(audio('a', bytes, true));
      assertError(target, await peer.error(), { code: 'invalidRequest', reqId: 'a' });
      peer.send(audio('b', oggOpus(1000), true));
      await peer.ended('b', 30);
      assert.equal(peer.errors.length, 1);
      assert.ok(!peer.answers('a').some(({ end }) => end), 'an end after the error');
    },
  })),
];
