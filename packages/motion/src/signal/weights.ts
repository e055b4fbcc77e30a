import { CHANNEL, type ChannelName } from '@visavis/face';
import type { Articulation } from './articulation.js';

/** Writes an articulation into the speech channels of a pose's 58 values. Both halves of the face move alike. */
export function writeMouth(a: Articulation, values: Float32Array): void {
  const jaw = a.jaw * (1 - 0.25 * a.rounding) * (1 - 0.7 * a.sibilant) * (1 - 0.6 * a.tuck) + 0.035 * a.sibilant;
  const closed = Math.min(1, a.closure);
  const aperture = jaw * (1 - closed);
  const apart = 1 - closed;
  const round = a.rounding * apart;
  const spread = a.spread * apart;
  const teeth = a.sibilant * apart;

  values[CHANNEL.jawOpen] = jaw;
  values[CHANNEL.mouthClose] = jaw * closed;
  values[CHANNEL.mouthFunnel] = Math.min(0.7, round * (0.2 + 0.9 * aperture) + 0.4 * a.hush * apart);
  values[CHANNEL.mouthPucker] = Math.min(0.7, round * Math.max(0.1, 0.55 - 0.9 * aperture) + 0.15 * a.hush * apart);
  values[CHANNEL.mouthShrugUpper] = 0.1 * teeth;
  values[CHANNEL.mouthShrugLower] = 0.15 * closed * pressing(a);
  values[CHANNEL.mouthRollLower] = Math.min(0.5, 0.2 * closed * pressing(a) + 0.45 * a.tuck);
  values[CHANNEL.mouthRollUpper] = 0.12 * closed * pressing(a);
  pair(values, 'mouthSmile', 0.22 * spread);
  pair(values, 'mouthStretch', 0.14 * spread + 0.1 * (teeth - a.hush * apart));
  pair(values, 'mouthDimple', 0.12 * spread);
  pair(values, 'cheekSquint', 0.08 * spread);
  pair(values, 'mouthPress', 0.3 * closed * pressing(a));
  pair(values, 'mouthLowerDown', Math.min(0.5, 0.45 * aperture * (1 - 0.6 * a.rounding) + 0.24 * teeth));
  pair(values, 'mouthUpperUp', Math.min(0.4, 0.2 * aperture * (1 - 0.6 * a.rounding) + 0.12 * teeth + 0.1 * a.tuck));
}

/** Lips press where they meet against an open jaw; a mouth that simply shuts does not. */
function pressing(a: Articulation): number {
  return Math.min(1, a.closure * (0.1 + 3 * a.jaw));
}

function pair(values: Float32Array, name: 'mouthSmile' | 'mouthStretch' | 'mouthDimple' | 'cheekSquint' | 'mouthPress' | 'mouthLowerDown' | 'mouthUpperUp', weight: number): void {
  const left: ChannelName = `${name}Left`;
  const right: ChannelName = `${name}Right`;
  values[CHANNEL[left]] = values[CHANNEL[right]] = weight;
}
