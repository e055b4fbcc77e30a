import { listOf } from '../rig/glb-document.js';
import type { GlbFacts } from './glb-facts.js';
import type { Problem, TextureFacts } from './report.js';
import type { FileKind } from './sniff.js';

/** Beyond these a phone is slow or the first look is late. */
const GOOD = { triangles: 100_000, drawCalls: 12, textureSize: 2_048, gpuBytes: 256 * 1024 * 1024, sharedTargets: 100 } as const;

/** What the loader does with, or without. */
const KNOWN_EXTENSION = /^(KHR_(materials_|texture_transform$|mesh_quantization$|lights_punctual$|texture_basisu$)|EXT_(meshopt_compression|texture_webp|texture_avif|mesh_gpu_instancing|materials_bump)$|VRM)/;

export function problemsOfGlb(facts: GlbFacts, kind: FileKind): Problem[] {
  const problems: Problem[] = [];
  const say = (level: Problem['level'], message: string): unknown => problems.push({ level, message });
  const { notNumbers, triangles, drawCalls, gpuBytes, bones, document, targets, textures } = facts;
  if (notNumbers !== undefined) say('error', `its ${notNumbers} holds values that are not numbers: export it anew`);
  if (listOf(document, 'scenes').length === 0) say('error', 'it has no scene');
  for (const texture of textures) problemsOfTexture(texture, say);
  if (triangles > GOOD.triangles) say('warning', `${triangles} triangles are many; ${GOOD.triangles} are enough for a portrait`);
  if (drawCalls > GOOD.drawCalls) say('warning', `${drawCalls} draw calls are many; join meshes that share a material, to ${GOOD.drawCalls} or fewer`);
  if (gpuBytes > GOOD.gpuBytes) say('warning', `about ${Math.round(gpuBytes / 1024 / 1024)} MiB of graphics memory is more than a phone likes`);
  if (targets.length > GOOD.sharedTargets && kind === 'glb') say('note', `${targets.length} morph targets: those that are not used cost memory all the same`);
  if (!bones.includes('head') && kind === 'glb') say('warning', 'no bone or node is called a head: the head will not turn');
  if (!(bones.includes('leftEye') && bones.includes('rightEye')) && kind === 'glb') say('note', 'no nodes are called eyes: gaze is left to the eyeLook shapes');
  for (const name of unknownExtensions(document)) say('error', `it needs the glTF extension ${name}, which is not known here: export it without`);
  if (listOf(document, 'animations').length > 0) say('note', 'its animations are not played');
  return problems;
}

function problemsOfTexture({ name, type, width, height, damage }: TextureFacts, say: (level: Problem['level'], message: string) => unknown): void {
  if (width === 0 || height === 0) return void say('warning', `texture "${name}" (${type}) cannot be read`);
  if (damage !== undefined) say('warning', `texture "${name}" is damaged and will be missing: ${damage}`);
  if (Math.max(width, height) > GOOD.textureSize) say('warning', `texture "${name}" is ${width} x ${height}; ${GOOD.textureSize} is enough`);
}

function unknownExtensions({ extensionsRequired }: GlbFacts['document']): string[] {
  const names: readonly unknown[] = Array.isArray(extensionsRequired) ? extensionsRequired : [];
  // Draco is refused before, in words of its own.
  return names.filter((name): name is string => typeof name === 'string' && !KNOWN_EXTENSION.test(name) && !name.includes('draco'));
}
