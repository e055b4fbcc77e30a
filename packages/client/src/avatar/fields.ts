import { VisavisError } from '@visavis/protocol/errors';

/** A JSON object of unknown content, and where it sits in the document, for messages. */
export interface Fields {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function reject(path: string, wanted: string): never {
  throw new VisavisError('invalidAvatarMetadata', `avatar manifest: "${path}" must be ${wanted}`);
}

export function readFields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) reject(path, 'an object');
  return { path, values: value as Record<string, unknown> };
}

/** The value of an own property; inherited names such as `constructor` count as absent. */
export function valueOf({ values }: Fields, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

export function childPath({ path }: Fields, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function readObject(fields: Fields, name: string): Fields {
  return readFields(valueOf(fields, name), childPath(fields, name));
}

export function readText(fields: Fields, name: string, maxLength: number): string {
  const value = valueOf(fields, name);
  const ok = typeof value === 'string' && value.length > 0 && value.length <= maxLength;
  return ok ? value : reject(childPath(fields, name), `a text of 1 to ${maxLength} characters`);
}

export function readNumber(fields: Fields, name: string, low: number, high: number): number {
  return checkNumber(valueOf(fields, name), childPath(fields, name), low, high);
}

export function checkNumber(value: unknown, path: string, low: number, high: number): number {
  const ok = typeof value === 'number' && value >= low && value <= high;
  return ok ? value : reject(path, `a number from ${low} to ${high}`);
}

/**
 * The name of a file beside the manifest. Only plain names: no scheme, host, parent folder, query or escape can be
 * expressed in the characters allowed.
 */
export function readFileName(fields: Fields, name: string): string {
  const value = readText(fields, name, 128);
  const ok = value.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part) && !part.includes('..'));
  return ok ? value : reject(childPath(fields, name), 'the plain relative name of a file beside the manifest');
}
