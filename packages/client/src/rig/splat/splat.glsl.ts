/**
 * Moves one Gaussian with the surface it is bound to, then with neck and head. `bound` holds its vertex at rest and its
 * place from there, `moved` what targets do to the vertex: two texels each, 256 Gaussians in a row.
 */
export const MOVE_SPLAT = /* glsl */ `
vec4 visavisTurn(vec3 r) {
  float angle = length(r);
  return angle < 1e-5 ? vec4(0.0, 0.0, 0.0, 1.0) : vec4(r * (sin(angle * 0.5) / angle), cos(angle * 0.5));
}

void visavisMove(inout Gsplat splat, sampler2D bound, sampler2D moved, vec4 headTurn, vec3 headShift, vec4 neckTurn, vec3 neckShift) {
  ivec2 at = ivec2((splat.index % 256) * 2, splat.index / 256);
  vec4 shift = texelFetch(moved, at, 0);
  vec4 turned = texelFetch(moved, at + ivec2(1, 0), 0);
  vec4 turn = visavisTurn(turned.xyz);
  vec3 place = texelFetch(bound, at, 0).xyz + shift.xyz + quatVec(turn, texelFetch(bound, at + ivec2(1, 0), 0).xyz);
  float head = shift.w;
  float neck = turned.w;
  float rest = max(0.0, 1.0 - head - neck);
  splat.center = rest * place + neck * (quatVec(neckTurn, place) + neckShift) + head * (quatVec(headTurn, place) + headShift);
  vec4 carried = normalize(rest * vec4(0.0, 0.0, 0.0, 1.0) + neck * neckTurn + head * headTurn);
  splat.quaternion = quatQuat(carried, quatQuat(turn, splat.quaternion));
}
`;
