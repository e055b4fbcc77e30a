import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser } from 'puppeteer-core';

const FIREFOX = process.env['VISAVIS_FIREFOX'] ?? '/usr/bin/firefox-esr';
/** Without a sound device Firefox never starts an audio context. PulseAudio has one that leads nowhere. */
const PULSE_AUDIO = '/usr/bin/pulseaudio';
const READY_MS = 10_000;

/** Why there is no Firefox to test with; undefined where there is one. `VISAVIS_FIREFOX` names another executable. */
export const firefoxMissing = [[FIREFOX, 'firefox-esr'], [PULSE_AUDIO, 'pulseaudio']]
  .filter(([path]) => !existsSync(path!)).map(([path, name]) => `no ${path}: install it with "apt-get install ${name}"`)[0];

/**
 * The distribution's Firefox over WebDriver BiDi, which Playwright drives only in builds of its own, with a sound device of
 * its own. Sound needs no gesture. Headless it has no WebGL without a display. Closing the browser ends the device too.
 */
export async function launchFirefox(): Promise<Browser> {
  if (firefoxMissing) throw new Error(firefoxMissing);
  const sound = await startSound();
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox', executablePath: FIREFOX, headless: true, env: { ...process.env, PULSE_SERVER: sound.server },
      extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 },
    });
    browser.once('disconnected', sound.stop);
    process.once('exit', sound.stop);
    return browser;
  } catch (error) {
    sound.stop();
    throw error;
  }
}

async function startSound(): Promise<{ server: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-sound-'));
  const socket = join(folder, 'native');
  const child: ChildProcess = spawn(PULSE_AUDIO, [
    '-n', '--daemonize=no', '--exit-idle-time=-1', '--disable-shm=yes', '--use-pid-file=no', '-L', 'module-null-sink rate=48000', '-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
  ], { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder } });
  const stop = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  for (const untilMs = Date.now() + READY_MS; Date.now() < untilMs && child.exitCode === null; await sleep(50)) {
    if (existsSync(socket)) return { server: `unix:${socket}`, stop };
  }
  stop();
  throw new Error('pulseaudio does not start, and without a sound device Firefox plays nothing');
}
