/**
 * Who hears, thinks and speaks, for everyone who talks here: what is configured, and the embedded engines beside it. Each
 * combination that is chosen is made once and shared. Knows no client.
 */
import { loadAgentConfig, createProviders, type AgentConfig, type AvatarVoice, type ConversationProviders, type Providers, type VoiceName } from '@visavis/agent/providers';
import type { ModelStore } from '@visavis/agent/models';
import { FLITE_VOICES, KOKORO_VOICES } from '@visavis/agent/tts';
import type { Choice, Chosen } from './api.js';
import type { Offer } from './visitors.js';
import { VOICE_LABELS } from './voice-labels.js';

const EMBEDDED = 'embedded';
/** Models that recognise speech; either will do. */
const EARS = ['moonshine-tiny', 'moonshine-base'];
/** The voice that suits the avatar. */
const AUTO = 'auto';

export interface PoolOptions {
  readonly models: ModelStore;
  /** A file of providers; default: the environment alone. */
  readonly configFile?: string | undefined;
  /** An embedded voice for everyone, whatever the avatar. */
  readonly voice?: VoiceName | undefined;
  readonly log: (line: string) => void;
}

export class ProviderPool {
  /** One line on what is missing or under way. */
  notice = '';
  readonly #options: PoolOptions;
  readonly #config: AgentConfig;
  #variants = new Map<string, Promise<Providers>>();
  #main: Providers;
  /** What the models on this machine can do: speak naturally, and recognise speech. */
  #able: { readonly natural: boolean; readonly hears: boolean };

  private constructor(options: PoolOptions, config: AgentConfig, main: Providers, able: { natural: boolean; hears: boolean }) {
    this.#options = options;
    this.#config = config;
    this.#main = main;
    this.#able = able;
    this.#variants.set(keyOf(config), Promise.resolve(main));
  }

  /** Rejects with `invalidConfiguration` where what is configured cannot be used. */
  static async open(options: PoolOptions): Promise<ProviderPool> {
    const config = await loadAgentConfig(options.configFile === undefined ? {} : { file: options.configFile });
    return new ProviderPool(options, config, await make(config, options), await ablenessOf(options.models));
  }

  /** Models this configuration could use and that are not on this machine, the most wanted first. */
  async missingModels(): Promise<string[]> {
    if (this.#isAlone) return [];
    const wanted = [
      ...(this.#config.stt.provider === EMBEDDED ? EARS : []),
      ...(this.#config.tts.provider === EMBEDDED && this.#config.tts.engine !== 'flite' ? ['kokoro'] : []),
    ];
    const isThere = await Promise.all(wanted.map((id) => this.#options.models.isThere(id)));
    return wanted.filter((_, i) => !isThere[i]);
  }

  offer(): Offer {
    const { stt, llm, tts } = this.#config;
    const described = this.#main.describe();
    // Beside a model that hears by itself, the notes need ears: the microphone is open.
    const offersNotes = !this.#isAlone || stt.provider !== EMBEDDED || this.#able.hears;
    const offeredLlm = choicesOf(llm.provider, described.llm, 'Notes, on this machine').filter(({ id }) => id !== EMBEDDED || offersNotes);
    if (this.#isAlone) {
      return {
        hears: true, notice: this.notice,
        offered: { voice: [{ id: AUTO, label: 'The language model\'s' }], stt: [], llm: offeredLlm },
        defaults: () => ({ voice: AUTO, stt: '', llm: llm.provider }),
      };
    }
    const hears = this.#main.stt !== undefined;
    return {
      hears, notice: this.notice,
      offered: {
        voice: [tts.provider === EMBEDDED ? { id: AUTO, label: 'Suits the avatar' } : { id: tts.provider, label: described.tts }, ...this.#voices()],
        stt: hears ? choicesOf(stt.provider, described.stt, 'Moonshine, on this machine') : [],
        llm: offeredLlm,
      },
      defaults: () => ({
        voice: tts.provider === EMBEDDED ? this.#options.voice ?? tts.voice ?? AUTO : tts.provider, stt: hears ? stt.provider : '', llm: llm.provider,
      }),
    };
  }

  /** Providers for one conversation, with the name of its voice. Rejects as `open` does. */
  async forConversation(chosen: Chosen, voice: AvatarVoice | undefined): Promise<{ providers: ConversationProviders; voiceName: string }> {
    const named = [...KOKORO_VOICES, ...FLITE_VOICES].find((name) => name === chosen.voice);
    const config = this.#configOf(chosen, named);
    let variant = this.#variants.get(keyOf(config));
    if (!variant) {
      variant = make(config, this.#options);
      this.#variants.set(keyOf(config), variant);
      variant.catch(() => this.#variants.delete(keyOf(config)));
    }
    const all = await variant;
    const providers = all.forConversation({ voice, named });
    return { providers, voiceName: providers.tts?.model ?? all.describe().llm };
  }

  /** Models have come: from here on they are used. Resolves when `moved` has, after which nobody uses the old ones. */
  async renew(moved: () => Promise<void>): Promise<void> {
    const old = [...this.#variants.values()];
    this.#main = await make(this.#config, this.#options);
    this.#able = await ablenessOf(this.#options.models);
    this.#variants = new Map([[keyOf(this.#config), Promise.resolve(this.#main)]]);
    void this.#main.warm();
    await moved();
    await Promise.all(old.map(async (variant) => (await variant).dispose()));
  }

  /** Loads what is used, so that the first turn does not wait for it. */
  warm(): void {
    void this.#main.warm();
  }

  describe(): string {
    const { stt, llm, tts } = this.#main.describe();
    return `hears by ${stt}, answers by ${llm}, speaks by ${tts}`;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#variants.values()].map(async (variant) => (await variant.catch(() => undefined))?.dispose()));
  }

  /** The language model hears and speaks by itself. */
  get #isAlone(): boolean {
    return this.#config.llm.provider === 'openai-realtime';
  }

  #voices(): Choice[] {
    return [...(this.#able.natural ? KOKORO_VOICES : []), ...FLITE_VOICES].map((id) => ({ id, label: VOICE_LABELS[id] }));
  }

  #configOf({ stt, llm }: Chosen, named: VoiceName | undefined): AgentConfig {
    const config = this.#config;
    return {
      vad: config.vad,
      stt: stt === EMBEDDED && config.stt.provider !== EMBEDDED ? { provider: EMBEDDED, model: 'auto' } : config.stt,
      llm: llm === EMBEDDED && config.llm.provider !== EMBEDDED ? { provider: EMBEDDED } : config.llm,
      tts: named !== undefined && config.tts.provider !== EMBEDDED ? { provider: EMBEDDED, engine: 'auto', speed: 1 } : config.tts,
    };
  }
}

function make(config: AgentConfig, { models, log }: PoolOptions): Promise<Providers> {
  return createProviders(config, { models, onNotice: log });
}

async function ablenessOf(models: ModelStore): Promise<{ natural: boolean; hears: boolean }> {
  const [natural, ...ears] = await Promise.all(['kokoro', ...EARS].map((id) => models.isThere(id)));
  return { natural: natural === true, hears: ears.includes(true) };
}

function keyOf({ stt, llm, tts }: AgentConfig): string {
  return [stt, llm, tts].map(({ provider }) => provider).join(' ');
}

/** What is configured, and the embedded one beside it. */
function choicesOf(provider: string, described: string, embedded: string): Choice[] {
  return [...(provider === EMBEDDED ? [] : [{ id: provider, label: described }]), { id: EMBEDDED, label: embedded }];
}
