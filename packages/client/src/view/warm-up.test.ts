import { BufferAttribute, Mesh, MeshBasicMaterial, PerspectiveCamera, PlaneGeometry, Scene, type WebGLRenderer } from 'three';
import { expect, it } from 'vitest';
import { warmUp } from './warm-up.js';

/** One that draws nothing. */
function blankRenderer(onDraw: () => void) {
  const gl = { fenceSync: () => null, flush: () => undefined, deleteSync: () => undefined };
  return {
    shadowMap: { autoUpdate: true }, properties: new Map(), isScissored: false, getContext: () => gl, setScissor: () => undefined,
    setScissorTest(on: boolean) { this.isScissored = on; }, compile: () => new Set(), render: onDraw,
  };
}

it('leaves shadows switched on and every mesh in sight, whenever the graphics context goes', async () => {
  for (let last = 0; last < 5; last++) {
    let drawn = 0;
    const renderer = blankRenderer(() => { drawn++; });
    const mesh = (): Mesh => new Mesh(new PlaneGeometry(), new MeshBasicMaterial());
    const scene = new Scene().add(mesh(), mesh());
    await warmUp({ renderer: renderer as unknown as WebGLRenderer, scene, camera: new PerspectiveCamera(), isOver: () => drawn >= last });
    expect([drawn, renderer.shadowMap.autoUpdate, renderer.isScissored]).toEqual([last, true, false]);
    expect(scene.children.map(({ layers }) => layers.mask)).toEqual([1, 1]);
  }
});

it('lets shapes end with what they move before they are drawn', async () => {
  const geometry = new PlaneGeometry();
  const target = new BufferAttribute(Float32Array.from([0, 0, 1, ...Array<number>(9).fill(0)]), 3);
  geometry.morphAttributes.position = [target];
  geometry.morphTargetsRelative = true;
  const counts: number[] = [];
  const scene = new Scene().add(new Mesh(geometry, new MeshBasicMaterial()));
  const renderer = blankRenderer(() => counts.push(target.count));
  await warmUp({ renderer: renderer as unknown as WebGLRenderer, scene, camera: new PerspectiveCamera(), isOver: () => false });
  expect(counts).toEqual([1, 1]);
});
