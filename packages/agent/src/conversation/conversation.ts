import { randomUUID } from 'node:crypto';
import { llm, voice } from '@livekit/agents';
import { INGRESS_SAMPLE_RATES } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { systemClock, type Clock, type MicrophonePcm, type PresenceName, type Subscribe } from '@visavis/server-sdk';
import { Floor, FLOOR_RULES, type AvatarState, type UserTurn } from '../floor/floor.js';
import { Ear } from '../hearing/ear.js';
import { EchoGate } from '../hearing/echo-gate.js';
import { toProviderError } from '../providers/errors.js';
import type { Part } from '../providers/schema.js';
import type { Delivery, Heard } from '../stage/delivery.js';
import { Stage } from '../stage/stage.js';
import { AvatarOutput } from './avatar-output.js';
import type { ClientLine } from './client-line.js';
import { ensureLogger } from './livekit.js';
import type { ConversationOptions, HistoryLine } from './options.js';
import type { UtterancePlan } from './plan.js';
import { SpeakingAgent, type AgentHost } from './speaking-agent.js';
import { TurnRecorder, type TurnReport, type TurnSource } from './turn-report.js';

/** Items of the history that are kept and shown to the model; the oldest go. */
export const MAX_HISTORY = 60;
/** Longest text that is answered or said, characters. */
export const MAX_TEXT_LENGTH = 4_000;
/** Turns that wait to be spoken; more are refused. */
const MAX_WAITING_TURNS = 8;
/** After an utterance nothing is shown of a turn that goes on for so long, milliseconds. */
const SETTLE_MS = 150;
/** Rate of speech where the voice's own is none that a Motion Server takes, Hz. */
const USUAL_RATE = 24_000;
const INSTRUCTIONS = 'You are a friendly talking avatar. Answer in one to three short spoken sentences, without lists or markup. '
  + 'You may begin an answer with one of [happy] [sad] [angry] [surprised] [calm] to show that on your face.';

/** A person and an avatar, talking. */
export interface Conversation {
  /** Says a text, after what is being said. Throws `messageTooLarge` beyond 4,000 characters, `queueFull` where eight wait. */
  say(text: string): void;
  /** Answers a text as if the user had typed it; what is being said is cut. Throws `messageTooLarge`. */
  ask(text: string): void;
  /** Silence, at once; the turn's report says `reason`. */
  interrupt(reason: string): void;
  /** What was said so far, at most the last sixty lines; of answers that were cut, what was heard. */
  readonly history: readonly HistoryLine[];
  /** Told once for every assistant turn, when it was heard or cut. */
  readonly onTurn: Subscribe<TurnReport>;
  /** Ends it; the client stays. Also done by itself when the client goes. */
  close(): Promise<void>;
}

/** Lets a client talk with an avatar: by voice where `stt` and `vad` are given, by text always. */
export function createConversation(client: ClientLine, options: ConversationOptions): Conversation {
  ensureLogger();
  return new AvatarConversation(client, options);
}

/** An assistant turn that is not over. */
interface LiveTurn {
  readonly recorder: TurnRecorder;
  readonly plans: UtterancePlan[];
  /** A provider has said why it comes to nothing. */
  hasFailed: boolean;
}

class AvatarConversation implements Conversation, AgentHost {
  readonly #client: ClientLine;
  readonly #options: ConversationOptions;
  readonly #clock: Clock;
  readonly #stage: Stage;
  readonly #output: AvatarOutput;
  readonly #session: voice.AgentSession;
  readonly #agent: SpeakingAgent;
  readonly #floor: Floor;
  readonly #ear: Ear | undefined;
  readonly #echo: EchoGate;
  /** Asked for and not over, in the order they are spoken. */
  readonly #turns: LiveTurn[] = [];
  readonly #onTurn = new Set<(report: TurnReport) => void>();
  readonly #unsubscribe: (() => void)[];
  readonly #ready: Promise<boolean>;
  #presence: PresenceName = 'idle';
  #isAudible = false;
  #cancelSettling: () => void = () => undefined;
  #closed = false;

