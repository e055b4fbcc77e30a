/**
 * What the plugins leave open: a provider that takes everything and never answers. Each of these watches one stream and
 * tells its owner; the streams are the framework's own, which is why their methods are wrapped in place.
 */
import { type llm, tts } from '@livekit/agents';
import { VisavisError } from '@visavis/protocol/errors';

/** Ends a stream of speech when no sound comes for `limitMs` after all its text was given, and tells where none came at all. */
export function watchSpeech(owner: tts.TTS, stream: tts.SynthesizeStream, limitMs: number): tts.SynthesizeStream {
  const state = { text: false, given: false, sound: false, failed: false };
  const note = (): void => { state.failed = true; };
  owner.on('error', note);
  const tell = (error: VisavisError): void => {
    if (!state.failed && !stream.abortSignal.aborted) owner.emit('error', { type: 'tts_error', timestamp: Date.now(), label: owner.label, error, recoverable: false });
  };
  const [push, end, next] = [stream.pushText.bind(stream), stream.endInput.bind(stream), stream.next.bind(stream)];
  stream.pushText = (text) => {
    state.text ||= /[\p{L}\p{N}]/u.test(text);
    push(text);
  };
  stream.endInput = () => {
    state.given = true;
    end();
  };
  stream.next = async () => {
    const result = await within(next(), limitMs, () => state.given, () => {
      tell(silent('the voice', limitMs));
      stream.close();
    });
    state.sound ||= !result.done && result.value !== tts.SynthesizeStream.END_OF_STREAM;
    if (result.done) {
      if (state.text && !state.sound) tell(new VisavisError('providerFailed', 'the voice gave no sound for the text: try again, or choose tts: embedded'));
      owner.off('error', note);
    }
    return result;
  };
  return stream;
}

/** Ends an answer in which nothing comes for `limitMs`. */
export function watchAnswer<Stream extends llm.LLMStream>(owner: llm.LLM, stream: Stream, limitMs: number): Stream {
  const next = stream.next.bind(stream);
  const fail = (): void => {
    owner.emit('error', { type: 'llm_error', timestamp: Date.now(), label: owner.label(), error: silent('the language model', limitMs), recoverable: false });
    stream.close();
  };
  stream.next = () => within(next(), limitMs, () => true, fail);
  return stream;
}

/** `promise`, unless it takes longer than `limitMs` while `counts`; then `fail` is called, which must settle it. */
async function within<T>(promise: Promise<T>, limitMs: number, counts: () => boolean, fail: () => void): Promise<T> {
  const timer = setInterval(() => {
    if (!counts()) return;
    clearInterval(timer);
    fail();
  }, limitMs);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

function silent(who: string, limitMs: number): VisavisError {
  return new VisavisError('providerTimeout', `${who} did not answer within ${limitMs / 1000} s: check the network, or choose embedded`);
}
