import { existsSync, readdirSync } from 'node:fs';

const AVATARS = new URL('../../avatars/', import.meta.url);

/** Ids of the avatars that ship, in order. */
export function listAvatarIds() {
  return readdirSync(AVATARS).filter((name) => existsSync(new URL(`${name}/avatar.json`, AVATARS))).sort();
}
