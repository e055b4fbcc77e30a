/** The Gaussians as Spark draws them, moved on the GPU by two small textures and four uniforms. */
import { dyno, PackedSplats, SparkRenderer, SplatMesh } from '@sparkjsdev/spark';
import {
  BufferGeometry, Color, DataTexture, Float32BufferAttribute, FloatType, Mesh, MeshBasicMaterial, Object3D, Quaternion, RGBAFormat, Vector3,
  type WebGLRenderer,
} from 'three';
import { NUMBERS } from './blend.js';
import type { HeadMotion } from './head.js';
import type { Gaussians } from './ply.js';
import { MOVE_SPLAT } from './splat.glsl.js';

/** Gaussians in a row of a texture, two texels each; splat.glsl.ts counts the same. */
const ROW = 256;

/** Numbers that a texture for `count` Gaussians holds. */
export function textureLength(count: number): number {
  return Math.ceil(count / ROW) * ROW * NUMBERS;
}

/** Owns everything that draws; `moved` is read whenever `update` is called and stays the caller's. */
export class Cloud {
  readonly root = new Object3D();
  readonly #splats: SplatMesh;
  readonly #packed: PackedSplats;
  readonly #bound: DataTexture;
  readonly #moved: DataTexture;
  readonly #host: Mesh<BufferGeometry, MeshBasicMaterial>;
  #spark: SparkRenderer | undefined;
  #disposed = false;

  /** `bound`: vertex and place from it, eight numbers for each Gaussian of which the fourth and eighth are not used. */
  constructor(gaussians: Gaussians, bound: Float32Array, moved: Float32Array, motion: HeadMotion) {
    this.#bound = textureOf(bound);
    this.#moved = textureOf(moved);
    this.#packed = pack(gaussians);
    this.#splats = new SplatMesh({
      packedSplats: this.#packed, editable: false, raycastable: false, objectModifier: moverOf(this.#bound, this.#moved, motion),
    });
    this.#host = hostMesh((renderer) => { this.#begin(renderer); });
    this.root.add(this.#host, this.#splats);
  }

  /** Draws the Gaussians where `moved` and the head's motion are now. */
  update(): void {
    this.#moved.needsUpdate = true;
    this.#splats.updateVersion();
  }

  dispose(): void {
    this.#disposed = true;
    this.root.removeFromParent();
    this.#bound.dispose();
    this.#moved.dispose();
    this.#host.geometry.dispose();
    this.#host.material.dispose();
    this.#splats.dispose();
    if (this.#spark) end(this.#spark);
  }

  /** Spark wants to know its renderer, which is known when it first draws. */
  #begin(renderer: WebGLRenderer): void {
    if (this.#spark || this.#disposed) return;
    // Places relative to the camera in half precision would tremble by a millimetre.
    this.#spark = new SparkRenderer({ renderer, accumExtSplats: true, enableLod: false });
    this.root.add(this.#spark);
  }
}

/** Frees Spark's own, once a sort that is under way has come back from its worker. */
function end(spark: SparkRenderer): void {
  spark.removeFromParent();
  spark.autoUpdate = false;
  const free = (): void => {
    if ((spark as unknown as { sorting: boolean }).sorting) setTimeout(free, 50);
    else {
      spark.dispose();
      spark.geometry.dispose();
      spark.material.dispose();
    }
  };
  free();
}

/** A mesh that shows nothing and tells who draws it. */
function hostMesh(drawn: (renderer: WebGLRenderer) => void): Mesh<BufferGeometry, MeshBasicMaterial> {
  const geometry = new BufferGeometry().setAttribute('position', new Float32BufferAttribute(new Float32Array(9), 3));
  const host = new Mesh(geometry, new MeshBasicMaterial({ colorWrite: false, depthWrite: false }));
  host.frustumCulled = false;
  host.onBeforeRender = drawn;
  return host;
}

function textureOf(data: Float32Array): DataTexture {
  const texture = new DataTexture(data as Float32Array<ArrayBuffer>, ROW * 2, data.length / (ROW * NUMBERS), RGBAFormat, FloatType);
  texture.needsUpdate = true;
  return texture;
}

function pack({ count, colours, opacities, scales, rotations }: Gaussians): PackedSplats {
  const packed = new PackedSplats({ maxSplats: count });
  const [center, size, turn, colour] = [new Vector3(), new Vector3(), new Quaternion(), new Color()];
  for (let i = 0; i < count; i++) {
    // Colours are shown as they are, so no colour space is converted.
    [colour.r, colour.g, colour.b] = [colours[3 * i]!, colours[3 * i + 1]!, colours[3 * i + 2]!];
    packed.pushSplat(center, size.fromArray(scales, 3 * i), turn.fromArray(rotations, 4 * i), opacities[i]!, colour);
  }
  return packed;
}

function moverOf(bound: DataTexture, moved: DataTexture, { head, neck }: HeadMotion) {
  const { Gsplat } = dyno;
  const mover = {
    bound: new dyno.DynoSampler2D({ key: 'bound', value: bound }), moved: new dyno.DynoSampler2D({ key: 'moved', value: moved }),
    headTurn: new dyno.DynoVec4({ key: 'headTurn', value: head.turn }), headShift: new dyno.DynoVec3({ key: 'headShift', value: head.shift }),
    neckTurn: new dyno.DynoVec4({ key: 'neckTurn', value: neck.turn }), neckShift: new dyno.DynoVec3({ key: 'neckShift', value: neck.shift }),
  };
  return dyno.dynoBlock({ gsplat: Gsplat }, { gsplat: Gsplat }, ({ gsplat }: { gsplat: unknown }) => {
    const move = new dyno.Dyno({
      inTypes: { gsplat: Gsplat, bound: 'sampler2D', moved: 'sampler2D', headTurn: 'vec4', headShift: 'vec3', neckTurn: 'vec4', neckShift: 'vec3' },
      outTypes: { gsplat: Gsplat },
      inputs: { gsplat, ...mover },
      globals: () => [dyno.defineGsplat, MOVE_SPLAT],
      statements: ({ inputs, outputs }: Record<'inputs' | 'outputs', Record<string, string>>) => [
        `${outputs['gsplat']!} = ${inputs['gsplat']!};`,
        `visavisMove(${[outputs['gsplat'], ...['bound', 'moved', 'headTurn', 'headShift', 'neckTurn', 'neckShift'].map((name) => inputs[name])].join(', ')});`,
      ],
    });
    return { gsplat: move.outputs.gsplat };
  });
}
