/** The page behind motion:sheet: draws what it is given into #sheet, to be photographed. */
import type { ContactData, StripData } from '../sheet-data.js';
import { AvatarManager } from '../../../../packages/client/src/avatar/index.js';
import { CameraMan } from './camera-man.js';
import { drawContact } from './contact.js';
import { drawStrip } from './strip.js';

declare global {
  var sheets: { contact(data: ContactData): void; strip(data: StripData): void };
}

const man = await CameraMan.open(document.getElementById('stage')!, await AvatarManager.shared.load('ava'));
const show = (drawn: readonly HTMLElement[]): void => document.getElementById('sheet')!.replaceChildren(...drawn);
globalThis.sheets = { contact: (data) => show(drawContact(data, man)), strip: (data) => show(drawStrip(data, man)) };
document.documentElement.dataset['ready'] = 'yes';
