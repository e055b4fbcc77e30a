import { VisavisError } from '../errors/index.js';

/** A JSON object of unknown content, and where it sits in the document, for messages. */
export interface Fields {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** One plain name, or several with slashes between. No scheme, host, parent folder, query or escape can be written in it. */
const FILE_NAME = /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;

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

export function has(fields: Fields, name: string): boolean {
  return valueOf(fields, name) !== undefined;
}

export function childPath({ path }: Fields, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function readObject(fields: Fields, name: string): Fields {
  return readFields(valueOf(fields, name), childPath(fields, name));
}

/** A text of 1 to `maxLength` characters, counted as Unicode has them. */
export function readText(fields: Fields, name: string, maxLength: number): string {
  const value = valueOf(fields, name);
  const ok = typeof value === 'string' && value !== '' && value.length <= 2 * maxLength && [...value].length <= maxLength;
  return ok ? value : reject(childPath(fields, name), `a text of 1 to ${maxLength} characters`);
}

export function readNumber(fields: Fields, name: string, low: number, high: number): number {
  return checkNumber(valueOf(fields, name), childPath(fields, name), low, high);
}

export function checkNumber(value: unknown, path: string, low: number, high: number): number {
  const ok = typeof value === 'number' && value >= low && value <= high;
  return ok ? value : reject(path, `a number from ${low} to ${high}`);
}

export function readCount(fields: Fields, name: string, low: number, high: number): number {
  const value = readNumber(fields, name, low, high);
  return Number.isInteger(value) ? value : reject(childPath(fields, name), 'a whole number');
}

export function readMatch(fields: Fields, name: string, pattern: RegExp, wanted: string): string {
  const value = valueOf(fields, name);
  return typeof value === 'string' && pattern.test(value) ? value : reject(childPath(fields, name), wanted);
}

export function readOneOf<T extends string>(fields: Fields, name: string, known: readonly T[]): T {
  const value = valueOf(fields, name);
  return known.find((each) => each === value) ?? reject(childPath(fields, name), `one of ${known.map((each) => `"${each}"`).join(', ')}`);
}

/** A list of at most `most` items, empty where it is left out; `read` gets each item with its path. */
export function readList<T>(fields: Fields, name: string, most: number, read: (item: unknown, path: string) => T): T[] {
  const value = has(fields, name) ? valueOf(fields, name) : [];
  const path = childPath(fields, name);
  if (!Array.isArray(value) || value.length > most) return reject(path, `a list of at most ${most}`);
  return value.map((item: unknown, i) => read(item, `${path}[${i}]`));
}

/** The name of a file beside the manifest. */
export function readFileName(fields: Fields, name: string): string {
  const value = valueOf(fields, name);
  return isFileName(value) ? value : reject(childPath(fields, name), 'the plain relative name of a file beside the manifest');
}

/** Whether `value` names a file beside or below the manifest and nothing else. */
export function isFileName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 128 && FILE_NAME.test(value);
}
