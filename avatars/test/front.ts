/** What is seen of an avatar straight from the front, by geometry: a small depth buffer, no renderer. */
import { posed, type AvatarMesh, type Weights } from './glb.js';

/** Edge of a cell in metres. */
export const CELL = 0.0001;

export interface Window { readonly left: number; readonly bottom: number; readonly columns: number; readonly rows: number }

/**
 * For each cell of the window the number of the mesh that lies in front, or -1. Triangles seen from behind count, for a
 * hole must not pass for a surface.
 */
export function frontmost(meshes: readonly AvatarMesh[], weights: Weights, window: Window): Int8Array {
  const shown = new Int8Array(window.columns * window.rows).fill(-1);
  const depth = new Float64Array(shown.length).fill(-Infinity);
  meshes.forEach((mesh, number) => {
    const places = posed(mesh, weights);
    for (let t = 0; t < mesh.triangles.length; t += 3) fill(places, mesh.triangles.subarray(t, t + 3), number, window, shown, depth);
  });
  return shown;
}

function fill(places: Float64Array, corners: Uint32Array, number: number, window: Window, shown: Int8Array, depth: Float64Array): void {
  const [ax, ay, az, bx, by, bz, cx, cy, cz] = Array.from(corners, (v) => [places[3 * v]!, places[3 * v + 1]!, places[3 * v + 2]!]).flat() as [
    number, number, number, number, number, number, number, number, number];
  const area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
  if (Math.abs(area) < 1e-14) return;
  const from = (value: number, origin: number): number => Math.max(0, Math.ceil((value - origin) / CELL - 0.5));
  const to = (value: number, origin: number, count: number): number => Math.min(count - 1, Math.floor((value - origin) / CELL - 0.5));
  const lastColumn = to(Math.max(ax, bx, cx), window.left, window.columns);
  const lastRow = to(Math.max(ay, by, cy), window.bottom, window.rows);
  for (let row = from(Math.min(ay, by, cy), window.bottom); row <= lastRow; row++) {
    const y = window.bottom + (row + 0.5) * CELL;
    for (let column = from(Math.min(ax, bx, cx), window.left); column <= lastColumn; column++) {
      const x = window.left + (column + 0.5) * CELL;
      const a = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area;
      const b = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area;
      const c = 1 - a - b;
      if (a < -1e-9 || b < -1e-9 || c < -1e-9) continue;
      const z = a * az + b * bz + c * cz;
      const cell = row * window.columns + column;
      if (z <= depth[cell]!) continue;
      depth[cell] = z;
      shown[cell] = number;
    }
  }
}

/** The most cells of one column in which something other than mesh 0 is seen, in millimetres: a slit's height. */
export function tallestSlit(shown: Int8Array, window: Window): number {
  let most = 0;
  for (let column = 0; column < window.columns; column++) {
    let seen = 0;
    for (let row = 0; row < window.rows; row++) if (shown[row * window.columns + column] !== 0) seen++;
    most = Math.max(most, seen);
  }
  return most * CELL * 1000;
}
