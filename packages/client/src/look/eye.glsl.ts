/**
 * The eyeball: a clear cornea over an iris that lies behind it. \`eyePoint\` is the place on the ball in radii from its
 * centre, +z through the pupil; the texture is laid out by polar angle about that axis.
 */
export const EYE_VERTEX_PARS = /* glsl */ `
attribute vec3 eyePoint;
varying vec3 vEyePoint;
varying vec3 vEyeSide;
varying vec3 vEyeUp;
varying vec3 vEyeAhead;
`;

export const EYE_VERTEX = /* glsl */ `
#ifdef USE_SKINNING
  mat3 eyeTurn = mat3( modelViewMatrix * bindMatrixInverse * boneMatX * bindMatrix );
#else
  mat3 eyeTurn = mat3( modelViewMatrix );
#endif
vEyePoint = eyePoint;
vEyeSide = normalize( eyeTurn[ 0 ] );
vEyeUp = normalize( eyeTurn[ 1 ] );
vEyeAhead = normalize( eyeTurn[ 2 ] );
`;

export const EYE_PARS = /* glsl */ `
uniform float eyeIris;
uniform float eyeBulge;
uniform float eyeTexture;
uniform float eyePower;
varying vec3 vEyePoint;
varying vec3 vEyeSide;
varying vec3 vEyeUp;
varying vec3 vEyeAhead;
vec3 eyeCornea;
vec2 eyeOnIris;
float eyeInIris;
float eyeAngle;

`
/*
 * Where the look along `toEye` goes through the cornea on its way from the mesh: a sphere through the limbus and the
 * apex. Returns the place and leaves the wet surface's normal, of the ball beyond the limbus, in `eyeCornea`.
 */
+ /* glsl */ `
vec3 eyeEnter( const in vec3 point, const in vec3 toEye ) {
  float limbus = sin( eyeIris );
  float depth = 1.0 + eyeBulge - cos( eyeIris );
  float radius = ( depth * depth + limbus * limbus ) / ( 2.0 * depth );
  vec3 centre = vec3( 0.0, 0.0, 1.0 + eyeBulge - radius );
  vec3 from = point - centre;
  float along = dot( from, toEye );
  float reach = along * along - dot( from, from ) + radius * radius;
  vec3 place = point + toEye * ( sqrt( max( 0.0, reach ) ) - along );
  float inside = 1.0 - smoothstep( limbus * 0.8, limbus * 1.15, length( place.xy ) );
  float dome = reach > 0.0 && place.z > 0.0 ? inside : 0.0;
  vec3 surface = normalize( mix( normalize( point ), ( place - centre ) / radius, dome ) );
  eyeCornea = normalize( mat3( vEyeSide, vEyeUp, vEyeAhead ) * surface );
  eyeAngle = asin( min( 1.0, length( place.xy ) ) );
  eyeInIris = dome > 0.0 ? 1.0 - smoothstep( eyeIris * 0.94, eyeIris * 1.05, eyeAngle ) : 0.0;
  vec3 ray = refract( - toEye, surface, 1.0 / 1.336 );
  return place + ray * max( 0.0, ( place.z - cos( eyeIris ) + 0.05 ) / max( 0.15, - ray.z ) );
}

`
/*
 * Where the iris is seen, behind the cornea's refraction into the aqueous humour (1.336), as a place in the texture.
 * Beyond the limbus the ball is opaque and the mesh itself is seen.
 */
+ /* glsl */ `
vec2 eyeLookUp( const in vec3 view, const in vec2 uv ) {
  vec3 toEye = vec3( dot( view, vEyeSide ), dot( view, vEyeUp ), dot( view, vEyeAhead ) );
  vec3 seen = eyeEnter( vEyePoint, toEye );
  float limbus = sin( eyeIris );
  vec2 hit = seen.xy * min( 1.0, limbus / max( 1e-4, length( seen.xy ) ) );
  eyeOnIris = hit / limbus;
  float off = max( 1e-4, length( hit ) );
  vec2 through = 0.5 + eyeTexture * pow( asin( min( 1.0, off ) ), eyePower ) * vec2( hit.x, - hit.y ) / off;
  return mix( uv, through, eyeInIris );
}

`
/* The iris is a shallow bowl: light from one side pools on the other. */
+ /* glsl */ `
vec3 eyeNormal( const in vec3 plain ) {
  vec3 bowl = normalize( vec3( - 0.5 * eyeOnIris, 1.0 ) );
  vec3 white = normalize( mat3( vEyeSide, vEyeUp, vEyeAhead ) * normalize( vEyePoint ) );
  return normalize( mix( white, mat3( vEyeSide, vEyeUp, vEyeAhead ) * bowl, eyeInIris ) );
}

`
/* The dark ring of the limbus, redder corners, and the shade of the lid. `up` is the surface's height, -1..1. */
+ /* glsl */ `
vec3 eyeTint( const in vec3 colour, const in float up ) {
  float ring = exp( - pow2( ( eyeAngle - eyeIris * 0.99 ) / ( eyeIris * 0.12 ) ) );
  float lid = smoothstep( 0.10, 0.60, up );
  float corner = smoothstep( 0.35, 0.95, abs( normalize( vEyePoint ).x ) );
  vec3 white = mix( vec3( 0.93, 0.91, 0.90 ), vec3( 0.80, 0.66, 0.62 ), corner );
  vec3 tint = mix( white, vec3( 1.0 ), eyeInIris );
  return colour * tint * ( 1.0 - 0.32 * ring ) * ( 1.0 - vec3( 0.32, 0.38, 0.40 ) * lid );
}
`;

/** The shade that lids throw on the ball, and the tear that stands on the lower one: the texture's v is across the gap. */
export const TEAR_VERTEX_PARS = /* glsl */ `
varying vec2 vTear;
`;
export const TEAR_VERTEX = /* glsl */ `
vTear = vec2( uv.x, uv.y * 2.0 - 0.5 );
`;
export const TEAR_PARS = /* glsl */ `
varying vec2 vTear;
`
/* How wet: a thin line just above the lower rim, brightest where the key light stands in it. */
+ /* glsl */ `
float tearLine() {
  float line = smoothstep( -0.02, 0.02, vTear.y ) * ( 1.0 - smoothstep( 0.05, 0.10, vTear.y ) );
  float ends = smoothstep( 0.04, 0.2, vTear.x ) * ( 1.0 - smoothstep( 0.8, 0.96, vTear.x ) );
  float glint = 0.35 + 0.65 * exp( - pow2( ( vTear.x - 0.42 ) / 0.16 ) );
  return line * ends * glint;
}
`;
