/** What a VRM says of its character, in either of its versions. */
import { isEntry, listOf, type Entry } from '../rig/glb-document.js';

export interface VrmFacts {
  /** Names of expressions, which are what moves the face of a VRM. */
  readonly expressions: readonly string[];
  readonly bones: readonly string[];
  readonly license: string | undefined;
}

const entry = (value: unknown): Entry => (isEntry(value) ? value : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined);

export function readVrm0(document: Entry): VrmFacts {
  const { VRM } = entry(document['extensions']);
  const { blendShapeMaster, humanoid, meta } = entry(VRM);
  const expressions = listOf(entry(blendShapeMaster), 'blendShapeGroups').flatMap(({ presetName, name }) => {
    const preset = text(presetName);
    return preset && preset !== 'unknown' ? VRM0_PRESETS[preset] ?? preset : text(name) ?? [];
  });
  const bones = listOf(entry(humanoid), 'humanBones').flatMap(({ bone }) => text(bone) ?? []);
  return { expressions, bones, license: text(entry(meta)['licenseName']) };
}

/** Names of version 1 for presets of version 0, as the loader translates them. */
const VRM0_PRESETS: Readonly<Record<string, string>> = {
  a: 'aa', i: 'ih', u: 'ou', e: 'ee', o: 'oh', blink_l: 'blinkLeft', blink_r: 'blinkRight', joy: 'happy', sorrow: 'sad', fun: 'relaxed',
  lookup: 'lookUp', lookdown: 'lookDown', lookleft: 'lookLeft', lookright: 'lookRight',
};

export function readVrm1(document: Entry): VrmFacts {
  const { VRMC_vrm } = entry(document['extensions']);
  const { expressions, humanoid, meta } = entry(VRMC_vrm);
  const { preset, custom } = entry(expressions);
  const { licenseUrl, otherLicenseUrl } = entry(meta);
  return {
    expressions: [...Object.keys(entry(preset)), ...Object.keys(entry(custom))],
    bones: Object.keys(entry(entry(humanoid)['humanBones'])),
    license: text(otherLicenseUrl) ?? text(licenseUrl),
  };
}
