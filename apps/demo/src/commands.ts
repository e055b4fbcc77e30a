/** What a page sends that is no message to the avatar: `/say TEXT`, `/greet`, `/sample` and `/clip ID`. */

export type Command =
  | { readonly kind: 'ask'; readonly text: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'greet' | 'sample' }
  | { readonly kind: 'clip'; readonly id: string };

const SAY = /^\/say\s+(\S[^]*)$/;
const CLIP = /^\/clip (\S{1,64})$/;

/** Everything that is no command is asked. */
export function commandOf(text: string): Command {
  const trimmed = text.trim();
  if (trimmed === '/greet') return { kind: 'greet' };
  if (trimmed === '/sample') return { kind: 'sample' };
  const said = SAY.exec(trimmed)?.[1];
  if (said !== undefined) return { kind: 'say', text: said };
  const id = CLIP.exec(trimmed)?.[1];
  return id === undefined ? { kind: 'ask', text: trimmed } : { kind: 'clip', id };
}
