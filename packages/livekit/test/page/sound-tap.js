import { RoomEvent } from 'livekit-client';

/** Keeps every block that the room's sound engine hands to whatever plays a track, with the time at which it did. */
export class SoundTap {
  #room;
  #blocks = [];
  #reader;

  constructor(room) {
    this.#room = room;
    room.on(RoomEvent.TrackSubscribed, this.#begin);
    for (const { audioTrackPublications } of room.remoteParticipants.values()) {
      for (const { track } of audioTrackPublications.values()) if (track) this.#begin(track);
    }
  }

  #begin = (track) => {
    if (track.kind !== 'audio') return;
    void this.#reader?.cancel();
    const reader = new MediaStreamTrackProcessor({ track: track.mediaStreamTrack, maxBufferSize: 500 }).readable.getReader();
    this.#reader = reader;
    void this.#read(reader, track);
  };

  async #read(reader, track) {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const data = next.value;
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      const muted = track.attachedElements.some((element) => element.muted || element.volume === 0);
      this.#blocks.push([data.timestamp / 1000, data.sampleRate, muted, samples, performance.now(), track.sid]);
      data.close();
    }
  }

  /** What came since the last time: when each block was handed on, whether it was muted, and the samples as base64 of 32-bit floats. */
  take() {
    const blocks = this.#blocks;
    this.#blocks = [];
    const all = new Float32Array(blocks.reduce((sum, [, , , samples]) => sum + samples.length, 0));
    let at = 0;
    const index = blocks.map(([ms, rate, muted, samples, readMs, sid]) => {
      all.set(samples, at);
      at += samples.length;
      return [ms, rate, muted ? 1 : 0, samples.length, readMs, sid];
    });
    return { blocks: index, sound: toBase64(new Uint8Array(all.buffer)) };
  }

  close() {
    this.#room.off(RoomEvent.TrackSubscribed, this.#begin);
    void this.#reader?.cancel();
  }
}

function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