  constructor(client: ClientLine, options: ConversationOptions) {
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { sampleRate } = options.tts;
    this.#stage = new Stage(client, {
      motionServer: options.motionServer, clock: this.#clock, sampleRate: INGRESS_SAMPLE_RATES.includes(sampleRate) ? sampleRate : USUAL_RATE,
    }, {
      onSent: (delivery) => this.#sent(delivery),
      onMotion: (delivery) => this.#turnOf(delivery)?.recorder.reach('firstMotion'),
      onStarted: (delivery, playedMs) => this.#started(delivery, playedMs),
      onFinished: (delivery, heard) => this.#finished(delivery, heard),
      onError: (error) => options.onError?.(error),
    });
    this.#output = new AvatarOutput({
      stage: this.#stage, onBegun: (delivery) => this.#begun(delivery),
    });
    this.#agent = this.#createAgent();
    this.#session = this.#createSession();
    this.#echo = new EchoGate((ms) => this.#stage.levelAgo(ms));
    this.#ear = this.#createEar();
    this.#floor = this.#createFloor();
    this.#unsubscribe = [
      client.onText((text) => this.#typed(text)),
      client.onInterrupt((reason) => this.interrupt(reason)),
      client.onMicrophone((pcm) => this.#hear(pcm)),
      client.onClose(() => void this.close()),
    ];
    this.#ready = this.#start();
    if (options.greeting) this.say(options.greeting);
  }

  readonly onTurn: Subscribe<TurnReport> = (listener) => {
    this.#onTurn.add(listener);
    return () => this.#onTurn.delete(listener);
  };

  get history(): readonly HistoryLine[] {
    return this.#session.history.items.flatMap((item) => {
      if (item.type !== 'message' || (item.role !== 'user' && item.role !== 'assistant')) return [];
      return [{ role: item.role, text: item.textContent ?? '', ...(item.interrupted ? { interrupted: true } : {}) }];
    });
  }

  say(text: string): void {
    refuseLong(text);
    if (this.#turns.filter(({ recorder }) => !recorder.isCut).length >= MAX_WAITING_TURNS) throw new VisavisError('queueFull', `${MAX_WAITING_TURNS} texts wait to be said; wait for them`);
    if (text.trim() === '' || this.#closed) return;
    this.#answer('say', '', this.#clock.nowMs(), () => this.#session.say(text));
  }

  ask(text: string): void {
    refuseLong(text);
    const said = text.trim();
    if (said === '' || this.#closed) return;
    this.#floor.clear();
    this.#cut('text');
    this.#client.transcript({ role: 'user', text: said, final: true });
    this.#answer('text', said, this.#clock.nowMs(), () => this.#session.generateReply({ userInput: said, inputModality: 'text' }));
  }

  interrupt(reason: string): void {
    this.#floor.clear();
    this.#cut(reason);
    this.#show();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#floor.clear();
    this.#ear?.close();
    this.#cancelSettling();
    this.#cut('closed');
    await this.#stage.close();
    await this.#ready;
    await this.#session.close();
    this.#onTurn.clear();
  }

  // What the agent tells.

  onFirstToken(): void {
    this.#current?.recorder.reach('firstToken');
  }

  onReply({ length, calledTools, wasTooLong }: { length: number; calledTools: boolean; wasTooLong: boolean }): void {
    if (wasTooLong) this.#fail(new VisavisError('messageTooLarge', 'the language model did not stop; the rest of its answer is not said'));
    if (length === 0 && !calledTools && !this.#current?.hasFailed) this.#fail(new VisavisError('providerFailed', 'the language model gave no answer: ask again'));
  }

  onPlanned(plan: UtterancePlan): void {
    const turn = this.#current;
    if (turn) turn.plans.push(plan);
    else plan.isCut = true;
  }

  onNoSound(text: string): void {
    // What cannot be heard can be read.
    this.#client.transcript({ role: 'avatar', text: text.trim(), final: true });
    if (!this.#current?.hasFailed) this.#fail(new VisavisError('providerFailed', 'the voice gave no sound: read the answer, or choose another voice'));
  }

  #createAgent(): SpeakingAgent {
    const { instructions = INSTRUCTIONS, tools, history = [] } = this.#options;
    const chatCtx = llm.ChatContext.empty();
    for (const { role, text } of history.slice(-MAX_HISTORY)) chatCtx.addMessage({ role, content: text });
    return new SpeakingAgent({ instructions, chatCtx, ...(tools ? { tools } : {}) }, this);
  }

  #createSession(): voice.AgentSession {
    const { llm: model, tts: speaker, connOptions } = this.#options;
    const session = new voice.AgentSession({
      llm: model,
      tts: speaker,
      // Hearing and turn-taking are the ear's and the floor's.
      vad: null,
      turnHandling: { turnDetection: 'manual', preemptiveGeneration: { enabled: false } },
      // A provider that fails is told of every time, and the conversation goes on.
      connOptions: { ...connOptions, maxUnrecoverableErrors: Infinity },
      userAwayTimeout: null,
      aecWarmupDuration: null,
      ttsTextTransforms: null,
      useTtsAlignedTranscript: false,
    });
    session.output.audio = this.#output;
    session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
      const { type, recoverable } = error as { type?: string; recoverable?: boolean };
      if (!recoverable) this.#providerFailed(type === 'tts_error' ? 'tts' : 'llm', error);
    });
    return session;
  }

  #createEar(): Ear | undefined {
    const { stt, vad } = this.#options;
    if (!stt || !vad) return undefined;
    return new Ear({ stt, vad, clock: this.#clock }, {
      voiceStarted: () => { this.#floor.voiceStarted(); this.#show(); },
      voiceEnded: (silenceMs) => this.#floor.voiceEnded(silenceMs),
      partial: (text) => { if (text !== '') this.#tellUser(text, false); this.#floor.partial(text); },
      final: (text) => this.#floor.final(text),
      failed: (error) => { if (!(error as { recoverable?: boolean }).recoverable) this.#providerFailed('stt', error); },
    });
  }

  #createFloor(): Floor {
    const rules = { ...FLOOR_RULES, ...this.#options.floor };
    return new Floor(this.#clock, rules, {
      hold: () => { this.#stage.hold(); this.#show(); },
      resume: () => { this.#stage.resume(); this.#show(); },
      yield: () => { this.#cut('voice'); this.#show(); },
      turnEnded: (turn) => this.#spoken(turn),
      nothingSaid: () => this.#show(),
    });
  }

  async #start(): Promise<boolean> {
    this.#stage.warmUp().catch(() => undefined); // the client has been told; the next utterance tries again
    try {
      await this.#session.start({ agent: this.#agent, record: false });
    } catch (error) {
      this.#fail(VisavisError.from(error, 'unknown'));
      return false;
    }
    return true;
  }

  #typed(text: string): void {
    try {
      this.ask(text);
    } catch (error) {
      this.#fail(VisavisError.from(error, 'unknown'));
    }
  }

  #hear({ pcm }: MicrophonePcm): void {
    if (!this.#ear) return;
    // A copy, for views of packets may begin at an odd byte.
    const samples = this.#echo.push(new Int16Array(pcm.slice().buffer, 0, pcm.length >> 1));
    if (samples.length > 0) this.#ear.push(samples);
  }

  #tellUser(text: string, final: boolean): void {
    this.#client.transcript({ role: 'user', text, final });
  }

  #spoken({ text, voiceEndMs, finalMs }: UserTurn): void {
    this.#cut('voice');
    this.#tellUser(text, true);
    const recorder = this.#answer('voice', text, voiceEndMs, () => this.#session.generateReply({ userInput: text, inputModality: 'audio' }));
    recorder.reach('endOfTurn');
    recorder.reach('finalTranscript', finalMs);
  }

  #answer(source: TurnSource, said: string, originMs: number, speak: () => voice.SpeechHandle): TurnRecorder {
    const recorder = new TurnRecorder(this.#clock, { turnId: randomUUID(), source, said, voice: this.#options.voice, originMs });
    const turn: LiveTurn = { recorder, plans: [], hasFailed: false };
    this.#turns.push(turn);
    this.#show();
    void this.#ready.then((isReady) => {
      if (!isReady || this.#closed || recorder.isCut) return this.#over(turn, true);
      try {
        const handle = speak();
        handle.addDoneCallback(() => this.#over(turn, handle.interrupted));
      } catch (error) {
        this.#fail(VisavisError.from(error, 'unknown'));
        this.#over(turn, true);
      }
    });
    return recorder;
  }

  /** Everything under way ends: what is heard, made, thought of, and what waits. */
  #cut(by: string): void {
    for (const { recorder, plans } of this.#turns) {
      recorder.cutBy ??= by;
      for (const plan of plans) plan.isCut = true;
    }
    this.#isAudible = false;
    this.#stage.cut();
    // Not running yet, or no more: then there is nothing to interrupt.
    try { this.#session.interrupt(); } catch { /* see above */ }
  }

  #over(turn: LiveTurn, interrupted: boolean): void {
    const at = this.#turns.indexOf(turn);
    if (at < 0) return;
    this.#turns.splice(at, 1);
    this.#boundHistory();
    const report = turn.recorder.report(interrupted);
    for (const listener of [...this.#onTurn]) listener(report);
    this.#show();
  }

  #boundHistory(): void {
    this.#session.history.truncate(MAX_HISTORY);
    if (this.#agent.chatCtx.items.length <= MAX_HISTORY + 1) return;
    this.#agent.updateChatCtx(this.#agent.chatCtx.copy().truncate(MAX_HISTORY)).catch((error: unknown) => this.#fail(VisavisError.from(error, 'unknown')));
  }

  /** The turn that is thought of or spoken: the oldest that was not cut. */
  get #current(): LiveTurn | undefined {
    return this.#turns.find(({ recorder }) => !recorder.isCut);
  }

  readonly #deliveries = new WeakMap<Delivery, LiveTurn>();

  #turnOf(delivery: Delivery): LiveTurn | undefined {
    return this.#deliveries.get(delivery);
  }

  #begun(delivery: Delivery): void {
    const turn = this.#current;
    if (!turn) return;
    this.#deliveries.set(delivery, turn);
    turn.recorder.reach('firstAudio');
  }

  #sent(delivery: Delivery): void {
    const turn = this.#turnOf(delivery);
    if (!turn || turn.recorder.isCut) return;
    turn.recorder.reqId ??= delivery.reqId;
    this.#isAudible = true;
    this.#show();
  }

  #started(delivery: Delivery, playedMs: number): void {
    this.#turnOf(delivery)?.recorder.reach('firstHeard', this.#clock.nowMs() - playedMs);
    this.#output.handleStarted(delivery, playedMs);
  }

  #finished(delivery: Delivery, heard: Heard): void {
    const turn = this.#turnOf(delivery);
    turn?.recorder.hear(heard.text);
    if (!turn?.recorder.isCut) this.#isAudible = false;
    this.#output.handleFinished(delivery, heard);
    this.#floor.avatarIs(this.#avatar);
    // Most often the turn is over with it; a tool's answer may follow.
    this.#cancelSettling();
    this.#cancelSettling = this.#clock.after(SETTLE_MS, () => this.#show());
  }

  get #avatar(): AvatarState {
    return this.#isAudible ? 'speaking' : this.#current ? 'thinking' : 'silent';
  }

  /** Brings the floor and the client up to date on what the avatar does. */
  #show(): void {
    this.#floor.avatarIs(this.#avatar);
    const presence = this.#presenceOf(this.#avatar);
    if (presence === this.#presence || this.#closed) return;
    this.#presence = presence;
    this.#client.presence(presence);
  }

  #presenceOf(avatar: AvatarState): PresenceName {
    if (avatar === 'speaking' && !this.#floor.isHeld) return 'speaking';
    if (this.#floor.isUserTurn) return 'listening';
    return avatar === 'thinking' ? 'thinking' : avatar === 'speaking' ? 'listening' : 'idle';
  }

  #providerFailed(part: Part, error: unknown): void {
    const turn = this.#current;
    if (turn) turn.hasFailed = true;
    this.#fail(toProviderError(error, part));
  }

  #fail(error: VisavisError): void {
    if (this.#closed) return;
    this.#options.onError?.(error);
    this.#client.error(error);
  }
}

function refuseLong(text: string): void {
  if (text.length > MAX_TEXT_LENGTH) throw new VisavisError('messageTooLarge', `a text holds at most ${MAX_TEXT_LENGTH} characters`);
}
