import type { voice } from '@livekit/agents';
import { INGRESS_SAMPLE_RATES } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { systemClock, type Clock, type PresenceName, type Subscribe } from '@visavis/server-sdk';
import type { AvatarState, UserTurn } from '../floor/floor.js';
import { toProviderError } from '../providers/errors.js';
import type { Part } from '../providers/schema.js';
import type { Delivery, Heard } from '../stage/delivery.js';
import { Stage } from '../stage/stage.js';
import { AvatarOutput } from './avatar-output.js';
import type { ClientLine } from './client-line.js';
import { Listener, type UserSide } from './listener.js';
import { ensureLogger } from './livekit.js';
import type { ConversationOptions, HistoryLine } from './options.js';
import type { UtterancePlan } from './plan.js';
import { RealtimeListener } from './realtime-listener.js';
import { Renewal } from './renewal.js';
import { boundHistory, closeSoon, createAgent, createSession, isRealtime, linesOf, MAX_HISTORY, speak } from './session.js';
import type { AgentHost, SpeakingAgent } from './speaking-agent.js';
import type { TurnFacts, TurnRecorder, TurnReport } from './turn-report.js';
import { Turns, type LiveTurn } from './turns.js';

/** Longest text that is answered or said, characters. */
export const MAX_TEXT_LENGTH = 4_000;
/** Turns that wait to be spoken; more are refused. */
const MAX_WAITING_TURNS = 8;
/** After an utterance nothing is shown of a turn that goes on for so long, milliseconds. */
const SETTLE_MS = 150;
/** Rate of speech where the voice's own is none that a Motion Server takes, Hz. */
const USUAL_RATE = 24_000;

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

class AvatarConversation implements Conversation, AgentHost {
  readonly #client: ClientLine;
  readonly #options: ConversationOptions;
  readonly #clock: Clock;
  readonly #stage: Stage;
  #output: AvatarOutput;
  #session: voice.AgentSession;
  #agent: SpeakingAgent;
  #listener: UserSide;
  readonly #turns: Turns;
  readonly #onTurn = new Set<(report: TurnReport) => void>();
  readonly #unsubscribe: (() => void)[];
  #ready: Promise<boolean>;
  #lostSession: voice.AgentSession | undefined;
  readonly #renewal: Renewal;
  /** What a realtime model failed of, until it speaks again. */
  #failure: string | undefined;
  #presence: PresenceName = 'idle';
  #isAudible = false;
  #cancelSettling: () => void = () => undefined;
  #closed = false;

