import type { CSSProperties, ReactNode } from 'react';
import type { AvatarHandle } from './handle.js';
import { useCaptions } from './hooks.js';

export interface CaptionsProps {
  /** From `useAvatar`; not needed inside an `<Avatar>`. */
  readonly avatar?: AvatarHandle;
  readonly className?: string;
  readonly style?: CSSProperties;
  /** Words shown at once, so that a long text turns pages instead of covering the face. Default 16. */
  readonly wordsAtOnce?: number;
}

const FOR_SCREEN_READERS: CSSProperties = {
  position: 'absolute', width: 1, height: 1, margin: -1, overflow: 'hidden', clipPath: 'inset(50%)', whiteSpace: 'nowrap',
};

/**
 * What the avatar is saying. The word being heard has `data-active`, those before it `data-heard`: style them as you like;
 * nothing moves. A screen reader hears each text once, however often the words change.
 */
export function Captions({ avatar, className, style, wordsAtOnce = 16 }: CaptionsProps): ReactNode {
  const { avatar: caption } = useCaptions(avatar);
  return (
    <div className={className} style={style}>
      <span aria-live="polite" style={FOR_SCREEN_READERS}>{caption?.text}</span>
      <span aria-hidden="true">{caption && <Words {...caption} wordsAtOnce={wordsAtOnce} />}</span>
    </div>
  );
}

interface WordsProps {
  readonly text: string;
  readonly words: readonly { readonly text: string }[];
  readonly activeIndex: number;
  readonly wordsAtOnce: number;
}

function Words({ text, words, activeIndex, wordsAtOnce }: WordsProps): ReactNode {
  if (words.length === 0) return text;
  const from = Math.floor(Math.max(0, activeIndex) / wordsAtOnce) * wordsAtOnce;
  return words.slice(from, from + wordsAtOnce).map((word, i) => {
    const index = from + i;
    return (
      <span key={index} data-active={index === activeIndex || undefined} data-heard={index < activeIndex || undefined}>{word.text} </span>
    );
  });
}
