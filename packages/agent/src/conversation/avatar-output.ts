import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { StreamingResampler, toFloatSamples } from '@visavis/motion';
import { speechTimes } from '../providers/speech-times.js';
import type { Delivery, Heard } from '../stage/delivery.js';
import type { Stage } from '../stage/stage.js';
import { createPlan, planOf, type UtterancePlan } from './plan.js';

export interface AvatarOutputOptions {
  readonly stage: Stage;
  /** An utterance has begun. */
  onBegun(delivery: Delivery): void;
}

/**
 * LiveKit Agents' way to a speaker, ending at the avatar: each segment is one utterance on the stage, and is reported
 * finished exactly once, with what the client says was heard of it.
 */
export class AvatarOutput extends voice.AudioOutput {
  readonly #options: AvatarOutputOptions;
  /** Being handed over, until its segment is flushed: what still comes of one that was cut must not begin another. */
  #open: { readonly delivery: Delivery; readonly resampler: StreamingResampler | undefined } | undefined;
  /** Handed over or cut, and not yet finished. */
  readonly #pending = new Set<Delivery>();

  constructor(options: AvatarOutputOptions) {
    // No rate: frames come as the voice made them, with what they carry.
    super(undefined, undefined, { pause: false });
    this.#options = options;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    const plan = planOf(frame) ?? createPlan();
    if (plan.isCut && !this.#open) return;
    await super.captureFrame(frame);
    const { delivery, resampler } = (this.#open ??= this.#begin(frame, plan));
    const mono = frame.channels === 1 ? frame.data : firstChannel(frame);
    const samples = resampler ? toPcm(resampler.push(toFloatSamples(mono))) : mono;
    try {
      await delivery.push({ samples, ...speechTimes(frame) });
    } catch (error) {
      delivery.cut();
      throw error;
    }
  }

  override flush(): void {
    super.flush();
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    if (!open.resampler) return open.delivery.end();
    const rest = toPcm(open.resampler.flush());
    open.delivery.push({ samples: rest }).then(() => open.delivery.end(), () => open.delivery.cut());
  }

  override clearBuffer(): void {
    if (this.#pending.size > 0) this.#options.stage.cut();
  }

  handleStarted(delivery: Delivery, playedMs: number): void {
    if (this.#pending.has(delivery)) this.onPlaybackStarted(Date.now() - playedMs);
  }

  handleFinished(delivery: Delivery, { playedMs, interrupted, text }: Heard): void {
    if (!this.#pending.delete(delivery)) return;
    this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted, ...(interrupted ? { synchronizedTranscript: text } : {}) });
  }

  #begin(frame: AudioFrame, plan: UtterancePlan): { delivery: Delivery; resampler: StreamingResampler | undefined } {
    const { stage } = this.#options;
    const delivery = stage.begin(plan.words, plan.emotion);
    this.#pending.add(delivery);
    this.#options.onBegun(delivery);
    return { delivery, resampler: frame.sampleRate === stage.sampleRate ? undefined : new StreamingResampler(frame.sampleRate, stage.sampleRate) };
  }
}

function firstChannel({ data, channels }: AudioFrame): Int16Array {
  return Int16Array.from({ length: Math.floor(data.length / channels) }, (_, n) => data[n * channels]!);
}

function toPcm(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.round(32_767 * Math.max(-1, Math.min(1, sample))));
}
