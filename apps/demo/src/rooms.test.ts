import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { Rooms } from './rooms.js';

const folder = mkdtempSync(join(tmpdir(), 'visavis-rooms-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('says that a LiveKit server does not start, and leaves nothing of it', async () => {
  const binary = join(folder, 'livekit-server');
  writeFileSync(binary, '#!/nowhere\n');
  chmodSync(binary, 0o755);
  vi.stubEnv('VISAVIS_LIVEKIT_SERVER', binary);
  vi.stubEnv('TMPDIR', folder);
  await expect(Rooms.open()).rejects.toMatchObject({ code: 'invalidConfiguration', message: expect.stringMatching(/does not start \(spawn .*ENOENT\)/) as string });
  expect(readdirSync(folder)).toEqual(['livekit-server']);
});
