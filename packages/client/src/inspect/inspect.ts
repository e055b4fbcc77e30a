import { ARKIT_NAMES, VISEME_NAMES, type ArkitName } from '@visavis/face';
import { MAX_FILE_BYTES } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { readZip } from '../archive/index.js';
import { planFace, type TargetMapping } from '../rig/face-plan.js';
import { checkGlb } from '../rig/glb-document.js';
import { readPermutation } from '../rig/splat/order.js';
import { readPly } from '../rig/splat/ply.js';
import { APERTURE_SIGNAL, JAW_NET_SIGNAL, PAIR_NAMES, PAIR_SIGNAL } from '../rig/signals.js';
import { readGlbFacts, type GlbFacts } from './glb-facts.js';
import { problemsOfGlb } from './problems.js';
import type { AvatarReport, Problem, ShapeFacts } from './report.js';
import { sniff, type FileKind } from './sniff.js';
import { judge } from './verdict.js';
import { readVrm0, readVrm1, type VrmFacts } from './vrm-facts.js';

const TITLES: Readonly<Record<FileKind | 'splat', string>> = {
  glb: 'GLB', vrm0: 'VRM 0', vrm1: 'VRM 1', splat: 'Gaussian splats', zip: 'ZIP', gltf: 'glTF in parts', json: 'JSON', image: 'picture', unknown: 'unknown file',
};

const INSTEAD: Readonly<Partial<Record<FileKind, string>>> = {
  gltf: 'a glTF in parts cannot be used: export it as one GLB',
  json: 'this is JSON and no avatar: to check a packed avatar, name its folder',
  image: 'this is a picture; an avatar is a GLB, a VRM or a ZIP of splats',
  unknown: 'this is no GLB, no VRM and no ZIP of splats',
};

const SPLAT_BOUNDS = { maxBytes: 128 * 1024 * 1024, maxEntries: 256 };
/** Of one Gaussian on the graphics card, with its order. */
const GAUSSIAN_BYTES = 64;
const MOST_UNKNOWN = 32;

/**
 * Looks at an avatar's file without drawing it: what it is, what its face can do, what is wrong with it. Never throws for
 * what is in the file; what the client would refuse is a problem of level `error`. `mapping` says what its targets mean.
 */
export async function inspectAvatar(bytes: Uint8Array, mapping: TargetMapping = {}): Promise<AvatarReport> {
  const kind = sniff(bytes);
  if (bytes.byteLength > MAX_FILE_BYTES) return empty(kind, bytes, [error(`it has ${bytes.byteLength} bytes, and ${MAX_FILE_BYTES} are the most`)]);
  const instead = INSTEAD[kind];
  if (instead !== undefined) return empty(kind, bytes, [error(instead)]);
  try {
    return kind === 'zip' ? await inspectSplats(bytes, mapping) : inspectGlb(kind, bytes, mapping);
  } catch (cause) {
    return empty(kind, bytes, [error(messageOf(cause))]);
  }
}

function inspectGlb(kind: FileKind, bytes: Uint8Array, mapping: TargetMapping): AvatarReport {
  const facts = readGlbFacts(bytes);
  const vrm = kind === 'vrm0' ? readVrm0(facts.document) : kind === 'vrm1' ? readVrm1(facts.document) : undefined;
  return reportOf({ kind, bytes, facts, vrm, mapping, gaussians: 0, problems: [...refusals(bytes), ...problemsOfGlb(facts, kind)] });
}

/** What the client says before it builds anything. */
function refusals(bytes: Uint8Array): Problem[] {
  try {
    checkGlb(bytes);
    return [];
  } catch (cause) {
    return [error(messageOf(cause))];
  }
}

/** The archive of LAM: Gaussians bound to the vertices of a head with shapes. */
async function inspectSplats(bytes: Uint8Array, mapping: TargetMapping): Promise<AvatarReport> {
  const entries = readZip(bytes, SPLAT_BOUNDS);
  const find = (name: string) => entries.find((entry) => entry.name.split('/').at(-1) === name);
  const [cloud, skin, order] = [find('offset.ply'), find('skin.glb'), find('vertex_order.json')];
  const absent = ['offset.ply', 'skin.glb', 'vertex_order.json'].filter((name) => !find(name));
  if (!cloud || !skin || !order || absent.length > 0) return empty('zip', bytes, [error(`it is a ZIP without ${absent.join(', ')}, and so no splats in the layout of LAM`)]);
  const skinBytes = await skin.read();
  const problems = refusals(skinBytes);
  const gaussians = countGaussians(await cloud.read(), problems);
  if (gaussians > 0) problems.push(...problemsOfOrder(await order.read(), gaussians));
  const facts = readGlbFacts(skinBytes);
  if (gaussians > 0 && !facts.vertexCounts.includes(gaussians)) problems.push(error(`no mesh of skin.glb has ${gaussians} vertices, one for each Gaussian of offset.ply`));
  return reportOf({ kind: 'splat', bytes, facts, vrm: undefined, mapping, gaussians, problems });
}

/** Reads them as the client does; 0 and a problem more where it would refuse them. */
function countGaussians(ply: Uint8Array, problems: Problem[]): number {
  try {
    return readPly(ply).count;
  } catch (cause) {
    problems.push(error(messageOf(cause)));
    return 0;
  }
}

