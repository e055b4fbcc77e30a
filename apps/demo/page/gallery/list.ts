import type { ShelfItem } from './shelf.js';

/** What the backend serves below /avatars/. Rejects where there is no list. */
export async function listAvatars(): Promise<ShelfItem[]> {
  const response = await fetch('/avatars/');
  if (!response.ok) throw new Error(`The list of avatars cannot be read: status ${response.status}.`);
  const { avatars } = (await response.json()) as { avatars: readonly ShelfItem[] };
  return avatars.map(({ id, name, rig, thumbnailUrl }) => ({ id, name, rig, thumbnailUrl }));
}
