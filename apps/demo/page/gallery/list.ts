import type { ShelfItem } from './shelf.js';

const LIST = '/avatars/';

/** As the backend's list has them; addresses are relative to it. */
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly rig: string;
  readonly thumbnail?: string;
}

/** What the backend serves below /avatars/. Rejects where there is no list. */
export async function listAvatars(): Promise<ShelfItem[]> {
  const response = await fetch(LIST);
  if (!response.ok) throw new Error(`The list of avatars cannot be read: status ${response.status}.`);
  const { avatars } = (await response.json()) as { avatars: readonly Listed[] };
  return avatars.map(({ id, name, rig, thumbnail }) => ({ id, name, rig, thumbnailUrl: thumbnail === undefined ? undefined : LIST + thumbnail }));
}
