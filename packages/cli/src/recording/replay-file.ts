import { CHANNEL_NAMES } from '@visavis/face';
import { parseRecording, replaySession, type Recording, type ReplayReport } from '@visavis/client/replay';

/** Poses as `visavis replay --out` writes them: a row per pose, a column per channel. */
export interface PoseFile {
  readonly fps: number;
  /** 52 ARKit names, then head rotation in radians and translation in metres. */
  readonly channels: readonly string[];
  /** Row `n` is the pose at n * 1000 / fps milliseconds of the recording; values are those of 32-bit floats, unrounded. */
  readonly frames: readonly (readonly number[])[];
}

/** Replays a file's bytes; `path` is for errors. Without `keepPoses` there are none. */
export async function replayFile(bytes: Uint8Array, path: string, fps: number, keepPoses: boolean): Promise<{ report: ReplayReport; poses: PoseFile }> {
  const recording = parse(bytes, path);
  const frames: number[][] = [];
  const report = await replaySession(recording, { fps, ...(keepPoses && { onPose: ({ values }) => void frames.push([...values]) }) });
  return { report, poses: { fps, channels: CHANNEL_NAMES, frames } };
}

function parse(bytes: Uint8Array, path: string): Recording {
  try {
    return parseRecording(bytes);
  } catch (cause) {
    throw Object.assign(new Error(`${path}: ${(cause as Error).message}`, { cause }), { code: 'invalidRecording' });
  }
}
