import { InvalidArgumentError } from 'commander';

/** A parser of options that take an http(s) or ws(s) address, for commander, which names the option. */
export function address(kind: 'http' | 'ws'): (text: string) => string {
  return (text) => {
    const protocol = URL.canParse(text) ? new URL(text).protocol : '';
    if (protocol === `${kind}:` || protocol === `${kind}s:`) return text;
    throw new InvalidArgumentError(`It is not a URL that begins with ${kind}:// or ${kind}s://.`);
  };
}
