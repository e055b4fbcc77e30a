/** Avatars of every format, made on the spot, and a view of one whose pose and clock the test holds. */
import { CHANNEL, createPose, type ChannelName, type Pose } from '@visavis/face';
import type { Avatar } from '../../../src/avatar/index.js';
import { loadRig, type Rig, type RigAsset } from '../../../src/rig/index.js';
import * as three from 'three';
import { AvatarView } from '../../../src/view/index.js';
import { splatZip } from '../make/splat.js';
import { vrm0, vrm1 } from '../make/vrm.js';

export const ASSETS = {
  vrm0: () => ({ type: 'vrm', file: 'a.vrm', files: vrm0 }),
  vrm1: () => ({ type: 'vrm', file: 'a.vrm', files: () => vrm1() }),
  splat: () => ({ type: 'splat', file: 'a.zip', files: () => splatZip() }),
} satisfies Record<string, () => RigAsset>;

export type Format = keyof typeof ASSETS;

export function load(format: Format): Promise<Rig> {
  return loadRig(ASSETS[format]());
}

/** A view of a new avatar of this format, once its rig is there. */
export async function hold(format: Format): Promise<HeldView> {
  const held = new HeldView(await load(format), { width: 0.4, height: 0.45, y: -0.06 });
  while (!held.view.getBoundingRect()) await new Promise((resolve) => setTimeout(resolve, 5));
  return held;
}

/** What a renderer holds before, with and after an avatar of this format. */
export async function memoryOf(format: Format): Promise<Record<'before' | 'during' | 'after', { geometries: number; textures: number }>> {
  const renderer = new three.WebGLRenderer();
  // A mesh that stays, so that what three.js itself keeps for standard materials is counted from the start.
  const resident = new three.Mesh(new three.PlaneGeometry(), new three.MeshStandardMaterial());
  const scene = new three.Scene().add(new three.AmbientLight(), resident);
  const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
  camera.position.z = 1;
  const memory = (): { geometries: number; textures: number } => {
    renderer.render(scene, camera);
    return { ...renderer.info.memory };
  };
  const before = memory();
  const rig = await load(format);
  scene.add(rig.root);
  const during = memory();
  rig.dispose();
  const after = memory();
  renderer.dispose();
  return { before, during, after };
}

/** A view of `rig` that draws when told to. */
export class HeldView {
  readonly pose: Pose = createPose();
  readonly view: AvatarView;
  readonly #rig: Rig;
  #nowMs = 0;
  #tick = (): void => undefined;

  constructor(rig: Rig, options: { width: number; height: number; y: number }) {
    this.#rig = rig;
    const framing = { target: [0, options.y, 0], width: options.width, height: options.height, fovDeg: 18 } as const;
    const avatar = { manifest: { framing, rig: { type: 'glb', file: '' } }, createRig: () => Promise.resolve(rig) } as unknown as Avatar;
    const timer = { now: () => this.#nowMs, request: (callback: () => void) => { this.#tick = callback; return 1; }, cancel: () => undefined };
    this.view = new AvatarView(avatar, document.getElementById('view')!, { controller: { poseAt: () => this.pose }, timer });
    this.view.onError = (error) => { throw error; };
  }

  /** Lets hair come to rest. */
  settle(): void {
    for (let i = 0; i < 400; i++) this.#rig.update?.(16);
  }

  /** Shows channels for `frames` of 16 ms each and returns the picture's pixels. */
  async show(channels: Partial<Record<ChannelName, number>>, frames = 1): Promise<Uint8ClampedArray> {
    this.pose.values.fill(0);
    for (const [name, value] of Object.entries(channels)) this.pose.values[CHANNEL[name as ChannelName]] = value;
    for (let i = 0; i < frames; i++) {
      this.#nowMs += 16;
      this.#tick();
    }
    const bitmap = await createImageBitmap((await this.view.exportBitmap())!);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  }
}
