import { BufferAttribute, Vector3, type BufferGeometry } from 'three';

/**
 * Sorts a hair geometry's triangles by their distance from the axis of the head, nearest first, so that strands are drawn
 * over what they hide from every side at once. Triangles that share vertices (a card, a lock) stay together.
 */
export function drawFromInside(geometry: BufferGeometry): void {
  const index = geometry.getIndex();
  const position = geometry.getAttribute('position');
  if (!index || !position) return;
  geometry.computeBoundingBox();
  const { min, max } = geometry.boundingBox!;
  const [midX, midZ] = [(min.x + max.x) / 2, (min.z + max.z) / 2];
  const lowY = min.y + (max.y - min.y) * 0.45;
  const away = (i: number): number => Math.hypot(position.getX(i) - midX, Math.max(0, position.getY(i) - lowY), position.getZ(i) - midZ);
  const owners = islands(index, position.count);
  const sums = new Float64Array(position.count);
  const counts = new Uint32Array(position.count);
  for (let i = 0; i < position.count; i++) {
    sums[owners[i]!]! += away(i);
    counts[owners[i]!]!++;
  }
  const sorted = new Uint32Array(index.count);
  let at = 0;
  for (const triangles of byDistance(index, owners, (owner) => sums[owner]! / counts[owner]!)) {
    for (const first of triangles) for (let k = 0; k < 3; k++) sorted[at++] = index.getX(first + k);
  }
  geometry.setIndex(new BufferAttribute(position.count > 65_535 ? sorted : Uint16Array.from(sorted), 1));
}

/** The first index of each triangle, by the piece that it belongs to, the nearest piece first. */
function byDistance(index: BufferAttribute, owners: Uint32Array, reach: (owner: number) => number): number[][] {
  const pieces = new Map<number, number[]>();
  for (let i = 0; i < index.count; i += 3) {
    const owner = owners[index.getX(i)]!;
    const piece = pieces.get(owner);
    if (piece) piece.push(i);
    else pieces.set(owner, [i]);
  }
  return [...pieces].sort(([a], [b]) => reach(a) - reach(b)).map(([, triangles]) => triangles);
}

/** For each vertex the first vertex of the connected piece that it belongs to. */
function islands(index: BufferAttribute, count: number): Uint32Array {
  const parent = Uint32Array.from({ length: count }, (_, i) => i);
  const find = (from: number): number => {
    let at = from;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  for (let i = 0; i < index.count; i += 3) {
    const first = find(index.getX(i));
    parent[find(index.getX(i + 1))] = first;
    parent[find(index.getX(i + 2))] = first;
  }
  return parent.map((_, i) => find(i));
}

const from = new Vector3();
const sideways = new Vector3();
const upwards = new Vector3();

/** Gives a hair geometry `strand`, the direction of growing v in space, smooth over shared vertices. */
export function traceStrands(geometry: BufferGeometry): void {
  const index = geometry.getIndex();
  const position = geometry.getAttribute('position');
  const uv = geometry.getAttribute('uv');
  if (!index || !uv) return;
  const strands = new Float32Array(position.count * 3);
  for (let i = 0; i < index.count; i += 3) {
    const [a, b, c] = [index.getX(i), index.getX(i + 1), index.getX(i + 2)];
    from.fromBufferAttribute(position, a);
    sideways.fromBufferAttribute(position, b).sub(from);
    upwards.fromBufferAttribute(position, c).sub(from);
    const [ub, uc] = [uv.getX(b) - uv.getX(a), uv.getX(c) - uv.getX(a)];
    const area = ub * (uv.getY(c) - uv.getY(a)) - uc * (uv.getY(b) - uv.getY(a));
    upwards.multiplyScalar(ub).addScaledVector(sideways, -uc).multiplyScalar(Math.sign(area)).normalize();
    for (const corner of [a, b, c]) addTo(strands, corner * 3, upwards);
  }
  geometry.setAttribute('strand', new BufferAttribute(strands, 3));
}

function addTo(values: Float32Array, at: number, { x, y, z }: Vector3): void {
  values[at]! += x;
  values[at + 1]! += y;
  values[at + 2]! += z;
}
