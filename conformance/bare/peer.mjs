/** One bare WebSocket connection: sends what it is told, keeps what comes, waits for it. */
import assert from 'node:assert/strict';
import { classifyFailure } from '@visavis/protocol/ingress';
import { readServer } from './wire.mjs';

const WAIT_MS = 30_000;

export class Peer {
  received = [];
  closed;
  #problem;
  #changed = [];

  /** `isOpaque`: motion is another server's own, and its frames cannot be counted. */
  constructor(socket, isOpaque) {
    this.socket = socket;
    this.isOpaque = isOpaque;
    socket.on('message', (data, isBinary) => {
      try {
        assert.ok(isBinary, 'the server sent a text frame');
        this.received.push(readServer(data));
      } catch (error) {
        this.#problem = error;
      }
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  send(...messages) {
    for (const message of messages) this.socket.send(message);
  }

  /** The first result of `find` that is not undefined, looked for after everything that comes. */
  async until(what, find) {
    let late = false;
    const timer = setTimeout(() => { late = true; this.#wake(); }, WAIT_MS);
    try {
      for (;;) {
        if (this.#problem) throw this.#problem;
        const found = find();
        if (found !== undefined) return found;
        assert.ok(!this.closed, `the connection closed (${this.closed?.code}) before ${what}`);
        assert.ok(!late, `${what} did not come within ${WAIT_MS} ms`);
        await new Promise((resolve) => this.#changed.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  get errors() {
    return this.received.filter(({ kind }) => kind === 'error');
  }

  answers(reqId) {
    return this.received.filter((message) => message.kind === 'answer' && message.reqId === reqId);
  }

  error(count = 1) {
    return this.until(`error ${count}`, () => this.errors[count - 1]);
  }

  end() {
    return this.until('the close', () => this.closed);
  }

  async pong() {
    let answered = false;
    this.socket.once('pong', () => { answered = true; this.#wake(); });
    this.socket.ping();
    await this.until('the pong', () => answered || undefined);
  }

  /** All answers to a request, checked: frames from `first` without a gap, exactly one end, last, every id right. */
  async ended(reqId, frames, first = 0) {
    const answers = await this.until(`the end of ${JSON.stringify(reqId)}`, () => {
      const so = this.answers(reqId);
      return so.some(({ end }) => end) ? so : undefined;
    });
    assert.deepEqual(answers.map(({ end }) => end), [...answers.slice(1).map(() => false), true], 'one end, on the last message');
    let next = first;
    for (const { firstFrame, frameCount } of answers) {
      if (frameCount > 0) assert.equal(firstFrame, next, 'a gap in the frames');
      next += frameCount;
    }
    if (frames !== undefined && !this.isOpaque) assert.equal(next - first, frames, 'the number of frames');
    for (const { connectionId, size } of answers) {
      assert.equal(connectionId, this.connectionId, 'the connection id');
      assert.ok(size < 1024 * 1024, 'a message of 1 MiB or more');
    }
    return answers;
  }

  #wake() {
    for (const wake of this.#changed.splice(0)) wake();
  }
}

/** What the SDKs of this field make of a ServerError, ours aside. */
const sdkCode = ({ number, message }, phase) => classifyFailure({ serverCode: number, text: message, phase });

/**
 * Asserts a ServerError: the code that SDKs read out of it, and, with our additions, `detail.code` and a hint.
 * `want.code` may be a list, where servers differ.
 */
export function assertError(target, error, want) {
  const codes = [want.code].flat();
  const sdkCodes = [want.sdkCode ?? want.code].flat();
  const said = sdkCode(error, want.phase ?? 'websocket_runtime');
  assert.ok(sdkCodes.includes(said), `SDKs read ${said} out of ${error.number} ${JSON.stringify(error.message)}; ${sdkCodes} was due`);
  if (want.message !== undefined) assert.match(error.message, want.message);
  if (want.reqId !== undefined) assert.equal(error.reqId, want.reqId, 'the request id');
  assert.notEqual(error.connectionId, '', 'the connection id');
  if (target.isPublic) return;
  assert.ok(codes.includes(error.detail?.code), `detail.code is ${error.detail?.code}`);
  assert.ok(error.detail.hint.length > 10, 'no hint that says what to do');
}

/** Asserts that a session ends: one error, then the close with its number and, as reason, its words. */
export async function assertEnds(target, peer, want, closeCode) {
  const error = await peer.error(want.nth ?? 1);
  assertError(target, error, want);
  const { code, reason } = await peer.end();
  assert.equal(code, closeCode, 'the close code');
  if (!target.isPublic) assert.equal(reason, Buffer.from(error.message).subarray(0, 123).toString(), 'the close reason');
  assert.equal(peer.received.at(-1), error, 'something came after the error');
}
