import { beforeEach, describe, expect, it } from 'vitest';
import type { Avatar } from '../../src/avatar/index.js';
import { useStage } from '../stage.js';

const stage = useStage('rig', { viewport: { width: 96, height: 112 } });

type Place = 'near' | 'far';

/** What the page keeps between calls: two views whose avatar never comes, so that only the loop is at work; they are asked for poses. */
interface Two {
  readonly views: Record<Place, { dispose(): void }>;
  readonly asked: Record<Place, number>;
  /** Throws when it is asked for a pose. */
  broken?: Place;
  /** Requests of a refresh that are open, and the most there were. */
  readonly open: Set<number>;
  most: number;
}

declare global {
  var two: Two;
  var waitingAvatar: Avatar;
}

beforeEach(() => stage.page.evaluate(() => {
  const { face, view } = renderModules;
  const framing = { target: [0, 0, 0], width: 0.4, height: 0.4, fovDeg: 20 };
  globalThis.waitingAvatar = { manifest: { rig: { type: 'sprite' }, framing }, createRig: () => new Promise(() => {}) } as unknown as Avatar;
  document.body.innerHTML = '<div id="near" style="height:64px"></div><div style="height:4000px"></div><div id="far" style="height:64px"></div>';
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  const cancel = globalThis.cancelAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (callback) => {
    const handle = request((time) => { two.open.delete(handle); callback(time); });
    two.open.add(handle);
    two.most = Math.max(two.most, two.open.size);
    return handle;
  };
  globalThis.cancelAnimationFrame = (handle) => { two.open.delete(handle); cancel(handle); };
  globalThis.two = { views: {} as Two['views'], asked: { near: 0, far: 0 }, open: new Set(), most: 0 };
  for (const place of ['near', 'far'] as const) {
    const poseAt = () => {
      two.asked[place]++;
      if (two.broken === place) throw new Error(`${place} is broken`);
      return face.createPose();
    };
    two.views[place] = new view.AvatarView(waitingAvatar, document.getElementById(place)!, { controller: { poseAt } });
  }
}));

/** Both views on the screen at once. */
function bringTogether(): Promise<void> {
  return stage.page.evaluate(() => { document.getElementById('far')!.previousElementSibling!.remove(); });
}

/** How often the views are asked until `place` has been a few times. */
async function askedUntil(place: Place): Promise<Two['asked']> {
  await stage.page.evaluate(() => { Object.assign(two.asked, { near: 0, far: 0 }); });
  await stage.page.waitForFunction((name) => two.asked[name] > 3, place);
  return stage.page.evaluate(() => ({ ...two.asked }));
}

describe('several views on a page', () => {
  it('share one request a refresh, which goes with the last', async () => {
    await bringTogether();
    await askedUntil('near'); // until the browser has told where they are
    await askedUntil('far');
    const seen = await stage.page.evaluate(() => {
      two.views.near.dispose();
      const one = two.open.size;
      two.views.far.dispose();
      return { most: two.most, one, none: two.open.size };
    });
    expect(seen).toEqual({ most: 1, one: 1, none: 0 });
  });

  it('are asked for poses only where they are on the screen', async () => {
    await askedUntil('near'); // until the browser has told where they are
    expect((await askedUntil('near')).far).toBe(0);
    await stage.page.evaluate(() => { document.getElementById('far')!.scrollIntoView(); });
    await askedUntil('far');
    expect((await askedUntil('far')).near).toBe(0);
  });

  it('do not stop each other by an error, which is told', async () => {
    await bringTogether();
    await stage.page.evaluate(() => { two.broken = 'near'; });
    expect((await askedUntil('far')).near).toBeGreaterThan(0);
    expect((await askedUntil('near')).far).toBeGreaterThan(0);
    expect(new Set(stage.realProblems())).toEqual(new Set(['near is broken']));
  });
});

it('a view with a frame rate asks no more often, on displays of any rate', async () => {
  const rates = await stage.page.evaluate(() => [50, 60, 144].map((displayed) => {
    let [ms, asked] = [1_000, 0];
    let next: (() => void) | undefined;
    const timer = { now: () => ms, request: (callback: () => void) => { next = callback; return 1; }, cancel: () => { next = undefined; } };
    const pose = renderModules.face.createPose();
    const controller = { poseAt: () => { asked++; return pose; } };
    const shown = new renderModules.view.AvatarView(waitingAvatar, document.getElementById('near')!, { controller, timer, frameRate: 30 });
    for (let i = 0; i < displayed * 4; i++) {
      ms += 1000 / displayed;
      next?.();
    }
    shown.dispose();
    return asked / 4;
  }));
  for (const rate of rates) expect(rate).toBeCloseTo(30, 0);
});
