/** A sheet of one cell a viseme: the head, and the mouth from the front and from the side. */
import type { ContactData } from '../sheet-data.js';
import type { CameraMan } from './camera-man.js';
import { element } from './element.js';
import { HEAD, MOUTH_ASIDE, MOUTH_FRONT } from './shots.js';

export function drawContact({ title, cells }: ContactData, man: CameraMan): HTMLElement[] {
  const poses = cells.map(({ pose }) => pose);
  const heads = man.take(poses, HEAD);
  const fronts = man.take(poses, MOUTH_FRONT);
  const asides = man.take(poses, MOUTH_ASIDE);
  const drawn = cells.map(({ name, sounds, gapMm }, i) => element('section', 'cell', [
    element('h2', '', [name, element('span', 'sounds', [sounds]), element('span', 'gap', [gapMm < 0 ? 'lips meet' : `lips ${gapMm.toFixed(1)} mm apart`])]),
    element('div', 'pictures', [heads[i]!, element('div', 'mouths', [fronts[i]!, asides[i]!])]),
  ]));
  return [element('h1', '', [title]), element('div', 'grid', drawn)];
}
