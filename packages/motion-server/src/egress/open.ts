import { VisavisError, type ErrorCode } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import { refusal } from '../refusal.js';
import type { Egress, EgressEvents, EgressRequest, OpenEgress } from './egress.js';
import { allowEgress, type EgressRules, type ResolveHost } from './policy.js';
import type { EgressTarget } from './target.js';

/** A room that takes longer is not there; SDKs wait 10 s for the handshake. */
const JOIN_MS = 8_000;

export interface EgressParts {
  readonly open: OpenEgress;
  readonly rules: EgressRules;
  readonly resolve: ResolveHost;
  readonly clock: Clock;
}

/** Where the request itself is at fault, and not the way to the room. */
const AT_FAULT: readonly ErrorCode[] = ['sessionTokenInvalid', 'sessionTokenExpired', 'invalidConfiguration'];

/** Brings a session into the room it asked for. Throws `invalidEgressConfig` or `egressUnavailable`, in words that SDKs know. */
export async function openEgress(
  target: EgressTarget, session: Pick<EgressRequest, 'avatarId' | 'sampleRate'>, parts: EgressParts, events: EgressEvents,
): Promise<Egress> {
  const address = await allowEgress(target.url, parts.rules, parts.resolve);
  const opening = parts.open({ ...target, ...session, address }, {
    onProblem: events.onProblem,
    onEnd: (error) => events.onEnd(lostEgress(error)),
  });
  try {
    return await inTime(opening, parts.clock);
  } catch (cause) {
    throw failedToOpen(VisavisError.from(cause, 'connectionFailed'));
  }
}

function inTime(opening: Promise<Egress>, clock: Clock): Promise<Egress> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(JOIN_MS, () => {
      reject(new VisavisError('connectionFailed', `the room did not let the avatar in within ${JOIN_MS / 1000} s`));
      void opening.then((late) => late.close(), () => undefined);
    });
    opening.then(resolve, reject).finally(cancel);
  });
}

function failedToOpen(cause: VisavisError): VisavisError {
  if (AT_FAULT.includes(cause.code)) {
    return refusal('invalidEgressConfig', `livekit_egress: unauthorized: ${cause.message}`, 'send a token of this room that may publish audio, video and data', { cause });
  }
  return refusal('egressUnavailable', `failed to create egress connection: ${cause.message}`, 'check that the LiveKit server is there, and try again', { cause });
}

function lostEgress(cause: VisavisError): VisavisError {
  return refusal('egressUnavailable', `the room is gone: ${cause.message}`, 'open a new session when the avatar is to speak there again', { cause });
}
