/**
 * Names of face targets that are neither ARKit's nor a spelling of them, by vendor, as letters without case and
 * separators. A value names an ARKit weight, a pair without its side, a viseme as `viseme_XX`, `mouthOpen`, or `tongueRise`.
 * A name here without a side also stands for both sides: `cheekraise` reads `Cheek_Raise_L`.
 */
export const ALIASES: Readonly<Record<string, string>> = {
  // Short forms of many tools
  blink: 'eyeBlink', eyesclosed: 'eyeBlink', eyeclose: 'eyeBlink', eyesclose: 'eyeBlink', wink: 'eyeBlink',
  eyeslookup: 'eyeLookUp', eyeslookdown: 'eyeLookDown', smile: 'mouthSmile', frown: 'mouthFrown', pucker: 'mouthPucker',
  funnel: 'mouthFunnel', jawdrop: 'jawOpen', tongue: 'tongueOut', puff: 'cheekPuff', sneer: 'noseSneer', jawfwd: 'jawForward',
  mouthopen: 'mouthOpen', openmouth: 'mouthOpen',
  // Ours, beside `tongueOut`
  tonguerise: 'tongueRise',
  // Character Creator
  browraiseinner: 'browInnerUp', browraiseouter: 'browOuterUp', browdrop: 'browDown', cheekraise: 'cheekSquint',
  mouthrollinupper: 'mouthRollUpper', mouthrollinlower: 'mouthRollLower', mouthupupper: 'mouthUpperUp', mouthdownlower: 'mouthLowerDown',
  eyellookleft: 'eyeLookOutLeft', eyellookright: 'eyeLookInLeft', eyellookup: 'eyeLookUpLeft', eyellookdown: 'eyeLookDownLeft',
  eyerlookleft: 'eyeLookInRight', eyerlookright: 'eyeLookOutRight', eyerlookup: 'eyeLookUpRight', eyerlookdown: 'eyeLookDownRight',
  vopen: 'viseme_aa', vexplosive: 'viseme_PP', vdentallip: 'viseme_FF', vtighto: 'viseme_ou', vwide: 'viseme_E', vaffricate: 'viseme_CH',
  bmp: 'viseme_PP', fv: 'viseme_FF', tldn: 'viseme_DD', kghng: 'viseme_kk', chj: 'viseme_CH', sz: 'viseme_SS', woo: 'viseme_ou',
  // VRoid
  fcleyeclose: 'eyeBlink', fcleyesurprised: 'eyeWide', fclmthfun: 'mouthSmile', fclmthangry: 'mouthFrown',
  fclbrwangry: 'browDown', fclbrwsurprised: 'browInnerUp',
  // MikuMikuDance, whose names are Japanese
  あ: 'viseme_aa', い: 'viseme_ih', う: 'viseme_ou', え: 'viseme_E', お: 'viseme_oh', ん: 'viseme_PP',
  まばたき: 'eyeBlink', ウィンク: 'eyeBlinkLeft', ウィンク右: 'eyeBlinkRight', にっこり: 'mouthSmile', びっくり: 'eyeWide', 怒り: 'browDown',
};

/** Letters of a viseme as vendors write them, to the name in `VISEME_NAMES`. Single letters are the vowels of VRM 0 and of Ready Player Me. */
export const VISEME_LETTERS: Readonly<Record<string, string>> = {
  sil: 'sil', silence: 'sil', pp: 'PP', ff: 'FF', th: 'TH', dd: 'DD', kk: 'kk', ch: 'CH', ss: 'SS', nn: 'nn', rr: 'RR',
  aa: 'aa', a: 'aa', ah: 'aa', e: 'E', ee: 'E', eh: 'E', ih: 'ih', i: 'ih', oh: 'oh', o: 'oh', ou: 'ou', u: 'ou', oo: 'ou',
};
