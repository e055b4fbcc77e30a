/** The seam of the comparison: audio in, poses at 30 fps out. */
import type { Phone } from '../measures/closures.js';
import type { Track } from '../track.js';

/** What a system may be told of a recording beside its audio. */
export interface Told {
  /** The clip it is, which a system that learnt from the clips must not have learnt from; the others ignore it. */
  readonly heldOut?: string;
  /** The phones with their times, as a voice knows them that makes the speech. */
  readonly phones?: readonly Phone[];
}

export interface System {
  /** Short name, for tables and --systems. */
  readonly id: string;
  /** What it is and how its output becomes a pose, for the report. */
  readonly what: string;
  /** Rate in Hz it takes its audio at; the bench resamples beforehand, so that costs it nothing. */
  readonly sampleRate: number;
  /**
   * How hard its lips press in a pose: by default as `pressOf` in track.ts. `none` where it knows no bilabial, or where what it
   * moves means something else.
   */
  readonly press?: 'none' | ((pose: Float32Array) => number);
  /**
   * Poses for a whole recording, pose k for the audio at k / 30 s, made as they would be live: in small pieces, from the
   * past and the system's own look-ahead.
   */
  run(samples: Float32Array, told?: Told): Promise<Track>;
  /** Whether it makes something of `phones`. */
  readonly takesPhones?: boolean;
  /** Whether runs at the same time share work. */
  readonly sharesWork?: boolean;
  dispose?(): void | Promise<void>;
}
