import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** Software WebGL, so that a machine without a graphics card draws as well; and no traffic of the browser's own. */
const FLAGS = [
  '--headless=new', '--no-first-run', '--disable-background-networking', '--disable-sync', '--disable-extensions', '--hide-scrollbars', '--mute-audio',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--force-device-scale-factor=1', '--window-size=512,512',
];

/** An executable of Chromium or one of its kin: `VISAVIS_CHROMIUM`, or one by its usual name. */
export function findChromium({ VISAVIS_CHROMIUM, PATH = '' }: NodeJS.ProcessEnv = process.env): string | undefined {
  if (VISAVIS_CHROMIUM) return existsSync(VISAVIS_CHROMIUM) ? VISAVIS_CHROMIUM : undefined;
  const places = NAMES.flatMap((name) => PATH.split(delimiter).filter(Boolean).map((folder) => join(folder, name)));
  return [...places, ...ELSEWHERE].find((path) => existsSync(path));
}

export interface Chromium {
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Opens `url` without a window, with a profile of its own that goes with it. */
export function openChromium(executable: string, url: string): Chromium {
  const profile = mkdtempSync(join(tmpdir(), 'visavis-chromium-'));
  // As root, in containers mostly, it runs without its sandbox or not at all.
  const flags = process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS;
  const child: ChildProcess = spawn(executable, [...flags, `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: process.platform !== 'win32' });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => resolve()).once('error', () => resolve()); });
  const close = async (): Promise<void> => {
    endGroup(child);
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ended, close };
}

/** Its helpers are processes of their own. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
