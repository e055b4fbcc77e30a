/** The trained network, by the weights the engine ships or by any others. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { MotionModel } from '@visavis/motion';
import { loadNetworkModel } from '@visavis/motion/onnx';
import { engineSystem } from './engine.js';
import type { System } from './system.js';

/** The weights that come with @visavis/motion. `folds`: a folder of fold-CLIP.onnx, none of which has learnt from its clip. */
export function shippedNetwork(folds: string | undefined): Promise<System> {
  return networkSystem('network', loadNetworkModel, folds);
}

/** Any weights: a graph X.onnx with its manifest X.json beside it, and its folds where they lie beside it too. */
export function networkOf(file: string): Promise<System> {
  const path = resolve(file);
  const hasFolds = readdirSync(dirname(path)).some((name) => /^fold-.+\.onnx$/.test(name));
  return networkSystem(join(basename(dirname(path)), basename(path)), () => loadWeights(path), hasFolds ? dirname(path) : undefined);
}

async function networkSystem(id: string, load: () => Promise<MotionModel>, folds: string | undefined): Promise<System> {
  const model = await load();
  await model.dispose();
  return engineSystem({
    id, what: `weights ${model.id}; ${folds ? 'each clip by weights that have not learnt from it' : 'MAY HAVE LEARNT FROM THE CLIPS: no folds'}`,
    takesPhones: true, sharesWork: true,
    createModel: (told) => (told && folds ? loadWeights(join(folds, `fold-${told.heldOut}.onnx`)) : load()),
  });
}

/** The loader takes a folder with its own names in it. */
async function loadWeights(path: string): Promise<MotionModel> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-weights-'));
  try {
    copyFileSync(path, join(folder, 'motion.onnx'));
    copyFileSync(path.replace(/\.onnx$/, '.json'), join(folder, 'motion.json'));
    return await loadNetworkModel({ folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
