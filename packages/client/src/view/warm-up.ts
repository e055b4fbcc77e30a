import { Mesh, Texture, type Camera, type Material, type Object3D, type Scene, type WebGLRenderer } from 'three';
import { pause } from '../look/index.js';
import { trimTargets } from './trim-targets.js';

/** How often the browser is asked whether shaders are compiled and commands done. */
const POLL_MS = 4;

export interface WarmUpParts {
  readonly renderer: WebGLRenderer;
  readonly scene: Scene;
  readonly camera: Camera;
  /** The picture is no longer wanted, or the graphics context is gone: what is under way ends at the next pause. */
  readonly isOver: () => boolean;
}

/**
 * Gets ready what a first picture of `scene` takes: textures one by one, then each mesh's shaders and buffers, in tasks of
 * their own and without waiting for the graphics processor in any. Drawn at once all of it would hold a page up for
 * hundreds of milliseconds. Draws into a corner of the canvas, which should not be shown meanwhile.
 */
export async function warmUp(parts: WarmUpParts): Promise<void> {
  const { renderer, scene } = parts;
  await commandsDone(parts);
  const meshes = meshesOf(scene);
  for (const { geometry } of meshes) {
    if (parts.isOver()) return;
    trimTargets(geometry);
    await pause();
  }
  // The largest last: by then the renderer's loop over morph targets is compiled, and takes a fraction of the time.
  meshes.sort((a, b) => morphVertices(a) - morphVertices(b));
  for (const texture of texturesOf(meshes)) {
    if (parts.isOver()) return;
    renderer.initTexture(texture);
    await commandsDone(parts);
  }
  const layers = meshes.map((mesh) => mesh.layers.mask);
  meshes.forEach((mesh) => mesh.layers.disableAll());
  renderer.setScissor(0, 0, 1, 1);
  renderer.setScissorTest(true);
  for (let i = 0; i < meshes.length && !parts.isOver(); i++) {
    meshes[i]!.layers.mask = layers[i]!;
    await warmUpMesh(meshes[i]!, parts);
    meshes[i]!.layers.disableAll();
  }
  meshes.forEach((mesh, i) => { mesh.layers.mask = layers[i]!; });
  renderer.shadowMap.autoUpdate = true;
  renderer.setScissorTest(false);
}

/** The others of the scene are out of sight. */
async function warmUpMesh(mesh: Mesh, parts: WarmUpParts): Promise<void> {
  const { renderer, scene, camera, isOver } = parts;
  const materials = renderer.compile(mesh, camera, scene);
  const isCompiled = (material: Material): boolean => {
    const { currentProgram } = renderer.properties.get(material) as { currentProgram?: { isReady(): boolean } };
    return currentProgram?.isReady() ?? true;
  };
  await until(() => isOver() || [...materials].every(isCompiled));
  for (const withShadows of [false, true]) {
    if (isOver()) return;
    renderer.shadowMap.autoUpdate = withShadows;
    renderer.render(scene, camera);
    await commandsDone(parts);
  }
}

/** Resolves when the graphics processor has done what it was told: anything asked of it before would wait for that. */
async function commandsDone({ renderer, isOver }: WarmUpParts): Promise<void> {
  const gl = renderer.getContext() as WebGL2RenderingContext;
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  await until(() => isOver() || !fence || gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.UNSIGNALED);
  gl.deleteSync(fence);
}

async function until(isDone: () => boolean): Promise<void> {
  for (await pause(); !isDone();) await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
}

/** Those that are drawn. */
function meshesOf(scene: Object3D): Mesh[] {
  const meshes: Mesh[] = [];
  scene.traverseVisible((node) => { if (node instanceof Mesh && node.layers.mask !== 0) meshes.push(node); });
  return meshes;
}

/** How many vertices the targets of a mesh have, all together. */
function morphVertices({ geometry }: Mesh): number {
  return (geometry.morphAttributes.position ?? []).reduce((sum, { count }) => sum + count, 0);
}

/** Their pictures that are there: decoded, and not drawn by the renderer itself. */
function texturesOf(meshes: readonly Mesh[]): Set<Texture> {
  const materials = meshes.flatMap(({ material }) => material as Material | Material[]);
  const values = materials.flatMap((material) => Object.values(material) as unknown[]);
  return new Set(values.filter((value) => value instanceof Texture && !value.isRenderTargetTexture && value.image) as Texture[]);
}
