/**
 * Copies the trained weights from models/ into a folder of a build, for a package that ships them. Without weights there,
 * the folder is left without.
 *
 *     node tools/copy-weights.mjs FOLDER
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const models = fileURLToPath(new URL('../models/', import.meta.url));
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node tools/copy-weights.mjs FOLDER');

rmSync(folder, { recursive: true, force: true });
for (const name of ['motion.onnx', 'motion.json']) {
  if (!existsSync(join(models, name))) continue;
  mkdirSync(folder, { recursive: true });
  cpSync(join(models, name), join(folder, name));
}
