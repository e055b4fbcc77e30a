import type { WebSocket } from 'ws';
import { CAPABILITIES_PARAM, CLOSE_CODE, formatCapabilities, FPS_PARAM, type EnvelopeBodies, type ServerConfirmSession } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { Backoff, GIVE_UP_MS } from './backoff.js';
import { ingressAddress, type ResolvedConfig } from './config.js';
import { connectIngress } from './connect.js';
import { codedError } from './failure.js';
import type { TokenQuery } from './token-cache.js';

/** Closes after which another connection may do: cut, server error, draining, try again later, bad gateway. */
const PASSING_CLOSES: readonly number[] = [1006, CLOSE_CODE.serverError, CLOSE_CODE.draining, 1013, 1014];

/** Opens one session's connections: endpoints in turn, tokens renewed where they are refused. */
export class Connector<T> {
  readonly #config: ResolvedConfig;
  readonly #signal: AbortSignal;
  readonly #confirmed: (socket: WebSocket, confirm: ServerConfirmSession) => T;
  readonly #backoff: Backoff;
  #endpoint = 0;
  #token = '';
  #openedMs = 0;

  /** `signal` calls everything off. `confirmed` as `connectIngress` takes it. */
  constructor(config: ResolvedConfig, signal: AbortSignal, confirmed: (socket: WebSocket, confirm: ServerConfirmSession) => T) {
    this.#config = config;
    this.#signal = signal;
    this.#confirmed = confirmed;
    this.#backoff = new Backoff(config.clock, () => config.randomBytes(1)[0]! / 255);
  }

  /** Fetches the token ahead of time. */
  async prepare(): Promise<void> {
    await this.#config.tokens.get(this.#tokenQuery());
  }

  /** Tries each endpoint once; rejects with what the last one said. */
  async open(): Promise<T> {
    for (let left = this.#config.ingressUrls.length - 1; ; left -= 1) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (left === 0 || !mayPass(error)) throw error;
        this.#moveOn();
      }
    }
  }

  /** Whether a connection that ended so is worth replacing. */
  canReplace(closeCode: number): boolean {
    return PASSING_CLOSES.includes(closeCode) || (closeCode === CLOSE_CODE.tokenExpired && this.#config.expireAtMs === undefined);
  }

  /**
   * Replaces a connection that was lost with `closeCode`: the same endpoint first unless it is draining, then the next,
   * with pauses in between. Rejects with the last failure when nothing worked for 30 s, or at once where trying again is no use.
   */
  async reopen(closeCode: number, loss: VisavisError): Promise<T> {
    if (closeCode === CLOSE_CODE.draining) this.#moveOn();
    if (closeCode === CLOSE_CODE.tokenExpired) await this.#config.tokens.forget(this.#tokenQuery(), this.#token);
    if (this.#config.clock.nowMs() - this.#openedMs > GIVE_UP_MS) this.#backoff.reset();
    let failure: unknown = loss;
    for (let delayMs = this.#backoff.next(); delayMs !== undefined; delayMs = this.#backoff.next()) {
      await this.#pause(delayMs);
      try {
        return await this.#attempt();
      } catch (error) {
        failure = error;
        if (!mayPass(error)) break;
        this.#moveOn();
      }
    }
    throw failure;
  }

  /** The present connection does what it is for: losing it is news. */
  confirmWorking(): void {
    this.#backoff.reset();
  }

  async #attempt(): Promise<T> {
    const query = this.#tokenQuery();
    this.#token = await this.#untilCalledOff(this.#config.tokens.get(query));
    try {
      return await this.#connect();
    } catch (error) {
      if (!isTokenRefusal(error)) throw error;
      // A token can outlive the key that signed it: a restarted server gets one try with a fresh one.
      await this.#config.tokens.forget(query, this.#token);
      this.#token = await this.#untilCalledOff(this.#config.tokens.get(query));
      return this.#connect();
    }
  }

  async #connect(): Promise<T> {
    const { WebSocket, clock, ingressUrls } = this.#config;
    const address = ingressAddress(this.#config, ingressUrls[this.#endpoint]!, this.#token);
    const made = await connectIngress({ ...address, configure: this.#configure(), WebSocket, clock, signal: this.#signal }, this.#confirmed);
    this.#openedMs = clock.nowMs();
    return made;
  }

  #moveOn(): void {
    this.#endpoint = (this.#endpoint + 1) % this.#config.ingressUrls.length;
  }

  #configure(): EnvelopeBodies['clientConfigureSession'] {
    const { sampleRate, capabilities, fps, extraParams } = this.#config;
    return {
      sampleRate,
      extraParams: { ...extraParams, [CAPABILITIES_PARAM]: formatCapabilities(capabilities), [FPS_PARAM]: String(fps) },
    };
  }

  #tokenQuery(): TokenQuery {
    const { apiKey, appId, consoleUrl, expireAtMs, fetch, clock } = this.#config;
    return { apiKey, appId, consoleUrl, expireAtMs, fetch, clock };
  }

  #pause(delayMs: number): Promise<void> {
    let wake = (): void => undefined;
    const over = new Promise<void>((resolve) => (wake = resolve));
    const cancel = this.#config.clock.after(delayMs, wake);
    return this.#untilCalledOff(over).finally(cancel);
  }

  #untilCalledOff<W>(wait: Promise<W>): Promise<W> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(closedWhileConnecting());
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      wait.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }
}

export function closedWhileConnecting(): VisavisError {
  return codedError('connectionClosed', { phase: 'websocket_connect', text: 'the session was closed while it was connecting' });
}

function isTokenRefusal(error: unknown): boolean {
  return VisavisError.isInstance(error) && (error.code === 'sessionTokenInvalid' || error.code === 'sessionTokenExpired');
}

/** Another attempt, or another endpoint, may fare better. A server that is being replaced may not know its new secret yet. */
function mayPass(error: unknown): boolean {
  return VisavisError.isInstance(error) && (error.retryable || isTokenRefusal(error));
}
