/** A piece of a Markdown file that answers one question: a heading and the text below it, up to the next. */
export interface Passage {
  readonly id: string;
  readonly title: string;
  /** Plain text, fit to be spoken. */
  readonly text: string;
}

/** Cuts Markdown at its headings. `name` is the file's, for ids and for text above the first heading. */
export function passagesOf(name: string, markdown: string): Passage[] {
  const passages: Passage[] = [];
  let title = name.replace(/\.md$/i, '').replaceAll(/[-_]/g, ' ');
  let lines: string[] = [];
  const close = (): void => {
    const text = plain(lines.join('\n'));
    if (text) passages.push({ id: `${name}#${passages.length}`, title, text });
    lines = [];
  };
  let inCode = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
    else if (inCode) continue;
    else if (/^#{1,6}\s/.test(line)) {
      close();
      title = plain(line.replace(/^#+\s+/, '').replace(/\s+#+\s*$/, ''));
    } else lines.push(line);
  }
  close();
  return passages;
}

/** Markdown's marks taken off: links keep their words, pictures, tables and code go. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/^\s*\|.*$/gm, '')
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/`([^`]*)`/g, '$1')
    .replaceAll(/(\*\*|__|\*|_)(?=\S)(.*?\S)\1/g, '$2')
    .replaceAll(/^\s*(?:[-*+]|\d+[.)]|>)\s+/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
