import { BufferAttribute, BufferGeometry, Matrix4, Mesh, MeshBasicMaterial, MeshStandardMaterial, Skeleton, SkinnedMesh, type Bone, type Material, type Object3D } from 'three';

/** What a merged geometry keeps its parts apart by. */
const MOST_PARTS = 16;

/**
 * Draws rigid meshes of one material in one call: both eyes, both rows of teeth. Each becomes a part of one skinned mesh
 * whose bones are the nodes that carried them; these stay where they are, move as before, and are drawn no more.
 * At most one of them may have morph targets; its influences move on to the merged mesh.
 */
export function mergeRigid(root: Object3D): void {
  const groups = new Map<Material, Mesh[]>();
  root.traverse((node) => {
    if (!isRigid(node)) return;
    const group = groups.get(node.material as Material) ?? [];
    group.push(node);
    groups.set(node.material as Material, group);
  });
  for (const meshes of groups.values()) if (canMerge(meshes)) root.add(merged(meshes));
}

function isRigid(node: Object3D): node is Mesh {
  return node instanceof Mesh && !(node instanceof SkinnedMesh) && isOurs(node.material) && node.visible
    && node.geometry instanceof BufferGeometry && node.geometry.getAttribute('position') !== undefined && node.geometry.getIndex() !== null;
}

/** One plain material: a cartoon material may count on the mesh it came with. */
function isOurs(material: Material | Material[]): boolean {
  return material instanceof MeshStandardMaterial || material instanceof MeshBasicMaterial;
}

function canMerge(meshes: readonly Mesh[]): boolean {
  const [first] = meshes;
  if (!first || meshes.length < 2 || meshes.length > MOST_PARTS) return false;
  const shape = (mesh: Mesh): string => Object.entries(mesh.geometry.attributes).map(([name, { itemSize }]) => `${name}${itemSize}`).sort().join();
  return meshes.every((mesh) => shape(mesh) === shape(first)) && meshes.filter(hasMorphs).length <= 1;
}

function hasMorphs({ geometry }: Mesh): boolean {
  return Object.keys(geometry.morphAttributes).length > 0;
}

function merged(meshes: readonly Mesh[]): SkinnedMesh {
  const geometry = new BufferGeometry();
  const counts = meshes.map((mesh) => mesh.geometry.getAttribute('position').count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (const name of Object.keys(meshes[0]!.geometry.attributes)) {
    geometry.setAttribute(name, joined(meshes.map((mesh) => mesh.geometry.getAttribute(name) as BufferAttribute), counts));
  }
  geometry.setAttribute('skinIndex', new BufferAttribute(new Uint16Array(total * 4), 4));
  geometry.setAttribute('skinWeight', new BufferAttribute(new Float32Array(total * 4), 4));
  joinFaces(geometry, meshes, counts);
  const result = new SkinnedMesh(geometry, meshes[0]!.material);
  result.name = meshes.map(({ name }) => name).join('+');
  // Any node can be a bone: a skeleton reads its world matrix and nothing else.
  result.bind(new Skeleton([...meshes] as Object3D[] as Bone[], meshes.map(() => new Matrix4())), new Matrix4());
  moveMorphs(result, meshes, counts);
  // Not `visible`, which would hide what hangs on the mesh as well: a head may carry its eyes.
  for (const mesh of meshes) mesh.layers.disableAll();
  return result;
}

function joined(parts: readonly BufferAttribute[], counts: readonly number[]): BufferAttribute {
  const { itemSize } = parts[0]!;
  const values = new Float32Array(itemSize * counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  parts.forEach((part, p) => {
    for (let i = 0; i < counts[p]!; i++) for (let k = 0; k < itemSize; k++) values[at++] = part.getComponent(i, k);
  });
  return new BufferAttribute(values, itemSize);
}

/** Indices one part after the other, and each vertex bound to its part's bone. */
function joinFaces(geometry: BufferGeometry, meshes: readonly Mesh[], counts: readonly number[]): void {
  const faces: number[] = [];
  let base = 0;
  meshes.forEach((mesh, bone) => {
    const index = mesh.geometry.getIndex()!;
    for (let i = 0; i < index.count; i++) faces.push(base + index.getX(i));
    for (let i = base; i < base + counts[bone]!; i++) {
      geometry.getAttribute('skinIndex').setX(i, bone);
      geometry.getAttribute('skinWeight').setX(i, 1);
    }
    base += counts[bone]!;
  });
  geometry.setIndex(faces);
}

/** Targets of the one part that has them, at rest on the others. */
function moveMorphs(result: SkinnedMesh, meshes: readonly Mesh[], counts: readonly number[]): void {
  const at = meshes.findIndex(hasMorphs);
  const source = meshes[at];
  if (!source) return;
  const before = counts.slice(0, at).reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (const [name, targets] of Object.entries(source.geometry.morphAttributes)) {
    result.geometry.morphAttributes[name as 'position'] = targets!.map((target) => {
      const values = new Float32Array(total * 3);
      values.set(joined([target as BufferAttribute], [target.count]).array, before * 3);
      return Object.assign(new BufferAttribute(values, 3), { name: target.name });
    });
  }
  result.geometry.morphTargetsRelative = source.geometry.morphTargetsRelative;
  // The rig goes on writing into the array that it knows.
  result.morphTargetInfluences = source.morphTargetInfluences;
  result.morphTargetDictionary = source.morphTargetDictionary;
}
