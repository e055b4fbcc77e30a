import { VisavisError } from '../errors/index.js';

const HEADER_BYTES = 27;
/** Far above any audio packet (1,275 bytes a frame) and any sensible comment header. */
const MAX_PACKET_BYTES = 65_536;
const FLAG = { continued: 1, first: 2, last: 4 } as const;
/** "OggS". */
const MAGIC = [0x4f, 0x67, 0x67, 0x53] as const;

/** One packet out of a logical stream. */
export interface OggPacket {
  /** Empty packets are passed on. */
  readonly data: Uint8Array;
  /** It begins a stream: an identification header. */
  readonly first: boolean;
  /** The granule position at which the stream ends, where this packet's page is its last one and says so. */
  readonly endGranule: bigint | undefined;
}

/**
 * Takes an Ogg stream, cut anywhere, apart into packets (RFC 3533). Checksums are not looked at: what carries the bytes
 * has its own. Keeps one page and one packet at most, under 128 KB. After a page marked last, everything up to the next
 * beginning is ignored.
 */
export class OggReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #packet: Uint8Array[] = [];
  #packetBytes = 0;
  #ended = false;

  /** The packets that `bytes` complete. Throws `invalidAudioInput` where they are no Ogg. */
  push(bytes: Uint8Array): OggPacket[] {
    this.#bytes = joined([this.#bytes, bytes]);
    const packets: OggPacket[] = [];
    for (let size = pageSize(this.#bytes); size !== undefined; size = pageSize(this.#bytes)) {
      this.#readPage(this.#bytes.subarray(0, size), packets);
      this.#bytes = this.#bytes.subarray(size);
    }
    return packets;
  }

  #readPage(page: Uint8Array, out: OggPacket[]): void {
    const flags = page[5]!;
    const first = (flags & FLAG.first) !== 0;
    if (first) this.#ended = false;
    if (this.#ended) return;
    if ((flags & FLAG.continued) === 0) this.#drop();
    this.#ended = (flags & FLAG.last) !== 0;
    const endGranule = this.#ended ? viewOf(page).getBigInt64(6, true) : undefined;
    let at = HEADER_BYTES + page[26]!;
    const before = out.length;
    for (const lacing of page.subarray(HEADER_BYTES, at)) {
      this.#append(page.subarray(at, at + lacing));
      at += lacing;
      if (lacing < 255) out.push({ data: this.#finish(), first: first && out.length === before, endGranule });
    }
  }

  #append(part: Uint8Array): void {
    this.#packetBytes += part.length;
    if (this.#packetBytes > MAX_PACKET_BYTES) throw notOgg(`a packet is over ${MAX_PACKET_BYTES} bytes`);
    this.#packet.push(part);
  }

  #finish(): Uint8Array {
    const data = joined(this.#packet);
    this.#drop();
    return data;
  }

  #drop(): void {
    this.#packet = [];
    this.#packetBytes = 0;
  }
}

/** Bytes of the page at the start of `bytes`, or `undefined` where it is not all there. */
function pageSize(bytes: Uint8Array): number | undefined {
  if (MAGIC.some((value, i) => i < bytes.length && bytes[i] !== value)) throw notOgg('a page does not begin with OggS');
  if (bytes.length > 4 && bytes[4] !== 0) throw notOgg(`unknown version ${bytes[4]}`);
  if (bytes.length < HEADER_BYTES) return undefined;
  const table = HEADER_BYTES + bytes[26]!;
  if (bytes.length < table) return undefined;
  const size = bytes.subarray(HEADER_BYTES, table).reduce((sum, lacing) => sum + lacing, table);
  return bytes.length < size ? undefined : size;
}

/** One array of its own: what is read must not change with the bytes that were handed in. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notOgg(reason: string): VisavisError {
  return new VisavisError('invalidAudioInput', `this is not an Ogg stream: ${reason}; send one Ogg Opus stream an utterance, from its first byte`);
}
