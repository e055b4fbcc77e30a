import { Color, Mesh, PlaneGeometry, ShaderMaterial } from 'three';
import { BACKDROP_FRAGMENT, BACKDROP_VERTEX } from './backdrop.glsl.js';
import type { Preset } from './presets.js';

/** The wall behind the avatar: fills the picture whatever the camera does. */
export class Backdrop {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;
  readonly #colours = { top: { value: new Color() }, bottom: { value: new Color() }, glow: { value: new Color() } };

  constructor() {
    const material = new ShaderMaterial({
      vertexShader: BACKDROP_VERTEX,
      fragmentShader: BACKDROP_FRAGMENT,
      uniforms: this.#colours,
      depthTest: false,
      depthWrite: false,
      toneMapped: false,
    });
    this.mesh = new Mesh(new PlaneGeometry(2, 2), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1;
  }

  /** Shows these colours, or nothing. */
  show(backdrop: Preset['backdrop']): void {
    this.mesh.visible = backdrop !== undefined;
    if (!backdrop) return;
    this.#colours.top.value.set(backdrop.top);
    this.#colours.bottom.value.set(backdrop.bottom);
    this.#colours.glow.value.set(backdrop.glow);
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
