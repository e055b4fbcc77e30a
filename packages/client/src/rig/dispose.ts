import { Mesh, SkinnedMesh, Texture, type Material, type Object3D, type ShaderMaterial } from 'three';

/** Frees everything below `root` that holds graphics memory, once each, with the decoded images behind textures. */
export function disposeTree(root: Object3D): void {
  const materials = new Set<Material>();
  root.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    node.geometry.dispose();
    if (node instanceof SkinnedMesh) node.skeleton.dispose();
    for (const material of [node.material].flat() as Material[]) materials.add(material);
  });
  for (const material of materials) disposeMaterial(material);
}

function disposeMaterial(material: Material): void {
  const { uniforms = {} } = material as Partial<ShaderMaterial>;
  const values: unknown[] = [...Object.values(material), ...Object.values(uniforms).map(({ value }) => value as unknown)];
  for (const value of values) {
    if (value instanceof Texture) disposeTexture(value);
  }
  material.dispose();
}

function disposeTexture(texture: Texture): void {
  const { data } = texture.source as { data: unknown };
  if (typeof ImageBitmap !== 'undefined' && data instanceof ImageBitmap) data.close();
  texture.dispose();
}
