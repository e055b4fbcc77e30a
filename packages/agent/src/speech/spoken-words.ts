import type { TimedText } from '../tts/speech.js';

/** How fast text is taken to be spoken where nothing tells: letters a second, of a calm English voice. */
const LETTERS_A_SECOND = 15;

/**
 * The words of one utterance and when each is heard, in milliseconds from its first sample: as the voice tells them, or
 * estimated from the text given to it and the audio so far.
 */
export class SpokenWords {
  #told: TimedText[] = [];
  #text = '';
  #isWhole = false;

  /** More text was given to the voice. */
  addText(text: string): void {
    this.#text += text;
  }

  /** The voice told words with times. */
  tell(words: readonly TimedText[]): void {
    this.#told.push(...words);
  }

  /** All the audio is there, so an estimate may spread the text over it. */
  complete(): void {
    this.#isWhole = true;
  }

  /** The words that the audio so far holds. */
  within(audioMs: number): readonly TimedText[] {
    return this.#told.length > 0 ? this.#told : estimate(this.#text, audioMs, this.#isWhole);
  }

  /** The text as it was heard by `playedMs`: each word that was heard at least half. */
  heardBy(playedMs: number, audioMs: number): string {
    const words = this.within(audioMs).filter(({ startMs, endMs }) => (startMs + endMs) / 2 <= playedMs);
    return words.map(({ text }) => text).join(' ');
  }
}

function estimate(text: string, audioMs: number, isWhole: boolean): TimedText[] {
  const words = text.split(/\s+/).filter(Boolean);
  const lengths = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, '').length + 1);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const msALetter = isWhole && total > 0 ? audioMs / total : 1000 / LETTERS_A_SECOND;
  let done = 0;
  const timed = words.map((word, i) => {
    const startMs = Math.round(done * msALetter);
    done += lengths[i]!;
    return { text: word, startMs, endMs: Math.round(done * msALetter) };
  });
  return timed.filter(({ startMs }) => startMs < audioMs);
}
