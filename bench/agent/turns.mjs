/** Turns by voice in Chromium: how long they take, how fast they are cut, and what must not cut them. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ModelStore } from '@visavis/agent/models';
import { createKokoro } from '@visavis/agent/tts';
import { formatWav } from '@visavis/motion';
import { percentiles } from '../lib/report.mjs';
import { startBackend } from './backend.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** One reader, three sentences: 3 to 7 s. */
const SENTENCES = { long: here('../../apps/demo/assets/samples/austen.wav'), young: here('speech/austen-0880.wav'), amiable: here('speech/austen-0930.wav') };
/** The avatar is cut so long after its first sound, each time at another place of what it says: some are pauses. */
const cutAfterMs = (n) => 600 + ((n * 170) % 600);
const PATIENCE_MS = 25_000;
/** After a cut no sound may come for so long; the answer to what was said meanwhile takes longer. */
const WITNESS_MS = 1_300;
/** Sound that ended longer before a cut than this ended by itself. */
const HEARD_BEFORE_MS = 50;
const STORY = 'Visavis gives a voice agent a face, and it runs on your own machine. Your backend sends speech to a small server. It answers with sound and with the motion of a face. '
  + 'The page draws the avatar by itself, and no video crosses the network. Speech and lips are kept together by one clock. When you cut in, everything stops at once. '
  + 'You may bring your own avatar, and your own voice. All of it works without a graphics card in the server, and without any cloud.';
const BACKCHANNELS = ['Right.', 'Yeah.', 'Okay.', 'Uh-huh.'];
const LISTENERS = ['af_bella', 'am_michael', 'bf_emma', 'bm_george', 'am_fenrir'];

async function openPage({ browser, pages }, backend) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`page: ${error.message}`));
  await page.exposeFunction('benchTicket', backend.ticket);
  await page.goto(`${pages.url}/bench/agent/page.html`);
  await page.waitForSelector('html[data-ready]');
  const call = (name, ...args) => page.evaluate(([method, given]) => globalThis.bench[method](...given), [name, args]);
  await call('open');
  for (const [name, path] of Object.entries(SENTENCES)) await call('load', name, readFileSync(path).toString('base64'));
  return { page, call };
}

/** Turns with one voice, cut by the button and by the user's next sentence in turn. */
export async function measureTurns(world, engine, count) {
  const backend = await startBackend(engine);
  backend.allow(world.pages.url);
  const { page, call } = await openPage(world, backend);
  const [seat] = backend.seats;
  const names = Object.keys(SENTENCES);
  const [turns, presses, bargeIns, cutIns, problems] = [[], [], [], [], []];
  const problem = (n, text) => problems.push(`${engine} turn ${n + 1}: ${text}`);
  await sleep(500);
  let said = await call('say', names[0]);
  for (let n = 0; n < count; n++) {
    const { endMs } = said;
    const told = seat.reports.length;
    const next = names[(n + 1) % names.length];
    await sleep(endMs - Date.now());
    const heardMs = await call('firstSound', endMs, PATIENCE_MS);
    if (heardMs === undefined) {
      problem(n, 'no answer was heard');
      said = await call('say', next);
      continue;
    }
    const voice = seat.spoken.at(-1);
    await sleep(heardMs + cutAfterMs(n) - Date.now());
    if (n % 2 === 0) {
      const pressedMs = await call('press');
      note(presses, await call('lastSound', pressedMs + WITNESS_MS), { sinceMs: pressedMs }, (text) => problem(n, text));
      said = await call('say', next);
    } else {
      const held = seat.decisions.length;
      said = await call('say', next);
      const lastMs = await call('lastSound', said.onsetMs + WITNESS_MS);
      const cutMs = seat.decisions[held]?.atMs;
      const isCounted = note(bargeIns, lastMs, { sinceMs: said.onsetMs, cutMs }, (text) => problem(n, text));
      cutIns.push({ with: next, silenceMs: lastMs - said.onsetMs, heldMs: cutMs - said.onsetMs, isCounted, became: seat.decisions[held]?.steps.filter(([, ms]) => ms < WITNESS_MS) });
    }
    while (seat.reports.length === told) await sleep(20);
    const { stages, said: understood } = seat.reports[told];
    turns.push({ understood, ...partsOf(stages), oursMs: heardMs - voice.atMs - voice.leadMs, voiceLeadMs: voice.leadMs, totalMs: heardMs - endMs });
  }
  problems.push(...await call('errors'), ...seat.errors);
  await page.close();
  await backend.stop();
  const of = (name) => percentiles(turns.map((turn) => turn[name]).filter(Number.isFinite));
  return {
    voice: backend.describe.tts, hearing: backend.describe.stt, understood: turns.map(({ understood }) => understood),
    stagesMs: Object.fromEntries(['endOfTurnMs', 'recognitionMs', 'brainMs', 'ttsMs', 'oursMs', 'motionMs', 'voiceLeadMs', 'totalMs'].map((name) => [name.slice(0, -2), of(name)])),
    buttonMs: percentiles(presses), bargeInMs: percentiles(bargeIns), holdMs: percentiles(cutIns.map(({ heldMs }) => heldMs).filter(Number.isFinite)), cutIns, turns, problems,
  };
}

