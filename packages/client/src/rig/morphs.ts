import { ARKIT_NAMES, type ArkitName } from '@visavis/face';
import { Mesh, type Object3D } from 'three';
import { weightIndexOf } from './aliases.js';

/** The ARKit targets of one mesh: `influences[slots[i]]` shows `weights[sources[i]]`. */
interface MeshBinding {
  readonly influences: number[];
  readonly slots: Uint16Array;
  readonly sources: Uint16Array;
}

/** Connects the 52 weights to every mesh that has some of them; sets differ from mesh to mesh. */
export class MorphBindings {
  readonly #bindings: readonly MeshBinding[];
  /** ARKit names found on at least one mesh. */
  readonly names: ReadonlySet<ArkitName>;

  constructor(root: Object3D) {
    const bindings: MeshBinding[] = [];
    root.traverse((node) => {
      const binding = node instanceof Mesh ? bind(node) : undefined;
      if (binding) bindings.push(binding);
    });
    this.#bindings = bindings;
    this.names = new Set(bindings.flatMap(({ sources }) => [...sources].map((source) => ARKIT_NAMES[source]!)));
  }

  apply(weights: Float32Array): void {
    for (const { influences, slots, sources } of this.#bindings) {
      for (let i = 0; i < slots.length; i++) influences[slots[i]!] = weights[sources[i]!]!;
    }
  }
}

function bind({ morphTargetDictionary, morphTargetInfluences }: Mesh): MeshBinding | undefined {
  if (!morphTargetDictionary || !morphTargetInfluences) return undefined;
  const pairs = Object.entries(morphTargetDictionary)
    .map(([name, slot]) => ({ slot, source: weightIndexOf(name) }))
    .filter(({ source }) => source >= 0);
  if (pairs.length === 0) return undefined;
  return {
    influences: morphTargetInfluences,
    slots: Uint16Array.from(pairs, ({ slot }) => slot),
    sources: Uint16Array.from(pairs, ({ source }) => source),
  };
}
