import { randomUUID } from 'node:crypto';
import type { Clock } from '@visavis/server-sdk';
import type { Delivery } from '../stage/delivery.js';
import type { UtterancePlan } from './plan.js';
import { TurnRecorder, type TurnFacts } from './turn-report.js';

/** An assistant turn that is not over. */
export interface LiveTurn {
  readonly recorder: TurnRecorder;
  readonly plans: UtterancePlan[];
  /** A provider has said why it comes to nothing. */
  hasFailed: boolean;
}

/** The assistant turns of one conversation that were asked for and are not over, in the order they are spoken. */
export class Turns {
  readonly #clock: Clock;
  readonly #turns: LiveTurn[] = [];
  readonly #deliveries = new WeakMap<Delivery, LiveTurn>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The one that is thought of or spoken: the oldest that was not cut. */
  get current(): LiveTurn | undefined {
    return this.#turns.find(({ recorder }) => !recorder.isCut);
  }

  /** Those that were not cut. */
  get waiting(): number {
    return this.#turns.filter(({ recorder }) => !recorder.isCut).length;
  }

  begin(facts: Omit<TurnFacts, 'turnId'>): LiveTurn {
    const turn: LiveTurn = { recorder: new TurnRecorder(this.#clock, { ...facts, turnId: randomUUID() }), plans: [], hasFailed: false };
    this.#turns.push(turn);
    return turn;
  }

  /** Nothing of them counts from here on; they are over when the session is through with them. A client's reason may come after it has stopped. */
  cut(by: string): void {
    for (const { recorder, plans } of this.#turns) {
      if (recorder.cutBy === undefined || recorder.cutBy === 'client') recorder.cutBy = by;
      for (const plan of plans) plan.isCut = true;
    }
  }

  /** False where it was over already. */
  end(turn: LiveTurn): boolean {
    const at = this.#turns.indexOf(turn);
    if (at >= 0) this.#turns.splice(at, 1);
    return at >= 0;
  }

  /** The utterance is the current turn's. */
  claim(delivery: Delivery): LiveTurn | undefined {
    const turn = this.current;
    if (turn) this.#deliveries.set(delivery, turn);
    return turn;
  }

  of(delivery: Delivery): LiveTurn | undefined {
    return this.#deliveries.get(delivery);
  }
}
