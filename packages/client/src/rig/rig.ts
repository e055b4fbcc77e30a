import type { Pose } from '@visavis/face';
import type { Box3, Object3D } from 'three';

/** Something that can show a pose. It is told poses and knows nothing of network. */
export interface Rig {
  /** What to put into a scene. Metres, y up, facing +z, the origin between the eyes. Empty where the rig draws itself. */
  readonly root: Object3D;
  /** The avatar at rest, in metres, in the space of `root`'s parent. */
  readonly bounds: Box3;
  /** Shows `pose`, which is read and not kept. Allocates nothing. */
  apply(pose: Pose): void;
  /** Lets time pass for what swings by itself; `deltaMs` is the time since the last call. Called after `apply`. */
  update?(deltaMs: number): void;
  /** Of a flat drawing: its extent in units of its own. Such a rig is drawn by `draw` and has nothing at its root. */
  readonly size?: readonly [width: number, height: number];
  /** Draws the last pose. `context` takes units of the drawing to pixels, `scale` of them for each unit. */
  draw?(context: CanvasRenderingContext2D, scale: number): void;
  /** Frees geometries, materials, textures, pictures and skeletons. The rig must not be used afterwards. */
  dispose(): void;
}
