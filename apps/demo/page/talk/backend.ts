/** The page's line to the demo's backend beside the relay: turn reports and state by server-sent events, settings, problems. */
import type { BackendState, Chosen, PageProblem, TurnReport } from '../../src/api.js';

export interface BackendListeners {
  onTurn(report: TurnReport): void;
  onState(state: BackendState): void;
}

export class Backend {
  /** Names this page to the backend. */
  readonly visitor = crypto.randomUUID();

  /** Listens until the page goes; the browser comes back by itself where the line is cut. */
  listen({ onTurn, onState }: BackendListeners): void {
    const events = new EventSource(`/api/events?visitor=${this.visitor}`);
    events.addEventListener('turn', ({ data }: MessageEvent<string>) => onTurn(JSON.parse(data) as TurnReport));
    events.addEventListener('state', ({ data }: MessageEvent<string>) => onState(JSON.parse(data) as BackendState));
  }

  /** Rejects with what the backend says. */
  async choose(chosen: Partial<Chosen>): Promise<void> {
    const response = await this.#send('/api/settings', 'PUT', chosen);
    if (!response.ok) throw new Error(((await response.json().catch(() => ({}))) as { message?: string }).message ?? `The setting was not taken: status ${response.status}.`);
  }

  /** For the backend's log; where that is away, for nobody. */
  report(problem: PageProblem): void {
    this.#send('/api/problems', 'POST', { problem }).catch(() => undefined);
  }

  #send(path: string, method: string, body: object): Promise<Response> {
    return fetch(`${path}?visitor=${this.visitor}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }
}
