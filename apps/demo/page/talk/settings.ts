/** The settings: what the backend offers, what the browser has, and what the page itself can. Kept in this browser where they are the page's own. */
import type { AvatarView, RenderQuality } from '@visavis/client';
import { CHOICES, type BackendState, type Choice, type ChoiceName, type Chosen } from '../../src/api.js';
import { byId } from '../dom.js';

const STORE = 'visavis.settings';

interface Kept {
  readonly quality?: RenderQuality;
  readonly captions?: boolean;
  readonly volume?: number;
  readonly microphone?: string;
}

export interface SettingsParts {
  readonly view: AvatarView;
  readonly avatarId: string;
  readonly avatars: readonly { readonly id: string; readonly name: string }[];
  /** From the address; wins over what was kept. */
  readonly quality: RenderQuality | undefined;
  choose(chosen: Partial<Chosen>): void;
  onMicrophone(deviceId: string | undefined): void;
  onCaptions(shown: boolean): void;
}

export class Settings {
  readonly #parts: SettingsParts;
  readonly #dialog = byId<HTMLDialogElement>('settings');
  #kept: Kept = readKept();

  constructor(parts: SettingsParts) {
    this.#parts = parts;
    byId('settings-open').addEventListener('click', () => void this.#open());
    this.#wireBackdrop();
    this.#wireAvatar();
    this.#wirePicture();
    this.#wireSound();
    for (const name of CHOICES) selectOf(name).addEventListener('change', ({ target }) => parts.choose({ [name]: (target as HTMLSelectElement).value }));
    void this.#listMicrophones();
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#listMicrophones());
  }

  /** What the backend offers, and what holds. */
  show({ offered, chosen, notice }: BackendState): void {
    for (const name of CHOICES) fill(selectOf(name), offered[name], chosen[name], 'Not available');
    byId('set-note').textContent = notice;
  }

  async #open(): Promise<void> {
    this.#dialog.showModal();
    await this.#listMicrophones();
  }

  #wireBackdrop(): void {
    this.#dialog.addEventListener('click', ({ target }) => { if (target === this.#dialog) this.#dialog.close(); });
  }

  /** Another avatar is another conversation: the page begins anew. */
  #wireAvatar(): void {
    const { avatars, avatarId } = this.#parts;
    const select = byId<HTMLSelectElement>('set-avatar');
    fill(select, avatars.map(({ id, name }) => ({ id, label: name })), avatarId, avatarId);
    select.addEventListener('change', () => {
      const url = new URL(location.href);
      url.searchParams.set('avatar', select.value);
      location.assign(url);
    });
  }

  #wirePicture(): void {
    const { view, quality = this.#kept.quality ?? 'auto', onCaptions } = this.#parts;
    const select = byId<HTMLSelectElement>('set-quality');
    const captions = byId<HTMLInputElement>('set-captions');
    select.value = view.quality = quality;
    captions.checked = this.#kept.captions ?? true;
    onCaptions(captions.checked);
    select.addEventListener('change', () => this.#keep({ quality: view.quality = select.value as RenderQuality }));
    captions.addEventListener('change', () => {
      this.#keep({ captions: captions.checked });
      onCaptions(captions.checked);
    });
  }

  #wireSound(): void {
    const { view: { controller }, onMicrophone } = this.#parts;
    const volume = byId<HTMLInputElement>('volume');
    volume.valueAsNumber = this.#kept.volume ?? 1;
    controller.setVolume(volume.valueAsNumber);
    volume.addEventListener('input', () => {
      controller.setVolume(volume.valueAsNumber);
      this.#keep({ volume: volume.valueAsNumber });
    });
    const microphone = byId<HTMLSelectElement>('set-microphone');
    onMicrophone(this.#kept.microphone || undefined);
    microphone.addEventListener('change', () => {
      this.#keep({ microphone: microphone.value });
      onMicrophone(microphone.value || undefined);
    });
  }

  /** Browsers name the devices only once the visitor has allowed one. A device that is gone is no choice any more. */
  async #listMicrophones(): Promise<void> {
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    const named = devices.filter(({ kind, deviceId, label }) => kind === 'audioinput' && deviceId !== '' && deviceId !== 'default' && label !== '');
    const kept = this.#kept.microphone ?? '';
    const isThere = named.some(({ deviceId }) => deviceId === kept);
    fill(byId<HTMLSelectElement>('set-microphone'), [{ id: '', label: 'System default' }, ...named.map(({ deviceId, label }) => ({ id: deviceId, label }))], isThere ? kept : '', '');
    if (kept === '' || isThere || named.length === 0) return;
    this.#keep({ microphone: '' });
    this.#parts.onMicrophone(undefined);
  }

  #keep(change: Kept): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(STORE, JSON.stringify(this.#kept));
    } catch {
      // A browser that keeps nothing: the setting holds until the page goes.
    }
  }
}

function selectOf(name: ChoiceName): HTMLSelectElement {
  return byId<HTMLSelectElement>(`set-${name}`);
}

/** One choice is no choice: it is shown and cannot be changed. */
function fill(select: HTMLSelectElement, choices: readonly Choice[], chosen: string, none: string): void {
  select.replaceChildren(...(choices.length > 0 ? choices : [{ id: '', label: none }]).map(({ id, label }) => new Option(label, id, id === chosen, id === chosen)));
  select.disabled = choices.length < 2;
}

function readKept(): Kept {
  try {
    const { quality, captions, volume, microphone } = Object(JSON.parse(localStorage.getItem(STORE) ?? '{}')) as Record<string, unknown>;
    return {
      ...(isQuality(quality) ? { quality } : {}), ...(typeof captions === 'boolean' ? { captions } : {}),
      ...(typeof volume === 'number' && volume >= 0 && volume <= 1 ? { volume } : {}), ...(typeof microphone === 'string' ? { microphone } : {}),
    };
  } catch {
    return {};
  }
}

const QUALITIES: readonly RenderQuality[] = ['low', 'medium', 'high', 'ultra', 'auto'];

export function isQuality(value: unknown): value is RenderQuality {
  return QUALITIES.some((quality) => quality === value);
}
