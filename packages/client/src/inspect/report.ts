import type { ArkitName, Viseme } from '@visavis/face';
import type { Speech } from '../rig/index.js';
import type { FileKind } from './sniff.js';

/** `error`: the client refuses the file. `warning`: it is shown, and something is worse than it could be. `note`: good to know. */
export type ProblemLevel = 'error' | 'warning' | 'note';

export interface Problem {
  readonly level: ProblemLevel;
  readonly message: string;
}

export interface TextureFacts {
  readonly name: string;
  /** `image/png` and so on, by its content. */
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** In the file. */
  readonly bytes: number;
  /** Decoded, with mipmaps, as the graphics card holds it. */
  readonly gpuBytes: number;
  /** What is wrong with its container, in words. Undefined where nothing is known to be. */
  readonly damage: string | undefined;
}

export interface ShapeFacts {
  /** Shapes that have a target by their ARKit name. */
  readonly present: readonly ArkitName[];
  /** Shapes that are understood under another name. */
  readonly aliased: readonly { readonly name: ArkitName; readonly target: string }[];
  readonly missing: readonly ArkitName[];
}

/** What a face can do with its mouth. */
export interface Verdict {
  /** 0 (cannot speak) to 1 (every shape that speech uses). */
  readonly score: number;
  readonly sentence: string;
}

/** What can be known of an avatar's file without drawing it. */
export interface AvatarReport {
  readonly kind: FileKind | 'splat';
  /** In words: `VRM 1.0`. */
  readonly title: string;
  readonly bytes: number;
  /** No problem is an error. */
  readonly isUsable: boolean;
  readonly problems: readonly Problem[];
  readonly speech: Speech;
  readonly shapes: ShapeFacts;
  readonly visemes: { readonly present: readonly Viseme[]; readonly missing: readonly Viseme[] };
  /** Names of targets that nothing is made of, the first 32; and how many there are. */
  readonly unknownTargets: { readonly names: readonly string[]; readonly count: number };
  readonly bones: readonly string[];
  readonly meshes: number;
  /** Meshes by material: what is drawn at once. */
  readonly drawCalls: number;
  readonly vertices: number;
  readonly triangles: number;
  readonly gaussians: number;
  readonly textures: readonly TextureFacts[];
  /** Estimate: vertices and targets as three.js holds them, and textures. */
  readonly gpuBytes: number;
  /** What the file says of its maker and its licence, in its own words. */
  readonly generator: string | undefined;
  readonly license: string | undefined;
  readonly verdict: Verdict;
}
