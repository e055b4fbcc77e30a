/**
 * An avatar as it is published: `avatar.json`, what it may say, and how it is read without trust. Isomorphic, no I/O.
 * The same in JSON Schema: ../../avatar.schema.json. Who fetches: @visavis/client; who serves: @visavis/motion-server.
 */
export { MAX_FILE_BYTES, MAX_FILES, MAX_MANIFEST_BYTES } from './limits.js';
export { isFileName } from './fields.js';
export { mediaTypeOf, type AvatarMediaType } from './media-types.js';
export { filesOfAvatar, filesOfRig, RIG_TYPES, type AvatarFile, type AvatarFiles, type RigEntry, type RigType } from './files.js';
export { PLAIN_SHAPING, type Coupling, type Damping, type FaceShaping } from './shaping.js';
export {
  DEFAULT_FRAMING, isAvatarId, MANIFEST_FILE, MANIFEST_SCHEMA, parseManifest, type AvatarManifest, type Framing, type MappedName,
} from './manifest.js';
