import { isZip } from '../archive/index.js';
import { isGlb, readDocument } from '../rig/glb-document.js';

/** What a file is by its first bytes and, for a GLB, by what it says it uses. `json`: a manifest or a drawn face. */
export type FileKind = 'glb' | 'vrm0' | 'vrm1' | 'zip' | 'json' | 'gltf' | 'image' | 'unknown';

/** Looks at content, never at a file's name. Total: whatever cannot be told is `unknown`. */
export function sniff(bytes: Uint8Array): FileKind {
  if (isGlb(bytes)) return vrmVersion(bytes);
  if (isZip(bytes)) return 'zip';
  if (isImage(bytes)) return 'image';
  return sniffText(bytes);
}

function vrmVersion(bytes: Uint8Array): FileKind {
  try {
    const { extensions, extensionsUsed } = readDocument(bytes);
    const names = [...Object.keys(Object(extensions) as object), ...(Array.isArray(extensionsUsed) ? (extensionsUsed as unknown[]) : [])];
    return names.includes('VRMC_vrm') ? 'vrm1' : names.includes('VRM') ? 'vrm0' : 'glb';
  } catch {
    return 'glb';
  }
}

function isImage(bytes: Uint8Array): boolean {
  const head = Array.from(bytes.subarray(0, 12), (byte) => String.fromCharCode(byte)).join('');
  return /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(head);
}

function sniffText(bytes: Uint8Array): FileKind {
  const head = new TextDecoder().decode(bytes.subarray(0, 512)).trimStart();
  if (head.startsWith('<svg') || head.startsWith('<?xml')) return 'image';
  if (!head.startsWith('{')) return 'unknown';
  const text = bytes.byteLength < 4 * 1024 * 1024 ? new TextDecoder().decode(bytes) : head;
  return /"asset"\s*:\s*\{/.test(text) ? 'gltf' : 'json';
}
