import type { z } from 'zod';

/** What is wrong with a config, in plain words: each setting by its place, as in `apps[0].appId: must be a string`. */
export function problemsOf(error: z.ZodError): string {
  return error.issues.map((issue) => {
    const place = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
    return place === '' ? sentenceOf(issue) : `${place}: ${sentenceOf(issue)}`;
  }).join('; ');
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'unrecognized_keys':
      return `there is no setting ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' ? issue.message : `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : '';
}
