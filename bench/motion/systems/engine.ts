/** Our own engine, as the Motion Server runs it: pushes of 40 ms, a pull after each. */
import { MotionEngine, createSignalModel, type MotionModel } from '@visavis/motion';
import { FPS, SAMPLE_RATE } from '../track.js';
import type { System } from './system.js';

const PUSH_SAMPLES = 0.04 * SAMPLE_RATE;

/** As the Motion Server's model modules have it. Where the model learnt from clips, the one asked for has not seen `heldOut`. */
export type ModelFactory = (options?: { readonly heldOut: string }) => MotionModel | Promise<MotionModel>;

export function signalSystem(): System {
  return engineSystem('signal', 'the signal model: nothing trained', createSignalModel);
}

/** A model by module: a file or package that exports `createModel`, a ModelFactory. */
export async function moduleSystem(specifier: string): Promise<System> {
  const { createModel } = (await import(/* @vite-ignore */ specifier)) as { createModel?: ModelFactory };
  if (typeof createModel !== 'function') throw new Error(`${specifier} exports no createModel`);
  const { id } = await createModel();
  return engineSystem(id, `model ${id} of ${specifier.split('/').at(-1)}`, createModel);
}

function engineSystem(id: string, what: string, createModel: ModelFactory): System {
  const models = new Map<string | undefined, MotionModel>();
  return {
    id, what, sampleRate: SAMPLE_RATE,
    run: async (samples, heldOut) => {
      const model = models.get(heldOut) ?? await createModel(heldOut === undefined ? undefined : { heldOut });
      models.set(heldOut, model);
      return throughEngine(model, samples);
    },
    dispose: async () => {
      for (const model of models.values()) await model.dispose();
    },
  };
}

async function throughEngine(model: MotionModel, samples: Float32Array): Promise<Float32Array[]> {
  const engine = new MotionEngine({ model, sampleRate: SAMPLE_RATE, fps: FPS });
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
