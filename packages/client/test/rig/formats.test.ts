import { describe, expect, it } from 'vitest';
import { useStage } from '../stage.js';
import type { Format } from './page/formats.js';

const stage = useStage('rig', { viewport: { width: 112, height: 128 } });

/** Pixels that an open mouth, a blink and a turned head change in a picture of 112 × 128, and that two looks at the same pose do. */
async function changes(format: Format): Promise<Record<'same' | 'mouth' | 'blink' | 'turn', number>> {
  return stage.page.evaluate(async (name) => {
    const { formats } = renderModules;
    const held = await formats.hold(name);
    const differing = (a: Uint8ClampedArray, b: Uint8ClampedArray): number =>
      Array.from({ length: a.length / 4 }, (_, i) => Math.abs(a[4 * i]! - b[4 * i]!) + Math.abs(a[4 * i + 1]! - b[4 * i + 1]!)).filter((by) => by > 24).length;
    held.settle();
    const rest = await held.showSettled({});
    const result = {
      same: differing(rest, await held.showSettled({})),
      mouth: differing(rest, await held.showSettled({ jawOpen: 0.6, mouthLowerDownLeft: 0.2, mouthLowerDownRight: 0.2 })),
      blink: differing(rest, await held.showSettled({ eyeBlinkLeft: 1, eyeBlinkRight: 1 })),
      turn: differing(rest, await held.showSettled({ headYaw: 0.4 })),
    };
    held.view.dispose();
    return result;
  }, format);
}

describe('every format in a browser', { timeout: 120_000 }, () => {
  it.each(['vrm0', 'vrm1', 'splat', 'sprite'] as const)('%s is drawn and moves with the pose', async (format) => {
    const seen = await changes(format);
    expect(seen.same, 'a pose that stays shows the same').toBeLessThan(20);
    expect(seen.mouth).toBeGreaterThan(15);
    expect(seen.blink).toBeGreaterThan(10);
    expect(seen.turn).toBeGreaterThan(150);
    expect(stage.realProblems()).toEqual([]);
  });

  it.each(['vrm0', 'vrm1', 'splat'] as const)('%s gives all graphics memory back', async (format) => {
    const { during, before, after } = await stage.page.evaluate((name) => renderModules.formats.memoryOf(name), format);
    expect(during.geometries).toBeGreaterThan(before.geometries);
    expect(after).toEqual(before);
  });
});

describe('a drawn avatar', { timeout: 60_000 }, () => {
  /** Takes WebGL from the stage.page. */
  const withoutWebGl = (): Promise<void> => stage.page.evaluate(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind === '2d' ? (getContext as (...all: unknown[]) => unknown).call(this, kind, ...rest) : null;
    } as typeof getContext;
  });

  it('is shown by the view without WebGL, fills it, and leaves nothing behind', async () => {
    await withoutWebGl();
    const seen = await stage.page.evaluate(async () => {
      const { avatar, face, view } = renderModules;
      const dot = await avatar.AvatarManager.shared.load('dot');
      const container = document.getElementById('view')!;
      const shown = new view.AvatarView(dot, container, { controller: { poseAt: () => face.createPose() } });
      const failure = new Promise<string>((resolve) => { shown.onError = ({ message }) => { resolve(message); }; });
      const drawn = new Promise<string>((resolve) => { shown.onFirstRendering = () => { resolve('drawn'); }; });
      const outcome = await Promise.race([failure, drawn]);
      const png = await shown.exportBitmap();
      const result = { outcome, size: shown.renderSize, rect: shown.getBoundingRect()!, bytes: png!.size };
      shown.dispose();
      return { ...result, left: container.childElementCount };
    });
    expect(seen).toMatchObject({ outcome: 'drawn', size: { width: 112, height: 128 }, left: 0 });
    expect(seen.rect.height).toBeCloseTo(126, 0);
    expect(seen.rect.y + seen.rect.height).toBeCloseTo(128, 0);
    expect(seen.bytes).toBeGreaterThan(2_000);
    expect(stage.realProblems()).toEqual([]);
  });

  it('stands in for an avatar that names it, where there is no WebGL', async () => {
    await withoutWebGl();
    const outcome = await stage.page.evaluate(async () => {
      const { avatar, face, view, formats } = renderModules;
      const ava = await avatar.AvatarManager.shared.load('ava');
      const manifest = { ...ava.manifest, fallback: { type: 'sprite', file: 'dot.json' } as const };
      const withFallback = { manifest, createRig: () => ava.createRig(), createFallbackRig: () => formats.load('sprite') } as unknown as typeof ava;
      const shown = new view.AvatarView(withFallback, document.getElementById('view')!, { controller: { poseAt: () => face.createPose() } });
      const result = await new Promise<string>((resolve) => {
        shown.onError = ({ message }) => { resolve(message); };
        shown.onFirstRendering = () => { resolve('drawn'); };
      });
      shown.dispose();
      return result;
    });
    expect(outcome).toBe('drawn');
  });

  it('refuses pictures that reach out or are none, with a code, and asks nobody for anything', async () => {
    const asked: string[] = [];
    stage.page.on('request', (request) => { asked.push(request.url()); });
    const codes = await stage.page.evaluate(async () => {
      const { rig } = renderModules;
      const text = (value: string): ArrayBuffer => new TextEncoder().encode(value).slice().buffer;
      const drawing = { schema: 'visavis.sprite/1', size: [100, 100], neck: [50, 90], turn: 10, layers: [{ kind: 'still', image: 'a.svg', at: [0, 0], size: [100, 100] }] };
      const tryWith = (picture: ArrayBuffer): Promise<string> =>
        rig.loadRig({ type: 'sprite', file: 'a.json', files: (name) => (name === 'a.json' ? text(JSON.stringify(drawing)) : picture) })
          .then((loaded) => { loaded.dispose(); return 'loaded'; }, (error: { code?: string }) => error.code ?? 'not coded');
      const svg = (inside: string): ArrayBuffer => text(`<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">${inside}</svg>`);
      return Promise.all([
        svg('<rect width="5" height="5"/>'), svg('<image href="https://example.org/a.png"/>'), svg('<script>fetch("/x")</script>'), text('nothing'),
        Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3).buffer, svg('<rect').slice(0, 70),
      ].map(tryWith));
    });
    expect(codes).toEqual(['loaded', ...new Array(5).fill('unsupportedAvatarAsset')]);
    expect(asked.filter((url) => /example\.org|\/x$/.test(url))).toEqual([]);
  });
});
