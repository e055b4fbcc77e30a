import { Color, Mesh, PlaneGeometry, ShaderMaterial } from 'three';
import { BACKDROP_FRAGMENT, BACKDROP_VERTEX } from './backdrop.glsl.js';

/** The studio wall behind the avatar: fills the picture whatever the camera does. */
export class Backdrop {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      vertexShader: BACKDROP_VERTEX,
      fragmentShader: BACKDROP_FRAGMENT,
      uniforms: {
        top: { value: new Color('#4d5966') },
        bottom: { value: new Color('#262c36') },
        glow: { value: new Color('#8793a0') },
      },
      depthTest: false,
      depthWrite: false,
      toneMapped: false,
    });
    this.mesh = new Mesh(new PlaneGeometry(2, 2), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
