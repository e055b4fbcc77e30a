/** The gallery: pick an avatar or drop a file, move its face, hear it talk, copy the code to embed it. */
import { AvatarSDK, type Avatar } from '@visavis/client';
import { FacePanel } from '@visavis/client/panel';
import { byId } from '../dom.js';
import { Toasts } from '../toasts.js';
import { wireEmbed } from './embed.js';
import { listAvatars } from './list.js';
import { Shelf, takeDrops } from './shelf.js';
import { GalleryStage } from './stage.js';

const notices = new Toasts(byId('notice'));
const shelf = new Shelf(byId('shelf'));
const stage = new GalleryStage({
  container: byId('stage'), notices, progress: byId('progress'), caption: byId('caption'), interrupt: byId<HTMLButtonElement>('interrupt'),
});
const embed = wireEmbed();

/** What is seen: the card of a served avatar, or '' for a file of the visitor's. */
let seen = '';

async function pick(id: string): Promise<void> {
  shelf.mark(id);
  if (!(await stage.pick(id))) return shelf.unmark(id, seen);
  shelf.mark(seen = id);
  embed({ id });
  history.replaceState(null, '', `?avatar=${encodeURIComponent(id)}`);
  byId<HTMLAnchorElement>('converse').href = `./?avatar=${encodeURIComponent(id)}`;
}

async function open(files: File[]): Promise<void> {
  const avatar: Avatar | undefined = files.length > 0 ? await stage.open(files) : undefined;
  if (!avatar) return;
  shelf.mark(seen = '');
  const manifest = files.find(({ name }) => name === 'avatar.json');
  embed({ id: avatar.id, ownFile: (manifest ?? files[0]!).name, isPacked: manifest !== undefined });
}

/** The panel belongs to one view: with each new view comes a new one. */
function wirePanel(): void {
  let panel: FacePanel | undefined;
  stage.onView = (view) => {
    embed(undefined);
    panel?.dispose();
    panel = new FacePanel(byId('panel'), { view });
  };
}

async function start(): Promise<void> {
  await AvatarSDK.initialize('dev-app', { drivingServiceMode: 'backend', renderQuality: 'high' });
  shelf.onPick = (id) => void pick(id);
  shelf.onFiles = (files) => void open(files);
  takeDrops(byId('drop'), (files) => void open(files));
  wirePanel();
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    stage.say(byId<HTMLInputElement>('text').value);
  });
  const avatars = await listAvatars();
  for (const avatar of avatars) shelf.add(avatar);
  const asked = new URL(location.href).searchParams.get('avatar');
  await pick(avatars.find(({ id }) => id === asked)?.id ?? avatars[0]?.id ?? 'ava');
}

start().catch((error: unknown) => notices.stand(error instanceof Error ? error.message : String(error)));
