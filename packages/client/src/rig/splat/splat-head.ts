/** A splat head as data: read from its archive and bound, with nothing yet that draws. */
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { Box3, Mesh, Vector3, type Object3D } from 'three';
import { findBones } from '../bones.js';
import { disposeTree } from '../dispose.js';
import type { TargetMapping } from '../face-plan.js';
import { FaceSignals } from '../face-signals.js';
import { parseGltf } from '../gltf.js';
import { FaceShaper } from '../shaping.js';
import { putOriginBetweenEyes } from '../stance.js';
import { readArchive, refuseSplat } from './archive.js';
import { bindMesh, type Binding } from './binding.js';
import { Blend, NUMBERS } from './blend.js';
import { HeadMotion } from './head.js';
import { orderOf } from './order.js';
import { readPly, type Gaussians } from './ply.js';

const FILES = ['offset.ply', 'skin.glb', 'vertex_order.json'] as const;

export class SplatHead {
  /** In the order of the mesh's vertices. */
  readonly gaussians: Gaussians;
  readonly bounds: Box3;
  readonly motion: HeadMotion;
  readonly signals: FaceSignals;
  /** Vertex at rest and place from it, eight numbers for each Gaussian, laid out as `blend.data` is. */
  readonly bound: Float32Array;
  readonly blend: Blend;
  readonly shaper: FaceShaper;

  constructor(gaussians: Gaussians, binding: Binding, motion: HeadMotion, options: { length: number; shaping?: FaceShaping | undefined; mapping?: TargetMapping | undefined }) {
    this.gaussians = gaussians;
    this.motion = motion;
    this.signals = new FaceSignals(binding.targets.map(({ name }) => name), options.mapping);
    this.blend = new Blend(binding, this.signals.plan.signals, options.length);
    this.shaper = new FaceShaper(options.shaping);
    this.bound = new Float32Array(options.length);
    this.bounds = new Box3();
    const place = new Vector3();
    for (let i = 0; i < gaussians.count; i++) {
      this.bound.set(binding.places.subarray(3 * i, 3 * i + 3), i * NUMBERS);
      this.bound.set(gaussians.offsets.subarray(3 * i, 3 * i + 3), i * NUMBERS + 4);
      this.bounds.expandByPoint(place.fromArray(binding.places, 3 * i));
    }
  }
}

/** Rejects with `unsupportedAvatarAsset`. `lengthFor` says how many numbers a texture for so many Gaussians has. */
export async function readSplatHead(
  bytes: ArrayBuffer, lengthFor: (count: number) => number, shaping?: FaceShaping, mapping?: TargetMapping,
): Promise<SplatHead> {
  const files = await readArchive(new Uint8Array(bytes), FILES);
  const fileOf = (name: (typeof FILES)[number]): Uint8Array<ArrayBuffer> => files.get(name) ?? refuseSplat(`its archive has no ${name}`);
  const [ply, skin, order] = FILES.map(fileOf) as [Uint8Array, Uint8Array<ArrayBuffer>, Uint8Array];
  const gaussians = readPly(ply);
  const { scene } = await parseGltf(skin.slice().buffer);
  try {
    const bones = findBones(scene);
    putOriginBetweenEyes(scene, bones);
    const mesh = meshOf(scene, gaussians.count);
    const ordered = reorder(gaussians, orderOf(parseJson(order), gaussians.offsets, mesh.geometry.index?.array ?? []));
    const head = new SplatHead(ordered, bindMesh(mesh, bones), new HeadMotion(bones), { length: lengthFor(gaussians.count), shaping, mapping });
    if (head.signals.plan.speech !== 'none') return head;
    throw new VisavisError('unsupportedAvatarAsset', 'None of the splat avatar\'s morph targets opens a mouth; write skin.glb with ARKit names.');
  } finally {
    disposeTree(scene);
  }
}

function meshOf(scene: Object3D, count: number): Mesh {
  const meshes: Mesh[] = [];
  scene.traverse((node) => { if (node instanceof Mesh) meshes.push(node); });
  const mesh = meshes.find(({ geometry }) => (geometry as Mesh['geometry']).attributes['position']?.count === count);
  return mesh ?? refuseSplat(`no mesh of skin.glb has ${count} vertices, one for each Gaussian of offset.ply`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return refuseSplat('vertex_order.json is not JSON', cause);
  }
}

function reorder(gaussians: Gaussians, order: Uint32Array): Gaussians {
  const by = (values: Float32Array, size: number): Float32Array =>
    values.map((_, i) => values[order[Math.floor(i / size)]! * size + (i % size)]!);
  const { count, offsets, colours, opacities, scales, rotations } = gaussians;
  return { count, offsets: by(offsets, 3), colours: by(colours, 3), opacities: by(opacities, 1), scales: by(scales, 3), rotations: by(rotations, 4) };
}
