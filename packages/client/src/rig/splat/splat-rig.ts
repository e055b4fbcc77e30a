import type { Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import type { Box3, Object3D } from 'three';
import type { Speech, TargetMapping } from '../face-plan.js';
import type { Rig } from '../rig.js';
import { Cloud, textureLength } from './cloud.js';
import { readSplatHead, type SplatHead } from './splat-head.js';

/** A head of Gaussian splats that follow the blended mesh they are bound to, place and turn of its surface. */
export class SplatRig implements Rig {
  readonly #head: SplatHead;
  readonly #cloud: Cloud;

  constructor(head: SplatHead) {
    this.#head = head;
    this.#cloud = new Cloud(head.gaussians, head.bound, head.blend.data, head.motion);
  }

  get root(): Object3D {
    return this.#cloud.root;
  }

  get bounds(): Box3 {
    return this.#head.bounds;
  }

  get speech(): Speech {
    return this.#head.signals.plan.speech;
  }

  apply(pose: Pose): void {
    const { shaper, signals, blend, motion } = this.#head;
    signals.set(shaper.shape(pose.weights));
    blend.apply(signals.values);
    motion.set(pose);
    this.#cloud.update();
  }

  dispose(): void {
    this.#cloud.dispose();
  }
}

/** Builds a rig from a zip archive in LAM's layout. Rejects with `unsupportedAvatarAsset`. */
export async function loadSplatRig(bytes: ArrayBuffer, shaping?: FaceShaping, mapping?: TargetMapping): Promise<SplatRig> {
  return new SplatRig(await readSplatHead(bytes, textureLength, shaping, mapping));
}
