import { ARKIT_NAMES, type ArkitName } from '@visavis/face';
import { Mesh, type Object3D } from 'three';
import { planFace, withoutDoubles, type FacePlan, type Speech, type TargetMapping } from './face-plan.js';
import { APERTURE_SIGNAL, fillSignals, SIGNAL_COUNT, VISEME_SIGNAL } from './signals.js';
import { VisemeSolver } from './visemes.js';

/** The targets of one mesh: `influences[slots[i]]` shows `signals[sources[i]]`. */
interface MeshBinding {
  readonly influences: number[];
  readonly slots: Uint16Array;
  readonly sources: Uint16Array;
}

/** Connects weights to every mesh that has targets for them; sets differ from mesh to mesh. */
export class MorphBindings {
  readonly #bindings: readonly MeshBinding[];
  readonly #signals = new Float32Array(SIGNAL_COUNT);
  readonly #visemes: VisemeSolver | undefined;
  readonly #plan: FacePlan;
  /** Morph targets of all meshes together. */
  readonly targetCount: number;

  constructor(root: Object3D, mapping: TargetMapping = {}) {
    const meshes = meshesBelow(root);
    const names = meshes.flatMap(({ morphTargetDictionary }) => Object.keys(morphTargetDictionary ?? {}));
    this.targetCount = names.length;
    this.#plan = planFace(names, mapping);
    this.#visemes = this.#plan.visemes.length > 0 ? new VisemeSolver(this.#plan.visemes) : undefined;
    this.#bindings = meshes.map((mesh) => bind(mesh, this.#plan, mapping)).filter((binding) => binding !== undefined);
  }

  /** ARKit names found on at least one mesh. */
  get names(): ReadonlySet<ArkitName> {
    return new Set(this.#plan.weights.map((index) => ARKIT_NAMES[index]!));
  }

  get speech(): Speech {
    return this.#plan.speech;
  }

  /** How far the lips of the last pose are open, 0..1. */
  get aperture(): number {
    return this.#signals[APERTURE_SIGNAL]!;
  }

  apply(weights: Float32Array): void {
    const signals = this.#signals;
    fillSignals(weights, signals);
    this.#visemes?.solve(weights, signals, VISEME_SIGNAL);
    for (let b = 0; b < this.#bindings.length; b++) {
      const { influences, slots, sources } = this.#bindings[b]!;
      for (let i = 0; i < slots.length; i++) influences[slots[i]!] = signals[sources[i]!]!;
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