/** What each stage took. Recognition counts as far as it outlasts the silence that ends a turn. */
function partsOf({ endOfTurn, finalTranscript, firstToken, firstAudio, firstMotion }) {
  return { endOfTurnMs: endOfTurn, recognitionMs: finalTranscript, brainMs: firstToken - endOfTurn, ttsMs: firstAudio - firstToken, motionMs: firstMotion - firstAudio };
}

/** The avatar tells a story: while its own voice leaks into the microphone, and while the user says that they listen. */
export async function measureFalseCuts(world, engine) {
  const backend = await startBackend(engine);
  backend.allow(world.pages.url);
  const { page, call } = await openPage(world, backend);
  const [seat] = backend.seats;
  await sleep(500);
  await call('setLeak', 10 ** (-20 / 20));
  const own = await tell(seat, () => Promise.resolve());
  await call('setLeak', 0);
  const names = await loadBackchannels(call);
  const spoken = [];
  const others = await tell(seat, async () => {
    if (spoken.length === names.length) return;
    spoken.push(await call('say', names[spoken.length]));
  }, names.length);
  const problems = [...await call('errors'), ...seat.errors];
  await page.close();
  await backend.stop();
  return { ownVoice: { leakDb: -20, ...own }, backchannels: { said: spoken.length, words: BACKCHANNELS, ...others }, problems };
}

/** Tells the story, again while less than `least` things were done meanwhile; `meanwhile` is called every two and a half seconds of it. */
async function tell(seat, meanwhile, least = 0) {
  const told = { seconds: 0, interruptions: 0, holds: 0 };
  const before = seat.decisions.length;
  for (let done = 0; told.seconds === 0 || done < least;) {
    const n = seat.reports.length;
    const beganMs = Date.now();
    seat.conversation.say(STORY);
    await sleep(2_000);
    while (seat.reports.length === n) {
      await meanwhile();
      done++;
      for (const untilMs = Date.now() + 2_500; Date.now() < untilMs && seat.reports.length === n;) await sleep(50);
    }
    told.seconds += (Date.now() - beganMs) / 1000;
    told.interruptions += seat.reports.slice(n).filter(({ interrupted }) => interrupted).length;
    await sleep(1_500);
  }
  return { ...told, decisions: seat.decisions.slice(before).map(({ steps }) => steps) };
}

/** Twenty of them, in five voices: recorded ones with a free licence are not to be had. */
async function loadBackchannels(call) {
  const kokoro = createKokoro(new ModelStore().folderOf('kokoro'));
  const names = [];
  for (const listener of LISTENERS) {
    for (const text of BACKCHANNELS) {
      const { pcm } = await kokoro.speaker(listener).synthesise(text);
      names.push(`${text} ${listener}`);
      await call('load', names.at(-1), Buffer.from(formatWav(pcm)).toString('base64'));
    }
  }
  await kokoro.dispose();
  return names;
}

/** Notes how long it took; where the avatar was silent just before by itself, a cut tells nothing and is not counted. */
function note(list, silentMs, { sinceMs, cutMs = sinceMs }, problem) {
  if (silentMs === undefined) problem('the sound went on after the cut');
  else if (silentMs < cutMs - HEARD_BEFORE_MS) return false;
  else list.push(Math.max(0, silentMs - sinceMs));
  return true;
}
