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
varying vec3 vEyePoint;
varying vec3 vEyeSide;
varying vec3 vEyeUp;
varying vec3 vEyeAhead;
vec3 eyeCornea;
vec2 eyeOnIris;
float eyeInIris;

/* The wet surface's normal: a ball with a bell-shaped bulge of height \`eyeBulge\`, without the facets of the mesh. */
vec3 eyeSurface( const in vec3 point, const in float angle ) {
  float width = eyeIris * 0.85;
  float slope = - 2.2 * angle / ( width * width ) * eyeBulge * exp( - 1.1 * pow2( angle / width ) );
  vec3 out_ = normalize( point );
  vec2 side = out_.xy / max( 1e-4, length( out_.xy ) );
  vec3 away = vec3( side * out_.z, - length( out_.xy ) );
  return normalize( out_ - away * slope / ( 1.0 + eyeBulge ) );
}

/*
 * Where the look through the surface meets the iris, by refraction into the aqueous humour (1.336), as a place in the
 * texture. Beyond the limbus the ball is opaque and the surface itself is seen.
 */
vec2 eyeLookUp( const in vec3 view, const in vec2 uv ) {
  vec3 point = vEyePoint;
  float angle = atan( length( point.xy ), point.z );
  vec3 surface = eyeSurface( point, angle );
  eyeCornea = normalize( mat3( vEyeSide, vEyeUp, vEyeAhead ) * surface );
  float clear = 1.0 - smoothstep( eyeIris * 0.93, eyeIris * 1.06, angle );
  vec3 toEye = vec3( dot( view, vEyeSide ), dot( view, vEyeUp ), dot( view, vEyeAhead ) );
  vec3 ray = refract( - toEye, surface, 1.0 / 1.336 );
  float plane = cos( eyeIris ) - 0.045;
  float limbus = sin( eyeIris );
  vec2 hit = point.xy + ray.xy * max( 0.0, ( point.z - plane ) / max( 0.12, - ray.z ) );
  hit *= min( 1.0, limbus / max( 1e-4, length( hit ) ) );
  eyeOnIris = hit / limbus;
  eyeInIris = clear;
  float far = asin( min( 1.0, length( hit ) ) );
  vec2 through = 0.5 + eyeTexture * far * vec2( hit.x, - hit.y ) / max( 1e-4, length( hit ) );
  return mix( uv, through, clear );
}

/* The iris is a shallow bowl: light from one side pools on the other. */
vec3 eyeNormal( const in vec3 plain ) {
  vec3 bowl = normalize( vec3( - 0.55 * eyeOnIris, 1.0 ) );
  return normalize( mix( plain, mat3( vEyeSide, vEyeUp, vEyeAhead ) * bowl, eyeInIris ) );
}

/* The dark ring of the limbus, and the shade that lid and lashes throw on the ball. \`up\` is the surface's height, -1..1. */
vec3 eyeTint( const in vec3 colour, const in float up ) {
  float angle = atan( length( vEyePoint.xy ), vEyePoint.z );
  float ring = exp( - pow2( ( angle - eyeIris * 0.985 ) / ( eyeIris * 0.13 ) ) );
  float lid = smoothstep( 0.08, 0.62, up );
  float corner = smoothstep( 0.35, 0.95, abs( normalize( vEyePoint ).x ) );
  vec3 white = mix( vec3( 0.92, 0.90, 0.89 ), vec3( 0.78, 0.62, 0.58 ), corner );
  vec3 tint = mix( white, vec3( 1.0 ), eyeInIris );
  return colour * tint * ( 1.0 - 0.5 * ring ) * ( 1.0 - vec3( 0.35, 0.42, 0.45 ) * lid );
}
`;
