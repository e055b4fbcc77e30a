import { z } from 'zod';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
/** Longest delay a timer takes without overflowing, about 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const count = z.int().min(1);
const ms = z.int().min(1).max(MAX_TIMER_MS);

/** Every bound of a server and what happens at it. */
export const limitsSchema = z.strictObject({
  /** Largest message from a client, in bytes; a larger one gets `messageTooLarge`, close 1009. Whole clips come in one message. */
  maxMessageBytes: count.default(32 * MIB),
  /** Time a client has to configure its session; then `protocolError`, close 1002. */
  handshakeMs: ms.default(10_000),
  /** Requests waiting in one session; then one more message is read, and no more until one is done. */
  maxQueuedRequests: count.default(256),
  /** Audio bytes waiting in one session; then one more message is read, and no more until there is room. */
  maxQueuedBytes: count.default(16 * MIB),
  /** Audio bytes waiting in all sessions; then those over an equal share read one more message, and no more until there is room. */
  maxTotalQueuedBytes: count.default(512 * MIB),
  /** Bytes a client has not read yet; with more its request waits, and its socket is not read. */
  maxUnsentBytes: count.default(MIB),
  /** How long a client may be so far behind; then the connection is cut. */
  slowReaderMs: ms.default(30_000),
  /** Interval of pings; a connection of which no byte comes for a whole interval after one is cut. */
  pingMs: ms.default(20_000),
  /** Time without any message from the client; then `idleTimeout`, close 4004. */
  idleMs: ms.default(HOUR_MS / 2),
  /** Longest session; then `sessionDurationExceeded`, close 4002. */
  sessionMs: ms.default(4 * HOUR_MS),
  /** Connections of one app at once; one more gets `concurrentLimitExceeded`, close 4003. */
  maxSessionsPerApp: count.default(256),
  /** Messages in one session that make no sense; each is answered with an error, one more closes with 1002. */
  maxBadMessages: count.default(16),
});

export type Limits = z.output<typeof limitsSchema>;
