import type { ArkitName, Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { Box3, LoadingManager, type Object3D } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { disposeTree } from './dispose.js';
import { Joints } from './joints.js';
import { MorphBindings } from './morphs.js';
import type { Rig } from './rig.js';
import { FaceShaper } from './shaping.js';

/** A glTF scene with ARKit morph targets (or their usual aliases) and, where it has them, head, neck and eye nodes. */
export class GlbRig implements Rig {
  readonly root: Object3D;
  readonly bounds: Box3;
  readonly #morphs: MorphBindings;
  readonly #joints: Joints;
  readonly #shaper: FaceShaper;

  /** Takes `root` over. `shaping` says how this face differs from the ideal ARKit face. */
  constructor(root: Object3D, shaping?: FaceShaping) {
    this.root = root;
    // Skinned meshes measure themselves by where their bones are.
    root.updateMatrixWorld(true);
    this.bounds = new Box3().setFromObject(root);
    this.#morphs = new MorphBindings(root);
    this.#joints = new Joints(root);
    this.#shaper = new FaceShaper(shaping);
  }

  /** ARKit names that move at least one mesh. */
  get boundNames(): ReadonlySet<ArkitName> {
    return this.#morphs.names;
  }

  apply(pose: Pose): void {
    this.#morphs.apply(this.#shaper.shape(pose.weights));
    this.#joints.apply(pose);
  }

  dispose(): void {
    this.root.removeFromParent();
    disposeTree(this.root);
  }
}

/**
 * Builds a rig from the bytes of a GLB file, which are copied where kept. The file may not refer to anything outside itself.
 * Rejects with `unsupportedAvatarAsset` where it cannot be read or no morph target has an ARKit name.
 */
export async function loadGlbRig(bytes: ArrayBuffer, shaping?: FaceShaping): Promise<GlbRig> {
  const rig = new GlbRig(await parseScene(bytes), shaping);
  if (rig.boundNames.size > 0) return rig;
  rig.dispose();
  throw new VisavisError('unsupportedAvatarAsset', 'The avatar has no morph target with an ARKit name; export it with ARKit blendshapes.');
}

async function parseScene(bytes: ArrayBuffer): Promise<Object3D> {
  const manager = new LoadingManager();
  // An asset is hostile until shown: it must not make the page fetch from anywhere.
  manager.setURLModifier((url) => (/^(blob|data):/.test(url) ? url : 'data:,'));
  const loader = new GLTFLoader(manager).setMeshoptDecoder(MeshoptDecoder);
  try {
    return (await loader.parseAsync(bytes, '')).scene;
  } catch (cause) {
    throw new VisavisError('unsupportedAvatarAsset', `The avatar's GLB file cannot be read: ${String(cause)}`, { cause });
  }
}
