/**
 * Skin: light that scatters below the surface, an oily film on it, down that catches light at the rim.
 * Reads what the standard shader has worked out; `skinBegin` is called once per pixel, the rest once per light.
 */
export const SKIN_PARS = /* glsl */ `
vec3 skinNormalRed;
vec3 skinNormalGreen;
vec3 skinNormalBlue;
float skinOpen;
float skinThin;
float skinGrazing;

`
/* Red light scatters furthest, so it sees the least of the relief. Takes the shaded and the plain normal. */
+ /* glsl */ `
void skinBegin( const in vec3 fine, const in vec3 plain, const in vec3 view, const in float open, const in float thin ) {
  skinNormalRed = normalize( mix( plain, fine, 0.3 ) );
  skinNormalGreen = normalize( mix( plain, fine, 0.65 ) );
  skinNormalBlue = fine;
  skinOpen = open;
  skinThin = thin;
  float facing = 1.0 - saturate( dot( plain, view ) );
  skinGrazing = facing * facing * facing;
}

`
/*
 * Lambert's cosine smoothed by a box of half width w, a short stand-in for the integral over a curved surface of
 * "Pre-Integrated Skin Shading" (Penner 2010): it equals n.l where the light stands high, passes the terminator by w,
 * red furthest, and adds only what blur adds.
 */
+ /* glsl */ `
vec3 skinCosine( const in vec3 direction ) {
  const vec3 w = vec3( 0.38, 0.16, 0.10 );
  vec3 nl = vec3( dot( skinNormalRed, direction ), dot( skinNormalGreen, direction ), dot( skinNormalBlue, direction ) );
  vec3 t = clamp( nl + w, vec3( 0.0 ), 2.0 * w );
  return max( t * t / ( 4.0 * w ), nl );
}

`
/*
 * A crease hides low light: the aperture that its occlusion leaves, as in "The Technical Art of Uncharted 4" (2016).
 * Lights from behind throw no shadow here: they reach the outline only.
 */
+ /* glsl */ `
float skinAperture( const in vec3 direction, const in vec3 view ) {
  float open = saturate( abs( dot( skinNormalBlue, direction ) ) + 2.0 * skinOpen * skinOpen - 0.6 );
  float behind = smoothstep( 0.0, 0.45, - dot( direction, view ) );
  return open * mix( 1.0, smoothstep( 0.12, 0.5, skinGrazing ), behind );
}

`
/* Shadows: a penumbra turns red before it turns dark. Near the terminator the smoothed cosine darkens enough by itself. */
+ /* glsl */ `
vec3 skinShadow( const in float lit, const in vec3 direction ) {
  float near = smoothstep( -0.02, 0.22, dot( skinNormalRed, direction ) );
  return pow( vec3( mix( 0.55 + 0.45 * lit, lit, near ) ), vec3( 0.58, 0.94, 1.0 ) );
}

`
/* What leaves the skin by scattering: through the surface, through thin parts from behind, and from the down on it. */
+ /* glsl */ `
vec3 skinIrradiance( const in IncidentLight light, const in vec3 view ) {
  vec3 result = skinCosine( light.direction ) * skinAperture( light.direction, view );
  float behind = saturate( 0.25 - dot( skinNormalRed, light.direction ) );
  float through = pow2( saturate( dot( view, - light.direction ) * 0.5 + 0.5 ) );
  result += vec3( 1.5, 0.32, 0.14 ) * skinThin * behind * ( 0.35 + through );
  float down = skinGrazing * saturate( dot( skinNormalRed, light.direction ) * 0.8 + 0.2 );
  return ( result + 0.5 * down * skinOpen * skinOpen ) * light.color;
}

`
/* The second, tighter highlight: a film of oil over the rough skin. */
+ /* glsl */ `
vec3 skinSheen( const in IncidentLight light, const in vec3 view, const in vec3 normal, const in PhysicalMaterial material, const in vec3 rough ) {
  PhysicalMaterial oil = material;
  oil.roughness = material.roughness * 0.62;
  return mix( rough, BRDF_GGX( light.direction, view, normal, oil ), 0.34 ) * skinAperture( light.direction, view );
}

`
/* Occlusion with the light that bounces on in the crease, which takes the skin's colour ("Practical Realtime Strategies
   for Accurate Indirect Occlusion", Jimenez et al. 2016). */
+ /* glsl */ `
vec3 skinOcclusion( const in float open, const in vec3 albedo ) {
  vec3 a = 2.0404 * albedo - 0.3324;
  vec3 b = 4.7951 * albedo - 0.6417;
  vec3 c = 2.7552 * albedo + 0.6903;
  return max( vec3( open ), ( ( open * a - b ) * open + c ) * open );
}
`;

/** The same names at a fraction of the cost: one normal, one highlight, no down, nothing shines through. */
export const PLAIN_SKIN_PARS = /* glsl */ `
vec3 skinNormal;
float skinOpen;
void skinBegin( const in vec3 fine, const in vec3 plain, const in vec3 view, const in float open, const in float thin ) {
  skinNormal = fine;
  skinOpen = open;
}
vec3 skinShadow( const in float lit, const in vec3 direction ) {
  return pow( vec3( lit ), vec3( 0.62, 0.94, 1.0 ) );
}
vec3 skinIrradiance( const in IncidentLight light, const in vec3 view ) {
  const vec3 w = vec3( 0.38, 0.16, 0.10 );
  float nl = dot( skinNormal, light.direction );
  vec3 t = clamp( nl + w, vec3( 0.0 ), 2.0 * w );
  return max( t * t / ( 4.0 * w ), vec3( nl ) ) * light.color;
}
vec3 skinSheen( const in IncidentLight light, const in vec3 view, const in vec3 normal, const in PhysicalMaterial material, const in vec3 rough ) {
  return rough;
}
vec3 skinOcclusion( const in float open, const in vec3 albedo ) {
  return vec3( open );
}
`;

export const SKIN_BEGIN = /* glsl */ `
#ifdef USE_AOMAP
  float skinAo = ( texture2D( aoMap, vAoMapUv ).r - 1.0 ) * aoMapIntensity + 1.0;
#else
  float skinAo = 1.0;
#endif
#if defined( USE_METALNESSMAP ) && defined( SKIN_THICKNESS )
  float skinThinness = texelMetalness.b;
#else
  float skinThinness = 0.0;
#endif
skinBegin( normal, nonPerturbedNormal, normalize( vViewPosition ), skinAo, skinThinness );
`;
