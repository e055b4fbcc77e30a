import { ShaderChunk, type IUniform, type Material } from 'three';
import { EYE_PARS, EYE_VERTEX, EYE_VERTEX_PARS, TEAR_PARS, TEAR_VERTEX, TEAR_VERTEX_PARS } from './eye.glsl.js';
import { HAIR_ALPHA, HAIR_PARS, HAIR_VERTEX, HAIR_VERTEX_PARS } from './hair.glsl.js';
import { PLAIN_SKIN_PARS, SKIN_BEGIN, SKIN_PARS } from './skin.glsl.js';
import { SOFT_SHADOW } from './soft-shadow.glsl.js';

/** One change to a chunk of three.js' standard shader: `find` must occur in it. */
export interface ChunkPatch {
  readonly chunk: keyof typeof ShaderChunk;
  readonly find: string;
  readonly put: string;
}

/** Changes to one material's shader. `name` tells patched programs apart in the renderer's cache. */
export interface ShaderPatch {
  readonly name: string;
  readonly fragment: readonly ChunkPatch[];
  readonly vertex?: readonly ChunkPatch[];
  readonly uniforms?: Readonly<Record<string, IUniform>>;
}

/** A patch that only adds text, after the chunk or before it. */
function after(chunk: ChunkPatch['chunk'], text: string): ChunkPatch {
  return { chunk, find: ShaderChunk[chunk], put: `${ShaderChunk[chunk]}\n${text}` };
}

function before(chunk: ChunkPatch['chunk'], text: string): ChunkPatch {
  return { chunk, find: ShaderChunk[chunk], put: `${text}\n${ShaderChunk[chunk]}` };
}

const LIT = '( directLight.visible && receiveShadow ) ? getShadow( directionalShadowMap[ i ], directionalLightShadow.shadowMapSize, directionalLightShadow.shadowIntensity, directionalLightShadow.shadowBias, directionalLightShadow.shadowRadius, vDirectionalShadowCoord[ i ] ) : 1.0';
const SOFTLY_LIT = LIT.replace('getShadow', 'softShadow');
const BEFORE_LIGHTS = 'void RE_Direct_Physical(';
const SPECULAR = 'reflectedLight.directSpecular += irradiance * specularBRDF';
const DIFFUSE = 'reflectedLight.directDiffuse += irradiance * diffuseBRDF';

const SOFT_SHADOWS: ChunkPatch = { chunk: 'lights_fragment_begin', find: LIT, put: SOFTLY_LIT };

/** Everything that takes shadows: cloth, teeth, whatever has no look of its own. */
export const SOFT_PATCH: ShaderPatch = { name: 'visavis-soft', fragment: [SOFT_SHADOWS] };

function skinPatch(name: string, pars: string): ShaderPatch {
  return {
    name,
    fragment: [
      { chunk: 'lights_physical_pars_fragment', find: BEFORE_LIGHTS, put: `${pars}${BEFORE_LIGHTS}` },
      { chunk: 'lights_physical_pars_fragment', find: SPECULAR, put: 'specularBRDF = skinSheen( directLight, geometryViewDir, geometryNormal, material, specularBRDF );\n' + SPECULAR },
      { chunk: 'lights_physical_pars_fragment', find: DIFFUSE, put: DIFFUSE.replace('irradiance', 'skinIrradiance( directLight, geometryViewDir )') },
      after('lights_physical_fragment', SKIN_BEGIN),
      { chunk: 'lights_fragment_begin', find: LIT, put: `skinShadow( ${SOFTLY_LIT}, directLight.direction )` },
      {
        chunk: 'aomap_fragment',
        find: 'reflectedLight.indirectDiffuse *= ambientOcclusion',
        put: 'reflectedLight.indirectDiffuse *= skinOcclusion( ambientOcclusion, material.diffuseColor )',
      },
    ],
  };
}

export const SKIN_PATCH = skinPatch('visavis-skin', SKIN_PARS);
export const PLAIN_SKIN_PATCH = skinPatch('visavis-skin-plain', PLAIN_SKIN_PARS);

/** Cards carry normals of the head's round form: both faces of a card keep them. */
const ROUND_NORMALS: ChunkPatch = { chunk: 'normal_fragment_begin', find: 'gl_FrontFacing ? 1.0 : - 1.0', put: '1.0' };
const STRAND_EDGES: ChunkPatch = { chunk: 'alphatest_fragment', find: ShaderChunk.alphatest_fragment, put: HAIR_ALPHA };

