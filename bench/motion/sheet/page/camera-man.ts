/** Takes pictures of the avatar's poses, each drawn once. Draws nothing else, at no other time. */
import { createPose, type Pose } from '@visavis/face';
import type { Avatar } from '../../../../packages/client/src/avatar/index.js';
import type { RenderQuality } from '../../../../packages/client/src/look/index.js';
import { AvatarView, type CameraConfig, type PoseSource } from '../../../../packages/client/src/view/index.js';

/** A picture of so many CSS pixels that shows `heightM` metres at `target`, seen from `yawDeg` to the avatar's left. */
export interface Shot {
  readonly target: readonly [x: number, y: number, z: number];
  readonly heightM: number;
  readonly yawDeg: number;
  readonly width: number;
  readonly height: number;
  /** Hair and clothes are most of an avatar's triangles, and no part of a mouth. */
  readonly faceOnly: boolean;
}

/** Pictures are drawn so many times larger and reduced: smooth edges for less than multisampling costs without a GPU. */
const OVERSAMPLING = 2;
const DISTANCE_M = 0.8;
const NOT_THE_FACE = ['Hair', 'Cloth'];
type Root = Awaited<ReturnType<Avatar['createRig']>>['root'];

export class CameraMan {
  readonly #stage: HTMLElement;
  readonly #view: AvatarView<PoseSource>;
  readonly #root: Root;
  readonly #pose: Pose;
  readonly #draw: () => void;

  private constructor(stage: HTMLElement, view: AvatarView<PoseSource>, root: Root, pose: Pose, draw: () => void) {
    this.#stage = stage;
    this.#view = view;
    this.#root = root;
    this.#pose = pose;
    this.#draw = draw;
  }

  /** `stage` has to be in the document. */
  static async open(stage: HTMLElement, avatar: Avatar, quality: RenderQuality = 'low'): Promise<CameraMan> {
    const rig = await avatar.createRig();
    // The view gets this very rig, whose parts can then be hidden.
    avatar.createRig = () => Promise.resolve(rig);
    const pose = createPose();
    let draw = (): void => undefined;
    const timer = { now: () => 0, request: (callback: () => void) => { draw = callback; return 1; }, cancel: () => undefined };
    const view = new AvatarView<PoseSource>(avatar, stage, { controller: { poseAt: () => pose }, timer, quality });
    await new Promise<void>((resolve, reject) => {
      view.onError = reject;
      const wait = (): unknown => (view.getBoundingRect() ? resolve() : setTimeout(wait, 20));
      wait();
    });
    Reflect.deleteProperty(avatar, 'createRig');
    return new CameraMan(stage, view, rig.root, pose, () => draw());
  }

  /** One picture a pose (58 values each). */
  take(poses: readonly (readonly number[])[], shot: Shot): HTMLCanvasElement[] {
    Object.assign(this.#stage.style, { width: `${shot.width * OVERSAMPLING}px`, height: `${shot.height * OVERSAMPLING}px` });
    for (const name of NOT_THE_FACE) {
      const part = this.#root.getObjectByName(name);
      if (part) part.visible = !shot.faceOnly;
    }
    this.#view.updateCameraConfig(cameraOf(shot));
    return poses.map((values) => this.#picture(values, shot));
  }

  #picture(values: readonly number[], { width, height }: Shot): HTMLCanvasElement {
    this.#pose.values.set(values);
    this.#draw();
    const picture = Object.assign(document.createElement('canvas'), { width, height });
    const context = picture.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    // In the same task as the drawing: later the view's canvas may have been cleared.
    context.drawImage(this.#stage.querySelector('canvas')!, 0, 0, width, height);
    return picture;
  }

  dispose(): void {
    this.#view.dispose();
  }
}

function cameraOf({ target: [x, y, z], heightM, yawDeg }: Shot): CameraConfig {
  const yaw = (yawDeg * Math.PI) / 180;
  return {
    target: [x, y, z], position: [x + DISTANCE_M * Math.sin(yaw), y, z + DISTANCE_M * Math.cos(yaw)],
    fovDeg: (2 * Math.atan(heightM / 2 / DISTANCE_M) * 180) / Math.PI,
  };
}