function problemsOfOrder(json: Uint8Array, gaussians: number): Problem[] {
  try {
    readPermutation(JSON.parse(new TextDecoder().decode(json)), gaussians);
    return [];
  } catch (cause) {
    return [error(cause instanceof SyntaxError ? 'vertex_order.json is not JSON' : messageOf(cause))];
  }
}

interface Found {
  readonly kind: AvatarReport['kind'];
  readonly bytes: Uint8Array;
  readonly facts: GlbFacts;
  readonly vrm: VrmFacts | undefined;
  readonly mapping: TargetMapping;
  readonly gaussians: number;
  readonly problems: readonly Problem[];
}

function reportOf({ kind, bytes, facts, vrm, mapping, gaussians, problems }: Found): AvatarReport {
  const { targets, document, meshes, drawCalls, vertices, triangles, textures, gpuBytes } = facts;
  const names = vrm?.expressions ?? targets;
  const bones = [...new Set([...facts.bones, ...(vrm?.bones ?? [])])].filter((bone) => /^(head|neck|jaw|leftEye|rightEye)$/.test(bone)).sort();
  const plan = planFace(names, mapping);
  const speech = plan.speech === 'none' && bones.includes('jaw') ? 'jaw' : plan.speech;
  const shapes = shapesOf(plan.signals);
  const visemes = plan.visemes.map((i) => VISEME_NAMES[i]!);
  const unknown = names.filter((name) => !plan.signals.has(name));
  const found = new Set([...shapes.present, ...shapes.aliased.map(({ name }) => name)]);
  const all = speech === 'none' ? [...problems, error(cannotSpeak(targets.length))] : [...problems];
  return {
    kind, title: TITLES[kind], bytes: bytes.byteLength, isUsable: all.every(({ level }) => level !== 'error'), problems: all, speech, shapes,
    visemes: { present: visemes, missing: VISEME_NAMES.filter((name) => !visemes.includes(name)) },
    unknownTargets: { names: unknown.slice(0, MOST_UNKNOWN), count: unknown.length },
    bones, meshes, drawCalls, vertices, triangles, gaussians, textures, gpuBytes: gpuBytes + gaussians * GAUSSIAN_BYTES,
    generator: generatorOf(document), license: vrm?.license, verdict: judge(speech, found, visemes.filter((name) => name !== 'sil').length),
  };
}

function cannotSpeak(targets: number): string {
  return targets > 0
    ? `none of its ${targets} morph targets has a name that opens a mouth: export it with ARKit names or visemes, or say in the manifest's "mapping" what its targets mean`
    : 'it has neither morph targets nor a jaw bone: export it with ARKit blendshapes';
}

/** Which of the 52 follow a target, and under which name. A target for both sides stands for each. */
function shapesOf(signals: ReadonlyMap<string, number>): ShapeFacts {
  const targets = new Map<ArkitName, string>();
  for (const [target, signal] of signals) {
    const pair = PAIR_NAMES[signal - PAIR_SIGNAL];
    const weights = pair === undefined ? [ARKIT_NAMES[signal] ?? weightBehind(signal)] : ([`${pair}Left`, `${pair}Right`] as ArkitName[]);
    for (const name of weights) if (name && (!targets.has(name) || target === name)) targets.set(name, target);
  }
  const found = ARKIT_NAMES.filter((name) => targets.has(name));
  return {
    present: found.filter((name) => targets.get(name) === name),
    aliased: found.filter((name) => targets.get(name) !== name).map((name) => ({ name, target: targets.get(name)! })),
    missing: ARKIT_NAMES.filter((name) => !targets.has(name)),
  };
}

/** Signals beyond the weights that are a jaw in another form. */
function weightBehind(signal: number): ArkitName | undefined {
  return signal === APERTURE_SIGNAL || signal === JAW_NET_SIGNAL ? 'jawOpen' : undefined;
}

function generatorOf({ asset }: GlbFacts['document']): string | undefined {
  const { generator } = Object(asset) as { generator?: unknown };
  return typeof generator === 'string' ? generator.slice(0, 200) : undefined;
}

function empty(kind: AvatarReport['kind'], bytes: Uint8Array, problems: readonly Problem[]): AvatarReport {
  return {
    kind, title: TITLES[kind], bytes: bytes.byteLength, isUsable: false, problems, speech: 'none', shapes: shapesOf(new Map()),
    visemes: { present: [], missing: VISEME_NAMES }, unknownTargets: { names: [], count: 0 }, bones: [], meshes: 0, drawCalls: 0, vertices: 0, triangles: 0,
    gaussians: 0, textures: [], gpuBytes: 0, generator: undefined, license: undefined, verdict: judge('none', new Set(), 0),
  };
}

const error = (message: string): Problem => ({ level: 'error', message });

/** The client's own words, without what they say of any file. */
function messageOf(cause: unknown): string {
  if (!VisavisError.isInstance(cause)) return `it cannot be read (${String(cause)})`;
  return cause.message.replace(/^The (avatar's file|avatar's archive|splat avatar) cannot be used: /, '');
}
