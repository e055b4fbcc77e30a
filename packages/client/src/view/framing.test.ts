import { describe, expect, it } from 'vitest';
import { framingOf, isFramingName } from './framing.js';

const OWN = { target: [0, -0.04, 0.02], width: 0.3, height: 0.36, fovDeg: 18 } as const;
const edges = ({ target, height }: { target: readonly number[]; height: number }) => ({ top: target[1]! + height / 2, bottom: target[1]! - height / 2 });

describe('framingOf', () => {
  it('leaves the manifest’s own framing as it is', () => {
    expect(framingOf('avatar', OWN)).toEqual(OWN);
  });

  it('shows the head with its hair in a portrait, more shoulder in a bust, the face alone close by', () => {
    const { top } = edges(OWN);
    const portrait = edges(framingOf('portrait', OWN));
    const bust = edges(framingOf('bust', OWN));
    const close = edges(framingOf('close', OWN));
    expect(portrait.top).toBeCloseTo(top, 2);
    expect(portrait.bottom).toBeGreaterThan(edges(OWN).bottom);
    expect(bust.top).toBeGreaterThanOrEqual(top);
    expect(bust.bottom).toBeLessThan(edges(OWN).bottom);
    expect(close.top).toBeLessThan(top);
    expect(close.bottom, 'below the chin').toBeLessThan(-0.1);
  });

  it('grows with the avatar', () => {
    const twice = { ...OWN, target: [0, -0.08, 0.04] as const, width: 0.6, height: 0.72 };
    const { target, height } = framingOf('close', OWN);
    expect(framingOf('close', twice).height).toBeCloseTo(2 * height);
    expect(framingOf('close', twice).target[1]).toBeCloseTo(2 * target[1]);
  });
});

describe('isFramingName', () => {
  it('knows the four names and nothing else', () => {
    expect(['avatar', 'portrait', 'bust', 'close'].every(isFramingName)).toBe(true);
    expect(['Portrait', '', undefined, 'constructor', 3].some(isFramingName)).toBe(false);
  });
});
