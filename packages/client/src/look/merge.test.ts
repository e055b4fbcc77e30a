import { BoxGeometry, BufferAttribute, Group, Mesh, MeshStandardMaterial, SkinnedMesh, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { mergeRigid } from './merge.js';

function teeth() {
  const material = new MeshStandardMaterial({ name: 'Teeth' });
  const upper = new Mesh(new BoxGeometry(), material);
  const lower = new Mesh(new BoxGeometry(), material);
  const count = lower.geometry.getAttribute('position').count;
  lower.geometry.morphAttributes.position = [Object.assign(new BufferAttribute(new Float32Array(count * 3).fill(1), 3), { name: 'jawOpen' })];
  lower.geometry.morphTargetsRelative = true;
  lower.updateMorphTargets();
  upper.position.set(0, 2, 0);
  const head = new Group().add(upper, lower);
  return { root: new Group().add(head), head, upper, lower, count };
}

const mergedOf = (root: Group) => root.children.find((node): node is SkinnedMesh => node instanceof SkinnedMesh);

describe('mergeRigid', () => {
  it('draws both rows of teeth as one mesh that follows their nodes', () => {
    const { root, head, upper, count } = teeth();
    mergeRigid(root);
    const merged = mergedOf(root)!;
    expect([upper.layers.mask, upper.visible], 'not drawn, but what hangs on it is').toEqual([0, true]);
    head.position.set(1, 0, 0);
    head.rotation.y = Math.PI;
    upper.rotation.x = Math.PI / 2;
    root.updateMatrixWorld(true);
    merged.skeleton.update();
    for (const i of [0, 5, count - 1]) {
      const wanted = upper.localToWorld(new Vector3().fromBufferAttribute(upper.geometry.getAttribute('position'), i));
      const seen = merged.localToWorld(merged.getVertexPosition(i, new Vector3()));
      expect(seen.distanceTo(wanted)).toBeLessThan(1e-6);
    }
  });

  it('keeps the array that the rig writes weights into, and moves only the part it belongs to', () => {
    const { root, lower, count } = teeth();
    mergeRigid(root);
    const merged = mergedOf(root)!;
    lower.morphTargetInfluences![0] = 0.5;
    root.updateMatrixWorld(true);
    merged.skeleton.update();
    const moved = (i: number) => merged.getVertexPosition(i, new Vector3()).sub(new Vector3().fromBufferAttribute(merged.geometry.getAttribute('position'), i));
    expect(moved(0).toArray()).toEqual([0, 2, 0]);
    expect(moved(count).toArray().map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.5, 0.5, 0.5]);
  });

  it('leaves alone what has morphs of its own twice, other attributes, or another material', () => {
    const twice = teeth();
    twice.upper.geometry.morphAttributes.position = [new BufferAttribute(new Float32Array(twice.count * 3), 3)];
    const other = teeth();
    other.upper.geometry.deleteAttribute('uv');
    const alone = teeth();
    alone.upper.material = new MeshStandardMaterial();
    for (const { root } of [twice, other, alone]) {
      mergeRigid(root);
      expect(mergedOf(root)).toBeUndefined();
    }
  });
});
