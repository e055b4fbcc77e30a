/** Section 3: the first messages of a session. */
import assert from 'node:assert/strict';
import { assertEnds } from './peer.mjs';
import { audio, configure, envelope, fields, interrupt } from './wire.mjs';

const phase = 'websocket_handshake';
const PCM_RATES = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const OPUS_RATES = [8000, 12_000, 16_000, 24_000, 48_000];

/** The first thing sent, what SDKs read out of the answer, its words and the close code. */
const WRONG_FIRST = [
  ['a text frame', 'hello', /expected ClientConfigureSession message/i],
  ['garbage', Buffer.from([255, 255, 255, 1]), /failed to unmarshal initial message/i],
  ['nothing', Buffer.alloc(0), /failed to unmarshal initial message/i],
  ['a type without its body', Buffer.from([8, 1]), /failed to unmarshal initial message/i],
  ['a configuration cut short', configure().subarray(0, -1), /failed to unmarshal initial message/i],
  ['audio', audio('a', Buffer.alloc(320)), /expected ClientConfigureSession message/i],
  ['an interrupt', interrupt('a'), /expected ClientConfigureSession message/i],
  ['what a server says', envelope('confirm', fields([1, 'x'])), /expected ClientConfigureSession message/i],
  ['an unknown type', Buffer.from([8, 99]), /expected ClientConfigureSession message/i],
];

export default [
  {
    section: '3', name: 'confirmed first, with a connection id, nothing granted that was not asked for', async run(target) {
      const peer = await target.open();
      assert.notEqual(peer.connectionId, '');
      assert.deepEqual(peer.granted, {});
      await peer.pong();
      assert.equal(peer.received.length, 1);
    },
  },
  ...WRONG_FIRST.map(([what, first, message]) => ({
    section: '3', name: `${what} first: protocolError, then the close`, async run(target) {
      const peer = await target.dial();
      peer.send(first);
      await assertEnds(target, peer, { code: 'protocolError', message, phase }, 1002);
      assert.equal(peer.received.length, 1, 'one error and nothing else');
    },
  })),
  ...[...PCM_RATES.map((rate) => [rate, 0]), ...OPUS_RATES.map((rate) => [rate, 1])].map(([sampleRate, audioFormat]) => ({
    section: '5', name: `${['PCM', 'Ogg Opus'][audioFormat]} at ${sampleRate} Hz is confirmed`, run: (target) => target.open({ sampleRate, audioFormat }),
  })),
  ...[[11_025, 0], [0, 0], [-1, 0], [12_000, 0], [96_000, 0], [44_100, 1]].map(([sampleRate, audioFormat]) => ({
    section: '8.2', name: `${['PCM', 'Ogg Opus'][audioFormat]} at ${sampleRate} Hz: unsupportedSampleRate`, async run(target) {
      const peer = await target.dial();
      peer.send(configure({ sampleRate, audioFormat }));
      const message = new RegExp(`^unsupported sample rate: ${sampleRate}$`);
      await assertEnds(target, peer, { code: 'unsupportedSampleRate', message, phase }, 1008);
      assert.ok([0, 400].includes(peer.errors[0].number), 'a number that Go does not misread');
    },
  })),
  {
    section: '1', name: 'an unknown audio format: invalidRequest', async run(target) {
      const peer = await target.dial();
      peer.send(configure({ audioFormat: 7 }));
      await assertEnds(target, peer, { code: 'invalidRequest', phase }, 1008);
    },
  },
  {
    section: '6', name: 'egress to Agora: egressUnavailable', async run(target) {
      const peer = await target.dial();
      peer.send(configure({ egressType: 2, agora: fields([1, 'channel']) }));
      await assertEnds(target, peer, { code: 'egressUnavailable', phase }, 1008);
    },
  },
  {
    section: '6', name: 'egress to LiveKit without credentials is refused as one of the two egress errors', async run(target) {
      const peer = await target.dial();
      peer.send(configure({ egressType: 1, livekit: fields([1, 'wss://room.invalid'], [4, 'room']) }));
      await assertEnds(target, peer, { code: ['egressUnavailable', 'invalidEgressConfig'], phase }, 1008);
    },
  },
  {
    section: '8.9', name: 'unknown fields, parameters and bitrates are no matter', async run(target) {
      const peer = await target.open({ bitrate: 48_000, extraParams: { server_post_process: 'x', other: 'y' }, more: [[77, 'later'], [999, 7]] });
      peer.send(audio('a', Buffer.alloc(3200), true, [[4, fields([1, 'no traceparent'], [2, 'x=y'], [9, 1])], [77, 'later']]));
      await peer.ended('a', 3);
    },
  },
  {
    section: '0', name: 'granted is what was asked for and is known', visavis: true, async run(target) {
      const peer = await target.open({ extraParams: { 'visavis.capabilities': 'audio, teleport', 'visavis.fps': '50' } });
      assert.deepEqual(peer.granted, { 'visavis.capabilities': 'audio', 'visavis.fps': '50' });
      peer.send(audio('a', Buffer.alloc(32_000), true));
      await peer.ended('a', 50);
    },
  },
];
