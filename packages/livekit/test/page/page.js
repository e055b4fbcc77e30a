/**
 * A page with an avatar of a room: the client as applications use it, and notes of what it does. Used by the tests and the
 * bench: measures nothing by itself.
 */
import { AvatarController } from '@visavis/client';
import { CHANNEL } from '@visavis/face';
import { LiveKitTransport } from '@visavis/livekit/browser';
import { Room, RoomEvent } from 'livekit-client';
import { SoundTap } from './sound-tap.js';

const now = () => performance.now();

/** One avatar as the page shows it. */
class Seat {
  notes = { poses: [], states: [], errors: [], finished: [], positions: [], captions: [], presence: [], flushes: [] };

  constructor(room, identity) {
    this.controller = new AvatarController();
    this.transport = new LiveKitTransport(room, { identity });
    const { controller, notes } = this;
    controller.onConnectionState = (state) => notes.states.push([now(), state]);
    controller.onError = ({ code, message, fatal }) => notes.errors.push({ atMs: now(), code, message, fatal });
    controller.onPlaybackFinished = ({ playedMs, interrupted }) => notes.finished.push({ atMs: now(), playedMs, interrupted });
    controller.onPlaybackPosition = ({ playedMs, state }) => notes.positions.push([now(), playedMs, state]);
    controller.onCaption = ({ text }) => notes.captions.push([now(), text]);
    controller.onPresence = (presence) => notes.presence.push([now(), presence]);
    controller.onConversationState = (state) => { if (state === 'idle') notes.flushes.push(now()); };
  }

  connect() {
    return this.controller.connect(this.transport).then(() => 'connected', ({ code }) => code);
  }

  /** Notes the mouth at each refresh. */
  look() {
    const tick = () => {
      if (!this.stopped) requestAnimationFrame(tick);
      const { values } = this.controller.poseAt(now());
      this.notes.poses.push([now(), values[CHANNEL.jawOpen], values[CHANNEL.mouthFunnel], this.controller.conversationState === 'playing' ? 1 : 0]);
    };
    tick();
  }

  /** Hears what the element is given, from the next subscription on or the present one. */
  listen() {
    this.tap ??= new SoundTap(this.transport.room);
  }

  /** What was noted since the last time. */
  take() {
    const taken = structuredClone(this.notes);
    for (const list of Object.values(this.notes)) list.length = 0;
    const latencyMs = this.transport.output.latencyMs;
    return { ...taken, latencyMs, ...(this.tap ? this.tap.take() : {}) };
  }

  close() {
    this.stopped = true;
    this.tap?.close();
    this.controller.dispose();
  }
}

const seats = new Map();
const rooms = new Map();

globalThis.livekit = {
  now,
  /** Joins a room of the application's own, with a camera and a microphone where asked. */
  async joinOwn(name, url, token, publish = []) {
    const room = new Room();
    rooms.set(name, room);
    await room.connect(url, token, { rtcConfig: { iceServers: [] } });
    if (publish.includes('microphone')) await room.localParticipant.setMicrophoneEnabled(true);
    if (publish.includes('camera')) await room.localParticipant.setCameraEnabled(true);
  },
  room: (name) => rooms.get(name),
  seat(name, { room, url, token, identity }) {
    const seat = new Seat(room ? rooms.get(room) : { url, token, rtcConfig: { iceServers: [] } }, identity);
    seats.set(name, seat);
    return undefined;
  },
  connect: (name) => seats.get(name).connect(),
  look: (name) => seats.get(name).look(),
  listen: (name) => seats.get(name).listen(),
  take: (name) => seats.get(name).take(),
  of: (name) => seats.get(name),
  /** Bytes of data messages that came. */
  dataBytes: (name) => seats.get(name).transport.bytesReceived - seats.get(name).transport.output.bytesReceived,
  close: (name) => seats.get(name).close(),
  RoomEvent,
};
document.documentElement.dataset.ready = 'yes';
