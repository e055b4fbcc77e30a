/**
 * Copies the default avatars from avatars/ into a folder of a build, for a package that ships them.
 *
 *     node tools/copy-avatars.mjs FOLDER
 */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const avatars = fileURLToPath(new URL('../avatars/', import.meta.url));
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node tools/copy-avatars.mjs FOLDER');

rmSync(folder, { recursive: true, force: true });
for (const id of readdirSync(avatars)) {
  if (existsSync(join(avatars, id, 'avatar.json'))) cpSync(join(avatars, id), join(folder, id), { recursive: true });
}
