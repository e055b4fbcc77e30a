/** Finds what is wrong with a picture by its container, without decoding it. */

/** In words; undefined where nothing is found, or for a format that is not looked into. */
export function damageOf(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12) return bytes.byteLength === 0 ? undefined : 'it is cut off';
  if (view.getUint32(0) === 0x89504e47) return damageOfPng(view);
  if (view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250) return damageOfWebp(view);
  return undefined;
}

/** RIFF chunks of four letters, a length and the content, which is padded to an even length. One must hold an image. */
function damageOfWebp(view: DataView): string | undefined {
  const end = 8 + view.getUint32(4, true);
  if (end > view.byteLength) return 'it is cut off';
  let hasImage = false;
  for (let at = 12; at < end;) {
    if (at + 8 > end) return 'its parts do not fit together';
    const [name, length] = [view.getUint32(at), view.getUint32(at + 4, true)];
    const content = at + 8;
    if (content + length > end) return 'its parts do not fit together';
    if (name === VP8 || name === VP8L) {
      if (!startsAFrame(view, name, content, length)) return 'its image is damaged';
      hasImage = true;
    }
    hasImage ||= name === ANMF;
    at = content + length + (length % 2);
  }
  return hasImage ? undefined : 'it holds no image';
}

const [VP8, VP8L, ANMF] = [0x56503820, 0x5650384c, 0x414e4d46];

/** A key frame of VP8 has a start code (RFC 6386, 9.1), a lossless one a signature. */
function startsAFrame(view: DataView, name: number, at: number, length: number): boolean {
  if (name === VP8L) return length > 5 && view.getUint8(at) === 0x2f;
  return length > 10 && (view.getUint8(at) & 1) === 0 && view.getUint32(at + 2) % 0x1000000 === 0x9d012a;
}

/** Every chunk ends with a checksum, the last one is IEND. */
function damageOfPng(view: DataView): string | undefined {
  for (let at = 8; at + 12 <= view.byteLength;) {
    const length = view.getUint32(at);
    const sum = at + 8 + length;
    if (sum + 4 > view.byteLength) return 'it is cut off';
    if (crc32(view, at + 4, sum) !== view.getUint32(sum)) return 'its checksums are wrong';
    if (view.getUint32(at + 4) === 0x49454e44) return undefined;
    at = sum + 4;
  }
  return 'it is cut off';
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(view: DataView, from: number, to: number): number {
  let sum = 0xffffffff;
  for (let at = from; at < to; at++) sum = CRC_TABLE[(sum ^ view.getUint8(at)) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
