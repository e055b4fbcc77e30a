/** By a file name's last extension: the types an avatar's files may have. Nothing that a browser would run. */
const BY_EXTENSION = {
  glb: 'model/gltf-binary',
  vrm: 'model/gltf-binary',
  zip: 'application/zip',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
} as const;

export type AvatarMediaType = (typeof BY_EXTENSION)[keyof typeof BY_EXTENSION] | 'application/octet-stream';

export const MEDIA_TYPES: readonly AvatarMediaType[] = [...new Set([...Object.values(BY_EXTENSION), 'application/octet-stream' as const])];

/** The media type of a file by its name; `application/octet-stream` where the extension says nothing. */
export function mediaTypeOf(fileName: string): AvatarMediaType {
  const extension = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension as keyof typeof BY_EXTENSION] : 'application/octet-stream';
}
