import type { Browser, Page } from 'playwright-core';
import type { AvatarView } from '@visavis/client';

/** One pose as it was applied to the rig. */
export interface Applied {
  /** Time in the utterance, as heard, in milliseconds; goes on after its end until the next begins. */
  readonly timeMs: number;
  /** jawOpen less mouthClose. */
  readonly opening: number;
  /** The strongest of all speech weights: 0 is a mouth at rest. */
  readonly strongest: number;
  readonly state: 'idle' | 'playing' | 'paused';
  /** Whether it was sampled from an utterance's motion, and not idle life or the easing out of speech alone. */
  readonly isSampled: boolean;
  /** How many interrupts had happened. */
  readonly interrupts: number;
  /** Milliseconds since the last interrupt or end of playback. */
  readonly sinceCutMs: number;
}

declare global {
  var visavis: AvatarView;
  var recording: Applied[];
}

/** Waits for a condition in the page, asked by timer: by frame, a slow software renderer would miss short states. */
export async function waitFor<A>(page: Page, condition: (argument: A) => boolean, argument?: A): Promise<void> {
  await page.waitForFunction(condition as (argument: unknown) => boolean, argument, { polling: 20 });
}

/** A page of few device pixels: a software renderer draws a full-sized one too rarely to sample a mouth. */
export async function newSmallPage(browser: Browser): Promise<Page> {
  return browser.newPage({ viewport: { width: 320, height: 400 }, deviceScaleFactor: 0.25 });
}

/** Loads the page and waits until it is connected. `dot` is drawn without WebGL, so quickly, for tests that do not look at the face. */
export async function openPage(page: Page, url: string, avatarId = 'ava'): Promise<void> {
  await page.goto(`${url}/?quality=low&avatar=${avatarId}`);
  await waitFor(page, () => globalThis.visavis?.controller.connectionState === 'connected');
}

/** From here on every pose that is applied to the rig is noted in the page. */
export async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { visavis: view } = globalThis;
    const { controller } = view;
    const log: Applied[] = [];
    globalThis.recording = log;
    let interrupts = 0;
    let cutAt = -Infinity;
    const interrupt = controller.interrupt.bind(controller);
    controller.interrupt = (reason) => {
      interrupts += 1;
      interrupt(reason);
      cutAt = performance.now();
    };
    let playedMs = 0;
    const { onPlaybackFinished } = controller;
    controller.onPlaybackFinished = (result) => {
      onPlaybackFinished?.(result);
      playedMs = result.playedMs;
      cutAt = performance.now();
    };
    view.onPoseApplied = ({ weights }) => {
      // 17..40 are jaw and mouth; 23 and 24, the smile, belong to idle life as well.
      const speech = [...weights.subarray(14, 23), ...weights.subarray(25, 41)];
      const playing = controller.conversationState === 'playing';
      log.push({
        timeMs: playing ? controller.getAudioTime() : playedMs + performance.now() - cutAt, opening: weights[17]! - weights[18]!, strongest: Math.max(...speech),
        state: controller.conversationState, isSampled: controller.stats().avOffsetMs !== undefined, interrupts, sinceCutMs: performance.now() - cutAt,
      });
    };
  });
}

/** Has the avatar say it, word for word. */
export async function say(page: Page, text: string): Promise<void> {
  await ask(page, `/say ${text}`);
}

/** Types a message to the avatar. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
}

export async function recorded(page: Page): Promise<Applied[]> {
  return page.evaluate(() => globalThis.recording);
}

export async function waitForState(page: Page, state: Applied['state']): Promise<void> {
  await waitFor(page, (wanted) => globalThis.visavis.controller.conversationState === wanted, state);
}
