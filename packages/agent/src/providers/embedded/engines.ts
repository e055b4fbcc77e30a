/** The engines that all conversations of a process share, each started by the first who needs it. */
import type { VAD } from '@livekit/agents';
import { createMoonshine, type Recogniser } from '../../asr/index.js';
import type { ModelStore } from '../../models/index.js';
import { createFlite, createKokoro, type FliteVoiceName, type KokoroVoiceName, type VoiceEngine } from '../../tts/index.js';
import { loadSilero } from '../../vad/index.js';
import type { VadConfig } from '../schema.js';

const WORD = 'Hello.';

export interface Engines {
  readonly vad: VAD;
  readonly flite: VoiceEngine<FliteVoiceName>;
  /** Undefined where its model is not there. */
  readonly kokoro: VoiceEngine<KokoroVoiceName> | undefined;
  readonly tiny: Recogniser | undefined;
  readonly base: Recogniser | undefined;
  /** Loads what is used, so that the first turn does not wait for it. Never rejects: what fails is told when it is used. */
  warm(parts: { readonly hearing: boolean; readonly kokoro: boolean }): Promise<void>;
  dispose(): Promise<void>;
}

/** Loads the VAD; the others' workers start with their first work. Takes a model that is there, fetches none. */
export async function createEngines(models: ModelStore, vad: VadConfig): Promise<Engines> {
  const folderOf = async (id: string): Promise<string | undefined> => ((await models.isThere(id)) ? models.folderOf(id) : undefined);
  const [kokoro, tiny, base, silero] = await Promise.all([folderOf('kokoro'), folderOf('moonshine-tiny'), folderOf('moonshine-base'), loadSilero(vad)]);
  const engines = {
    vad: silero, flite: createFlite(), kokoro: kokoro === undefined ? undefined : createKokoro(kokoro),
    tiny: tiny === undefined ? undefined : createMoonshine(tiny), base: base === undefined ? undefined : createMoonshine(base),
  };
  const dispose = async (): Promise<void> => {
    await Promise.all([silero.close(), engines.flite.dispose(), engines.kokoro?.dispose(), engines.tiny?.dispose(), engines.base?.dispose()]);
  };
  const warm: Engines['warm'] = async ({ hearing, kokoro: natural }) => {
    const second = new Float32Array(16_000);
    await Promise.allSettled([
      engines.flite.speaker('slt').synthesise(WORD),
      ...(natural ? [engines.kokoro?.speaker('af_heart').synthesise(WORD)] : []),
      ...(hearing ? [engines.tiny?.transcribe(second), engines.base?.transcribe(second)] : []),
    ]);
  };
  return { ...engines, warm, dispose };
}
