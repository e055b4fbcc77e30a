/** The gallery: pick an avatar or drop a file, move its face, hear it talk, copy the code to embed it. */
import { AvatarSDK, type Avatar } from '@visavis/client';
import { FacePanel } from '@visavis/client/panel';
import { NoticeBar } from '../notice.js';
import { wireEmbed, type Embedded } from './embed.js';
import { listAvatars } from './list.js';
import { Shelf, takeDrops } from './shelf.js';
import { GalleryStage } from './stage.js';

function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const notices = new NoticeBar(byId('notice'));
const shelf = new Shelf(byId('shelf'));
const stage = new GalleryStage({
  container: byId('stage'), notices, progress: byId('progress'), caption: byId('caption'), interrupt: byId<HTMLButtonElement>('interrupt'),
});
let shown: Embedded = { id: 'ava' };

async function pick(id: string): Promise<void> {
  shelf.mark(id);
  if (!(await stage.pick(id))) return;
  shown = { id };
  history.replaceState(null, '', `?avatar=${encodeURIComponent(id)}`);
}

async function open(files: File[]): Promise<void> {
  const avatar: Avatar | undefined = files.length > 0 ? await stage.open(files) : undefined;
  if (!avatar) return;
  shelf.mark('');
  shown = { id: avatar.id, ownFile: files[0]!.name };
}

/** The panel belongs to one view: with each new view comes a new one. */
function wirePanel(): void {
  let panel: FacePanel | undefined;
  stage.onView = (view) => {
    panel?.dispose();
    panel = new FacePanel(byId('panel'), { view });
  };
}

async function start(): Promise<void> {
  await AvatarSDK.initialize('dev-app', { drivingServiceMode: 'backend', renderQuality: 'high' });
  shelf.onPick = (id) => void pick(id);
  shelf.onFiles = (files) => void open(files);
  takeDrops(byId('drop'), (files) => void open(files));
  wireEmbed(() => shown);
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
