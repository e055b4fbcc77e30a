import { BAND_COUNT } from './spectrum.js';

/** The floor's memory: blocks of frames whose minima are kept. 16 x 250 ms: speech pauses or dips in every band within 4 s. */
const BLOCKS = 16;
const BLOCK_FRAMES = 25;
/** Power smoothing ahead of the minimum, per 10 ms frame: 30 ms. */
const FLOOR_SMOOTHING = Math.exp(-10 / 30);
/** The minimum of smoothed noise lies under its mean, single frames over it; 7 dB covers most of it. */
const FLOOR_MARGIN = 5;
/** -86 dBFS in one band: the noise of 16-bit dither and less is silence. */
const QUIETEST = 10 ** -8.6;
/** The peak starts here, so that the first syllable sets it, and never falls lower. */
const LOWEST_PEAK_DB = -54;
const PEAK_ATTACK = 1 - Math.exp(-10 / 20);
/** 4 dB a second, while someone speaks. */
const PEAK_RELEASE_DB = 0.04;
const SPEECH_RANGE_DB = 30;
/** Relative levels are kept in this range. */
export const LOWEST_DB = -60;
const HIGHEST_DB = 3;

/** Steady noise in one band: the minimum of the smoothed power over four seconds (Martin 2001, much simplified). */
class NoiseFloor {
  readonly #minima = new Float64Array(BLOCKS);
  #smoothed = 0;
  #current = Infinity;
  #frames = 0;
  #floor = QUIETEST;

  reset(): void {
    this.#minima.fill(QUIETEST);
    this.#smoothed = 0;
    this.#current = Infinity;
    this.#frames = 0;
    this.#floor = QUIETEST;
  }

  /** Follows the next frame's power; returns the floor, at least QUIETEST. */
  update(power: number): number {
    this.#smoothed = FLOOR_SMOOTHING * this.#smoothed + (1 - FLOOR_SMOOTHING) * power;
    this.#current = Math.min(this.#current, this.#smoothed);
    if (++this.#frames % BLOCK_FRAMES === 0) {
      this.#minima[(this.#frames / BLOCK_FRAMES) % BLOCKS] = this.#current;
      this.#current = Infinity;
      this.#floor = Math.max(QUIETEST, Math.min(...this.#minima));
    }
    return this.#floor;
  }
}

/**
 * Takes recording level and steady noise out of band powers: levels in dB relative to the speaker's own recent peak,
 * with the noise floor subtracted. Follows speakers from -20 to +20 dB around the usual level.
 */
export class LevelTracker {
  /** Level of each band against the peak, LOWEST_DB..3 dB. Written by `update`. */
  readonly relative = new Float64Array(BAND_COUNT);
  readonly #floors = Array.from({ length: BAND_COUNT }, () => new NoiseFloor());
  #peakDb = LOWEST_PEAK_DB;

  constructor() {
    this.reset();
  }

  reset(): void {
    for (const floor of this.#floors) floor.reset();
    this.relative.fill(LOWEST_DB);
    this.#peakDb = LOWEST_PEAK_DB;
  }

  /** Takes one analysis, writes `relative` and returns the level of all bands together, in the same dB. */
  update(bands: Float64Array): number {
    let total = 0;
    for (let i = 0; i < BAND_COUNT; i++) {
      const speech = Math.max(0, bands[i]! - FLOOR_MARGIN * this.#floors[i]!.update(bands[i]!));
      this.relative[i] = speech;
      total += speech;
    }
    this.#followPeak(decibels(total));
    for (let i = 0; i < BAND_COUNT; i++) this.relative[i] = this.#against(this.relative[i]!);
    return this.#against(total);
  }

  #followPeak(levelDb: number): void {
    if (levelDb > this.#peakDb) this.#peakDb += (levelDb - this.#peakDb) * PEAK_ATTACK;
    else if (levelDb > this.#peakDb - SPEECH_RANGE_DB) this.#peakDb -= PEAK_RELEASE_DB;
    this.#peakDb = Math.max(LOWEST_PEAK_DB, this.#peakDb);
  }

  #against(power: number): number {
    const db = decibels(power) - this.#peakDb;
    return db < LOWEST_DB ? LOWEST_DB : db > HIGHEST_DB ? HIGHEST_DB : db;
  }
}

function decibels(power: number): number {
  return 10 * Math.log10(power + 1e-12);
}
