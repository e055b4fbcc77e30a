import type { Target } from '../target.js';
import { avatar } from './avatar.js';
import { clientAudio } from './client-audio.js';
import { downlink } from './downlink.js';
import { envelope } from './envelope.js';
import { http } from './http.js';
import { ingressSession } from './ingress-session.js';
import { motionChunk } from './motion-chunk.js';
import { ogg, oggOpusNative } from './ogg.js';
import { pcm } from './pcm.js';
import { wav } from './wav.js';

/** Every parser of what comes from outside, in the order they are run. */
export const TARGETS: readonly Target[] = [envelope, ogg, downlink, motionChunk, wav, oggOpusNative, ingressSession, clientAudio, pcm, avatar, http];

/** Throws for a name that is none. */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (!target) throw new Error(`there is no target "${name}"; there are ${TARGETS.map((each) => each.name).join(', ')}`);
  return target;
}
