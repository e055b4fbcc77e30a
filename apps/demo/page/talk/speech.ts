/** Typed wishes and cutting in: what the composer and the Stop button do. */
import { VisavisError, type AvatarView, type PlaybackResult } from '@visavis/client';
import { byId } from '../dom.js';
import { LinkNotice, type Notices } from '../notice.js';

/** What one message to the backend may hold. */
const MAX_CHARACTERS = 4_000;

export interface Speech {
  /** Sends a text. False where it cannot be sent; the visitor has been told why. */
  say(text: string): boolean;
  interrupt(): void;
  finished(result: PlaybackResult): void;
  presenceChanged(): void;
}

export interface SpeechParts {
  readonly view: AvatarView;
  readonly notices: Notices;
  onTooLong(): void;
}

/** There is something to interrupt from the wish on, long before it is heard. */
export function wireSpeech({ view: { controller }, notices, onTooLong }: SpeechParts): Speech {
  const button = byId<HTMLButtonElement>('interrupt');
  const link = new LinkNotice(notices, controller);
  let wished = false;
  let stopped = false;
  const wish = (is: boolean): void => {
    wished = is;
    const rests = controller.presence === 'idle' || controller.presence === 'listening';
    button.disabled = !wished && rests && controller.conversationState === 'idle';
  };
  controller.onConnectionState = (state) => {
    link.stateChanged(state);
    // While the connection is away the wish stands, and can be taken back. When it is back, the presence tells.
    if (state !== 'connecting') wish(false);
  };
  const say = (text: string): boolean => {
    if (text.length > MAX_CHARACTERS) {
      onTooLong();
      notices.pass(`This text has ${text.length.toLocaleString('en')} characters; at most ${MAX_CHARACTERS.toLocaleString('en')} can be sent at once. Shorten it, or send it in parts.`);
      return false;
    }
    // In the gesture itself, or the browser keeps the sound locked.
    void controller.initializeAudioContext();
    stopped = controller.conversationState !== 'idle';
    try {
      controller.sendText(text);
      wish(true);
      return true;
    } catch (error) {
      notices.pass(VisavisError.isInstance(error) && error.code === 'networkLayerNotAvailable' ? 'There is no connection just now. Send it again when it is back.' : (error as Error).message);
      return false;
    }
  };
  return {
    say,
    interrupt: () => {
      stopped = controller.conversationState !== 'idle';
      controller.interrupt();
      wish(false);
    },
    finished: (result) => {
      link.finished(result, stopped);
      stopped = false;
    },
    presenceChanged: () => wish(wished && controller.presence !== 'idle'),
  };
}

/** Enter sends, Shift+Enter makes a line. What cannot be sent stays in the box. */
export function wireComposer(speech: Pick<Speech, 'say' | 'interrupt'>): void {
  const text = byId<HTMLTextAreaElement>('text');
  const send = (): void => {
    if (text.value.trim() !== '' && speech.say(text.value.trim())) text.value = '';
    text.focus();
  };
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  byId('interrupt').addEventListener('click', () => speech.interrupt());
  for (const chip of document.querySelectorAll<HTMLElement>('[data-ask]')) chip.addEventListener('click', () => speech.say(chip.dataset['ask']!));
  document.addEventListener('keydown', ({ key }) => { if (key === 'Escape' && !byId<HTMLDialogElement>('settings').open) speech.interrupt(); });
}
