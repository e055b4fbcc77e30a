import type { FaceShaping } from '@visavis/protocol/avatar';
import type { TargetMapping } from './face-plan.js';
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

type Build = (bytes: ArrayBuffer, asset: RigAsset) => Promise<Rig>;

/**
 * Builds the rig that an asset describes. What only one kind needs is fetched with the first of its kind, beside its file.
 * Rejects with `unsupportedAvatarAsset` and what to do.
 */
export async function loadRig(asset: RigAsset): Promise<Rig> {
  const [bytes, build] = await Promise.all([asset.files(asset.file), BUILDERS[asset.type]()]);
  return build(bytes, asset);
}

const BUILDERS: Readonly<Record<RigAsset['type'], () => Promise<Build>>> = {
  async glb() {
    const { loadGlbRig } = await import('./glb-rig.js');
    return (bytes, { shaping, mapping }) => loadGlbRig(bytes, shaping, mapping);
  },
  async vrm() {
    const { loadVrmRig } = await import('./vrm/index.js');
    return (bytes, { shaping, mapping }) => loadVrmRig(bytes, shaping, mapping);
  },
  async splat() {
    const { loadSplatRig } = await import('./splat/index.js');
    return (bytes, { shaping, mapping }) => loadSplatRig(bytes, shaping, mapping);
  },
  async sprite() {
    const { loadSpriteRig } = await import('./sprite/index.js');
    return (bytes, { shaping, files }) => loadSpriteRig(bytes, files, shaping);
  },
};
