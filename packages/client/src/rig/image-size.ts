/** Reads the size of a picture from its header. */
export interface ImageSize {
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

/** The size of a PNG, JPEG, WebP or KTX2; undefined for anything else, or where it is cut off. */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return sizeOfPng(view) ?? sizeOfWebp(view) ?? sizeOfKtx2(view) ?? sizeOfJpeg(view);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sizeOfPng(view: DataView): ImageSize | undefined {
  if (view.getUint32(0) !== 0x89504e47) return undefined;
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** Container specification of WebP: a lossy, a lossless or an extended first chunk. */
function sizeOfWebp(view: DataView): ImageSize | undefined {
  if (view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250) return undefined;
  const type = 'image/webp';
  switch (view.getUint32(12)) {
    case 0x56503858: // VP8X
      return { type, width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(27, true) & 0xffffff) };
    case 0x5650384c: { // VP8L
      const bits = view.getUint32(21, true);
      return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    default:
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
}

function sizeOfKtx2(view: DataView): ImageSize | undefined {
  if (view.getUint32(0) !== 0xab4b5458 || view.getUint32(4) !== 0x203230bb) return undefined;
  return { type: 'image/ktx2', width: view.getUint32(20, true), height: view.getUint32(24, true) };
}

/** Walks the segments of a JPEG to the frame header. */
function sizeOfJpeg(view: DataView): ImageSize | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  for (;;) {
    const marker = view.getUint16(at);
    if (marker < 0xff00) return undefined;
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
}
