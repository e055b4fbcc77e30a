import { deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  /** What the directory says it unpacks to. Default: the truth. */
  readonly claimed?: number;
  readonly stored?: boolean;
  readonly flags?: number;
}

/** Writes a ZIP, honest or not. */
export function writeZip(parts: readonly ZipPart[]): Uint8Array<ArrayBuffer> {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, claimed = data.length, stored = false, flags = 0 } of parts) {
    const packed = stored ? Buffer.from(data) : deflateRawSync(data);
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(24); // from "flags" to "extra length", the same in both records
    fields.writeUInt16LE(flags, 0);
    fields.writeUInt16LE(stored ? 0 : 8, 2);
    fields.writeUInt32LE(packed.length, 12);
    fields.writeUInt32LE(claimed, 16);
    fields.writeUInt16LE(nameBytes.length, 20);
    const local = Buffer.concat([Buffer.from('504b03041400', 'hex'), fields, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('504b010214001400', 'hex'), fields, tail, nameBytes]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.reduce((sum, { length }) => sum + length, 0), 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...locals, ...directory, end]));
}
