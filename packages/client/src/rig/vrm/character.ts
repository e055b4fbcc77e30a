/**
 * What this client uses of a character that @pixiv/three-vrm has read. Declared here because that package's own
 * declarations cannot be resolved the way Node resolves modules.
 */
import type { Group, Material, Object3D, Vector3 } from 'three';

export interface Expression {
  weight: number;
  /** What the expression moves. */
  readonly binds: readonly unknown[];
}

export interface Character {
  readonly scene: Group;
  readonly meta: { readonly metaVersion: '0' | '1' };
  readonly materials?: readonly (Material & { update?(seconds: number): void })[];
  readonly humanoid: { autoUpdateHumanBones: boolean; getRawBoneNode(name: string): Object3D | null };
  readonly expressionManager?: { readonly expressionMap: Readonly<Record<string, Expression>>; update(): void };
  readonly lookAt?: {
    /** Degrees, to the character's left and down. */
    readonly applier: { applyYawPitch(yaw: number, pitch: number): void };
    getLookAtWorldPosition(out: Vector3): Vector3;
  };
  readonly springBoneManager?: { setInitState(): void; update(seconds: number): void };
  readonly nodeConstraintManager?: { update(): void };
}
