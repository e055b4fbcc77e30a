import {
  BoxGeometry, Group, Mesh, MeshBasicMaterial, MeshPhysicalMaterial, MeshStandardMaterial, ShaderMaterial, Texture, type Material,
} from 'three';
import { describe, expect, it } from 'vitest';
import { Costume } from './costume.js';
import { QUALITY } from './quality.js';

/** A mesh for each material, dressed. */
async function dressed<Kind extends Material>(...materials: Kind[]): Promise<Mesh<BoxGeometry, Kind>[]> {
  const meshes = materials.map((material) => new Mesh(new BoxGeometry(), material));
  (await Costume.of(new Group().add(...meshes))).fit(QUALITY.high);
  return meshes;
}

const keyOf = (material: Material) => material.customProgramCacheKey();

describe('Costume', () => {
  it('leaves unlit and cartoon materials as they are, with the order that their makers gave them', async () => {
    const unlit = new MeshBasicMaterial({ name: 'N00_000_00_Face_00_SKIN' });
    const cartoon = new ShaderMaterial({ name: 'N00_000_Hair_00_HAIR' });
    const [before, keys] = [[unlit.version, cartoon.version], [unlit, cartoon].map(keyOf)];
    const mesh = new Mesh(new BoxGeometry(), cartoon);
    mesh.renderOrder = 9;
    (await Costume.of(new Group().add(new Mesh(new BoxGeometry(), unlit), mesh))).fit(QUALITY.ultra);
    expect([unlit.version, cartoon.version]).toEqual(before);
    expect([unlit, cartoon].map(keyOf)).toEqual(keys);
    expect(mesh.renderOrder).toBe(9);
    expect(mesh.castShadow).toBe(false);
  });

  it('makes any vendor’s eyes wet, and their glass cheap', async () => {
    const matt = new MeshStandardMaterial({ name: 'Wolf3D_Eye', roughness: 0.6 });
    const glass = new MeshPhysicalMaterial({ name: 'Std_Cornea_L', transmission: 0.9 });
    await dressed(matt);
    await dressed(glass);
    expect(matt.roughness).toBeLessThan(0.2);
    expect(glass).toMatchObject({ transmission: 0, transparent: true, depthWrite: false });
  });

  it('gives skin of all vendors the skin shader, and reads thinness from our own files alone', async () => {
    const [ours, rpm] = await dressed(new MeshStandardMaterial({ name: 'Skin', metalness: 0 }), new MeshStandardMaterial({ name: 'Wolf3D_Skin', metalness: 0 }));
    expect(keyOf(ours!.material)).toBe('visavis-skin');
    expect(keyOf(rpm!.material)).toBe('visavis-skin');
    expect(ours!.material.defines).toHaveProperty('SKIN_THICKNESS');
    expect(rpm!.material.defines).not.toHaveProperty('SKIN_THICKNESS');
  });

  it('turns strands into ordered, tested cards, leaves the soft ones blended and a solid cap alone', async () => {
    const map = new Texture();
    const [cards, soft, cap] = await dressed(
      new MeshStandardMaterial({ name: 'Hair', map, transparent: true, depthWrite: false }),
      new MeshStandardMaterial({ name: 'HairSoft', map, transparent: true, depthWrite: false }),
      new MeshStandardMaterial({ name: 'Wolf3D_Hair', map }),
    );
    expect(cards!.material).toMatchObject({ depthWrite: true, alphaTest: 0.4, forceSinglePass: true });
    expect(cards!.castShadow).toBe(true);
    expect(soft!.material).toMatchObject({ depthWrite: false, alphaTest: 0 });
    expect(soft!.castShadow).toBe(false);
    expect(soft!.renderOrder).toBeGreaterThan(cards!.renderOrder);
    expect(cap!.material).toMatchObject({ transparent: false, alphaTest: 0 });
    expect(keyOf(cap!.material)).toBe('visavis-soft');
  });

  it('changes shaders and hair shadows with the quality, and back', async () => {
    const skin = new MeshStandardMaterial({ name: 'Skin' });
    const hair = new Mesh(new BoxGeometry(), new MeshStandardMaterial({ name: 'Hair', map: new Texture(), alphaTest: 0.3 }));
    const costume = await Costume.of(new Group().add(new Mesh(new BoxGeometry(), skin), hair));
    const seen = (['low', 'high', 'low'] as const).map((name) => {
      costume.fit(QUALITY[name]);
      return [keyOf(skin), skin.defines!['SHADOW_TAPS'], hair.castShadow, hair.material.map!.anisotropy];
    });
    expect(seen).toEqual([['visavis-skin-plain', 6, false, 1], ['visavis-skin', 16, true, 4], ['visavis-skin-plain', 6, false, 1]]);
  });

  it('draws the inside of a mouth further back than it is, by its slope: edge-on it would reach through the cheeks', async () => {
    const parts = await dressed(...['MouthInner', 'Teeth', 'Wolf3D_Teeth', 'Tongue'].map((name) => new MeshStandardMaterial({ name })));
    for (const { material } of parts) expect(material).toMatchObject({ polygonOffset: true, polygonOffsetFactor: 1, depthWrite: true });
  });

  it('keeps overlays off the depth buffer and before the skin', async () => {
    const [brow] = await dressed(new MeshStandardMaterial({ name: 'Brow', transparent: true }));
    expect(brow!.material).toMatchObject({ depthWrite: false, polygonOffset: true, forceSinglePass: true });
    expect(brow!.material.polygonOffsetUnits).toBeLessThan(0);
  });
});
