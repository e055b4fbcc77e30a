import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addReplayCommand } from './replay.js';

const FIXTURE = new URL('../../../client/test/fixtures/austen.vvrec', import.meta.url);
let folder: string;
let printed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function replay(bytes: Uint8Array, ...options: string[]): Promise<string> {
  const path = join(folder, 'session.vvrec');
  writeFileSync(path, bytes);
  const program = new Command().exitOverride();
  addReplayCommand(program);
  await program.parseAsync(['node', 'visavis', 'replay', path, ...options]);
  return printed.join('\n');
}

describe('visavis replay', () => {
  it('prints a table, and says that a file was cut off', async () => {
    const file = readFileSync(FIXTURE);
    const table = await replay(file);
    expect(table).toMatch(/1 connection, 29 messages in, 12 out/);
    expect(table).toMatch(/^utterance +at s +start ms +speech s +heard s +A\/V ms +p95 +gaps +late +dropped$/m);
    expect(table).toMatch(/^20261123054256_GWi5KtAVEyKZ +0\.75 +57 +2\.60 +2\.60 +\+10 +10 +0 +0 +0$/m);
    expect(table).toMatch(/^bytes: audio 9642 \(3\.71 KB\/s of speech\), motion 2474 \(0\.95 KB\/s of speech\)/m);
    expect(table).toContain('whole downlink messages, without WebSocket and TLS framing; short utterances cost more per second');
    expect(table).not.toContain('note:');
    expect(await replay(file.subarray(0, 12_000))).toMatch(/^note: the file is cut off in line \d+; what comes before it is whole$/m);
  });

  it('prints the report as JSON, and writes every pose', async () => {
    const out = join(folder, 'poses.json');
    const report = JSON.parse(await replay(readFileSync(FIXTURE), '--json', '--fps', '25', '--out', out)) as { frames: number };
    const poses = JSON.parse(readFileSync(out, 'utf8')) as { fps: number; channels: string[]; frames: number[][] };
    expect(poses).toMatchObject({ fps: 25 });
    expect(poses.frames).toHaveLength(report.frames);
    expect(poses.frames[0]).toHaveLength(poses.channels.length);
    expect(Math.max(...poses.frames.map((row) => row[poses.channels.indexOf('jawOpen')]!))).toBeGreaterThan(0.2);
  });

  it('names a file that is no recording', async () => {
    await expect(replay(new TextEncoder().encode('not one'))).rejects.toThrow(/session\.vvrec: this recording cannot be read: it does not begin as a recording does/);
  });
});
