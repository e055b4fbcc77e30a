/** What the page draws: plain values, made in Node and handed to the browser. */

export interface ContactCell {
  readonly name: string;
  /** Sounds that look so, for the reader. */
  readonly sounds: string;
  /** The 58 values of a pose. */
  readonly pose: readonly number[];
  /** Between the avatar's lips in millimetres; negative where they press. */
  readonly gapMm: number;
}

export interface ContactData {
  readonly title: string;
  readonly cells: readonly ContactCell[];
}

export interface StripPhone {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** /m b p/: lips must meet. */
  readonly isBilabial: boolean;
}

/** A curve under the strip; values and `full`, the value at the top, in the same unit. */
export interface StripCurve {
  readonly name: string;
  readonly colour: string;
  readonly full: number;
  readonly values: readonly number[];
}

export interface StripData {
  readonly title: string;
  readonly fps: number;
  readonly sampleRate: number;
  /** -1..1. */
  readonly samples: readonly number[];
  readonly phones: readonly StripPhone[];
  /** Pose k is at k / fps seconds; 58 values each. */
  readonly poses: readonly (readonly number[])[];
  /** Whether the lips meet in each pose. */
  readonly closed: readonly boolean[];
  readonly curves: readonly StripCurve[];
}
