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
  sprite: () => ({ type: 'sprite', file: 'dot.json', files: async (name: string) => (await fetch(`/avatars/dot/${name}`)).arrayBuffer() }),
  splat: () => ({ type: 'splat', file: 'a.zip', files: () => splatZip() }),
} satisfies Record<string, () => RigAsset>;

export type Format = keyof typeof ASSETS;

export function load(format: Format): Promise<Rig> {
  return loadRig(ASSETS[format]());
}

/** A view of a new avatar of this format, once its rig is there. */
export async function hold(format: Format): Promise<HeldView> {
  const held = new HeldView(await load(format), { width: 0.4, height: 0.45, y: -0.06, waits: format === 'splat' ? 8 : 0 });
  while (!held.view.getBoundingRect()) await new Promise((resolve) => setTimeout(resolve, 5));
  return held;
}

export type Memory = { geometries: number; textures: number };

/** What a renderer holds before and with an avatar of this format, and after it: once what its kind shares is there. */
export async function memoryOf(format: Format): Promise<Record<'before' | 'during' | 'after', Memory>> {
  const renderer = new three.WebGLRenderer();
  // A mesh that stays, so that what three.js itself keeps for standard materials is counted from the start.
  const resident = new three.Mesh(new three.PlaneGeometry(), new three.MeshStandardMaterial());
  const scene = new three.Scene().add(new three.AmbientLight(), resident);
  const camera = new three.PerspectiveCamera(20, 1, 0.05, 10);
  camera.position.z = 1;
  const memory = async (): Promise<Memory> => {
    // Splats are sorted by a worker, which may be at it when they are disposed of.
    for (let i = 0; i < 8; i++) {
      renderer.render(scene, camera);
      await pause(60);
    }
    return { ...renderer.info.memory };
  };
  const cycle = async (): Promise<{ during: Memory; after: Memory }> => {
    const rig = await load(format);
    scene.add(rig.root);
    rig.apply(createPose());
    const during = await memory();
    rig.dispose();
    return { during, after: await memory() };
  };
  const before = (await cycle()).after;
  const { during, after } = await cycle();
  renderer.dispose();
  return { before, during, after };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A view of `rig` that draws when told to. */
export class HeldView {
  readonly pose: Pose = createPose();
  readonly view: AvatarView;
  readonly #rig: Rig;
  readonly #waits: number;
  #nowMs = 0;
  #tick = (): void => undefined;

  constructor(rig: Rig, options: { width: number; height: number; y: number; waits?: number }) {
    this.#rig = rig;
    this.#waits = options.waits ?? 0;
    const framing = { target: [0, options.y, 0], width: options.width, height: options.height, fovDeg: 18 } as const;
    const avatar = { manifest: { framing, rig: { type: rig.draw ? 'sprite' : 'glb', file: '' } }, createRig: () => Promise.resolve(rig) } as unknown as Avatar;
    const timer = { now: () => this.#nowMs, request: (callback: () => void) => { this.#tick = callback; return 1; }, cancel: () => undefined };
    this.view = new AvatarView(avatar, document.getElementById('view')!, { controller: { poseAt: () => this.pose }, timer, quality: 'low' });
    this.view.onError = (error) => { throw error; };
  }

  /** Lets hair come to rest. */
  settle(): void {
    for (let i = 0; i < 400; i++) this.#rig.update?.(16);
  }

  /** As `show`, and on until a picture that is made elsewhere has caught up. */
  async showSettled(channels: Partial<Record<ChannelName, number>>): Promise<Uint8ClampedArray> {
    for (let i = 0; i < this.#waits; i++) {
      await this.show(channels);
      await pause(60);
    }
    return this.show(channels);
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
