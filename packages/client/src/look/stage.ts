import {
  DirectionalLight, NeutralToneMapping, PCFShadowMap, Scene, SRGBColorSpace, type Object3D, type WebGLRenderer,
  type WebGLRenderTarget,
} from 'three';
import { Backdrop } from './backdrop.js';
import { renderStudio } from './environment.js';
import { dress } from './materials.js';
import type { QualityLevel } from './quality.js';

export type Background = 'studio' | 'transparent';

/** Half the edge of the cube around the head in which shadows fall, in metres. */
const SHADOW_REACH = 0.42;

/** Width of the penumbra in metres, the same at every quality. */
const PENUMBRA = 0.011;

/** The scene an avatar stands in: lights, reflections, backdrop. Owns no renderer and no camera. */
export class Stage {
  readonly scene = new Scene();
  readonly #backdrop: Backdrop | undefined;
  readonly #key = keyLight();
  #environment: WebGLRenderTarget | undefined;

  constructor(background: Background) {
    this.#backdrop = background === 'studio' ? new Backdrop() : undefined;
    if (this.#backdrop) this.scene.add(this.#backdrop.mesh);
    const rim = light('#d6e4ff', 1.7, [0.95, 0.9, -1.1]);
    const hair = light('#ffe9d2', 0.9, [-0.9, 1.1, -0.9]);
    const fill = light('#dfe8ff', 0.4, [1.0, 0.25, 1.1]);
    for (const each of [this.#key, rim, hair, fill]) this.scene.add(each, each.target);
    this.scene.environmentIntensity = 0.38;
  }

  /** Sets `renderer` up for this stage and renders the reflections. Again after a lost context or a new quality. */
  prepare(renderer: WebGLRenderer, quality: QualityLevel): void {
    renderer.outputColorSpace = SRGBColorSpace;
    renderer.toneMapping = NeutralToneMapping;
    renderer.toneMappingExposure = 1;
    renderer.shadowMap.enabled = true;
    renderer.shadowMap.type = PCFShadowMap;
    this.#sizeShadow(quality.shadowMapSize);
    this.#environment?.dispose();
    this.#environment = renderStudio(renderer);
    this.scene.environment = this.#environment.texture;
  }

  /** Dresses an avatar and puts it on the stage; `quality` is that of `prepare`. */
  add(root: Object3D, quality: QualityLevel): void {
    dress(root, quality);
    this.scene.add(root);
  }

  dispose(): void {
    this.#environment?.dispose();
    this.#backdrop?.dispose();
    this.#key.dispose();
    this.scene.clear();
  }

  #sizeShadow(size: number): void {
    const { shadow } = this.#key;
    shadow.mapSize.set(size, size);
    shadow.radius = (PENUMBRA * size) / (2 * SHADOW_REACH);
    shadow.map?.dispose();
    shadow.map = null;
  }
}

function light(colour: string, intensity: number, at: readonly [number, number, number]): DirectionalLight {
  const result = new DirectionalLight(colour, intensity);
  result.position.set(...at);
  result.target.position.set(0, -0.03, 0.05);
  return result;
}

function keyLight(): DirectionalLight {
  const key = light('#fff1e2', 2.35, [-0.55, 0.72, 1.25]);
  key.castShadow = true;
  Object.assign(key.shadow.camera, {
    left: -SHADOW_REACH, right: SHADOW_REACH, top: SHADOW_REACH, bottom: -SHADOW_REACH, near: 0.2, far: 3,
  });
  key.shadow.bias = -0.0008;
  key.shadow.normalBias = 0.004;
  return key;
}
