import {
  BackSide, BoxGeometry, Color, DoubleSide, Mesh, MeshBasicMaterial, PlaneGeometry, PMREMGenerator, Scene, Vector3,
  type WebGLRenderer, type WebGLRenderTarget,
} from 'three';
import { disposeTree } from '../rig/dispose.js';
import type { Glow, Preset } from './presets.js';

/** Blur of the reflections, in radians. */
const BLUR = 0.012;

/** Renders what surrounds the avatar into a prefiltered environment map. The caller disposes of the target. */
export function renderSurroundings(renderer: WebGLRenderer, preset: Preset): WebGLRenderTarget {
  const room = buildRoom(preset);
  const generator = new PMREMGenerator(renderer);
  try {
    return generator.fromScene(room, BLUR);
  } finally {
    generator.dispose();
    disposeTree(room);
  }
}

function buildRoom({ walls, floor, softboxes }: Preset): Scene {
  const room = new Scene();
  room.add(new Mesh(new BoxGeometry(14, 10, 14), glowing(walls, BackSide)));
  const ground = new Mesh(new PlaneGeometry(14, 14), glowing(floor, DoubleSide));
  ground.position.y = -4.9;
  ground.rotation.x = -Math.PI / 2;
  room.add(ground);
  for (const softbox of softboxes) {
    const box = new Mesh(new PlaneGeometry(...softbox.size), glowing(softbox, DoubleSide));
    box.position.set(...softbox.at);
    box.lookAt(new Vector3());
    room.add(box);
  }
  return room;
}

function glowing({ colour, radiance }: Glow, side: typeof BackSide | typeof DoubleSide): MeshBasicMaterial {
  return new MeshBasicMaterial({ color: new Color(colour).multiplyScalar(radiance), side });
}
