import { Mesh, type Object3D } from 'three';
import { withoutDoubles, type FacePlan, type TargetMapping } from './face-plan.js';
import { FaceSignals } from './face-signals.js';

/** The targets of one mesh: `influences[slots[i]]` shows `signals[sources[i]]`. */
interface MeshBinding {
  readonly influences: number[];
  readonly slots: Uint16Array;
  readonly sources: Uint16Array;
}

/** Connects weights to every mesh that has targets for them; sets differ from mesh to mesh. */
export class MorphBindings {
  readonly signals: FaceSignals;
  /** Morph targets of all meshes together. */
  readonly targetCount: number;
  readonly #bindings: readonly MeshBinding[];

  constructor(root: Object3D, mapping: TargetMapping = {}) {
    const meshes = meshesBelow(root);
    const names = meshes.flatMap(({ morphTargetDictionary }) => Object.keys(morphTargetDictionary ?? {}));
    this.targetCount = names.length;
    this.signals = new FaceSignals(names, mapping);
    this.#bindings = meshes.map((mesh) => bind(mesh, this.signals.plan, mapping)).filter((binding) => binding !== undefined);
  }

  apply(weights: Float32Array): void {
    this.signals.set(weights);
    const { values } = this.signals;
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

function bind({ morphTargetDictionary = {}, morphTargetInfluences = [] }: Mesh, { signals }: FacePlan, mapping: TargetMapping): MeshBinding | undefined {
  const names = withoutDoubles(Object.keys(morphTargetDictionary), signals, mapping);
  if (names.length === 0) return undefined;
  return {
    influences: morphTargetInfluences,
    slots: Uint16Array.from(names, (name) => morphTargetDictionary[name]!),
    sources: Uint16Array.from(names, (name) => signals.get(name)!),
  };
}
