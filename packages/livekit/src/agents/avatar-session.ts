import { getJobContext, voice } from '@livekit/agents';
import type { Room } from '@livekit/rtc-node';
import { VisavisError } from '@visavis/protocol/errors';
import { createPresenter, type Presenter, type PresenterConfig } from '@visavis/server-sdk';
import { joinRoom, type RoomOptions, type RoomStage } from '../node/index.js';
import { AvatarOutput } from './avatar-output.js';

const DEFAULT_IDENTITY = 'visavis-avatar';
const DEFAULT_RATE = 24_000;
/** How LiveKit's clients learn whose voice the avatar is. */
const ON_BEHALF = 'lk.publish_on_behalf';

/** How to reach the Motion Server, by the `VISAVIS_*` variables where it is not said; and who the avatar is in the room. */
export interface AvatarSessionOptions extends Pick<PresenterConfig, 'apiKey' | 'appId' | 'avatarId' | 'consoleUrl' | 'ingressUrl' | 'fps' | 'env'> {
  /** Of the avatar in the room. Default: `visavis-avatar`. */
  readonly identity?: string;
  /** Shown to others in the room. */
  readonly name?: string;
  /** Where viewers find the avatar. Default: they know. */
  readonly manifestUrl?: string;
  /** Of the agent's voice, Hz: one the Motion Server takes. Default 24000. */
  readonly sampleRate?: number;
  /** What went wrong and did not end the avatar. Default: the agent's own log says it. */
  readonly onError?: (error: VisavisError) => void;
}

/** The agent's LiveKit server, which the avatar joins by itself. */
export interface StartOptions {
  /** Default: `LIVEKIT_URL`. */
  readonly livekitUrl?: string;
  /** Default: `LIVEKIT_API_KEY`. */
  readonly livekitApiKey?: string;
  /** Default: `LIVEKIT_API_SECRET`. */
  readonly livekitApiSecret?: string;
}

/** An agent's face: what the agent says is said by the avatar, in the same room, under an identity of its own. */
export class AvatarSession extends voice.AvatarSession {
  readonly #options: AvatarSessionOptions;
  #stage: RoomStage | undefined;
  #presenter: Presenter | undefined;
  #output: AvatarOutput | undefined;
  #started = false;

  constructor(options: AvatarSessionOptions = {}) {
    super();
    this.#options = options;
  }

  override get avatarIdentity(): string {
    return this.#options.identity ?? DEFAULT_IDENTITY;
  }

  override get provider(): string {
    return 'visavis';
  }

  /** Process id of the avatar's publisher now. */
  get publisherPid(): number | undefined {
    return this.#stage?.publisherPid;
  }

  /**
   * Joins the agent's room and takes its voice over; call it before `agentSession.start`. Rejects with a `VisavisError`, and
   * nothing is left behind then: `invalidConfiguration`, `invalidState` where it was started before, what `joinRoom` or the
   * Motion Server says.
   */
  override async start(agentSession: voice.AgentSession, room: Room, options: StartOptions = {}): Promise<void> {
    if (this.#started) throw new VisavisError('invalidState', 'this avatar was started before; make a new AvatarSession');
    this.#started = true;
    const way = this.#wayInto(room, options);
    await super.start(agentSession, room);
    try {
      await this.#speakFor(agentSession, way);
    } catch (error) {
      await this.aclose();
      throw VisavisError.from(error, 'unknown');
    }
  }

  override async aclose(): Promise<void> {
    const presenter = this.#presenter;
    this.#presenter = undefined;
    this.#output?.close();
    await presenter?.close().catch(() => undefined);
    await this.#stage?.close();
    await super.aclose();
  }

  async #speakFor(agentSession: voice.AgentSession, way: RoomOptions): Promise<void> {
    const { apiKey, appId, avatarId, consoleUrl, ingressUrl, fps, env, sampleRate = DEFAULT_RATE } = this.#options;
    const id = avatarId ?? (env ?? process.env)['VISAVIS_AVATAR_ID'];
    const stage = await joinRoom({ ...way, ...(id === undefined ? {} : { avatarId: id }), placeholderVideo: true });
    this.#stage = stage;
    const onError = this.#options.onError ?? (() => undefined);
    const presenter = createPresenter(stage, {
      apiKey, appId, avatarId: id, consoleUrl, ingressUrl, sampleRate, ...(fps === undefined ? {} : { fps }), ...(env ? { env } : {}),
      onError: (error) => {
        onError(error);
        const reqId = error.detail['reqId'];
        if (typeof reqId === 'string') this.#output?.abandon(reqId);
      },
    });
    this.#presenter = presenter;
    await presenter.start();
    stage.onError(onError);
    this.#output = new AvatarOutput(presenter, stage, sampleRate, onError);
    agentSession.output.audio = this.#output;
    agentSession.once(voice.AgentSessionEventTypes.Close, () => void this.aclose());
  }

  #wayInto(room: Room, { livekitUrl, livekitApiKey, livekitApiSecret }: StartOptions): RoomOptions {
    const { env = process.env, name, manifestUrl } = this.#options;
    const url = livekitUrl ?? env['LIVEKIT_URL'] ?? '';
    const apiKey = livekitApiKey ?? env['LIVEKIT_API_KEY'] ?? '';
    const apiSecret = livekitApiSecret ?? env['LIVEKIT_API_SECRET'] ?? '';
    if (!url || !apiKey || !apiSecret) throw new VisavisError('invalidConfiguration', 'the avatar joins the room by itself: set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or pass them to start');
    const agent = getJobContext(false)?.agent?.identity ?? room.localParticipant?.identity;
    if (!agent || !room.name) throw new VisavisError('invalidState', 'connect the agent to its room before the avatar starts');
    return {
      url, apiKey, apiSecret, room: room.name, identity: this.avatarIdentity, attributes: { [ON_BEHALF]: agent },
      ...(name === undefined ? {} : { name }), ...(manifestUrl === undefined ? {} : { manifestUrl }),
    };
  }
}
