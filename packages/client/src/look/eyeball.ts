import { BufferAttribute, Vector3, type BufferGeometry, type IUniform } from 'three';

/** What the eye's shader must know: the iris' polar angle, the cornea's height in radii, texture per radian from the pole. */
export type EyeMeasures = Readonly<Record<'eyeIris' | 'eyeBulge' | 'eyeTexture', IUniform<number>>>;

/** Radians, where the file does not tell. */
const IRIS_ANGLE = 0.4;
/** How far, in texture widths, vertices may lie off the polar layout. */
const TOLERANCE = 0.012;
const TALLEST_BULGE = 0.2;

/**
 * Measures a ball whose texture is laid out by the polar angle about +z (u = 1/2 + k * angle * cos, v = 1/2 - k * angle *
 * sin) and gives its geometry `eyePoint`, the place in radii from the centre. Undefined for any other eye.
 * `irisAngle` is what the file says of it, in radians.
 */
export function measureEye(geometry: BufferGeometry, irisAngle: unknown): EyeMeasures | undefined {
  const position = geometry.getAttribute('position');
  const uv = geometry.getAttribute('uv');
  if (!position || !uv) return undefined;
  geometry.computeBoundingBox();
  const { min, max } = geometry.boundingBox!;
  const radius = (max.x - min.x) / 2;
  const centre = new Vector3((min.x + max.x) / 2, (min.y + max.y) / 2, 0);
  centre.z = heightOfEquator(position as BufferAttribute, centre, radius);
  const bulge = (max.z - centre.z) / radius - 1;
  const points = new Float32Array(position.count * 3);
  const point = new Vector3();
  for (let i = 0; i < position.count; i++) point.fromBufferAttribute(position, i).sub(centre).divideScalar(radius).toArray(points, i * 3);
  const perRadian = polarScale(points, uv as BufferAttribute);
  if (perRadian === undefined || !(bulge >= 0 && bulge < TALLEST_BULGE)) return undefined;
  geometry.setAttribute('eyePoint', new BufferAttribute(points, 3));
  const iris = typeof irisAngle === 'number' && irisAngle > 0.1 && irisAngle < 1 ? irisAngle : IRIS_ANGLE;
  return { eyeIris: { value: iris }, eyeBulge: { value: bulge }, eyeTexture: { value: perRadian } };
}

/** Where the ball is widest, between the two rings beside it by their radii. */
function heightOfEquator(position: BufferAttribute, centre: Vector3, radius: number): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < position.count; i++) {
    const across = Math.hypot(position.getX(i) - centre.x, position.getY(i) - centre.y) / radius;
    const share = Math.max(0, across - 0.985);
    sum += share * position.getZ(i);
    weight += share;
  }
  return sum / weight;
}

/** Texture widths per radian, where all vertices agree on one; near the pole they may not matter. */
function polarScale(points: Float32Array, uv: BufferAttribute): number | undefined {
  let farthest = 0;
  let scale = 0;
  for (let i = 0; i < uv.count; i++) {
    const angle = Math.atan2(Math.hypot(points[i * 3]!, points[i * 3 + 1]!), points[i * 3 + 2]!);
    if (angle <= farthest) continue;
    farthest = angle;
    scale = Math.hypot(uv.getX(i) - 0.5, uv.getY(i) - 0.5) / angle;
  }
  for (let i = 0; i < uv.count; i++) {
    const [x, y, z] = [points[i * 3]!, points[i * 3 + 1]!, points[i * 3 + 2]!];
    const across = Math.hypot(x, y);
    const reach = scale * Math.atan2(across, z);
    const off = Math.hypot(uv.getX(i) - 0.5 - (reach * x) / (across || 1), uv.getY(i) - 0.5 + (reach * y) / (across || 1));
    if (!(off < TOLERANCE)) return undefined;
  }
  return scale > 0 ? scale : undefined;
}
