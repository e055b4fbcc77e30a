import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadAgentConfig, parseAgentConfig } from './config.js';
import { PROVIDERS } from './schema.js';

const KEYS = { DEEPGRAM_API_KEY: 'dg-1234', ELEVENLABS_API_KEY: 'el-1234', CARTESIA_API_KEY: 'ca-1234', OPENAI_API_KEY: 'oa-1234' };

async function file(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'visavis-config-')), name);
  await writeFile(path, text);
  return path;
}

describe('a configuration', () => {
  it('is all embedded where nothing is said', async () => {
    const config = await loadAgentConfig({ env: {} });
    expect(config).toEqual({
      stt: { provider: 'embedded', model: 'auto' }, llm: { provider: 'embedded' },
      tts: { provider: 'embedded', engine: 'auto', speed: 1 }, vad: { minSpeechMs: 50, minSilenceMs: 200, threshold: 0.5 },
    });
  });

  it('has an example that says what holds without it, and names no setting that there is not', async () => {
    const path = fileURLToPath(new URL('../../agent.example.yaml', import.meta.url));
    expect(await loadAgentConfig({ file: path, env: {} })).toEqual(await loadAgentConfig({ env: {} }));
    const text = await readFile(path, 'utf8');
    const alternatives = text.split(/^(stt|llm|tts):$/m).slice(1);
    for (const [i, part] of alternatives.entries()) {
      if (i % 2) continue;
      for (const block of alternatives[i + 1]!.split(/^# (?=provider:)/m).slice(1)) {
        const yaml = `${part}:\n  ${block.split(/^vad/m)[0]!.replace(/^# /gm, '  ')}`;
        const variables = { ...KEYS, MY_LLM_KEY: 'mine' };
        expect(parseAgentConfig(parse(yaml), variables)).toHaveProperty([part, 'provider'], /provider: (\S+)/.exec(block)![1]);
      }
    }
  });

  it('is read from YAML, with keys by reference', async () => {
    const path = await file('agent.yaml', 'stt: deepgram\nllm: { provider: openai-compatible, baseURL: "http://127.0.0.1:11434/v1", model: llama3.2 }\ntts:\n  provider: elevenlabs\n  apiKey: ${MY_KEY}\n  voice: ${MY_VOICE}\n');
    const config = await loadAgentConfig({ file: path, env: { ...KEYS, MY_KEY: 'mine', MY_VOICE: 'sarah' } });
    expect(config.llm).toMatchObject({ provider: 'openai-compatible', baseURL: 'http://127.0.0.1:11434/v1', model: 'llama3.2' });
    expect(config.stt).toMatchObject({ provider: 'deepgram', model: 'nova-3' });
    expect(config.tts).toMatchObject({ provider: 'elevenlabs', voice: 'sarah' });
    expect(config.tts.provider === 'elevenlabs' && config.tts.apiKey.reveal()).toBe('mine');
  });

  it('finds notes beside the file, and those that a variable names where the variable says', async () => {
    const beside = await file('agent.yaml', 'llm: { provider: embedded, knowledge: ./notes }\n');
    expect((await loadAgentConfig({ file: beside, env: {} })).llm).toMatchObject({ knowledge: join(dirname(beside), 'notes') });
    const named = await file('agent.yaml', 'llm: { provider: embedded, knowledge: "${NOTES}" }\n');
    expect((await loadAgentConfig({ file: named, env: { NOTES: '/srv/notes' } })).llm).toMatchObject({ knowledge: '/srv/notes' });
  });

  it('is read from an env file, whose keys count too, and from the environment, which goes before it', async () => {
    const path = await file('agent.env', 'VISAVIS_TTS=cartesia\nCARTESIA_API_KEY=from-file\nVISAVIS_LLM=openai-compatible\nVISAVIS_LLM_URL=http://127.0.0.1:8000/v1\nVISAVIS_LLM_MODEL=qwen\n');
    const config = await loadAgentConfig({ env: { VISAVIS_AGENT_CONFIG: path, VISAVIS_LLM_MODEL: 'mistral' } });
    expect(config.tts.provider === 'cartesia' && config.tts.apiKey.reveal()).toBe('from-file');
    expect(config.llm).toMatchObject({ provider: 'openai-compatible', baseURL: 'http://127.0.0.1:8000/v1', model: 'mistral' });
  });

  it('drops what a file says of one provider where the environment chooses another', () => {
    const config = parseAgentConfig({ tts: { provider: 'elevenlabs', apiKey: '${ABSENT}', voice: 'sarah' } }, { VISAVIS_TTS: 'embedded', VISAVIS_TTS_ENGINE: 'flite' });
    expect(config.tts).toEqual({ provider: 'embedded', engine: 'flite', speed: 1 });
  });

  it.each([
    [{ tts: 'elevenlabs' }, 'ELEVENLABS_API_KEY is missing: set it, or choose tts: embedded'],
    [{ stt: { provider: 'deepgram', apiKey: '${MY_KEY}' } }, 'MY_KEY is missing: set it, or choose stt: embedded'],
    [{ llm: 'openai-realtime' }, 'OPENAI_API_KEY is missing: set it, or choose llm: embedded'],
    [{ llm: { provider: 'openai', apiKey: 'sk-in-the-file' } }, 'llm.apiKey must name a variable, such as ${OPENAI_API_KEY}: keys do not belong into files'],
    [{ tts: 'festival' }, 'tts: there is no provider "festival"; choose embedded, elevenlabs, cartesia, openai, openai-compatible'],
    [{ voice: 'embedded' }, 'there is no "voice" to configure; there are stt, llm, tts and vad'],
    [{ llm: { provider: 'openai-compatible', model: 'x' } }, /^llm\.baseURL: /],
    [{ llm: { provider: 'openai-compatible', baseURL: 'not an address', model: 'x' } }, 'llm.baseURL: must be an address such as http://127.0.0.1:11434/v1'],
    [{ tts: { provider: 'embedded', engine: 'espeak' } }, /^tts\.engine: .*"kokoro"\|"flite"/],
    [{ tts: { provider: 'embedded', pitch: 2 } }, /^tts: .*"pitch"/],
    [{ vad: { minSilenceMs: 5 } }, /^vad\.minSilenceMs: /],
    [['stt'], 'the configuration must hold settings by name'],
  ])('says what is wrong with %j', (settings, message) => {
    expect(() => parseAgentConfig(settings, {})).toThrow(expect.objectContaining({ code: 'invalidConfiguration', message: typeof message === 'string' ? message : expect.stringMatching(message) }));
  });

  it('names the file that is not there, and the one that is not YAML', async () => {
    await expect(loadAgentConfig({ file: '/nowhere/agent.yaml', env: {} })).rejects.toMatchObject({ code: 'invalidConfiguration', message: expect.stringContaining('/nowhere/agent.yaml cannot be read') });
    const broken = await file('agent.yaml', 'stt: [');
    await expect(loadAgentConfig({ file: broken, env: {} })).rejects.toMatchObject({ code: 'invalidConfiguration', message: expect.stringContaining('is not YAML') });
  });

  it('shows no key, however it is printed', () => {
    const config = parseAgentConfig({ stt: 'deepgram', llm: 'openai', tts: 'elevenlabs' }, KEYS);
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true }), `${Object.values(config).map((part) => String((part as { apiKey?: unknown }).apiKey)).join()}`]) {
      expect(shown).not.toContain('1234');
      expect(shown).toContain('[redacted]');
    }
  });

  it('has a first choice that needs nothing, for every part', () => {
    expect(Object.values(PROVIDERS).map(([first]) => first)).toEqual(['embedded', 'embedded', 'embedded']);
  });
});
