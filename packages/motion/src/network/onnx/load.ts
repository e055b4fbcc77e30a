import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MotionModel } from '../../model.js';
import { NetworkModelError } from '../error.js';
import { layoutOf } from '../layout.js';
import { parseManifest, type NetworkManifest } from '../manifest.js';
import { createNetworkModel } from '../model.js';
import { openSession } from './session.js';

const GRAPH = 'motion.onnx';
const MANIFEST = 'motion.json';
/** A build puts the weights beside its code; sources find them at the repository's root. */
const SHIPPED = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../../../models/' : './models/', import.meta.url));

export interface NetworkModelOptions {
  /** Folder with `motion.onnx` and `motion.json`. Default: the weights that come with this package. */
  readonly folder?: string;
}

/**
 * The trained network, in this thread: 50 poses a second, batched across streams. Rejects with NetworkModelError:
 * `weightsMissing`, `weightsInvalid` (truncated, corrupt, of another version), `runtimeUnavailable`.
 */
export async function loadNetworkModel({ folder = SHIPPED }: NetworkModelOptions = {}): Promise<MotionModel> {
  const manifest = parseManifest((await read(folder, MANIFEST)).toString('utf8'));
  const graph = await read(folder, GRAPH);
  checkGraphFile(graph, manifest, join(folder, GRAPH));
  const runner = await openSession(graph, layoutOf(manifest));
  return createNetworkModel({ manifest, runner, defer: setImmediate });
}

async function read(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${message})`;
    throw new NetworkModelError('weightsMissing', `${what}: install the package again, name a folder with ${GRAPH} and ${MANIFEST}, or use the baseline`, { cause });
  }
}

function checkGraphFile(graph: Buffer, { bytes, sha256 }: NetworkManifest, path: string): void {
  if (graph.length !== bytes) throw new NetworkModelError('weightsInvalid', `${path} has ${graph.length} bytes where ${MANIFEST} says ${bytes}: fetch it again`);
  const found = createHash('sha256').update(graph).digest('hex');
  if (found !== sha256) throw new NetworkModelError('weightsInvalid', `${path} is not the file that ${MANIFEST} describes (sha256 ${found}, not ${sha256}): fetch it again`);
}
