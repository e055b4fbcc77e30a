/** Avatars on disk, given out over HTTP. What a manifest may say is in @visavis/protocol/avatar. */
export { AvatarLibrary, type AvatarAsset, type AvatarLibraryOptions } from './library.js';
export { createAvatarRoutes, type AvatarRoutesOptions } from './routes.js';
