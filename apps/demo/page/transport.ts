import { WebSocketTransport, type Transport } from '@visavis/client';
import type { GatedMicrophone } from './microphone/gated.js';
import { getTicket } from './ticket.js';

interface RoomPass {
  readonly url: string;
  readonly token: string;
  readonly identity: string;
}

/** The way to the backend that it was started with: its relay, or a room of LiveKit, whose code is loaded only then. */
export async function createTransport(avatarId: string, visitor: string, gated: GatedMicrophone): Promise<Transport> {
  const pass = await getRoom(avatarId, visitor);
  if (!pass) return new WebSocketTransport({ getTicket: () => getTicket(avatarId, visitor), avatarId });
  const { LiveKitTransport } = await import('@visavis/livekit/browser');
  let first: RoomPass | undefined = pass;
  const token = async (): Promise<string> => {
    const next = first ?? await getRoom(avatarId, visitor);
    first = undefined;
    if (!next) throw new Error('the backend has no rooms any more');
    return next.token;
  };
  const transport = new LiveKitTransport({ url: pass.url, token, rtcConfig: { iceServers: [] } }, { identity: pass.identity });
  // The voice is a track of the room there: it passes the gate, not the device that has it.
  transport.microphoneMuted = gated.isShut;
  gated.onShut = (isShut) => { transport.microphoneMuted = isShut; };
  return transport;
}

/** Undefined where the demo runs without rooms. */
async function getRoom(avatarId: string, visitor: string): Promise<RoomPass | undefined> {
  const response = await fetch('/api/room', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ avatarId, visitor }),
  });
  if (!response.ok) throw new Error(`no room: status ${response.status}`);
  return response.status === 204 ? undefined : await response.json() as RoomPass;
}
