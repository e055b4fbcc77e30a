import { promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import { inspectAvatar, type AvatarReport } from '@visavis/client/inspect';
import { MANIFEST_FILE, MAX_FILE_BYTES, type AvatarManifest } from '@visavis/protocol/avatar';
import { readInput } from '../files.js';
import { readPackage, type PackageProblem } from './read-package.js';
import { size } from './size.js';

/** Enough to tell what a file is. */
const HEAD_BYTES = 4_096;

/** What the user named: a lone file, or a packed avatar's folder. */
export interface Subject {
  readonly path: string;
  /** For titles. */
  readonly name: string;
  /** Of the rig's file. */
  readonly report: AvatarReport;
  /** Of the rig's file; empty where it cannot be had. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Only of a packed avatar whose manifest can be read. */
  readonly manifest: AvatarManifest | undefined;
  /** Of the folder and its manifest. */
  readonly problems: readonly PackageProblem[];
}

export const isUsable = ({ report, problems }: Subject): boolean => report.isUsable && problems.every(({ level }) => level !== 'error');

/** Looks at an avatar; `mapping` says what a lone file's targets mean. Rejects only where there is nothing at `path`; what is wrong with it is in the report. */
export async function readAvatar(path: string, mapping?: Readonly<Record<string, string>>): Promise<Subject> {
  const facts = await fs.stat(path).catch(() => undefined);
  if (!facts) throw new Error(`there is no file or folder ${path}`);
  if (facts.isDirectory()) return readFolder(path);
  if (basename(path) === MANIFEST_FILE) return readFolder(join(path, '..'));
  if (!facts.isFile()) throw new Error(`${path} is neither a file nor a folder`);
  const subject = { path, name: basename(path), manifest: undefined, problems: [] };
  if (facts.size > MAX_FILE_BYTES) return { ...subject, bytes: new Uint8Array(0), report: await reportOfTooLarge(path, facts.size) };
  const bytes = await readInput(path);
  return { ...subject, bytes, report: await inspectAvatar(bytes, mapping) };
}

/** What is too large is not read: its first bytes tell what it is, and its size that it cannot be used. */
async function reportOfTooLarge(path: string, bytes: number): Promise<AvatarReport> {
  const handle = await fs.open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const report = await inspectAvatar(buffer.subarray(0, bytesRead));
    return { ...report, bytes, problems: [{ level: 'error', message: `it has ${size(bytes)}, and ${size(MAX_FILE_BYTES)} are the most` }] };
  } finally {
    await handle.close();
  }
}

async function readFolder(path: string): Promise<Subject> {
  const { manifest, problems, rig } = await readPackage(path);
  const report = await inspectAvatar(rig, manifest?.mapping);
  const isDrawn = manifest?.rig.type === 'sprite';
  // Of a drawn face there is no more to be known than that its files are there and can be used.
  const known = isDrawn ? drawnReport(report, problems) : report;
  // Of a file that is not there nothing is said but that.
  const shown = rig.length === 0 && problems.length > 0 ? { ...known, title: manifest ? manifest.rig.type : 'no avatar', problems: [] } : known;
  return { path, name: manifest?.name ?? basename(path), bytes: rig, report: shown, manifest, problems };
}

function drawnReport(report: AvatarReport, problems: readonly PackageProblem[]): AvatarReport {
  const isWhole = problems.every(({ level }) => level !== 'error');
  return {
    ...report, title: 'drawn pictures', problems: [], isUsable: isWhole, speech: isWhole ? 'visemes' : 'none',
    verdict: { score: isWhole ? 0.5 : 0, sentence: isWhole ? 'It will speak as drawn pictures do: one mouth shape after another.' : 'It cannot speak: its pictures cannot be used.' },
  };
}
