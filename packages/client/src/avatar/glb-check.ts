import { VisavisError } from '@visavis/protocol/errors';

const MAGIC = 0x46546c67; // 'glTF'
const JSON_CHUNK = 0x4e4f534a; // 'JSON'

/** Header (12 bytes) and first chunk header (8 bytes): glTF 2.0 specification, section 4.4. */
const PRELUDE_BYTES = 20;

/**
 * Checks what can be known of a GLB file without building it: container, version, lengths, and that its buffers and
 * images lie inside it. Throws `unsupportedAvatarAsset`.
 */
export function checkGlb(bytes: ArrayBuffer): void {
  const view = new DataView(bytes);
  if (bytes.byteLength < PRELUDE_BYTES || view.getUint32(0, true) !== MAGIC) refuse('it is not a GLB file');
  if (view.getUint32(4, true) !== 2) refuse('it is not glTF version 2');
  if (view.getUint32(8, true) !== bytes.byteLength) refuse('it is cut off or has bytes after its end');
  const jsonBytes = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || PRELUDE_BYTES + jsonBytes > bytes.byteLength) refuse('its JSON chunk is damaged');
  for (const uri of uris(readJson(new Uint8Array(bytes, PRELUDE_BYTES, jsonBytes)))) {
    if (!uri.startsWith('data:')) refuse('it refers to files outside itself');
  }
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return refuse('its JSON chunk is damaged', cause);
  }
}

function uris(document: unknown): string[] {
  const { buffers, images } = Object(document) as { buffers?: unknown; images?: unknown };
  return [buffers, images]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .map((entry) => (Object(entry) as { uri?: unknown }).uri)
    .filter((uri) => typeof uri === 'string');
}

function refuse(reason: string, cause?: unknown): never {
  throw new VisavisError('unsupportedAvatarAsset', `The avatar's file cannot be used: ${reason}. Export it as one self-contained glTF 2.0 binary.`, { cause });
}
