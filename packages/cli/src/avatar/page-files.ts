import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGES = fileURLToPath(new URL('page', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.webp': 'image/webp', '.bin': 'application/octet-stream',
};

/** A page runs what comes from here only; workers, textures and the Opus decoder are made of blobs and WebAssembly. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self' blob: data: ws://127.0.0.1:*; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A file of the built pages by its plain path, with its headers; undefined where there is none. */
export async function pageFile(path: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> } | undefined> {
  if (!/^(assets\/)?[\w.-]+$/.test(path) || path.includes('..')) return undefined;
  try {
    const bytes = new Uint8Array(await readFile(join(PAGES, path)));
    const headers = { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
    return { bytes, headers };
  } catch {
    return undefined;
  }
}
