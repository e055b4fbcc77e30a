/**
 * Light that has scattered below the skin. Per colour channel the diffuse lobe wraps past the terminator, red furthest,
 * and is normalised so that no energy is added: (n.l + w) / (1 + w)^2, as in "Real-Time Approximations to Subsurface
 * Scattering" (GPU Gems, chapter 16). A quarter of plain Lambert keeps the relief of pores and folds.
 */
export const SKIN_DIFFUSE_PARS = /* glsl */ `
vec3 skinIrradiance( const in IncidentLight light, const in vec3 surfaceNormal ) {
  float nl = dot( surfaceNormal, light.direction );
  vec3 wrap = vec3( 0.46, 0.20, 0.13 );
  vec3 wrapped = clamp( ( nl + wrap ) / ( ( 1.0 + wrap ) * ( 1.0 + wrap ) ), 0.0, 1.0 );
  return mix( wrapped, vec3( saturate( nl ) ), 0.25 ) * light.color;
}
`;

/** Shadows on skin: red light travels furthest below the surface, so a penumbra turns warm before it turns dark. */
export const SKIN_SHADOW_PARS = /* glsl */ `
vec3 skinShadow( const in float lit ) {
  return pow( vec3( lit ), vec3( 0.62, 0.92, 1.0 ) );
}
`;
