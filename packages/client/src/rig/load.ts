import type { FaceShaping } from '@visavis/protocol/avatar';
import type { TargetMapping } from './face-plan.js';
import { loadGlbRig } from './glb-rig.js';
import type { Rig } from './rig.js';

/** What rigs are built of: an avatar's manifest entry, and its files. */
export interface RigAsset {
  readonly type: 'glb' | 'vrm' | 'splat' | 'sprite';
  /** Name of the rig's own file. */
  readonly file: string;
  /** Bytes of a file of the avatar, which are read and not kept. Throws or rejects where there is none of this name. */
  files(name: string): ArrayBuffer | Promise<ArrayBuffer>;
  readonly shaping?: FaceShaping | undefined;
  /** What targets of the file mean; wins over what their names say. */
  readonly mapping?: TargetMapping | undefined;
}

/**
 * Builds the rig that an asset describes. What only some avatars need is fetched with the first of its kind.
 * Rejects with `unsupportedAvatarAsset` and what to do.
 */
export async function loadRig(asset: RigAsset): Promise<Rig> {
  const bytes = await asset.files(asset.file);
  return BUILDERS[asset.type](bytes, asset);
}

const BUILDERS: Readonly<Record<RigAsset['type'], (bytes: ArrayBuffer, asset: RigAsset) => Promise<Rig>>> = {
  glb: (bytes, { shaping, mapping }) => loadGlbRig(bytes, shaping, mapping),
  vrm: async (bytes, { shaping, mapping }) => (await import('./vrm/index.js')).loadVrmRig(bytes, shaping, mapping),
  splat: async (bytes, { shaping, mapping }) => (await import('./splat/index.js')).loadSplatRig(bytes, shaping, mapping),
  sprite: async (bytes, { shaping, files }) => (await import('./sprite/index.js')).loadSpriteRig(bytes, files, shaping),
};
