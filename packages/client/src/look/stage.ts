import {
  DirectionalLight, NeutralToneMapping, PCFShadowMap, Scene, SRGBColorSpace, type Object3D, type WebGLRenderer,
  type WebGLRenderTarget,
} from 'three';
import { Backdrop } from './backdrop.js';
import { renderSurroundings } from './environment.js';
import { Costume } from './costume.js';
import { PRESETS, type Background, type Lamp } from './presets.js';
import { QUALITY, type QualityLevel } from './quality.js';

/** Half the edge of the cube around the head in which shadows fall, in metres. */
const SHADOW_REACH = 0.42;

/** Width of the penumbra in metres, the same at every quality. */
const PENUMBRA = 0.011;

/** The scene an avatar stands in: lights, reflections, backdrop. Owns no renderer and no camera. */
export class Stage {
  readonly scene = new Scene();
  readonly #backdrop = new Backdrop();
  readonly #lamps = { key: keyLight(), fill: light(), rim: light(), kicker: light() };
  readonly #costumes = new Map<Object3D, Costume>();
  #environment: WebGLRenderTarget | undefined;
  #quality = QUALITY.low;

  constructor() {
    this.scene.add(this.#backdrop.mesh);
    for (const each of Object.values(this.#lamps)) this.scene.add(each, each.target);
  }

  /** Sets `renderer` up for this stage. Again after a lost context. */
  prepare(renderer: WebGLRenderer, background: Background, quality: QualityLevel): void {
    renderer.outputColorSpace = SRGBColorSpace;
    renderer.toneMapping = NeutralToneMapping;
    renderer.toneMappingExposure = 1;
    renderer.shadowMap.enabled = true;
    renderer.shadowMap.type = PCFShadowMap;
    renderer.setClearColor(0x000000, 0);
    this.setQuality(quality);
    this.setBackground(renderer, background);
  }

  /** Changes lights, reflections and backdrop: about what one frame costs. */
  setBackground(renderer: WebGLRenderer, background: Background): void {
    const preset = PRESETS[background];
    const { key, fill, rim, kicker } = this.#lamps;
    shine(key, preset.key);
    shine(fill, preset.fill);
    shine(rim, preset.rim);
    shine(kicker, preset.kicker);
    this.#backdrop.show(preset.backdrop);
    this.#environment?.dispose();
    this.#environment = renderSurroundings(renderer, preset);
    this.scene.environment = this.#environment.texture;
    this.scene.environmentIntensity = preset.surroundings;
  }

  /** Changes what shadows and materials cost. Shaders are compiled at the next drawing. */
  setQuality(quality: QualityLevel): void {
    this.#quality = quality;
    this.#sizeShadow(quality.shadowMapSize);
    for (const costume of this.#costumes.values()) costume.fit(quality);
  }

  /** Dresses an avatar, in several tasks, and puts it on the stage. */
  async add(root: Object3D): Promise<void> {
    const costume = await Costume.of(root);
    costume.fit(this.#quality);
    this.#costumes.set(root, costume);
    root.addEventListener('removed', () => { this.#costumes.delete(root); });
    this.scene.add(root);
  }

  dispose(): void {
    this.#costumes.clear();
    this.#environment?.dispose();
    this.#backdrop.dispose();
    this.#lamps.key.dispose();
    this.scene.clear();
  }

  #sizeShadow(size: number): void {
    const { shadow } = this.#lamps.key;
    if (shadow.mapSize.x === size) return;
    shadow.mapSize.set(size, size);
    shadow.radius = (PENUMBRA * size) / (2 * SHADOW_REACH);
    shadow.map?.dispose();
    shadow.map = null;
  }
}

function shine(lamp: DirectionalLight, { at, colour, intensity }: Lamp): void {
  lamp.position.set(...at);
  lamp.color.set(colour);
  lamp.intensity = intensity;
}

function light(): DirectionalLight {
  const result = new DirectionalLight();
  result.target.position.set(0, -0.03, 0.05);
  return result;
}

function keyLight(): DirectionalLight {
  const key = light();
  key.castShadow = true;
  Object.assign(key.shadow.camera, {
    left: -SHADOW_REACH, right: SHADOW_REACH, top: SHADOW_REACH, bottom: -SHADOW_REACH, near: 0.2, far: 3,
  });
  key.shadow.bias = -0.0008;
  key.shadow.normalBias = 0.004;
  return key;
}
