/** Reads names of bones as exporters write them. Free of three.js: tools that only look at a file use it too. */

export type BoneName = 'head' | 'neck' | 'leftEye' | 'rightEye' | 'jaw' | `${'left' | 'right'}${'Arm' | 'Forearm' | 'Hand'}`;

/** What Mixamo, VRoid, Character Creator, 3ds Max Biped, Rigify, MetaHuman and others put before a bone's own name. */
const PREFIX = /^(mixamorig\d*|jbipc|jbip|jadj|jsec|ccbase|bip0*1?|biped|def|org|facial|genesis\d*|rig(?!ht)|armature|character\d*ctrl)(?=.)/;

/** Names without case, separators and prefix. */
const NAMES: Readonly<Record<BoneName, RegExp>> = {
  head: /^c?head(0*1)?$/,
  neck: /^c?neck(0*1|lower)?$/,
  jaw: /^c?(lower)?jaw(0*1|root|bone|master)?$/,
  leftEye: /^(left|l)(face)?eye(ball)?(joint)?$|^(face)?eye(ball)?(left|l)$/,
  rightEye: /^(right|r)(face)?eye(ball)?(joint)?$|^(face)?eye(ball)?(right|r)$/,
  leftArm: /^(left|l)(upper)?arm$|^upperarm(left|l)$/,
  rightArm: /^(right|r)(upper)?arm$|^upperarm(right|r)$/,
  leftForearm: /^(left|l)(fore|lower)arm$|^(fore|lower)arm(left|l)$/,
  rightForearm: /^(right|r)(fore|lower)arm$|^(fore|lower)arm(right|r)$/,
  leftHand: /^(left|l)hand$|^hand(left|l)$/,
  rightHand: /^(right|r)hand$|^hand(right|r)$/,
};

/** The part of a skeleton that a node's name means. */
export function boneOf(nodeName: string): BoneName | undefined {
  const key = nodeName.toLowerCase().replace(/[^a-z0-9]/g, '').replace(PREFIX, '');
  return (Object.keys(NAMES) as BoneName[]).find((name) => NAMES[name].test(key));
}
