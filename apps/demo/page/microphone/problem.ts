/** What the visitor is told where the microphone does not work: in plain words, and what to do. Typing goes on in each case. */

export interface MicrophoneProblem {
  /** Told to the backend's log. */
  readonly code: 'microphoneDenied' | 'microphoneMissing' | 'microphoneBusy' | 'microphoneUnplugged' | 'microphoneInsecure';
  readonly text: string;
}

const TEXTS: Readonly<Record<MicrophoneProblem['code'], string>> = {
  microphoneDenied: 'The microphone is blocked for this page. Allow it by the icon beside the address, then press Talk again. You can type meanwhile.',
  microphoneMissing: 'No microphone was found. Connect one and press Talk again, or type.',
  microphoneBusy: 'The microphone cannot be opened. Close other programs that use it, or choose another one in Settings. You can type meanwhile.',
  microphoneUnplugged: 'The microphone was disconnected. Connect it and press Talk again. You can type meanwhile.',
  microphoneInsecure: 'This browser lets only pages on this machine, or served over https, use a microphone. You can type.',
};

/** By the name of what `getUserMedia` threw. */
const BY_NAME: Readonly<Record<string, MicrophoneProblem['code']>> = {
  NotAllowedError: 'microphoneDenied', SecurityError: 'microphoneDenied',
  NotFoundError: 'microphoneMissing', OverconstrainedError: 'microphoneMissing',
  NotReadableError: 'microphoneBusy', AbortError: 'microphoneBusy',
};

/** `error` as the controller tells it; `wasOn` where the microphone had been working. */
export function microphoneProblem(error: { readonly code: string; readonly cause?: unknown }, wasOn: boolean): MicrophoneProblem {
  const code = wasOn ? 'microphoneUnplugged' : causeOf(error);
  return { code, text: TEXTS[code] };
}

function causeOf({ code, cause }: { readonly code: string; readonly cause?: unknown }): MicrophoneProblem['code'] {
  const named = BY_NAME[(cause as Partial<Error> | undefined)?.name ?? ''];
  if (named) return named;
  if (code === 'microphoneDenied') return 'microphoneDenied';
  return cause === undefined ? 'microphoneInsecure' : 'microphoneBusy';
}
