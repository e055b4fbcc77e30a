import type { Framing } from '@visavis/protocol/avatar';
import { Matrix4, PerspectiveCamera, Vector3, type Box3 } from 'three';
import { framingOf, type FramingName } from './framing.js';

const RADIANS_PER_DEGREE = Math.PI / 180;
const STILL = [0, 0, 0] as const;

/** Where the camera stands and looks, in metres, and its vertical field of view in degrees. */
export interface CameraConfig {
  readonly position: readonly [x: number, y: number, z: number];
  readonly target: readonly [x: number, y: number, z: number];
  readonly fovDeg: number;
}

/** Moves and scales the picture of the avatar: `x` right and `y` up in halves of the view, `scale` about the centre. */
export interface AvatarTransform {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** A rectangle in CSS pixels from the view's top left corner. */
export interface ViewRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The camera that shows all of `framing` in a picture of this aspect (width / height). */
export function frameCamera({ target, width, height, fovDeg }: Framing, aspect: number): CameraConfig {
  const reach = 2 * Math.tan((fovDeg * RADIANS_PER_DEGREE) / 2);
  const distance = Math.max(height / reach, width / (reach * aspect));
  return { position: [target[0], target[1] + 0.02, target[2] + distance], target, fovDeg };
}

/** A camera that keeps a framing whatever the size of the picture, until it is told where to stand. */
export class PortraitCamera {
  readonly camera = new PerspectiveCamera(20, 1, 0.05, 30);
  transform: AvatarTransform = { x: 0, y: 0, scale: 1 };
  readonly #own: Framing;
  #name: FramingName;
  #fixed: CameraConfig | undefined;
  #standing: CameraConfig;
  readonly #shift = new Matrix4();

  constructor(own: Framing, name: FramingName = 'avatar') {
    this.#own = own;
    this.#name = name;
    this.#standing = this.config;
  }

  get config(): CameraConfig {
    return this.#fixed ?? frameCamera(framingOf(this.#name, this.#own), this.camera.aspect);
  }

  get framing(): FramingName {
    return this.#name;
  }

  /** Frames the avatar anew, also where the camera had been fixed. */
  set framing(name: FramingName) {
    this.#name = name;
    this.#fixed = undefined;
  }

  /** Takes the camera to `config` until a framing is set. */
  fix(config: CameraConfig): void {
    this.#fixed = config;
  }

  /** Brings the camera's matrices up to date for a picture of this aspect. */
  update(aspect: number): void {
    const { camera } = this;
    const { x, y, scale } = this.transform;
    camera.aspect = aspect;
    this.#standing = this.config;
    camera.fov = this.#standing.fovDeg;
    this.sway();
    camera.updateProjectionMatrix();
    this.#shift.makeScale(scale, scale, 1).setPosition(x, y, 0);
    camera.projectionMatrix.premultiply(this.#shift);
    camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
  }

  /**
   * Stands `offset` (metres aside, up and nearer, for a subject one metre away) from its place, looking at the same point.
   * Allocates nothing.
   */
  sway(offset: ArrayLike<number> = STILL): void {
    const { position: [x, y, z], target } = this.#standing;
    const far = Math.hypot(x - target[0], y - target[1], z - target[2]);
    this.camera.position.set(x + offset[0]! * far, y + offset[1]! * far, z - offset[2]! * far);
    this.camera.lookAt(target[0], target[1], target[2]);
    this.camera.updateMatrixWorld();
  }

  /** Where `box` is seen in a view of this size. */
  project(box: Box3, width: number, height: number): ViewRect {
    const corner = new Vector3();
    const low = { x: Infinity, y: Infinity };
    const high = { x: -Infinity, y: -Infinity };
    for (let i = 0; i < 8; i++) {
      corner.set(i & 1 ? box.max.x : box.min.x, i & 2 ? box.max.y : box.min.y, i & 4 ? box.max.z : box.min.z).project(this.camera);
      const x = ((corner.x + 1) / 2) * width;
      const y = ((1 - corner.y) / 2) * height;
      low.x = Math.min(low.x, x);
      low.y = Math.min(low.y, y);
      high.x = Math.max(high.x, x);
      high.y = Math.max(high.y, y);
    }
    return { x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y };
  }
}
