/**
 * The Talk button: open microphone, or push to talk by holding the button or Space. The browser is asked for leave when the
 * button is first used, never before. Knows no audio: ./gated has the samples.
 */
import type { AvatarController, MicrophoneState } from '@visavis/client';
import { byId } from '../dom.js';
import type { GatedMicrophone } from './gated.js';
import { microphoneProblem, type MicrophoneProblem } from './problem.js';

type Mode = 'open' | 'hold';

export interface MicrophoneControlParts {
  readonly controller: AvatarController;
  readonly gated: GatedMicrophone;
  onProblem(problem: MicrophoneProblem): void;
  /** The microphone is on for the first time. */
  onFirst(): void;
  /** The visitor takes the floor by pushing to talk. */
  onPush(): void;
}

const HINTS: Readonly<Record<Mode, Readonly<Record<MicrophoneState, string>>>> = {
  open: { off: '', starting: 'Allow the microphone in the question of your browser.', on: 'Speak whenever you like. You can cut in.' },
  hold: { off: 'Hold the button or Space while you speak.', starting: 'Allow the microphone in the question of your browser.', on: 'Hold the button or Space while you speak.' },
};

export class TalkButton {
  readonly #parts: MicrophoneControlParts;
  readonly #button = byId<HTMLButtonElement>('talk');
  readonly #label = byId('talk-label');
  readonly #hint = byId('hint');
  #mode: Mode = 'open';
  #isHeld = false;
  #state: MicrophoneState = 'off';
  /** What it was before: one that was on and fails has been unplugged. */
  #before: MicrophoneState = 'off';
  #wasEverOn = false;
  #problem: MicrophoneProblem | undefined;
  #missing: string | undefined;

  constructor(parts: MicrophoneControlParts) {
    this.#parts = parts;
    for (const radio of document.querySelectorAll<HTMLInputElement>('[name="mode"]')) {
      radio.addEventListener('change', () => this.#setMode(radio.value as Mode));
      if (radio.checked) this.#mode = radio.value as Mode;
    }
    this.#wireButton();
    this.#wireSpace();
    parts.controller.onMicrophoneState = (state) => {
      [this.#before, this.#state] = [this.#state, state];
      if (state === 'on' && !this.#wasEverOn && this.#mode === 'open') parts.onFirst();
      this.#wasEverOn ||= state === 'on';
      this.#show();
    };
    this.#setMode(this.#mode);
  }

  /** Why nothing can be heard on this backend; undefined where it can. */
  setMissing(text: string | undefined): void {
    this.#missing = text;
    this.#button.disabled = text !== undefined;
    if (text !== undefined) this.#parts.controller.stopMicrophone();
    this.#show();
  }

  /** An error of the microphone, as the controller tells it once the state has changed. */
  failed(error: { readonly code: string; readonly cause?: unknown }): void {
    this.#problem = microphoneProblem(error, this.#before === 'on');
    this.#isHeld = false;
    this.#parts.onProblem(this.#problem);
    this.#show();
  }

  /** Opens the device that is chosen now, where one is open. */
  async changeDevice(): Promise<void> {
    if (this.#state === 'off') return;
    this.#parts.controller.stopMicrophone();
    await this.#start();
  }

  #wireButton(): void {
    this.#button.addEventListener('click', (event) => {
      // A held button was served by the pointer; a click without one is a key or assistive technology.
      if (this.#mode === 'open') this.#toggle();
      else if (event.detail === 0) this.#hold(!this.#isHeld);
    });
    this.#button.addEventListener('pointerdown', (event) => {
      if (this.#mode !== 'hold') return;
      this.#button.setPointerCapture(event.pointerId);
      this.#hold(true);
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) this.#button.addEventListener(end, () => { if (this.#mode === 'hold') this.#hold(false); });
    this.#button.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** Space outside of what takes Space itself; the Talk button is held by it as well. */
  #wireSpace(): void {
    const isOurs = ({ code, target, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean =>
      code === 'Space' && this.#mode === 'hold' && !this.#button.disabled && !ctrlKey && !altKey && !metaKey
      && (target === this.#button || !(target as Element).closest('input, textarea, select, button, summary, a, dialog, [contenteditable]'));
    document.addEventListener('keydown', (event) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      if (!event.repeat) this.#hold(true);
    });
    document.addEventListener('keyup', (event) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      this.#hold(false);
    });
    // A key or finger that is let go elsewhere is never told.
    addEventListener('blur', () => { if (this.#mode === 'hold') this.#hold(false); });
  }

  #setMode(mode: Mode): void {
    this.#mode = mode;
    this.#isHeld = false;
    this.#parts.gated.isShut = mode === 'hold';
    this.#show();
  }

  #toggle(): void {
    if (this.#state === 'off') void this.#start();
    else this.#parts.controller.stopMicrophone();
  }

  #hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#parts.gated.isShut = !isHeld;
    if (isHeld) this.#parts.onPush();
    if (isHeld && this.#state === 'off') void this.#start();
    this.#show();
  }

  async #start(): Promise<void> {
    this.#problem = undefined;
    // The sound of the answer wants a gesture too, and this is one.
    void this.#parts.controller.initializeAudioContext();
    // What it rejects with is told to the controller's onError as well.
    await this.#parts.controller.startMicrophone().catch(() => undefined);
  }

  #show(): void {
    const state = this.#state;
    const isDenied = this.#problem?.code === 'microphoneDenied' && state === 'off';
    this.#button.dataset['state'] = isDenied ? 'denied' : state;
    this.#button.classList.toggle('held', this.#isHeld);
    this.#button.setAttribute('aria-pressed', String(this.#mode === 'open' ? state === 'on' : this.#isHeld));
    this.#label.textContent = this.#labelOf(state);
    const problem = state === 'off' ? this.#missing ?? this.#problem?.text : undefined;
    this.#hint.textContent = problem ?? HINTS[this.#mode][state];
    this.#hint.classList.toggle('problem', problem !== undefined && problem !== this.#missing);
  }

  #labelOf(state: MicrophoneState): string {
    if (this.#mode === 'hold') return this.#isHeld ? 'Let go to send' : 'Hold to talk';
    return state === 'on' ? 'Mute' : state === 'starting' ? 'Asking' : 'Talk';
  }
}
