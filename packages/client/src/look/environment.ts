import {
  BackSide, BoxGeometry, Color, DoubleSide, Mesh, MeshBasicMaterial, PlaneGeometry, PMREMGenerator, Scene, Vector3,
  type WebGLRenderer, type WebGLRenderTarget,
} from 'three';
import { disposeTree } from '../rig/dispose.js';

/** A softbox of the studio: where it hangs, its size in metres, its colour and its radiance. It faces the avatar. */
interface Softbox {
  readonly at: readonly [number, number, number];
  readonly size: readonly [number, number];
  readonly colour: string;
  readonly radiance: number;
}

/**
 * A portrait studio: a large key box above left, a small bright one low enough for its reflection to stand clear of the
 * upper lid (the catchlight), a tall fill at the right, an overhead, two strips behind.
 */
const SOFTBOXES: readonly Softbox[] = [
  { at: [-2.4, 2.6, 4.0], size: [2.4, 2.4], colour: '#fff4e6', radiance: 6.5 },
  { at: [-1.35, 1.45, 4.6], size: [1.3, 1.3], colour: '#fffaf2', radiance: 75 },
  { at: [3.8, 0.8, 2.8], size: [1.5, 3.2], colour: '#e9f0ff', radiance: 4.5 },
  { at: [0, 4.6, 0.4], size: [4, 3], colour: '#ffffff', radiance: 4 },
  { at: [-3.6, 1.4, -3.2], size: [1, 3.4], colour: '#dfe9ff', radiance: 7 },
  { at: [3.6, 1.6, -3.2], size: [1, 3.4], colour: '#fff0e0', radiance: 8 },
];

/** The walls: what every direction without a box reflects. */
const WALL = { colour: '#cdd3da', radiance: 0.85 } as const;
const FLOOR = { colour: '#8b7a6c', radiance: 0.55 } as const;

/** Blur of the reflections, in radians. */
const BLUR = 0.012;

/** Renders the studio into a prefiltered environment map. The caller disposes of the target. */
export function renderStudio(renderer: WebGLRenderer): WebGLRenderTarget {
  const studio = buildStudio();
  const generator = new PMREMGenerator(renderer);
  try {
    return generator.fromScene(studio, BLUR);
  } finally {
    generator.dispose();
    disposeTree(studio);
  }
}

function buildStudio(): Scene {
  const scene = new Scene();
  scene.add(new Mesh(new BoxGeometry(14, 10, 14), glowing(WALL.colour, WALL.radiance, BackSide)));
  const floor = new Mesh(new PlaneGeometry(14, 14), glowing(FLOOR.colour, FLOOR.radiance, DoubleSide));
  floor.position.y = -4.9;
  floor.rotation.x = -Math.PI / 2;
  scene.add(floor);
  for (const { at, size, colour, radiance } of SOFTBOXES) {
    const box = new Mesh(new PlaneGeometry(...size), glowing(colour, radiance, DoubleSide));
    box.position.set(...at);
    box.lookAt(new Vector3());
    scene.add(box);
  }
  return scene;
}

function glowing(colour: string, radiance: number, side: typeof BackSide | typeof DoubleSide): MeshBasicMaterial {
  return new MeshBasicMaterial({ color: new Color(colour).multiplyScalar(radiance), side });
}
