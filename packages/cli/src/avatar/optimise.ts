/** Makes a GLB smaller without changing what is seen: equal parts once, unused parts gone, numbers packed, pictures as WebP. */
import { Logger, NodeIO, type Document, type Texture } from '@gltf-transform/core';
import { ALL_EXTENSIONS, EXTTextureWebP } from '@gltf-transform/extensions';
import { dedup, listTextureSlots, meshopt, prune, resample } from '@gltf-transform/functions';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';
import type { Job, Outcome } from './workshop.js';

/** WebP quality of colours, and of pictures whose numbers are directions. */
const QUALITY = 0.86;
const NORMAL_QUALITY = 0.94;

export interface OptimiseOptions {
  /** Largest side of a picture. */
  readonly textureSize: number;
  /** Does what only a browser can; absent: pictures stay as they are. */
  readonly runJobs: ((jobs: readonly Job[]) => Promise<Outcome[]>) | undefined;
}

export interface Optimised {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What could not be done, for the user. */
  readonly remarks: readonly string[];
}

/** Names of morph targets, nodes and materials stay. Rejects where the file cannot be read. */
export async function optimise(bytes: Uint8Array, options: OptimiseOptions): Promise<Optimised> {
  await Promise.all([MeshoptDecoder.ready, MeshoptEncoder.ready]);
  const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({ 'meshopt.decoder': MeshoptDecoder, 'meshopt.encoder': MeshoptEncoder });
  const document = await io.readBinary(bytes);
  document.setLogger(new Logger(Logger.Verbosity.SILENT));
  const remarks = options.runJobs ? await shrinkPictures(document, options.textureSize, options.runJobs) : ['pictures are left as they are: no Chromium was found (VISAVIS_CHROMIUM names one)'];
  // Solid colours stay pictures, and bones without a mesh stay: eyes, head and jaw are turned by their names.
  await document.transform(dedup(), prune({ keepLeaves: true, keepAttributes: false, keepExtras: true, keepSolidTextures: true }), resample(), meshopt({ encoder: MeshoptEncoder, level: 'medium' }));
  return { bytes: new Uint8Array(await io.writeBinary(document)), remarks };
}

async function shrinkPictures(document: Document, maxSize: number, runJobs: (jobs: readonly Job[]) => Promise<Outcome[]>): Promise<string[]> {
  const textures = document.getRoot().listTextures().filter((texture) => texture.getImage() && /^image\/(png|jpeg|webp)$/.test(texture.getMimeType()));
  const outcomes = await runJobs(textures.map((texture) => ({ kind: 'picture', input: texture.getImage()!, maxSize, quality: qualityOf(texture) })));
  const remarks = textures.flatMap((texture, i) => take(texture, outcomes[i]!, maxSize));
  if (textures.some((texture) => texture.getMimeType() === 'image/webp')) document.createExtension(EXTTextureWebP).setRequired(true);
  return remarks;
}

const qualityOf = (texture: Texture): number => (listTextureSlots(texture).includes('normalTexture') ? NORMAL_QUALITY : QUALITY);

function take(texture: Texture, outcome: Outcome, maxSize: number): string[] {
  const name = texture.getName() || 'a picture';
  const before = texture.getImage()!;
  const isLarge = Math.max(...(texture.getSize() ?? [0])) > maxSize;
  if (outcome instanceof Error) return [`${name} is left as it is: ${outcome.message}`];
  if (outcome.length === 0) return isLarge ? [`${name} is larger than ${maxSize} and is left so, for it has transparent parts: make it smaller in your own tool`] : [];
  if (outcome.length < before.byteLength || isLarge) texture.setImage(outcome).setMimeType('image/webp').setURI('');
  return [];
}
