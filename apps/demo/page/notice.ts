import type { AvatarController, PlaybackResult } from '@visavis/client';

/** A line that is back sooner is not worth a word. */
const BLIP_MS = 1_500;

/** Where plain words to the visitor go. */
export interface Notices {
  /** Shows `text` for some seconds. */
  pass(text: string): void;
  /** Shows `text` until `clear`, or another one that stands. */
  stand(text: string): void;
  /** Takes back what stands. */
  clear(): void;
}

/** An error's words as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What the visitor is told of the connection: nothing of a blip, one line while it is away, one where speech was lost. */
export class LinkNotice {
  readonly #bar: Notices;
  readonly #controller: AvatarController;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isShown = false;
  #wasCut = false;
  #hadOne = false;

  constructor(bar: Notices, controller: AvatarController) {
    this.#bar = bar;
    this.#controller = controller;
  }

  stateChanged(state: AvatarController['connectionState']): void {
    clearTimeout(this.#timer);
    if (state === 'connected') this.#back();
    else if (state === 'failed') this.#stand('The backend cannot be reached. Click or press a key to try again.');
    else this.#away();
  }

  /** An utterance that ends early after its line was cut lost its rest, unless the visitor had it stopped. */
  finished({ interrupted }: PlaybackResult, byVisitor: boolean): void {
    if (interrupted && this.#wasCut && !byVisitor) this.#bar.pass('The connection was lost before the end of this sentence.');
    this.#wasCut = false;
  }

  /** Says nothing more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #away(): void {
    if (this.#controller.conversationState !== 'idle') this.#wasCut = true;
    const text = this.#hadOne ? 'Connection lost. Trying again.' : 'Connecting.';
    this.#timer = setTimeout(() => this.#stand(text), BLIP_MS);
  }

  #stand(text: string): void {
    this.#isShown = true;
    this.#bar.stand(text);
  }

  #back(): void {
    if (this.#isShown) this.#bar.clear();
    this.#isShown = false;
    this.#hadOne = true;
  }
}

const LINK_CODES: ReadonlySet<string> = new Set(['websocketClosedAbnormally', 'websocketClosedUnexpected', 'networkLayerNotAvailable', 'connectionFailed']);

/** Whether `LinkNotice` tells of it already. */
export function isOfTheLink({ code }: { readonly code: string }): boolean {
  return LINK_CODES.has(code);
}