export const PLAIN_HAIR_PATCH: ShaderPatch = { name: 'visavis-hair-plain', fragment: [ROUND_NORMALS, STRAND_EDGES, SOFT_SHADOWS] };

export const HAIR_PATCH: ShaderPatch = {
  name: 'visavis-hair',
  vertex: [before('common', HAIR_VERTEX_PARS), after('skinning_vertex', HAIR_VERTEX)],
  fragment: [
    ...PLAIN_HAIR_PATCH.fragment,
    { chunk: 'lights_physical_pars_fragment', find: BEFORE_LIGHTS, put: `${HAIR_PARS}${BEFORE_LIGHTS}` },
    {
      chunk: 'lights_physical_pars_fragment',
      find: SPECULAR,
      put: `reflectedLight.directSpecular += directLight.color * hairSpecular( hairAlong, geometryNormal, directLight.direction, geometryViewDir, material.diffuseColor );
specularBRDF *= 0.25;
${SPECULAR}`,
    },
    after('lights_physical_fragment', 'hairAlong = hairTangent( normal );'),
  ],
};

/** The eye of a geometry that has `eyePoint`, with the measures of that eye. */
export function eyePatch(uniforms: Readonly<Record<'eyeIris' | 'eyeBulge' | 'eyeTexture' | 'eyePower', IUniform<number>>>): ShaderPatch {
  return {
    name: 'visavis-eye',
    uniforms,
    vertex: [before('common', EYE_VERTEX_PARS), after('skinning_vertex', EYE_VERTEX)],
    fragment: [
      before('map_pars_fragment', EYE_PARS),
      { chunk: 'map_fragment', find: 'texture2D( map, vMapUv )', put: 'texture2D( map, eyeLookUp( normalize( vViewPosition ), vMapUv ) )' },
      after('normal_fragment_maps', 'normal = eyeNormal( nonPerturbedNormal );'),
      after('clearcoat_normal_fragment_maps', 'clearcoatNormal = eyeCornea;'),
      // In a small picture the normals of a pixel spread; a catchlight spread as far would veil the eye.
      after('lights_physical_fragment', `
float eyeHeight = dot( eyeCornea, viewMatrix[ 1 ].xyz );
material.diffuseColor = eyeTint( material.diffuseColor, eyeHeight );
material.diffuseContribution = material.diffuseColor;
material.clearcoatRoughness = min( material.clearcoatRoughness, 0.1 );
float eyeDry = 1.0 - eyeInIris;
material.specularColor *= eyeDry;
material.specularColorBlended *= eyeDry;
material.specularF90 *= eyeDry;`),
      SOFT_SHADOWS,
    ],
  };
}

/** The lids' shade where it has a texture layout, which unlit materials without a texture do not pass on. */
export const TEAR_PATCH: ShaderPatch = {
  name: 'visavis-tear',
  vertex: [before('common', TEAR_VERTEX_PARS), after('begin_vertex', TEAR_VERTEX)],
  fragment: [
    after('common', TEAR_PARS),
    before('opaque_fragment', 'float wet = 0.55 * tearLine();\noutgoingLight = mix( outgoingLight, vec3( 0.86, 0.84, 0.84 ), wet );\ndiffuseColor.a = mix( diffuseColor.a, 1.0, wet );'),
  ],
};

const SHADOW_PARS_INCLUDE = '#include <shadowmap_pars_fragment>';
const SOFT_SHADOW_INCLUDE = `${SHADOW_PARS_INCLUDE}
#if defined( USE_SHADOWMAP ) && defined( SHADOWMAP_TYPE_PCF )
${SOFT_SHADOW}
#else
#define softShadow getShadow
#endif
`;

/** Applies `patch` to `material`'s shader, in place of a patch before. */
export function patchShader(material: Material, { name, fragment, vertex = [], uniforms = {} }: ShaderPatch): void {
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, uniforms);
    shader.vertexShader = patchedSource(shader.vertexShader, vertex);
    shader.fragmentShader = patchedSource(shader.fragmentShader, fragment).replace(SHADOW_PARS_INCLUDE, SOFT_SHADOW_INCLUDE);
  };
  material.customProgramCacheKey = () => name;
  material.needsUpdate = true;
}

/** `source` with the patched chunks written out in place of their includes. */
function patchedSource(source: string, patches: readonly ChunkPatch[]): string {
  let result = source;
  for (const chunk of new Set(patches.map((patch) => patch.chunk))) {
    let text: string = ShaderChunk[chunk];
    for (const patch of patches) if (patch.chunk === chunk) text = text.replace(patch.find, () => patch.put);
    result = result.replace(`#include <${chunk}>`, () => text);
  }
  return result;
}
