import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '@visavis/protocol/errors';
import { resolveConfig } from './config.js';
import { createMotionServer, devConfig, type MotionServerConfig } from './index.js';

async function refusal(config: MotionServerConfig): Promise<VisavisError> {
  const error: unknown = await createMotionServer(config).then((server) => server.close()).catch((reason: unknown) => reason);
  if (!VisavisError.isInstance(error)) throw new Error('the config was accepted');
  return error;
}

describe('config', () => {
  it.each(['0.0.0.0', '192.168.1.4', '::', 'example.org'])('keeps the development key off %s', async (host) => {
    const { code, message } = await refusal(devConfig({ host }));
    expect(code).toBe('invalidConfiguration');
    expect(message).toContain('dev-key');
  });

  it.each(['127.0.0.1', 'localhost', '::1'])('takes the development key on %s', async (host) => {
    const server = await createMotionServer(devConfig({ host })).catch((error: NodeJS.ErrnoException) => error);
    if (server instanceof Error) expect((server as NodeJS.ErrnoException).code).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT/); // a machine without IPv6
    else await server.close();
  });

  it('names the setting that is wrong', async () => {
    const { code, message } = await refusal({ apps: [], port: 70_000 });
    expect(code).toBe('invalidConfiguration');
    expect(message).toContain('port');
    expect(message).toContain('apps');
  });

  it.each([
    [{ apps: [] }, 'apps: give at least one app'],
    [{}, 'apps: must be an array'],
    [{ apps: [{ appId: 3, apiKeys: [] }], port: -1, prot: 1 }, 'port: must be at least 0; apps[0].appId: must be a string; apps[0].apiKeys: give at least one key; there is no setting "prot"'],
    [{ ...devConfig(), model: 'best' }, 'model: must be one of network, baseline'],
    [{ ...devConfig(), model: 'network', modelModule: { module: './model.mjs' } }, 'model "network" and modelModule exclude each other: leave one of them out'],
    [{ ...devConfig(), signingSecret: 'short' }, 'signingSecret: must be at least 32 characters'],
  ])('says in plain words what is wrong with %j', async (config, said) => {
    expect((await refusal(config as unknown as MotionServerConfig)).message).toBe(said);
  });

  it('refuses settings it does not know', async () => {
    expect((await refusal({ ...devConfig(), limits: { idle: 3 } } as MotionServerConfig)).message).toContain('idle');
  });

  it('finds a model from the folder it is given, by its path or its package\'s name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'visavis-config-'));
    try {
      const place = join(folder, 'node_modules', 'a-model');
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'package.json'), '{ "name": "a-model", "exports": "./model.js" }');
      writeFileSync(join(place, 'model.js'), '');
      const choiceOf = (module: string) => resolveConfig({ ...devConfig(), folder, modelModule: { module } }).choice;
      expect(choiceOf('./model.mjs')).toEqual({ module: pathToFileURL(join(folder, 'model.mjs')).href });
      expect(choiceOf('/models/one.mjs')).toEqual({ module: 'file:///models/one.mjs' });
      expect(choiceOf('file:///models/one.mjs')).toEqual({ module: 'file:///models/one.mjs' });
      expect(choiceOf('a-model')).toEqual({ module: pathToFileURL(realpathSync(join(place, 'model.js'))).href });
      expect(() => choiceOf('no-model')).toThrow(/no package no-model from .*visavis-config-/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses options of a model that no thread could be given', async () => {
    const { code, message } = await refusal({ ...devConfig(), modelModule: { module: './model.mjs', options: { scale: () => 1 } } });
    expect(code).toBe('invalidConfiguration');
    expect(message).toContain('plain values');
  });
});
