/**
 * A network between two ends of a connection, in one process and in time that is counted, not waited for: latency, jitter, loss,
 * bandwidth and cuts. Seen from above TCP, as a WebSocket sees it: nothing is lost or overtakes, everything may be late.
 */
import { Duplex } from 'node:stream';

/** A segment that is lost is sent again after this, or after a round trip and its jitter where those are longer; then after twice that, and so on. */
const RETRANSMIT_MS = 200;
const SEGMENT_BYTES = 1_400;
/** TCP, IP and link headers of a segment. */
const HEADER_BYTES = 60;
const MAX_TRIES = 6;

/** One direction. */
class Lane {
  #how;
  #clock;
  #random;
  #deliver;
  #freeAtMs = 0;
  #lastMs = 0;
  #isCut = false;

  constructor(how, clock, random, deliver) {
    this.#how = how;
    this.#clock = clock;
    this.#random = random;
    this.#deliver = deliver;
  }

  /** Calls `sent` when the line has taken all of it. */
  send(bytes, sent) {
    const now = this.#clock.nowMs();
    const segments = Math.max(1, Math.ceil(bytes.length / SEGMENT_BYTES));
    const { kbps, latencyMs, jitterMs } = this.#how;
    this.#freeAtMs = Math.max(now, this.#freeAtMs) + ((bytes.length + segments * HEADER_BYTES) * 8) / kbps;
    this.#clock.after(this.#freeAtMs - now, sent);
    const arrivesMs = this.#freeAtMs + latencyMs + this.#random() * jitterMs + this.#lostTime(segments);
    this.#lastMs = Math.max(this.#lastMs, arrivesMs);
    this.#clock.after(this.#lastMs - now, () => { if (!this.#isCut) this.#deliver(bytes); });
  }

  cut() {
    this.#isCut = true;
  }

  #lostTime(segments) {
    const { lossShare, latencyMs, jitterMs } = this.#how;
    let most = 0;
    for (let i = 0; i < segments; i++) {
      let late = 0;
      for (let tries = 0; tries < MAX_TRIES && this.#random() < lossShare; tries++) late += Math.max(RETRANSMIT_MS, 2 * latencyMs + jitterMs) * 2 ** tries;
      most = Math.max(most, late);
    }
    return most;
  }
}

/** `how`: { latencyMs (one way), jitterMs (up to), lossShare, kbps }. Both ends behave like sockets. */
export function simulatedLink(how, clock, random) {
  const lanes = [];
  const end = (other) => new Duplex({
    read() {},
    write(bytes, _, sent) { lanes[other].send(Buffer.from(bytes), sent); },
    final(done) { lanes[other].send(Buffer.alloc(0), done); },
  });
  const [client, server] = [end(1), end(0)];
  const deliver = (to) => (bytes) => { if (!to.destroyed) to.push(bytes.length === 0 ? null : bytes); };
  lanes.push(new Lane(how, clock, random, deliver(client)), new Lane(how, clock, random, deliver(server)));
  const cut = () => {
    for (const lane of lanes) lane.cut();
    for (const one of [client, server]) one.destroy();
  };
  for (const one of [client, server]) one.on('error', () => undefined);
  return { client, server, cut };
}
