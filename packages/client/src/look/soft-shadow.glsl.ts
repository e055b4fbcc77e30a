/**
 * A wide soft shadow: taps on a golden-angle (Vogel) disk turned per pixel, against the 5 of three.js, whose grain shows
 * at the radius a face needs. `vogelDiskSample` and `interleavedGradientNoise` are three.js' own.
 */
export const SOFT_SHADOW = /* glsl */ `
float softShadow( sampler2DShadow shadowMap, vec2 mapSize, float intensity, float bias, float blur, vec4 coord ) {
  vec3 at = coord.xyz / coord.w;
  at.z += bias;
  if ( any( lessThan( at.xy, vec2( 0.0 ) ) ) || any( greaterThan( at, vec3( 1.0 ) ) ) ) return 1.0;
  vec2 radius = blur / mapSize;
  float phi = interleavedGradientNoise( gl_FragCoord.xy ) * PI2;
  float lit = 0.0;
  for ( int i = 0; i < SHADOW_TAPS; i ++ ) {
    lit += texture( shadowMap, vec3( at.xy + vogelDiskSample( i, SHADOW_TAPS, phi ) * radius, at.z ) );
  }
  return mix( 1.0, lit / float( SHADOW_TAPS ), intensity );
}
`;
