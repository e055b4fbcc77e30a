import { ARKIT_NAMES, CHANNEL, VISEME_NAMES } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { signalOf, visemeIndexOf, weightIndexOf } from './aliases.js';
import { APERTURE_SIGNAL, PAIR_NAMES, PAIR_SIGNAL } from './signals.js';

const pair = (name: string): number => PAIR_SIGNAL + PAIR_NAMES.indexOf(name);

describe('names of targets', () => {
  it.each([
    ['JawOpen', 'jawOpen'], ['LeftEyeBlink', 'eyeBlinkLeft'], ['A14_Eye_Blink_Left', 'eyeBlinkLeft'], ['blendShape1.mouthSmile_R', 'mouthSmileRight'],
    ['Brow_Raise_Outer_L', 'browOuterUpLeft'], ['Cheek_Raise_R', 'cheekSquintRight'], ['Mouth_Roll_In_Upper', 'mouthRollUpper'],
    ['Eye_L_Look_R', 'eyeLookInLeft'], ['Eye_R_Look_Up', 'eyeLookUpRight'], ['Fcl_EYE_Close_L', 'eyeBlinkLeft'], ['browInnerUp_L', 'browInnerUp'],
    ['cheekPuffRight', 'cheekPuff'], ['Blink.R', 'eyeBlinkRight'], ['Jaw_Drop', 'jawOpen'], ['ウィンク右', 'eyeBlinkRight'], ['mouthRight', 'mouthRight'],
  ] as const)('%s means %s', (alias, name) => {
    expect(weightIndexOf(alias)).toBe(CHANNEL[name]);
  });

  it.each([
    ['viseme_aa', 'aa'], ['viseme_E', 'E'], ['viseme_I', 'ih'], ['viseme_O', 'oh'], ['viseme_U', 'ou'], ['viseme_PP', 'PP'], ['vrc.v_ch', 'CH'],
    ['vrc.v_sil', 'sil'], ['Fcl_MTH_A', 'aa'], ['Face.M_F00_000_00_Fcl_MTH_U', 'ou'], ['aa', 'aa'], ['A', 'aa'], ['V_Explosive', 'PP'], ['お', 'oh'],
    ['Visemes.viseme_SS', 'SS'],
  ] as const)('%s is the viseme %s', (alias, name) => {
    expect(VISEME_NAMES[visemeIndexOf(alias)]).toBe(name);
  });

  it.each([
    ['mouthSmile', pair('mouthSmile')], ['eyesClosed', pair('eyeBlink')], ['Fcl_EYE_Close', pair('eyeBlink')], ['まばたき', pair('eyeBlink')],
    ['eyesLookUp', pair('eyeLookUp')], ['mouthOpen', APERTURE_SIGNAL],
  ])('%s is one for both sides, or an opening', (alias, signal) => {
    expect(signalOf(alias)).toBe(signal);
  });

  it('know all 52 and 15, and nothing else', () => {
    expect(ARKIT_NAMES.map(weightIndexOf)).toEqual(ARKIT_NAMES.map((_, i) => i));
    expect(VISEME_NAMES.map((name) => visemeIndexOf(`viseme_${name}`))).toEqual(VISEME_NAMES.map((_, i) => i));
    const others = ['', '_neutral', 'toString', 'constructor', 'L', 'a', 'e', 'Face', 'Fcl_ALL_Joy', 'viseme', 'visemeXX', 'smirk', '0', '__proto__'];
    expect(others.filter((name) => signalOf(name) !== -1)).toEqual([]);
  });
});
