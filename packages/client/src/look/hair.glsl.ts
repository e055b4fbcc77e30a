/**
 * Hair: strands with soft edges, and the two highlights of a fibre.
 */
export const HAIR_VERTEX_PARS = /* glsl */ `
attribute vec3 strand;
varying vec3 vStrand;
`;

export const HAIR_VERTEX = /* glsl */ `
#ifdef USE_SKINNING
  vStrand = mat3( modelViewMatrix ) * mat3( skinMatrix ) * strand;
#else
  vStrand = mat3( modelViewMatrix ) * strand;
#endif
`;

export const HAIR_PARS = /* glsl */ `
varying vec3 vStrand;
vec3 hairAlong;

`
/* The direction of the strands in view space, at right angles to the normal. */
+ /* glsl */ `
vec3 hairTangent( const in vec3 normal ) {
  vec3 along = vStrand - normal * dot( vStrand, normal );
  float size = dot( along, along );
  return size > 1e-12 ? along * inversesqrt( size ) : vec3( 0.0, 1.0, 0.0 );
}

`
/* Kajiya and Kay's cone of reflection about a strand tilted by `tilt` along the normal. */
+ /* glsl */ `
float hairLobe( const in vec3 tangent, const in vec3 normal, const in vec3 halfway, const in float tilt, const in float gloss ) {
  float th = dot( normalize( tangent + normal * tilt ), halfway );
  return pow( max( 0.0, 1.0 - th * th ), gloss );
}

`
/* Scheuermann's two lobes (2004): the fibre's surface, white, and light that went through it, in its colour. */
+ /* glsl */ `
vec3 hairSpecular( const in vec3 tangent, const in vec3 normal, const in vec3 light, const in vec3 view, const in vec3 albedo ) {
  vec3 halfway = normalize( light + view );
  vec3 surface = vec3( 0.03 ) * hairLobe( tangent, normal, halfway, -0.12, 60.0 );
  vec3 inside = ( albedo * 0.8 + 0.006 ) * hairLobe( tangent, normal, halfway, 0.14, 18.0 );
  return ( surface + inside ) * smoothstep( -0.15, 0.45, dot( normal, light ) );
}
`;

/**
 * In place of the alpha test: an edge one pixel wide, blended, which keeps a strand's coverage at any size. Drawn from the
 * inside out, the blending is right from every side. Where strands are thinner than a pixel the edge stays as wide as it
 * is: an empty place must stay empty.
 */
export const HAIR_ALPHA = /* glsl */ `
#if defined( USE_ALPHATEST ) && defined( USE_MAP )
  diffuseColor.a = saturate( ( diffuseColor.a - alphaTest ) / clamp( fwidth( diffuseColor.a ), 0.02, 0.35 ) + 0.5 );
  if ( diffuseColor.a < 0.12 ) discard;
#endif
`;
