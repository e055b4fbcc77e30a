/** Names of the places an avatar can stand in. */
export const BACKGROUNDS = ['studio', 'warm', 'night', 'transparent'] as const;
export type Background = (typeof BACKGROUNDS)[number];

export function isBackground(value: unknown): value is Background {
  return (BACKGROUNDS as readonly unknown[]).includes(value);
}

/** A far light: where it comes from in metres from between the eyes, its colour and its irradiance. */
export interface Lamp {
  readonly at: readonly [x: number, y: number, z: number];
  readonly colour: string;
  readonly intensity: number;
}

/** A glowing rectangle of the surroundings: where it hangs, its size in metres, its colour and its radiance. It faces the avatar. */
export interface Softbox {
  readonly at: readonly [x: number, y: number, z: number];
  readonly size: readonly [width: number, height: number];
  readonly colour: string;
  readonly radiance: number;
}

export interface Glow {
  readonly colour: string;
  readonly radiance: number;
}

/** Everything that lights an avatar and stands behind it. All presets have the same lamps, so that no shader is made anew. */
export interface Preset {
  /** The one light that throws shadows. */
  readonly key: Lamp;
  readonly fill: Lamp;
  /** Behind at the right and at the left: the light edge of hair, ears and shoulders. */
  readonly rim: Lamp;
  readonly kicker: Lamp;
  readonly walls: Glow;
  readonly floor: Glow;
  readonly softboxes: readonly Softbox[];
  /** Factor on the light of walls, floor and softboxes. */
  readonly surroundings: number;
  /** Colours behind the avatar; none lets the page through. */
  readonly backdrop: { readonly top: string; readonly bottom: string; readonly glow: string } | undefined;
}

/**
 * A portrait studio: a large key box above left, a small bright one low enough for its reflection to stand clear of the
 * upper lid (the catchlight), a tall fill at the right, an overhead, two strips behind.
 */
const STUDIO: Preset = {
  key: { at: [-0.72, 0.74, 1.1], colour: '#fff0e0', intensity: 2.75 },
  fill: { at: [1.0, 0.2, 1.1], colour: '#dbe6ff', intensity: 0.28 },
  rim: { at: [0.95, 0.75, -1.0], colour: '#dbe8ff', intensity: 2.3 },
  kicker: { at: [-0.95, 0.8, -0.9], colour: '#ffe6cc', intensity: 1.3 },
  walls: { colour: '#c6cfda', radiance: 0.62 },
  floor: { colour: '#8b7a6c', radiance: 0.45 },
  softboxes: [
    { at: [-2.4, 2.6, 4.0], size: [2.4, 2.4], colour: '#fff4e6', radiance: 6.5 },
    { at: [-1.35, 1.45, 4.6], size: [1.3, 1.3], colour: '#fffaf2', radiance: 105 },
    { at: [3.8, 0.8, 2.8], size: [1.5, 3.2], colour: '#e9f0ff', radiance: 4.5 },
    { at: [0, 4.6, 0.4], size: [4, 3], colour: '#ffffff', radiance: 4 },
    { at: [-3.6, 1.4, -3.2], size: [1, 3.4], colour: '#dfe9ff', radiance: 7 },
    { at: [3.6, 1.6, -3.2], size: [1, 3.4], colour: '#fff0e0', radiance: 8 },
  ],
  surroundings: 0.36,
  backdrop: { top: '#4d5966', bottom: '#262c36', glow: '#8793a0' },
};

/** A living room in the afternoon: a low sun through a window at the left, wood and cream walls. */
const WARM: Preset = {
  key: { at: [-0.9, 0.6, 1.0], colour: '#ffe6c8', intensity: 2.8 },
  fill: { at: [1.0, 0.1, 1.1], colour: '#ffe3cc', intensity: 0.35 },
  rim: { at: [0.9, 0.7, -1.0], colour: '#ffc890', intensity: 2.2 },
  kicker: { at: [-0.95, 0.6, -0.8], colour: '#ffd9a8', intensity: 1.6 },
  walls: { colour: '#dccbb8', radiance: 0.6 },
  floor: { colour: '#8a5a36', radiance: 0.6 },
  softboxes: [
    { at: [-2.9, 1.7, 3.6], size: [2.2, 2.6], colour: '#ffe9c8', radiance: 9 },
    { at: [-1.5, 1.5, 4.6], size: [1.1, 1.5], colour: '#fff3dd', radiance: 95 },
    { at: [3.6, 0.4, 2.6], size: [2, 2.4], colour: '#ffd8b0', radiance: 2.6 },
    { at: [0, 4.6, 0.4], size: [4, 3], colour: '#fff0d8', radiance: 2.4 },
    { at: [3.6, 1.4, -3.2], size: [1.2, 3], colour: '#ffbf80', radiance: 9 },
  ],
  surroundings: 0.38,
  backdrop: { top: '#6b5745', bottom: '#2d2520', glow: '#b8987a' },
};

/** A room at night: a screen's cool light from the front, a lamp behind, a city in the window. */
const NIGHT: Preset = {
  key: { at: [-0.6, 0.5, 1.2], colour: '#ffeee4', intensity: 1.7 },
  fill: { at: [0.9, -0.1, 1.2], colour: '#5f78ff', intensity: 0.35 },
  rim: { at: [0.95, 0.6, -0.95], colour: '#ff9a5c', intensity: 2.3 },
  kicker: { at: [-1.0, 0.5, -0.9], colour: '#4f7dff', intensity: 2.6 },
  walls: { colour: '#24304e', radiance: 0.5 },
  floor: { colour: '#141828', radiance: 0.4 },
  softboxes: [
    { at: [-1.5, 1.4, 4.5], size: [1.7, 1.1], colour: '#fff4ec', radiance: 80 },
    { at: [-2.2, 2.2, 4.0], size: [2, 2], colour: '#a9bfff', radiance: 4 },
    { at: [3.6, 0.8, -2.6], size: [1.2, 3], colour: '#ff9a55', radiance: 12 },
    { at: [-3.6, 1.0, -2.6], size: [1.2, 3], colour: '#4a74ff', radiance: 10 },
    { at: [3.4, 0.3, 2.6], size: [1, 2], colour: '#5b6cc0', radiance: 3 },
  ],
  surroundings: 0.42,
  backdrop: { top: '#10172b', bottom: '#070a14', glow: '#2b3a66' },
};

/** Even light that suits any page, and nothing behind. */
const TRANSPARENT: Preset = {
  ...STUDIO,
  rim: { ...STUDIO.rim, intensity: 1.6 },
  kicker: { ...STUDIO.kicker, intensity: 1.0 },
  backdrop: undefined,
};

export const PRESETS: Readonly<Record<Background, Preset>> = { studio: STUDIO, warm: WARM, night: NIGHT, transparent: TRANSPARENT };
