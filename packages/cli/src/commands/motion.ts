import { ARKIT_NAMES, HEAD_ROTATION_NAMES, ROTATION_OFFSET, WEIGHT_COUNT } from '@visavis/face';
import { MAX_FPS, MIN_FPS, MotionEngine, parseWav, toFloatSamples, type MotionFrame, type MotionModel } from '@visavis/motion';
import { loadMotionModel, MODEL_NAMES, type ModelName } from '@visavis/motion/onnx';
import { Option, type Command } from 'commander';
import { readInput, writeOutput } from '../files.js';
import { wholeNumber } from '../numbers.js';

/** What `visavis motion` writes: a row of `frames` per frame, a column per channel. */
export interface MotionFile {
  readonly fps: number;
  /** The 52 ARKit names, then headYaw, headPitch, headRoll (radians). */
  readonly channels: readonly string[];
  readonly frames: readonly (readonly number[])[];
}

const CHANNELS = [...ARKIT_NAMES, ...HEAD_ROTATION_NAMES];
const STEP_MS = 1000;

interface MotionOptions {
  readonly out: string;
  readonly fps: number;
  readonly model?: ModelName;
}

export function addMotionCommand(program: Command): void {
  program
    .command('motion')
    .description('turn speech in a WAV file into facial motion')
    .argument('<in.wav>', '16-bit PCM WAV')
    .requiredOption('-o, --out <out.json>', 'where to write the motion')
    .option('--fps <n>', `frames per second, ${MIN_FPS} to ${MAX_FPS}`, wholeNumber(MIN_FPS, MAX_FPS), 30)
    .addOption(new Option('--model <name>', 'what makes it (default: the network, or with a warning the baseline where that does not load)').choices(MODEL_NAMES))
    .action(async (input: string, { out, fps, model }: MotionOptions) => {
      const motion = await motionOfFile(input, fps, model);
      await writeOutput(out, `${JSON.stringify(motion)}\n`);
      console.log(`${out}: ${motion.frames.length} frames at ${fps} fps`);
    });
}

/** As `motionOfWav`; what is wrong with the file is said with its name. */
export async function motionOfFile(path: string, fps: number, name?: ModelName): Promise<MotionFile> {
  const file = await readInput(path);
  const { model, fallback } = await loadMotionModel(name);
  if (fallback !== undefined) console.warn(`visavis: the baseline makes the motion, for the network does not load: ${fallback}`);
  try {
    return await motionOfWav(file, fps, model);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  } finally {
    await model.dispose();
  }
}

/** The motion of a whole WAV file, by the same engine the server runs. */
export async function motionOfWav(file: Uint8Array, fps: number, model: MotionModel): Promise<MotionFile> {
  const { sampleRate, samples } = parseWav(file);
  const engine = new MotionEngine({ model, sampleRate, fps });
  const frames: number[][] = [];
  const take = (ready: readonly MotionFrame[]): void => {
    for (const { pose } of ready) frames.push(rowOf(pose.values));
  };
  const step = Math.round((sampleRate * STEP_MS) / 1000);
  for (let at = 0; at < samples.length; at += step) {
    engine.push(toFloatSamples(samples.subarray(at, at + step)));
    take(await engine.pull());
  }
  engine.flush();
  take(await engine.pull());
  engine.close();
  return { fps, channels: CHANNELS, frames };
}

function rowOf(values: Float32Array): number[] {
  const row = values.subarray(0, WEIGHT_COUNT + HEAD_ROTATION_NAMES.length);
  return Array.from(row, (value, i) => Number(value.toFixed(i < ROTATION_OFFSET ? 4 : 5)));
}
