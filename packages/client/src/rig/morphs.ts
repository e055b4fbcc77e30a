import { Mesh, type Object3D } from 'three';
import { readFace } from './arkit-face.js';
import type { FaceReading, TargetMapping } from './face-plan.js';

/** The targets of one mesh: `influences[slots[i]]` shows `signals[sources[i]]`. */
interface MeshBinding {
  readonly influences: number[];
  readonly slots: Uint16Array;
  readonly sources: Uint16Array;
}

/** Connects weights to every mesh that has targets for them; sets differ from mesh to mesh. */
export class MorphBindings {
  readonly face: FaceReading;
  /** Morph targets of all meshes together. */
  readonly targetCount: number;
  readonly #bindings: readonly MeshBinding[];

  private constructor(face: FaceReading, meshes: readonly Mesh[], targetCount: number) {
    this.face = face;
    this.targetCount = targetCount;
    this.#bindings = meshes.map((mesh) => bind(mesh, face)).filter((binding) => binding !== undefined);
  }

  static async of(root: Object3D, mapping?: TargetMapping): Promise<MorphBindings> {
    const meshes = meshesBelow(root);
    const names = meshes.flatMap(({ morphTargetDictionary }) => Object.keys(morphTargetDictionary ?? {}));
    return new MorphBindings(await readFace(names, mapping), meshes, names.length);
  }

  apply(weights: Float32Array): void {
    this.face.set(weights);
    const { values } = this.face;
    for (let b = 0; b < this.#bindings.length; b++) {
      const { influences, slots, sources } = this.#bindings[b]!;
      for (let i = 0; i < slots.length; i++) influences[slots[i]!] = values[sources[i]!]!;
    }
  }
}

function meshesBelow(root: Object3D): Mesh[] {
  const meshes: Mesh[] = [];
  root.traverse((node) => {
    if (node instanceof Mesh && node.morphTargetDictionary && node.morphTargetInfluences) meshes.push(node);
  });
  return meshes;
}

function bind({ morphTargetDictionary = {}, morphTargetInfluences = [] }: Mesh, face: FaceReading): MeshBinding | undefined {
  const names = face.targetsOf(Object.keys(morphTargetDictionary));
  if (names.length === 0) return undefined;
  return {
    influences: morphTargetInfluences,
    slots: Uint16Array.from(names, (name) => morphTargetDictionary[name]!),
    sources: Uint16Array.from(names, (name) => face.plan.signals.get(name)!),
  };
}
