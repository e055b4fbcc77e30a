import { Mesh, MeshBasicMaterial, PerspectiveCamera, PlaneGeometry, Scene, type WebGLRenderer } from 'three';
import { expect, it } from 'vitest';
import { warmUp } from './warm-up.js';

it('leaves shadows switched on and every mesh in sight, whenever the graphics context goes', async () => {
  for (let last = 0; last < 5; last++) {
    let drawn = 0;
    const gl = { fenceSync: () => null, flush: () => undefined, deleteSync: () => undefined };
    const renderer = {
      shadowMap: { autoUpdate: true }, properties: new Map(), isScissored: false, getContext: () => gl, setScissor: () => undefined,
      setScissorTest(on: boolean) { this.isScissored = on; }, compile: () => new Set(), render: () => { drawn++; },
    };
    const mesh = (): Mesh => new Mesh(new PlaneGeometry(), new MeshBasicMaterial());
    const scene = new Scene().add(mesh(), mesh());
    await warmUp({ renderer: renderer as unknown as WebGLRenderer, scene, camera: new PerspectiveCamera(), isOver: () => drawn >= last });
    expect([drawn, renderer.shadowMap.autoUpdate, renderer.isScissored]).toEqual([last, true, false]);
    expect(scene.children.map(({ layers }) => layers.mask)).toEqual([1, 1]);
  }
});
