/** A backend as applications write it: relay, providers, a conversation for each client. Notes what its voices do, and how it takes what users say. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createConversation } from '@visavis/agent';
import { ModelStore } from '@visavis/agent/models';
import { createProviders, parseAgentConfig } from '@visavis/agent/providers';
import { createRelay } from '@visavis/server-sdk';
import { startServer } from '../lib/motion-server.mjs';

/** From here on a sample is the voice's sound. */
const LOUD = 0.005 * 32_768;

/** `engine`: of the embedded voice. */
export async function startBackend(engine) {
  const motion = await startServer();
  const providers = await createProviders(parseAgentConfig({ tts: { provider: 'embedded', engine } }, {}), { models: new ModelStore(), onNotice: (line) => console.log(line) });
  await providers.warm();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origins = [];
  const relay = createRelay({ manifestUrl: () => '/avatars/ava/avatar.json', allowedOrigins: origins });
  relay.attach(server, '/relay');
  const url = `ws://127.0.0.1:${server.address().port}/relay`;
  const seats = [];
  relay.onClient((client) => {
    const seat = { reports: [], spoken: [], decisions: noteDecisions(client), errors: [] };
    const mine = providers.forConversation();
    noteSpeech(mine.tts, seat.spoken);
    seat.conversation = createConversation(client, {
      ...mine, motionServer: { apiKey: 'dev-key', appId: 'dev-app', consoleUrl: motion.consoleUrl, ingressUrl: motion.ingressUrl },
      onError: (error) => seat.errors.push(`${error.code}: ${error.message}`),
    });
    seat.conversation.onTurn((report) => seat.reports.push(report));
    client.onClose(() => void mine.dispose());
    seats.push(seat);
  });
  return {
    seats, describe: providers.describe(), allow: (origin) => origins.push(origin),
    ticket: () => ({ url, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket }),
    stop: async () => {
      await relay.dispose();
      server.close();
      await providers.dispose();
      await motion.stop();
    },
  };
}

/** Every hold: when, what the user was understood to say, and what became of it: `[what, milliseconds from the hold]`. */
function noteDecisions(client) {
  const decisions = [];
  const note = (what) => decisions.at(-1)?.steps.push([what, Date.now() - decisions.at(-1).atMs]);
  for (const what of ['hold', 'resume', 'flush']) {
    const act = client[what].bind(client);
    client[what] = () => {
      if (what === 'hold') decisions.push({ atMs: Date.now(), steps: [] });
      note(what);
      return act();
    };
  }
  const transcript = client.transcript.bind(client);
  client.transcript = (line) => {
    if (line.role === 'user') note(line.text);
    return transcript(line);
  };
  return decisions;
}

/** When each stream of the voice gave its first frame, and how much silence it began with. */
function noteSpeech(tts, spoken) {
  const open = tts.stream.bind(tts);
  tts.stream = (options) => {
    const stream = open(options);
    const next = stream.next.bind(stream);
    let note;
    stream.next = async () => {
      const result = await next();
      const frame = result.value?.frame;
      if (frame && !note?.isLoud) {
        if (!note) spoken.push(note = { atMs: Date.now(), leadMs: 0, isLoud: false });
        const first = frame.data.findIndex((sample) => Math.abs(sample) > LOUD);
        note.leadMs += ((first < 0 ? frame.data.length : first) * 1000) / frame.sampleRate;
        note.isLoud = first >= 0;
      }
      return result;
    };
    return stream;
  };
}
