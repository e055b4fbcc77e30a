export const BACKDROP_VERTEX = /* glsl */ `
varying vec2 vPlace;
void main() {
  vPlace = position.xy * 0.5 + 0.5;
  gl_Position = vec4( position.xy, 1.0, 1.0 );
}
`;

/** A vertical gradient with a soft light behind the head; half a step of noise hides the steps of 8 bits. */
export const BACKDROP_FRAGMENT = /* glsl */ `
uniform vec3 top;
uniform vec3 bottom;
uniform vec3 glow;
varying vec2 vPlace;
float grain( vec2 at ) {
  return fract( 52.9829189 * fract( dot( at, vec2( 0.06711056, 0.00583715 ) ) ) );
}
void main() {
  vec3 colour = mix( bottom, top, smoothstep( 0.0, 1.0, vPlace.y ) );
  float halo = exp( -3.2 * dot( vPlace - vec2( 0.5, 0.56 ), vPlace - vec2( 0.5, 0.56 ) ) * 2.0 );
  gl_FragColor = vec4( mix( colour, glow, halo ), 1.0 );
  #include <colorspace_fragment>
  gl_FragColor.rgb += ( grain( gl_FragCoord.xy ) - 0.5 ) / 255.0;
}
`;
