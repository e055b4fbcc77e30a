/** Builds a three.js scene from the bytes of a GLB, and looks it over before anybody draws it. */
import { LoadingManager, Mesh, type BufferAttribute, type InterleavedBufferAttribute, type Object3D } from 'three';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { GLTFLoader, type GLTF, type GLTFLoaderPlugin, type GLTFParser } from 'three/addons/loaders/GLTFLoader.js';
import { disposeTree } from './dispose.js';
import { checkGlb, refuseGlb } from './glb-document.js';

/** Reads `bytes`, which are copied where kept. Rejects with `unsupportedAvatarAsset`. */
export async function parseGltf(bytes: ArrayBuffer, plugin?: (parser: GLTFParser) => GLTFLoaderPlugin): Promise<GLTF> {
  checkGlb(bytes);
  const gltf = await parse(bytes, plugin);
  try {
    checkNumbers(gltf.scene);
  } catch (error) {
    disposeTree(gltf.scene);
    throw error;
  }
  return gltf;
}

async function parse(bytes: ArrayBuffer, plugin?: (parser: GLTFParser) => GLTFLoaderPlugin): Promise<GLTF> {
  const manager = new LoadingManager();
  // An asset is hostile until shown: it must not make the page fetch from anywhere.
  manager.setURLModifier((url) => (/^(blob|data):/.test(url) ? url : 'data:,'));
  const loader = new GLTFLoader(manager).setMeshoptDecoder(MeshoptDecoder);
  if (plugin) loader.register(plugin);
  try {
    const gltf = await loader.parseAsync(bytes, '');
    if ((gltf.scene as Object3D | undefined) !== undefined) return gltf;
  } catch (cause) {
    return refuseGlb(`it cannot be read (${String(cause)})`, cause);
  }
  return refuseGlb('it has no scene');
}

/** One number that is none makes a mesh, or all of the picture, vanish without a word. */
function checkNumbers(root: Object3D): void {
  root.traverse((node) => {
    const { position, quaternion, scale } = node;
    if (![...position, ...quaternion, ...scale].every(Number.isFinite)) refuseGlb(`node "${node.name}" has a place that is not a number`);
    if (!(node instanceof Mesh)) return;
    const { attributes, morphAttributes } = node.geometry as Mesh['geometry'];
    for (const list of [Object.values(attributes), ...Object.values(morphAttributes)]) {
      for (const attribute of list ?? []) if (!allFinite(attribute)) refuseGlb(`mesh "${node.name}" has vertices that are not numbers`);
    }
  });
}

function allFinite(attribute: BufferAttribute | InterleavedBufferAttribute): boolean {
  const { array } = attribute;
  if (!(array instanceof Float32Array)) return true;
  // A sum is finite only where every part is: no test for each number.
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += array[i]! * 0;
  return sum === 0;
}
