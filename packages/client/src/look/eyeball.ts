import { BufferAttribute, Vector3, type BufferGeometry, type IUniform } from 'three';

/**
 * What the eye's shader must know: the iris' polar angle, the cornea's height in radii, and the texture's radius as
 * eyeTexture * angle ^ eyePower.
 */
export type EyeMeasures = Readonly<Record<'eyeIris' | 'eyeBulge' | 'eyeTexture' | 'eyePower', IUniform<number>>>;

/** Radians, where the file does not tell. */
const IRIS_ANGLE = 0.4;
/** How far, in texture widths, vertices may lie off the polar layout. */
const TOLERANCE = 0.012;
const BULGES = [0.01, 0.2] as const;
/** Of a ball whose mesh has no cornea: what human eyes have. */
const USUAL_BULGE = 0.055;

/**
 * Measures a ball whose texture is laid out by the polar angle about +z (its radius a power of the angle, turning as x and
 * -y do) and gives its geometry `eyePoint`, the place in radii from the centre. Its front may be domed, or hollow as an
 * iris is. Undefined for any other eye. `irisAngle` is what the file says of it, in radians.
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
  const points = new Float32Array(position.count * 3);
  const point = new Vector3();
  for (let i = 0; i < position.count; i++) point.fromBufferAttribute(position, i).sub(centre).divideScalar(radius).toArray(points, i * 3);
  const layout = polarLayout(points, uv as BufferAttribute);
  if (!layout) return undefined;
  geometry.setAttribute('eyePoint', new BufferAttribute(points, 3));
  const iris = typeof irisAngle === 'number' && irisAngle > 0.1 && irisAngle < 1 ? irisAngle : IRIS_ANGLE;
  const bulge = (max.z - centre.z) / radius - 1;
  return {
    eyeIris: { value: iris },
    eyeBulge: { value: bulge > BULGES[0] && bulge < BULGES[1] ? bulge : USUAL_BULGE },
    eyeTexture: { value: layout.scale },
    eyePower: { value: layout.power },
  };
}

/** Where the ball is widest, between the rings beside it by their radii. */
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

interface PolarLayout {
  readonly scale: number;
  readonly power: number;
}

/** The layout by two vertices on the white, far from each other, where all the others agree. */
function polarLayout(points: Float32Array, uv: BufferAttribute): PolarLayout | undefined {
  let [low, high] = [-1, -1];
  for (let i = 0; i < uv.count; i++) {
    const angle = angleOf(points, i);
    if (angle > 0.7 && (low < 0 || angle < angleOf(points, low))) low = i;
    if (high < 0 || angle > angleOf(points, high)) high = i;
  }
  if (low < 0 || low === high) return undefined;
  const reach = (i: number): number => Math.hypot(uv.getX(i) - 0.5, uv.getY(i) - 0.5);
  const power = Math.log(reach(high) / reach(low)) / Math.log(angleOf(points, high) / angleOf(points, low));
  const layout = { power, scale: reach(high) / angleOf(points, high) ** power };
  for (let i = 0; i < uv.count; i++) if (!(distanceOff(points, uv, i, layout) < TOLERANCE)) return undefined;
  return power > 0.2 && power < 3 ? layout : undefined;
}

function angleOf(points: Float32Array, i: number): number {
  return Math.atan2(Math.hypot(points[i * 3]!, points[i * 3 + 1]!), points[i * 3 + 2]!);
}

/** How far a vertex' texture place is off; on a hollow front the angle follows from the distance to the axis alone. */
function distanceOff(points: Float32Array, uv: BufferAttribute, i: number, { scale, power }: PolarLayout): number {
  const [x, y, z] = [points[i * 3]!, points[i * 3 + 1]!, points[i * 3 + 2]!];
  const across = Math.hypot(x, y);
  const off = (angle: number): number => {
    const reach = scale * angle ** power;
    return Math.hypot(uv.getX(i) - 0.5 - (reach * x) / (across || 1), uv.getY(i) - 0.5 + (reach * y) / (across || 1));
  };
  const hollow = z > 0 ? off(Math.asin(Math.min(1, across))) : Infinity;
  return Math.min(off(angleOf(points, i)), hollow);
}
