/**
 * What the network says of one moment, 50 times a second. The runtime fills frames from the network's outputs and
 * features; the decoder turns them into poses. Never knows weights or tensors.
 */

/** Frames a second: frame k is the face at k / 50 s. */
export const FRAME_RATE_HZ = 50;

/** Order of `NetworkFrame.visemes`; weights must be made for this very list. */
export const VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou'] as const;

/**
 * Order of `NetworkFrame.articulation`. jaw: how far it drops. aperture: between the lips. closure: lips pressed.
 * labiodental: lower lip at the teeth. rounding: lips narrowed. protrusion: lips forward. spread: corners apart.
 * tip, body: the tongue's height. teeth: brought together.
 */
export const ARTICULATORS = ['jaw', 'aperture', 'closure', 'labiodental', 'rounding', 'protrusion', 'spread', 'tip', 'body', 'teeth'] as const;

/** Order of `NetworkFrame.motion`: ARKit weights that real captures calibrate, left and right alike. */
export const MOTION_CHANNELS = [
  'jawOpen', 'mouthFunnel', 'mouthPucker', 'mouthSmile', 'mouthStretch', 'mouthLowerDown', 'mouthUpperUp', 'mouthPress',
  'mouthRollLower', 'mouthRollUpper', 'mouthDimple', 'mouthShrugUpper', 'noseSneer',
] as const;

export interface NetworkFrame {
  /** Probability of each of VISEMES. */
  readonly visemes: Float32Array;
  /** Each of ARTICULATORS, 0..1. */
  readonly articulation: Float32Array;
  /** Probability that somebody speaks. */
  readonly voice: number;
  /** How lively the speech is, 0..1. */
  readonly arousal: number;
  /** Each of MOTION_CHANNELS as the network gives it: not yet clipped to 0..1, not gated by voice. */
  readonly motion: Float32Array;
  /** Level in dB against the stream's running peak, -60..15. */
  readonly levelToPeak: number;
  /** Level in dB over the stream's running noise floor, -15..75. */
  readonly levelOverFloor: number;
  /** How periodic the sound is, 0..1. */
  readonly voicing: number;
  /** Octaves over the stream's mean pitch, -1..1; 0 where unvoiced. */
  readonly pitch: number;
}
