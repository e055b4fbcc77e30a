import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@visavis/agent/models';
import { toFloatSamples } from '@visavis/motion';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TurnReport } from '../src/api.js';
import { launchBrowser } from '../../../test/browser.js';
import { newSmallPage, openPage, waitFor } from './recording.js';
import { startBrain, type RecordedBrain } from './recorded-brain.js';
import { startStack, type Stack } from './stack.js';
// Built: its worker is a file of its own.
import { createMoonshine } from '../../../packages/agent/dist/asr/index.js';
import { asked, intoMicrophone, readAloud, wordErrors, type Said } from './voice-of-a-person.js';

/**
 * A conversation of three turns, spoken into Chromium's microphone, through the whole stack offline: the browser's echo
 * cancellation, Opus, the relay, Silero, Moonshine, the brain, flite, the Motion Server and the page. The first turn and the
 * one that cuts in are a person's recorded speech; the question between them is asked by another voice than the avatar's.
 * Sound in real time wants a machine that does nothing else: only with VISAVIS_SPOKEN=1, as `.ci/run` does by itself.
 */
const QUESTION = 'Can I use an avatar of my own?';
/** Of the recording, so many words are the first turn, and so many cut in: whole, it is longer than a busy machine understands in time. */
const FIRST_WORDS = 12;
const CUTTING_WORDS = 9;
/** A machine that takes longer to understand the first turn than a conversation waits for it can hold none just now. */
const UNDERSTOOD_WITHIN_MS = 2_000;
/** RMS below which the page's sound is silence. */
const SILENCE = 0.001;
/** The window that sound is looked at through, and the fade at a cut, milliseconds. */
const WINDOW_MS = 60;

const models = new ModelStore();
const missing = (await Promise.all(['moonshine-tiny', 'moonshine-base'].map(async (id) => ((await models.isThere(id)) ? [] : [id])))).flat();
const isAsked = process.env['VISAVIS_SPOKEN'] === '1';
if (isAsked && missing.length > 0) process.stderr.write(`The spoken conversation is not tested: run "npx visavis models pull ${missing.join(' ')}" first.\n`);

/** How loud the page was, and what it played, on one clock. */
interface Heard {
  readonly atMs: number;
  readonly rms: number;
  readonly state: 'idle' | 'playing' | 'paused';
}

declare global {
  var heard: Heard[];
  var reports: TurnReport[];
  var taps: AnalyserNode[];
}

