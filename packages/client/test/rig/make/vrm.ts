/** The drawn character as VRM 0.x and VRM 1.0. Made by this project, CC0. */
import { ARKIT_NAMES } from '@visavis/face';
import { figureGlb, MATERIALS, meshOf, nodeOf } from './figure.js';
import type { GltfJson } from './glb.js';

const LIMBS = ['UpperArm', 'LowerArm', 'Hand', 'UpperLeg', 'LowerLeg', 'Foot', 'Eye'];
const BONES = ['hips', 'spine', 'chest', 'neck', 'head', ...LIMBS.flatMap((name) => [`left${name}`, `right${name}`])];
const TAIL = [0, 1, 2, 3].map((i) => nodeOf(`Tail${i}`));

/** Preset names of VRM 0 and 1, and what they move: mesh part and target index. */
const PRESETS: readonly (readonly [vrm0: string, vrm1: string, binds: readonly (readonly [part: string, target: number])[]])[] = [
  ['a', 'aa', [['Mouth', 0]]], ['i', 'ih', [['Mouth', 1]]], ['u', 'ou', [['Mouth', 2]]], ['e', 'ee', [['Mouth', 3]]], ['o', 'oh', [['Mouth', 4]]],
  ['blink', 'blink', [['leftLid', 0], ['rightLid', 0]]], ['blink_l', 'blinkLeft', [['leftLid', 0]]], ['blink_r', 'blinkRight', [['rightLid', 0]]],
  ['joy', 'happy', [['Mouth', 5]]], ['angry', 'angry', [['leftBrow', 0], ['rightBrow', 0]]],
];

const LICENSE = { contactInformation: '', reference: '', licenseName: 'CC0', otherLicenseUrl: '' };

export function vrm0(): ArrayBuffer {
  const range = { curve: [0, 0, 0, 1, 1, 1, 1, 0], xRange: 90, yRange: 20 };
  const VRM = {
    exporterVersion: 'visavis-test', specVersion: '0.0', meta: { title: 'Figure', version: '1', author: 'Visavis', ...LICENSE },
    humanoid: { humanBones: BONES.map((bone) => ({ bone, node: nodeOf(bone), useDefaultValues: true })) },
    firstPerson: {
      firstPersonBone: nodeOf('head'), firstPersonBoneOffset: { x: 0, y: 0.1, z: 0 }, meshAnnotations: [], lookAtTypeName: 'Bone',
      lookAtHorizontalInner: range, lookAtHorizontalOuter: range, lookAtVerticalDown: range, lookAtVerticalUp: range,
    },
    blendShapeMaster: {
      blendShapeGroups: PRESETS.map(([presetName, , binds]) => ({
        name: presetName, presetName, binds: binds.map(([part, index]) => ({ mesh: meshOf(part), index, weight: 100 })), materialValues: [],
      })),
    },
    secondaryAnimation: {
      boneGroups: [{ stiffiness: 0.6, gravityPower: 0.2, gravityDir: { x: 0, y: -1, z: 0 }, dragForce: 0.3, center: -1, hitRadius: 0.02, bones: [TAIL[0]], colliderGroups: [] }],
      colliderGroups: [],
    },
    materialProperties: MATERIALS.map((name) => ({
      name, shader: name === 'hair' ? 'VRM/MToon' : 'VRM_USE_GLTFSHADER', renderQueue: 2000, floatProperties: {}, vectorProperties: {}, textureProperties: {}, keywordMap: {}, tagMap: {},
    })),
  };
  return figureGlb(-1, { extensionsUsed: ['VRM'], extensions: { VRM } });
}

/** `spell` gives the character all 52 shapes as expressions of its own, called so; they all move the mouth a little. */
export function vrm1(spell?: (name: string) => string): ArrayBuffer {
  const range = { inputMaxValue: 90, outputScale: 20 };
  const expression = (binds: readonly (readonly [string, number])[], weight = 1): GltfJson =>
    ({ morphTargetBinds: binds.map(([part, index]) => ({ node: nodeOf(part), index, weight })) });
  const custom = spell && Object.fromEntries(ARKIT_NAMES.map((name) => [spell(name), expression([['Mouth', 0]], 0.1)]));
  const joint = { hitRadius: 0.02, stiffness: 0.6, gravityPower: 0.2, gravityDir: [0, -1, 0], dragForce: 0.3 };
  const extensions = {
    VRMC_vrm: {
      specVersion: '1.0', meta: { name: 'Figure', version: '1', authors: ['Visavis'], licenseUrl: 'https://vrm.dev/licenses/1.0/' },
      humanoid: { humanBones: Object.fromEntries(BONES.map((bone) => [bone, { node: nodeOf(bone) }])) },
      lookAt: {
        offsetFromHeadBone: [0, 0.1, 0], type: 'bone',
        rangeMapHorizontalInner: range, rangeMapHorizontalOuter: range, rangeMapVerticalDown: range, rangeMapVerticalUp: range,
      },
      expressions: { preset: Object.fromEntries(PRESETS.map(([, name, binds]) => [name, expression(binds)])), ...(custom && { custom }) },
    },
    VRMC_springBone: { specVersion: '1.0', springs: [{ name: 'tail', joints: TAIL.map((node) => ({ node, ...joint })) }] },
  };
  const mtoon = { specVersion: '1.0', shadeColorFactor: [0.08, 0.1, 0.25], shadingToonyFactor: 0.9, outlineWidthMode: 'worldCoordinates', outlineWidthFactor: 0.003 };
  return figureGlb(1, { extensionsUsed: ['VRMC_vrm', 'VRMC_springBone', 'VRMC_materials_mtoon'], extensions },
    (name) => (name === 'hair' ? { extensions: { VRMC_materials_mtoon: mtoon } } : {}));
}
