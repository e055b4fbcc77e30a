import { describe, expect, it } from 'vitest';
import { partOf } from './parts.js';

describe('partOf', () => {
  it.each([
    ['our own', { Skin: 'skin', MouthInner: 'lining', Eye: 'eye', EyeOccl: 'occlusion', Tearline: 'tear', Lash: 'lash', Brow: 'brow', Hair: 'hair', Teeth: 'mouth', Tongue: 'mouth', Cloth: 'cloth' }],
    ['Ready Player Me', {
      Wolf3D_Skin: 'skin', Wolf3D_Body: 'skin', Wolf3D_Eye: 'eye', Wolf3D_Teeth: 'mouth', Wolf3D_Hair: 'hair', Wolf3D_Beard: 'hair',
      Wolf3D_Headwear: 'cloth', Wolf3D_Glasses: 'cloth', Wolf3D_Outfit_Top: 'cloth', Wolf3D_Outfit_Footwear: 'cloth',
    }],
    ['VRoid', {
      N00_000_00_Face_00_SKIN: 'skin', N00_000_00_FaceMouth_00_FACE: 'mouth', N00_000_00_EyeIris_00_EYE: 'eye', N00_000_00_EyeWhite_00_EYE: 'eye',
      N00_000_00_FaceBrow_00_FACE: 'brow', N00_000_00_FaceEyelash_00_FACE: 'lash', N00_000_00_FaceEyeline_00_FACE: 'lash',
      N00_000_Hair_00_HAIR: 'hair', N00_007_01_Tops_01_CLOTH: 'cloth', N00_000_00_EyeHighlight_00_EYE: 'cornea',
    }],
    ['Character Creator', {
      Std_Skin_Head: 'skin', Std_Nails: 'skin', Std_Eyelash: 'lash', Std_Upper_Teeth: 'mouth', Std_Tongue: 'mouth', Std_Eye_L: 'eye',
      Std_Cornea_R: 'cornea', Std_Eye_Occlusion_L: 'occlusion', Std_Tearline_R: 'tear', Scalp_Transparency: 'hair', Female_Brow_Transparency: 'brow',
    }],
    ['MetaHuman', {
      MI_HeadSynthesized_Baked: 'skin', MI_EyeRefractive_Inst_L: 'eye', MI_EyeOcclusion_Inst: 'occlusion', MI_lacrimal_fluid_Inst: 'tear',
      MI_Eyelashes: 'lash', MI_Teeth_Baked: 'mouth', MI_Hair_Cards: 'hair', MI_Face_EyebrowsCards: 'brow',
    }],
  ])('reads the names of %s', (_, names) => {
    expect(Object.fromEntries(Object.keys(names).map((name) => [name, partOf(name)]))).toEqual(names);
  });

  it('asks the mesh where the material has no telling name', () => {
    expect(partOf('Material.001', 'Wolf3D_Head')).toBe('skin');
    expect(partOf('Cloth', 'Head')).toBe('cloth');
    expect(partOf('Material', 'Cube')).toBe('other');
  });
});