describe.skipIf(!isAsked || missing.length > 0)('a spoken conversation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-voice-'));
  const file = join(folder, 'microphone.wav');
  let browser: Browser;
  let brain: RecordedBrain;
  let stack: Stack;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    intoMicrophone(file, { samples: new Int16Array(0), text: '' });
    brain = await startBrain();
    stack = await startStack({ env: brain.env });
    browser = await launchBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}%noloop`]);
    page = await newSmallPage(browser);
    page.setDefaultTimeout(90_000);
    page.on('pageerror', (error) => problems.push(error.message));
    const events = page.waitForRequest((request) => request.url().includes('/api/events'));
    await page.addInitScript(listenToOutput);
    await openPage(page, stack.url);
    await page.evaluate(follow, (await events).url());
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    brain?.close();
    rmSync(folder, { recursive: true });
  });

  /** Whether the machine is too busy to understand speech as it is spoken; the first of two, for code is compiled in it, does not count. */
  const isStarved = async (): Promise<boolean> => {
    const recogniser = createMoonshine(models.folderOf('moonshine-base'));
    const samples = toFloatSamples(readAloud(FIRST_WORDS).samples);
    let tookMs = 0;
    for (let n = 0; n < 2; n++) {
      const beganMs = performance.now();
      await recogniser.transcribe(samples);
      tookMs = performance.now() - beganMs;
    }
    await recogniser.dispose();
    return tookMs > UNDERSTOOD_WITHIN_MS;
  };
  let wasHeld = false;

  /** The person says it: the microphone goes on with it, once, and stays on. */
  const speak = async (said: Said): Promise<void> => {
    intoMicrophone(file, said);
    if ((await page.getAttribute('#talk', 'aria-pressed')) === 'true') await page.click('#talk');
    await page.click('#talk');
  };
  const report = async (n: number): Promise<TurnReport> => {
    await waitFor(page, (count) => globalThis.reports.filter(({ source }) => source === 'voice').length >= count, n);
    return page.evaluate((i) => globalThis.reports.filter(({ source }) => source === 'voice')[i]!, n - 1);
  };
  const lines = (): Promise<string[]> => page.$$eval('#transcript li', (items) => items.map((item) => `${item.className}: ${item.querySelector('p')!.firstChild?.textContent ?? ''}`));

  it('greets, understands a person, answers, is cut short by another, and knows what was heard', { retry: 0, timeout: 240_000 }, async ({ skip }) => {
    if (await isStarved()) skip('this machine is too busy just now to understand speech as it is spoken');
    wasHeld = true;
    await page.click('#talk');
    await waitFor(page, () => document.querySelector('#transcript .avatar.said')?.textContent?.includes('Hello! I am Ava.') === true);

    const first = readAloud(FIRST_WORDS);
    await speak(first);
    const one = await report(1);
    expect(wordErrors(first.text, one.said), one.said).toBeLessThanOrEqual(0.2);
    expect(one, JSON.stringify(one)).toMatchObject({ interrupted: false, heard: brain.answer(one.said) });
    for (const stage of ['endOfTurn', 'finalTranscript', 'firstToken', 'firstAudio', 'firstMotion', 'firstHeard'] as const) expect(one.stages[stage]).toBeGreaterThan(0);

    await speak(await asked(QUESTION));
    await waitFor(page, (before) => globalThis.visavis.controller.conversationState === 'playing' && document.querySelectorAll('#transcript .avatar').length > before, 2);
    const cutting = readAloud(CUTTING_WORDS);
    await speak(cutting);
    const two = await report(2);
    const full = brain.answer(two.said);
    expect(wordErrors(QUESTION, two.said), two.said).toBeLessThanOrEqual(0.25);
    expect(two.interrupted).toBe(true);
    expect(full.startsWith(two.heard)).toBe(true);
    expect(two.heard.length).toBeLessThan(full.length);

    const three = await report(3);
    expect(wordErrors(cutting.text, three.said), three.said).toBeLessThanOrEqual(0.25);
    expect(three.interrupted).toBe(false);

    // The language model was told of the cut answer as far as it was heard, and nothing of the rest.
    const told = brain.requests.at(-1)!.filter(({ role }) => role !== 'system').map(({ role, content }) => `${role}: ${content}`);
    expect(told.slice(1)).toEqual([`user: ${one.said}`, `assistant: ${one.heard}`, `user: ${two.said}`, ...(two.heard ? [`assistant: ${two.heard}`] : []), `user: ${three.said}`]);
    expect(told[0]).toContain('Hello! I am Ava.');

    const shown = await lines();
    expect(shown.filter((line) => line.startsWith('user'))).toEqual([one, two, three].map(({ said }) => `user said: ${said}`));
    const cut = shown.find((line) => line.startsWith('avatar cut'))!;
    expect(full.startsWith(cut.replace('avatar cut: ', ''))).toBe(true);
    expect(shown.at(-1)).toBe(`avatar said: ${three.heard}`);

    // From the cut to the next answer there is silence.
    const heard = await page.evaluate(() => globalThis.heard);
    const gaps = silencesOf(heard);
    expect(gaps.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...gaps.flat().map(({ rms }) => rms))).toBeLessThan(SILENCE);
    expect(Math.max(...heard.filter(({ state }) => state === 'playing').map(({ rms }) => rms))).toBeGreaterThan(20 * SILENCE);
    expect(problems).toEqual([]);
    expect(stack.log()).not.toContain('Error');
  });

  it('shows where the time went', { retry: 0, timeout: 60_000 }, async ({ skip }) => {
    if (!wasHeld) skip('no conversation was held');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.click('#tab-timing');
    const titles = await page.$$eval('#turns details .said', (items) => items.map((item) => item.textContent));
    expect(titles).toHaveLength(4);
    expect(await page.$$eval('#turns details[open] th', (cells) => cells.map((cell) => cell.textContent))).toEqual([
      'End of your turn noticed', 'Final transcript', 'First word of the answer', 'First sound from the voice', 'First motion of the face', 'First sound heard', 'First pose seen',
    ]);
    const picture = process.env['VISAVIS_WATERFALL_PNG'];
    if (picture) await page.locator('.side').screenshot({ path: picture, scale: 'css' });
  });
});

/** Runs of samples between an answer that ended or was cut and the next, less the window at either side. */
function silencesOf(heard: readonly Heard[]): Heard[][] {
  const runs: Heard[][] = [];
  for (const [i, sample] of heard.entries()) {
    if (sample.state !== 'idle') continue;
    if (i === 0 || heard[i - 1]!.state !== 'idle') runs.push([]);
    runs.at(-1)!.push(sample);
  }
  return runs.slice(1).map((run) => run.filter(({ atMs }) => atMs > run[0]!.atMs + WINDOW_MS && atMs < run.at(-1)!.atMs - WINDOW_MS)).filter((run) => run.length > 0);
}

/** In the page, before its own scripts: whatever leads to a speaker is also heard here. */
function listenToOutput(): void {
  globalThis.taps = [];
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode) {
      const tap = new AnalyserNode(this.context, { fftSize: 2_048 });
      connect.call(this, tap);
      globalThis.taps.push(tap);
    }
    return connect.apply(this, args);
  } as typeof connect;
}

/** In the page: from here on turn reports, and every 20 ms how loud it is. */
function follow(eventsUrl: string): void {
  globalThis.reports = [];
  globalThis.heard = [];
  new EventSource(eventsUrl).addEventListener('turn', ({ data }: MessageEvent<string>) => globalThis.reports.push(JSON.parse(data) as TurnReport));
  const buffer = new Float32Array(2_048);
  setInterval(() => {
    let loudest = 0;
    for (const tap of globalThis.taps) {
      tap.getFloatTimeDomainData(buffer);
      loudest = Math.max(loudest, Math.sqrt(buffer.reduce((sum, sample) => sum + sample * sample, 0) / buffer.length));
    }
    globalThis.heard.push({ atMs: performance.now(), rms: loudest, state: globalThis.visavis.controller.conversationState });
  }, 20);
}
