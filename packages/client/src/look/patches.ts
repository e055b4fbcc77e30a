import { ShaderChunk, type Material } from 'three';
import { SKIN_DIFFUSE_PARS, SKIN_SHADOW_PARS } from './skin.glsl.js';
import { SOFT_SHADOW } from './soft-shadow.glsl.js';

/** One change to a chunk of three.js' standard fragment shader: `find` must occur in it. */
export interface ChunkPatch {
  readonly chunk: keyof typeof ShaderChunk;
  readonly find: string;
  readonly put: string;
}

const SHADOW_CALL = 'getShadow( directionalShadowMap[ i ], directionalLightShadow';

export const SOFT_SHADOW_PATCHES: readonly ChunkPatch[] = [
  { chunk: 'lights_fragment_begin', find: SHADOW_CALL, put: SHADOW_CALL.replace('getShadow', 'softShadow') },
];

export const SKIN_PATCHES: readonly ChunkPatch[] = [
  {
    chunk: 'lights_physical_pars_fragment',
    find: 'void RE_Direct_Physical(',
    put: `${SKIN_DIFFUSE_PARS}${SKIN_SHADOW_PARS}void RE_Direct_Physical(`,
  },
  {
    chunk: 'lights_physical_pars_fragment',
    find: 'reflectedLight.directDiffuse += irradiance * diffuseBRDF',
    put: 'reflectedLight.directDiffuse += skinIrradiance( directLight, geometryNormal ) * diffuseBRDF',
  },
  {
    chunk: 'lights_fragment_begin',
    find: 'directLight.color *= ( directLight.visible && receiveShadow ) ? getShadow( directionalShadowMap[ i ], directionalLightShadow.shadowMapSize, directionalLightShadow.shadowIntensity, directionalLightShadow.shadowBias, directionalLightShadow.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0;',
    put: 'directLight.color *= skinShadow( ( directLight.visible && receiveShadow ) ? softShadow( directionalShadowMap[ i ], directionalLightShadow.shadowMapSize, directionalLightShadow.shadowIntensity, directionalLightShadow.shadowBias, directionalLightShadow.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0 );',
  },
];

/** Hair cards carry normals of the head's round form: both faces of a card keep them. */
export const HAIR_PATCHES: readonly ChunkPatch[] = [
  { chunk: 'normal_fragment_begin', find: 'gl_FrontFacing ? 1.0 : - 1.0', put: '1.0' },
];

const SHADOW_PARS_INCLUDE = '#include <shadowmap_pars_fragment>';
const SOFT_SHADOW_INCLUDE = `${SHADOW_PARS_INCLUDE}
#if defined( USE_SHADOWMAP ) && defined( SHADOWMAP_TYPE_PCF )
${SOFT_SHADOW}
#else
#define softShadow getShadow
#endif
`;

/** Applies `patches` to `material`'s shader. `name` tells patched programs apart in the renderer's cache. */
export function patchShader(material: Material, name: string, patches: readonly ChunkPatch[]): void {
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = patchedSource(shader.fragmentShader, patches).replace(SHADOW_PARS_INCLUDE, SOFT_SHADOW_INCLUDE);
  };
  material.customProgramCacheKey = () => name;
  material.needsUpdate = true;
}

/** `source` with the patched chunks written out in place of their includes. */
function patchedSource(source: string, patches: readonly ChunkPatch[]): string {
  let result = source;
  for (const chunk of new Set(patches.map((patch) => patch.chunk))) {
    let text: string = ShaderChunk[chunk];
    for (const patch of patches) if (patch.chunk === chunk) text = text.replace(patch.find, patch.put);
    result = result.replace(`#include <${chunk}>`, text);
  }
  return result;
}
