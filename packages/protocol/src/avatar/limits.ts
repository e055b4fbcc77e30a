/** What a manifest may hold at most. Everything beyond is refused before anything of it is loaded. */

/** Manifests larger than this are refused unread, bytes. */
export const MAX_MANIFEST_BYTES = 64 * 1024;

/** One file of an avatar, bytes; and all that are listed, together. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Files that a manifest lists. */
export const MAX_FILES = 128;

/** Names of targets that a manifest maps. */
export const MAX_MAPPED = 512;

export const MAX_COUPLINGS = 64;