  constructor(client: ClientLine, options: ConversationOptions) {
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#turns = new Turns(this.#clock);
    this.#renewal = new Renewal(this.#clock);
    if (!options.tts && !isRealtime(options.llm)) throw new VisavisError('invalidConfiguration', 'this language model only writes: give a tts as well');
    const sampleRate = options.tts?.sampleRate ?? USUAL_RATE;
    this.#stage = new Stage(client, {
      motionServer: options.motionServer, clock: this.#clock, sampleRate: INGRESS_SAMPLE_RATES.includes(sampleRate) ? sampleRate : USUAL_RATE,
    }, {
      onSent: (delivery) => this.#sent(delivery),
      onMotion: (delivery) => this.#turns.of(delivery)?.recorder.reach('firstMotion'),
      onStarted: (delivery, playedMs) => this.#started(delivery, playedMs),
      onFinished: (delivery, heard) => this.#finished(delivery, heard),
      onError: (error) => options.onError?.(error),
    });
    this.#output = this.#createOutput();
    this.#agent = createAgent(options, this);
    this.#session = this.#createSession();
    this.#listener = this.#createListener();
    this.#unsubscribe = [
      client.onText((text) => this.#typed(text)),
      client.onInterrupt((reason) => this.interrupt(reason)),
      client.onMicrophone((piece) => { if (this.#session !== this.#lostSession) this.#listener.hear(piece); }),
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
    return [...this.#options.history ?? [], ...linesOf(this.#session)].slice(-MAX_HISTORY);
  }

  say(text: string): void {
    refuseLong(text);
    if (this.#turns.waiting >= MAX_WAITING_TURNS) throw new VisavisError('queueFull', `${MAX_WAITING_TURNS} texts wait to be said; wait for them`);
    if (text.trim() === '' || this.#closed) return;
    this.#answer({ source: 'say', said: '', originMs: this.#clock.nowMs() }, () => speak(this.#session, text));
  }

  ask(text: string): void {
    refuseLong(text);
    const said = text.trim();
    if (said === '' || this.#closed) return;
    this.#listener.clear();
    this.#cut('text');
    this.#client.transcript({ role: 'user', text: said, final: true });
    this.#renewal.hurry();
    this.#answer({ source: 'text', said, originMs: this.#clock.nowMs() }, () => this.#session.generateReply({ userInput: said, inputModality: 'text' }));
  }

  interrupt(reason: string): void {
    this.#listener.clear();
    this.#cut(reason);
    this.#show();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#listener.close();
    this.#cancelSettling();
    this.#renewal.cancel();
    this.#cut('closed');
    await this.#stage.close();
    await this.#ready;
    await this.#session.close();
    this.#onTurn.clear();
  }

  // What the agent tells.

  onFirstToken(): void {
    this.#turns.current?.recorder.reach('firstToken');
  }

  onReply({ length, calledTools, wasTooLong }: { length: number; calledTools: boolean; wasTooLong: boolean }): void {
    if (wasTooLong) this.#fail(new VisavisError('messageTooLarge', 'the language model did not stop; the rest of its answer is not said'));
    if (length === 0 && !calledTools && !this.#turns.current?.hasFailed) this.#fail(new VisavisError('providerFailed', 'the language model gave no answer: ask again'));
  }

  onPlanned(plan: UtterancePlan): void {
    const turn = this.#turns.current;
    if (turn) turn.plans.push(plan);
    else plan.isCut = true;
  }

  onNoSound(text: string): void {
    // What cannot be heard can be read.
    this.#client.transcript({ role: 'avatar', text: text.trim(), final: true });
    if (!this.#turns.current?.hasFailed) this.#fail(new VisavisError('providerFailed', 'the voice gave no sound: read the answer, or choose another voice'));
  }

  #createOutput(): AvatarOutput {
    return new AvatarOutput({ stage: this.#stage, onBegun: (delivery) => this.#begun(delivery) });
  }

  #createSession(): voice.AgentSession {
    const session: voice.AgentSession = createSession(this.#options, this.#output, (part, error) => {
      this.#providerFailed(part, error);
      if (part === 'llm' && isRealtime(this.#options.llm)) this.#lost(session);
    });
    return session;
  }

  /** The framework gives a session up whose realtime model has lost its connection: another goes on with what was said. */
  #lost(session: voice.AgentSession): void {
    if (this.#closed || session !== this.#session || session === this.#lostSession) return;
    this.#lostSession = session;
    this.#ready = this.#renewal.await(() => this.#renew());
  }

  /** Never rejects. */
  async #renew(): Promise<boolean> {
    this.#listener.close();
    await closeSoon(this.#session, this.#clock);
    if (this.#closed) return false;
    try {
      this.#replaceSession();
    } catch (error) {
      this.#fail(VisavisError.from(error, 'unknown'));
      return false;
    }
    return this.#start();
  }

  #replaceSession(): void {
    const { history } = this;
    const { items } = this.#session.history;
    this.#output = this.#createOutput();
    this.#agent = createAgent({ ...this.#options, history }, this);
    this.#session = this.#createSession();
    this.#session.history.insert(items);
    this.#listener = this.#createListener();
  }

  #createListener(): UserSide {
    const levelAgo = (ms: number): number => this.#stage.levelAgo(ms);
    if (isRealtime(this.#options.llm)) {
      return new RealtimeListener(this.#session, this.#clock, levelAgo, {
        changed: () => this.#show(),
        yield: () => this.#cut('voice'),
        heard: (text, isFinal) => this.#heard(text, isFinal),
        answers: (handle, originMs) => void this.#answer({ source: 'voice', said: '', originMs }, () => handle),
      });
    }
    return new Listener(this.#options, this.#clock, levelAgo, {
      voiceStarted: () => this.#show(),
      heard: (text) => this.#tellUser(text, false),
      failed: (error) => this.#fail(error),
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

  #tellUser(text: string, final: boolean): void {
    this.#client.transcript({ role: 'user', text, final });
  }

  /** A realtime model answers before it tells what it has heard. */
  #heard(text: string, isFinal: boolean): void {
    this.#tellUser(text, isFinal);
    const recorder = this.#turns.current?.recorder;
    if (isFinal && recorder) recorder.said ||= text;
  }

  #spoken({ text, voiceEndMs, finalMs }: UserTurn): void {
    this.#cut('voice');
    this.#tellUser(text, true);
    const recorder = this.#answer({ source: 'voice', said: text, originMs: voiceEndMs }, () => this.#session.generateReply({ userInput: text, inputModality: 'audio' }));
    recorder.reach('endOfTurn');
    recorder.reach('finalTranscript', finalMs);
  }

  #answer(facts: Pick<TurnFacts, 'source' | 'said' | 'originMs'>, speak: () => voice.SpeechHandle): TurnRecorder {
    const turn = this.#turns.begin({ ...facts, voice: this.#options.voice });
    const { recorder } = turn;
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
    this.#turns.cut(by);
    this.#isAudible = false;
    this.#stage.cut();
    // Not running yet, or no more: then there is nothing to interrupt.
    try { this.#session.interrupt(); } catch { /* see above */ }
  }

  #over(turn: LiveTurn, interrupted: boolean): void {
    if (!this.#turns.end(turn)) return;
    boundHistory(this.#session, this.#agent).catch((error: unknown) => this.#fail(VisavisError.from(error, 'unknown')));
    const report = turn.recorder.report(interrupted);
    for (const listener of [...this.#onTurn]) listener(report);
    this.#show();
  }

  #begun(delivery: Delivery): void {
    this.#turns.claim(delivery)?.recorder.reach('firstAudio');
  }

  #sent(delivery: Delivery): void {
    const turn = this.#turns.of(delivery);
    if (!turn || turn.recorder.isCut) return;
    turn.recorder.reqId ??= delivery.reqId;
    this.#isAudible = true;
    this.#failure = undefined;
    this.#renewal.spoke();
    this.#show();
  }

  #started(delivery: Delivery, playedMs: number): void {
    this.#turns.of(delivery)?.recorder.reach('firstHeard', this.#clock.nowMs() - playedMs);
    this.#output.handleStarted(delivery, playedMs);
  }

  #finished(delivery: Delivery, heard: Heard): void {
    const turn = this.#turns.of(delivery);
    turn?.recorder.hear(heard.text);
    // A client that stops the avatar tells so before its interrupt arrives, and may send none.
    if (heard.interrupted && !delivery.wasCut && turn) this.#cut('client');
    if (!turn?.recorder.isCut) this.#isAudible = false;
    this.#output.handleFinished(delivery, heard);
    this.#listener.avatarIs(this.#avatar);
    // Most often the turn is over with it; a tool's answer may follow.
    this.#cancelSettling();
    this.#cancelSettling = this.#clock.after(SETTLE_MS, () => this.#show());
  }

  get #avatar(): AvatarState {
    return this.#isAudible ? 'speaking' : this.#turns.current ? 'thinking' : 'silent';
  }

  /** Brings the floor and the client up to date on what the avatar does. */
  #show(): void {
    this.#listener.avatarIs(this.#avatar);
    const presence = this.#presenceOf(this.#avatar);
    if (presence === this.#presence || this.#closed) return;
    this.#presence = presence;
    this.#client.presence(presence);
  }

  #presenceOf(avatar: AvatarState): PresenceName {
    if (avatar === 'speaking' && !this.#listener.isHeld) return 'speaking';
    if (this.#listener.isUserTurn) return 'listening';
    return avatar === 'thinking' ? 'thinking' : avatar === 'speaking' ? 'listening' : 'idle';
  }

  #providerFailed(part: Part, error: unknown): void {
    const turn = this.#turns.current;
    if (turn) turn.hasFailed = true;
    const failure = toProviderError(error, part);
    if (isRealtime(this.#options.llm) && failure.code === this.#failure) return; // it is tried again and again
    this.#failure = failure.code;
    this.#fail(failure);
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
