/** Our own engine, as the Motion Server runs it: pushes of 40 ms, a pull after each. */
import { MotionEngine, createSignalModel, type Expression, type MotionModel } from '@visavis/motion';
import { FPS, SAMPLE_RATE } from '../track.js';
import type { System, Told } from './system.js';

const PUSH_SAMPLES = 0.04 * SAMPLE_RATE;

/** As the Motion Server's model modules have it. Where the model learnt from clips, the one asked for has not seen `heldOut`. */
export type ModelFactory = (options?: { readonly heldOut: string }) => MotionModel | Promise<MotionModel>;

export function signalSystem(): System {
  return engineSystem({ id: 'signal', what: 'the signal model: nothing trained', createModel: createSignalModel });
}

/** A model by module: a file or package that exports `createModel`, a ModelFactory. */
export async function moduleSystem(specifier: string): Promise<System> {
  const { createModel } = (await import(/* @vite-ignore */ specifier)) as { createModel?: ModelFactory };
  if (typeof createModel !== 'function') throw new Error(`${specifier} exports no createModel`);
  const model = await createModel();
  await model.dispose();
  return engineSystem({ id: model.id, what: `model ${model.id} of ${specifier.split('/').at(-1)}`, createModel, takesPhones: true, sharesWork: true });
}

export interface EngineSystem extends Pick<System, 'id' | 'what' | 'takesPhones' | 'sharesWork'> {
  readonly createModel: ModelFactory;
}

/** A model is made once for each clip held out, and once for all else. */
export function engineSystem({ createModel, ...rest }: EngineSystem): System {
  const models = new Map<string | undefined, Promise<MotionModel>>();
  const modelFor = (heldOut: string | undefined): Promise<MotionModel> => {
    const model = models.get(heldOut) ?? Promise.resolve(createModel(heldOut === undefined ? undefined : { heldOut }));
    models.set(heldOut, model);
    return model;
  };
  return {
    ...rest, sampleRate: SAMPLE_RATE,
    run: async (samples, { heldOut, phones }: Told = {}) => {
      const phonemes = phones?.map(({ name, startMs, endMs }) => ({ text: name, startMs, endMs }));
      return throughEngine(await modelFor(heldOut), samples, phonemes ? { phonemes } : {});
    },
    dispose: async () => {
      // One that could not be made is nothing to dispose of.
      for (const made of await Promise.allSettled(models.values())) if (made.status === 'fulfilled') await made.value.dispose();
    },
  };
}

async function throughEngine(model: MotionModel, samples: Float32Array, expression: Expression): Promise<Float32Array[]> {
  const engine = new MotionEngine({ model, sampleRate: SAMPLE_RATE, fps: FPS, expression });
  const track: Float32Array[] = [];
  const pull = async (): Promise<void> => {
    for (const { pose } of await engine.pull()) track.push(pose.values);
  };
  for (let at = 0; at < samples.length; at += PUSH_SAMPLES) {
    engine.push(samples.subarray(at, at + PUSH_SAMPLES));
    await pull();
  }
  engine.flush();
  await pull();
  engine.close();
  return track;
}
