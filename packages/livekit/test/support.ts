/** What the tests of rooms share with their page: see page/page.js. */

export interface Notes {
  /** Page's time, jaw, funnel, whether it is playing. */
  readonly poses: readonly (readonly [number, number, number, number])[];
  readonly states: readonly (readonly [number, string])[];
  readonly errors: readonly { readonly atMs: number; readonly code: string; readonly message: string; readonly fatal: boolean }[];
  readonly finished: readonly { readonly playedMs: number; readonly interrupted: boolean }[];
  readonly positions: readonly (readonly [number, number, string])[];
  readonly captions: readonly (readonly [number, string])[];
  readonly presence: readonly (readonly [number, string])[];
  /** When, sample rate, muted, samples, read when; and the samples. */
  readonly blocks: readonly (readonly [number, number, number, number, number])[];
  readonly sound: string;
  readonly latencyMs: number;
}

export interface RoomPage {
  readonly isRoomPage?: true;
}

interface Seat {
  readonly controller: {
    sendText(text: string): void;
    interrupt(reason?: string): void;
    getAudioTime(): number;
    startMicrophone(): Promise<void>;
    stopMicrophone(): void;
    pause(): void;
    resume(): Promise<void>;
    muted: boolean;
    readonly audioState: string;
    initializeAudioContext(): Promise<string>;
    readonly conversationState: string;
    readonly connectionState: string;
  };
  readonly transport: { readonly room: unknown; microphoneMuted: boolean };
}

export interface SeatChoice {
  readonly room?: string;
  readonly url?: string;
  readonly token?: string | (() => Promise<string>);
  readonly identity: string;
}

declare global {
  var livekit: {
    seat(name: string, choice: SeatChoice): void;
    connect(name: string): Promise<string>;
    look(name: string): void;
    listen(name: string): void;
    take(name: string): Notes;
    of(name: string): Seat;
    close(name: string): void;
    joinOwn(name: string, url: string, token: string, publish?: readonly string[]): Promise<void>;
  };
}

/** What a page says it heard is its clock's word, and tracks end in whole tens of milliseconds. */
export const GRAIN_MS = 20;

const PATIENCE_MS = 20_000;

/** Waits for something to come true; fails where it does not in time. */
export async function until(isTrue: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  for (const lastMs = Date.now() + patienceMs; !(await isTrue());) {
    if (Date.now() > lastMs) throw new Error(`it did not come true within ${patienceMs / 1000} s: ${String(isTrue)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Root mean square of all that the element was given since the last notes. */
export function loudness({ sound }: Notes): number {
  const bytes = Buffer.from(sound ?? '', 'base64');
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return samples.length === 0 ? 0 : Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
