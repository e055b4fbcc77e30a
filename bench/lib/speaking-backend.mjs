/**
 * A backend whose avatar says prepared utterances: the real relay on a loopback port, with messages at chosen times. What it
 * speaks is named by the text a client sends. Cut by a client, it goes on for a while before it flushes, as one far away would.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createRelay } from '@visavis/server-sdk';

/** Sent so far ahead of playback. */
const AHEAD_MS = 300;
/** From a client's interrupt to the flush that answers it. */
const FLUSH_AFTER_MS = 60;
/** A jittery network holds each message back by up to this, and one in fifteen for the time of a lost packet. */
const JITTER_MS = 120;
const STALL_MS = 200;
const STALL_SHARE = 1 / 15;

/** `utterances`: by name, `{ messages, isJittery }`; messages as `{ atMs, kind: 'audio' | 'motion', message }` in order of time. */
export async function startBackend(utterances, random) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origins = [];
  const relay = createRelay({ manifestUrl: () => '/avatars/ava/avatar.json', allowedOrigins: origins });
  relay.attach(server, '/relay');
  const url = `ws://127.0.0.1:${server.address().port}/relay`;
  relay.onClient((client) => {
    let timers = [];
    const stop = () => { for (const timer of timers) clearTimeout(timer); };
    let n = 0;
    client.onText((name) => { timers = speak(client, utterances[name], `r${n++}`, random); });
    client.onInterrupt(() => setTimeout(() => {
      stop();
      client.flush();
    }, FLUSH_AFTER_MS));
    client.onClose(stop);
  });
  return {
    allow: (origin) => origins.push(origin),
    ticket: () => ({ url, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket }),
    stop: async () => {
      await relay.dispose();
      server.close();
    },
  };
}

/** As TCP does, a message that is late holds back those behind it. */
function speak(client, { messages, isJittery }, reqId, random) {
  let lastMs = 0;
  return messages.map(({ atMs, kind, message }) => {
    const late = isJittery ? random() * JITTER_MS + (random() < STALL_SHARE ? STALL_MS : 0) : 0;
    lastMs = Math.max(lastMs, Math.max(0, atMs - AHEAD_MS) + late);
    return setTimeout(() => client[kind === 'audio' ? 'sendAudio' : 'sendMotion']({ ...message, reqId }), lastMs);
  });
}
