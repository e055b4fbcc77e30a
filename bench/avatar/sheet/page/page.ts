/** The page behind avatar:sheet: draws what it is told into #sheet, to be photographed. */
import { createPose } from '@visavis/face';
import { AvatarManager, type Avatar } from '../../../../packages/client/src/avatar/index.js';
import type { RenderQuality } from '../../../../packages/client/src/look/index.js';
import { CameraMan, type Shot } from '../../../motion/sheet/page/camera-man.js';
import { element } from '../../../motion/sheet/page/element.js';
import { cellsOf, type Cell, type SheetKind } from './cells.js';

/** An avatar by its manifest, or a file of any format by its bytes. */
interface Source {
  readonly id: string;
  readonly manifestUrl?: string;
  readonly fileUrl?: string;
  readonly name?: string;
}

interface Sentence {
  readonly title: string;
  readonly frames: readonly { readonly timeMs: number; readonly pose: readonly number[] }[];
  readonly size: number;
}

declare global {
  var avatarSheets: {
    contact(source: Source, asked: { readonly kind: SheetKind; readonly size: number }): Promise<void>;
    strip(sources: readonly Source[], sentence: Sentence): Promise<void>;
  };
}

const QUALITY = (new URLSearchParams(location.search).get('quality') ?? 'high') as RenderQuality;
const COLUMNS = 8;
const STRIP_COLUMNS = 12;
const SORTING_MS = 700;
/** Parts of a head seen close, in metres of an avatar whose origin lies between its eyes. */
const CLOSE = { eyes: { target: [0, 0.002, 0.07], heightM: 0.11 }, mouth: { target: [0, -0.071, 0.08], heightM: 0.08 } } as const;

async function load({ manifestUrl, fileUrl, name }: Source): Promise<Avatar> {
  if (manifestUrl !== undefined) return AvatarManager.shared.load(new URL(manifestUrl, location.href).href);
  const response = await fetch(fileUrl!);
  return AvatarManager.shared.loadFile(new File([await response.blob()], name!));
}

async function withCamera<T>(source: Source, use: (man: CameraMan, avatar: Avatar) => T | Promise<T>): Promise<T> {
  const avatar = await load(source);
  const man = await CameraMan.open(document.getElementById('stage')!, avatar, QUALITY);
  try {
    return await use(man, avatar);
  } finally {
    man.dispose();
  }
}

function shotOf({ at, yawDeg }: Pick<Cell, 'at' | 'yawDeg'>, { manifest: { framing } }: Avatar, size: number): Shot {
  const { target, heightM } = at === 'head' ? { target: framing.target, heightM: framing.height } : CLOSE[at];
  return { target, heightM, yawDeg, width: size, height: size, faceOnly: false };
}

/** Splats are sorted by a worker after the first pictures, which show none. */
async function sortSplats(man: CameraMan, shot: Shot): Promise<void> {
  for (let i = 0; i < 4; i++) {
    man.take([[...createPose().values]], shot);
    await new Promise((resolve) => { setTimeout(resolve, SORTING_MS); });
  }
}

function grid(columns: number, size: number, cells: readonly HTMLElement[]): HTMLElement {
  const made = element('div', 'grid', cells);
  made.style.gridTemplateColumns = `repeat(${columns}, ${size}px)`;
  return made;
}

function figure(picture: HTMLElement, caption: string): HTMLElement {
  return element('figure', '', [picture, element('figcaption', '', [caption])]);
}

function show(title: string, drawn: HTMLElement): void {
  document.getElementById('sheet')!.replaceChildren(element('h1', '', [title]), drawn);
}

globalThis.avatarSheets = {
  contact: (source, { kind, size }) => withCamera(source, (man, avatar) => {
    const cells = cellsOf(kind).map((cell) => figure(man.take([[...cell.pose.values]], shotOf(cell, avatar, size))[0]!, cell.name));
    show(`${avatar.manifest.name}: ${kind}`, grid(COLUMNS, size, cells));
  }),
  async strip(sources, { title, frames, size: asked }) {
    const size = Math.round((asked * COLUMNS) / STRIP_COLUMNS);
    const rows: HTMLElement[] = [];
    for (const source of sources) {
      rows.push(...await withCamera(source, async (man, avatar) => {
        const shot = shotOf({ at: 'head', yawDeg: 0 }, avatar, size);
        if (avatar.manifest.rig.type === 'splat') await sortSplats(man, shot);
        const pictures = man.take(frames.map(({ pose }) => pose), shot);
        return pictures.map((picture, i) => figure(picture, i === 0 ? `${avatar.manifest.name}, ${avatar.manifest.rig.type}` : `${frames[i]!.timeMs} ms`));
      }));
    }
    show(title, grid(STRIP_COLUMNS, size, rows));
  },
};
document.documentElement.dataset['ready'] = 'yes';
