/** Says why an SVG may not be shown, if so. Pictures are drawn as images, which run nothing anyway; this also refuses what tries. */

const MAX_BYTES = 512 * 1024;

const FORBIDDEN: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/<\s*(?:[^\s<>/:]+:)?(script|foreignObject|iframe|object|embed|audio|video)\b/i, 'it holds a script or foreign content'],
  [/[\s"'/]on\w+\s*=/i, 'it holds an event handler'],
  [/<!\s*(DOCTYPE|ENTITY)/i, 'it declares entities'],
  [/<\?(?!xml\s)/i, 'it holds a processing instruction'],
  [/@import/i, 'it imports a style sheet'],
  // Escapes could spell any of these.
  [/\\/, 'it holds escapes'],
];

/** A reason to refuse these bytes, or undefined where they are an SVG that stands by itself. */
export function svgProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_BYTES) return `it is larger than ${MAX_BYTES} bytes`;
  const text = decode(bytes);
  if (text === undefined || !/<svg[\s>]/.test(text)) return 'it is not an SVG in UTF-8';
  return FORBIDDEN.find(([pattern]) => pattern.test(text))?.[1] ?? (hasReference(text) ? 'it refers to something outside itself' : undefined);
}

/** References may name a part of the same file or hold the picture themselves. */
function hasReference(text: string): boolean {
  const links = [...text.matchAll(/(?:href|src)\s*=\s*(["'])(.*?)\1/gis)].map(([, , target]) => target!.trim());
  const urls = [...text.matchAll(/url\(\s*["']?([^"')]*)/gi)].map(([, target]) => target!.trim());
  const unquoted = /(?:href|src)\s*=\s*[^"'\s]/i.test(text);
  return unquoted || [...links, ...urls].some((target) => !/^#|^data:image\/(png|jpeg|webp);base64,/i.test(target));
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
