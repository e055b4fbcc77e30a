/** Section 0 and 3: what ends a session. Needs to know the server's limits, small ones: a check waits for them. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { hum } from './audio.mjs';
import { assertEnds } from './peer.mjs';
import { audio, configure } from './wire.mjs';

/** Another session, in the middle of a request; the result ends it and expects every frame. */
async function bystander(target) {
  const peer = await target.open();
  peer.send(audio('other', hum(300)));
  return async () => {
    peer.send(audio('other', hum(300), true));
    await peer.ended('other', 18);
  };
}

/** The raw connection under a WebSocket of `ws`. */
const tcp = (peer) => peer.socket._socket;

export default [
  {
    section: '8.8', name: 'a message over the limit: messageTooLarge, 1009; others go on', needs: ['limits.maxMessageBytes'], async run(target) {
      const others = await bystander(target);
      const peer = await target.open();
      peer.send(audio('a', Buffer.alloc(target.limits.maxMessageBytes + 1), true));
      await assertEnds(target, peer, { code: 'messageTooLarge', sdkCode: 'invalidRequest' }, 1009);
      await others();
    },
  },
  {
    section: '8.8', name: 'a first message over the limit, too', needs: ['limits.maxMessageBytes'], async run(target) {
      const peer = await target.dial();
      peer.send(Buffer.alloc(target.limits.maxMessageBytes + 1));
      await assertEnds(target, peer, { code: 'messageTooLarge', sdkCode: 'invalidRequest', phase: 'websocket_handshake' }, 1009);
    },
  },
  ...[['with reserved bits set', [0xf2, 0x80, 0, 0, 0, 0]], ['without a mask', [0x82, 0x01, 0x00]], ['of an unknown kind', [0x83, 0x80, 0, 0, 0, 0]]].map(([what, bytes]) => ({
    section: '3', visavis: true, name: `a frame ${what}: protocolError, 1002`, async run(target) {
      const peer = await target.open();
      tcp(peer).write(Buffer.from(bytes));
      await assertEnds(target, peer, { code: 'protocolError', sdkCode: 'serverError' }, 1002);
    },
  })),
  {
    section: '3', name: 'too many messages that make no sense: protocolError, 1002', needs: ['limits.maxBadMessages'], async run(target) {
      const others = await bystander(target);
      const peer = await target.open();
      const { maxBadMessages } = target.limits;
      for (let i = 0; i <= maxBadMessages; i++) peer.send(Buffer.from([255]));
      await assertEnds(target, peer, { code: 'protocolError', nth: maxBadMessages + 1 }, 1002);
      await others();
    },
  },
  {
    section: '3', name: 'no configuration in time: protocolError, 1002', needs: ['limits.handshakeMs'], async run(target) {
      const peer = await target.dial();
      await assertEnds(target, peer, { code: 'protocolError', message: /expected ClientConfigureSession message/, phase: 'websocket_handshake' }, 1002);
    },
  },
  {
    section: '3', name: 'nothing said for too long: idleTimeout, 4004', needs: ['limits.idleMs'], async run(target) {
      const peer = await target.open();
      await assertEnds(target, peer, { code: 'idleTimeout' }, 4004);
    },
  },
  {
    section: '3', name: 'a session for too long: sessionDurationExceeded, 4002', needs: ['limits.sessionMs', 'limits.idleMs'], async run(target) {
      const peer = await target.open();
      const talk = setInterval(() => peer.send(audio('a', Buffer.alloc(320))), target.limits.idleMs / 4);
      try {
        await assertEnds(target, peer, { code: 'sessionDurationExceeded' }, 4002);
      } finally {
        clearInterval(talk);
      }
    },
  },
  {
    section: '0', name: 'more sessions than an app may have: concurrentLimitExceeded, 4003; a place given back is free', needs: ['limits.maxSessionsPerApp'], async run(target) {
      const peers = [];
      for (let i = 0; i < target.limits.maxSessionsPerApp; i++) peers.push(await target.open());
      const refused = await target.dial();
      refused.send(configure());
      await assertEnds(target, refused, { code: 'concurrentLimitExceeded', sdkCode: 'serverError', phase: 'websocket_handshake' }, 4003);
      peers[0].send(audio('a', hum(100), true));
      await peers[0].ended('a', 3);
      peers[1].socket.close();
      await peers[1].end();
      await target.open();
    },
  },
  {
    section: '3', name: 'a token that expires under an open session: token is expired, 4010, where the server is set so', needs: ['closesOnTokenExpiry'], async run(target) {
      const peer = await target.open({ dial: { token: await target.token({ lifeS: 2 }) } });
      peer.send(audio('a', hum(100)));
      await assertEnds(target, peer, { code: 'sessionTokenExpired' }, 4010);
    },
  },
  {
    section: '4', name: 'a connection that answers no ping is cut', needs: ['limits.pingMs'], async run(target) {
      const others = await bystander(target);
      const peer = await target.open();
      tcp(peer).pause(); // sees no ping, answers none
      await sleep(target.limits.pingMs * 2.5);
      tcp(peer).resume();
      assert.equal((await peer.end()).code, 1006);
      await others();
    },
  },
  {
    section: '0', name: 'SIGTERM: the running request is finished; draining, 1012; newcomers get 503', needs: ['stop'], async run(target) {
      const [busy, quiet] = [await target.open(), await target.open()];
      busy.send(audio('a', hum(500)));
      await busy.until('the first answer', () => busy.answers('a')[0]);
      const token = await target.token();
      const stopped = target.stop();
      await assertEnds(target, quiet, { code: 'draining', sdkCode: 'serverError' }, 1012);
      const late = await target.upgrade({ query: { id: target.avatarId }, headers: target.credentials(token) });
      assert.equal(late.status, 503);
      assert.ok(JSON.parse(late.body).message.length > 0);
      busy.send(audio('a', hum(500), true));
      await assertEnds(target, busy, { code: 'draining', sdkCode: 'serverError' }, 1012);
      await busy.until('the end', () => busy.answers('a').find(({ end }) => end));
      assert.equal(await stopped, 0, 'the exit status');
    },
  },
];
