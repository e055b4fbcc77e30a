import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { createServer, type Plugin } from 'vite';

const CHROMIUM = process.env['VISAVIS_CHROMIUM'] ?? '/usr/bin/chromium';

/** The workspace: what browser tests serve unless told otherwise. */
export const REPOSITORY_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Software WebGL, sound without a gesture, and no traffic of the browser's own. */
const FLAGS = [
  '--no-sandbox', '--disable-quic', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
];

/** For rooms of a LiveKit server on loopback, with a camera and a microphone that play something. */
export const ROOM_FLAGS = [
  '--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

/** Starts Chromium, or fails with the command that installs it. `VISAVIS_CHROMIUM` names another executable. */
export async function launchBrowser(extraFlags: readonly string[] = []): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`no browser at ${CHROMIUM}: install it with "apt-get install chromium", or set VISAVIS_CHROMIUM to a Chromium executable`);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...extraFlags] });
}

/** Pages under test must not reload themselves: the client that does so is taken out of them. */
const WITHOUT_RELOAD: Plugin = {
  name: 'visavis-without-reload',
  transformIndexHtml: { order: 'post', handler: (html) => html.replace(/<script type="module" src="\/@vite\/client"><\/script>/, '') },
};

/** What is not written in modules and must be turned into some before it is served. */
const COMMON_JS = ['opus-decoder', 'react', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime', 'react-refresh/runtime'];

export interface ServedFolder {
  /** `http://127.0.0.1:PORT`, without a final slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `root` with vite on a free loopback port; TypeScript is compiled on the way and workspace packages resolve to
 * their sources. Paths in URLs are paths below `root`.
 */
export async function serveWithVite(root = REPOSITORY_ROOT): Promise<ServedFolder> {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    plugins: [WITHOUT_RELOAD],
    tsconfig: join(REPOSITORY_ROOT, 'tsconfig.base.json'),
    cacheDir: join(REPOSITORY_ROOT, '.cache/vite'),
    resolve: { conditions: ['@visavis/source', 'module', 'browser', 'import', 'default'] },
    // Everything is served as it is: prebundling would reload the page in the middle of a test.
    optimizeDeps: { noDiscovery: true, include: COMMON_JS },
    server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null, fs: { allow: [REPOSITORY_ROOT] } },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('vite does not listen on a port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}
