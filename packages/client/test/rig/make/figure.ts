/**
 * A small drawn character as GLB parts, for tests of VRM: a head with mouth, lids, eyes and brows, a body in T-pose, and
 * hair that swings. Every mesh hangs on a bone; nothing is skinned. Made by this project, CC0.
 */
import { GlbWriter, type GltfJson } from './glb.js';

export type Vec = readonly [number, number, number];

/** A node with its place from its parent and, where it is seen, its mesh. */
interface Part {
  readonly name: string;
  readonly parent?: string;
  readonly at: Vec;
  readonly mesh?: { readonly shape: Shape; readonly material: Material; readonly targets?: Readonly<Record<string, Shape>> };
}

export interface Shape {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  readonly indices: Uint16Array;
}

const COLOURS = { skin: [0.93, 0.72, 0.6], hair: [0.16, 0.2, 0.42], white: [0.97, 0.97, 1], iris: [0.12, 0.35, 0.5], mouth: [0.4, 0.08, 0.1], cloth: [0.2, 0.5, 0.48] } as const;
type Material = keyof typeof COLOURS;
export const MATERIALS = Object.keys(COLOURS) as Material[];

export function ellipsoid([rx, ry, rz]: Vec, [cx, cy, cz]: Vec = [0, 0, 0], rings = 14, sides = 20): Shape {
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (let i = 0; i <= rings; i++) {
    for (let k = 0; k <= sides; k++) {
      const [a, b] = [(Math.PI * i) / rings, (2 * Math.PI * k) / sides];
      const n: Vec = [Math.sin(a) * Math.sin(b), Math.cos(a), Math.sin(a) * Math.cos(b)];
      positions.push(cx + n[0] * rx, cy + n[1] * ry, cz + n[2] * rz);
      const length = Math.hypot(n[0] / rx, n[1] / ry, n[2] / rz) || 1;
      normals.push(n[0] / rx / length, n[1] / ry / length, n[2] / rz / length);
      if (i < rings && k < sides) {
        const p = i * (sides + 1) + k;
        indices.push(p, p + sides + 1, p + 1, p + 1, p + sides + 1, p + sides + 2);
      }
    }
  }
  return { positions: Float32Array.from(positions), normals: Float32Array.from(normals), indices: Uint16Array.from(indices) };
}

const lips = (width: number, height: number): Shape => ellipsoid([width, height, 0.012]);
const lid = (height: number, y: number): Shape => ellipsoid([0.025, height, 0.014], [0, y, 0]);

const side = (left: string, x: number): Part[] => [
  { name: `${left}Eye`, parent: 'head', at: [x * 0.042, 0.1, 0.095], mesh: { shape: ellipsoid([0.022, 0.026, 0.014]), material: 'white' } },
  { name: `${left}Iris`, parent: `${left}Eye`, at: [0, 0, 0.01], mesh: { shape: ellipsoid([0.012, 0.016, 0.006]), material: 'iris' } },
  { name: `${left}Lid`, parent: 'head', at: [x * 0.042, 0.1, 0.103], mesh: { shape: lid(0.003, 0.029), material: 'skin', targets: { Blink: lid(0.029, 0) } } },
  { name: `${left}Brow`, parent: 'head', at: [x * 0.042, 0.15, 0.103], mesh: { shape: ellipsoid([0.022, 0.005, 0.006]), material: 'hair', targets: { Angry: ellipsoid([0.022, 0.005, 0.006], [x * -0.004, -0.015, 0]) } } },
  { name: `${left}UpperArm`, parent: 'chest', at: [x * 0.15, 0.13, 0], mesh: { shape: ellipsoid([0.13, 0.045, 0.045], [x * 0.12, 0, 0]), material: 'cloth' } },
  { name: `${left}LowerArm`, parent: `${left}UpperArm`, at: [x * 0.24, 0, 0], mesh: { shape: ellipsoid([0.13, 0.036, 0.036], [x * 0.12, 0, 0]), material: 'skin' } },
  { name: `${left}Hand`, parent: `${left}LowerArm`, at: [x * 0.24, 0, 0], mesh: { shape: ellipsoid([0.06, 0.03, 0.04], [x * 0.04, 0, 0]), material: 'skin' } },
  { name: `${left}UpperLeg`, parent: 'hips', at: [x * 0.08, -0.05, 0] },
  { name: `${left}LowerLeg`, parent: `${left}UpperLeg`, at: [0, -0.4, 0] },
  { name: `${left}Foot`, parent: `${left}LowerLeg`, at: [0, -0.4, 0] },
];

/** Facing +z, feet on the ground, the character's left at +x. Bones are called as VRM calls them. */
export const PARTS: readonly Part[] = [
  { name: 'hips', at: [0, 0.9, 0] },
  { name: 'spine', parent: 'hips', at: [0, 0.1, 0] },
  { name: 'chest', parent: 'spine', at: [0, 0.15, 0], mesh: { shape: ellipsoid([0.17, 0.24, 0.11], [0, -0.02, 0]), material: 'cloth' } },
  { name: 'neck', parent: 'chest', at: [0, 0.2, 0], mesh: { shape: ellipsoid([0.045, 0.08, 0.045], [0, 0.03, 0]), material: 'skin' } },
  { name: 'head', parent: 'neck', at: [0, 0.07, 0], mesh: { shape: ellipsoid([0.115, 0.14, 0.115], [0, 0.1, 0]), material: 'skin' } },
  { name: 'Hair', parent: 'head', at: [0, 0.13, -0.025], mesh: { shape: ellipsoid([0.132, 0.14, 0.125]), material: 'hair' } },
  {
    name: 'Mouth', parent: 'head', at: [0, 0.035, 0.099],
    mesh: { shape: lips(0.026, 0.003), material: 'mouth', targets: { A: lips(0.026, 0.027), I: lips(0.036, 0.009), U: lips(0.012, 0.011), E: lips(0.032, 0.016), O: lips(0.018, 0.021), Joy: lips(0.04, 0.005) } },
  },
  ...side('left', 1), ...side('right', -1),
  ...[0, 1, 2, 3].map((i): Part => ({
    name: `Tail${i}`, parent: i === 0 ? 'Hair' : `Tail${i - 1}`, at: i === 0 ? [0.11, 0.06, -0.06] : [0.012, -0.075, 0],
    mesh: { shape: ellipsoid([0.034 - i * 0.005, 0.05, 0.034 - i * 0.005], [0, -0.03, 0]), material: 'hair' },
  })),
];

/** Index of a part's node, which is that of its mesh's node too. */
export const nodeOf = (name: string): number => PARTS.findIndex((part) => part.name === name);

const SEEN = PARTS.filter((part) => part.mesh !== undefined);
export const meshOf = (name: string): number => SEEN.findIndex((part) => part.name === name);

/** The character as a GLB with `extra` in its document. `facing` -1 turns it to -z, as VRM 0 has it. */
export function figureGlb(facing: 1 | -1, extra: GltfJson, materialExtra: (name: Material) => GltfJson = () => ({})): ArrayBuffer {
  const writer = new GlbWriter();
  const turned = (values: Float32Array): Float32Array => values.map((value, i) => (i % 3 === 1 ? value : value * facing));
  const vec = (values: Float32Array): number => writer.add(turned(values), 'VEC3');
  const meshes = SEEN.map(({ mesh }) => {
    const { shape, material, targets = {} } = mesh!;
    const moved = (to: Shape): Float32Array => to.positions.map((value, i) => value - shape.positions[i]!);
    const attributes = { POSITION: vec(shape.positions), NORMAL: vec(shape.normals) };
    const primitive = { attributes, indices: writer.add(shape.indices, 'SCALAR'), material: MATERIALS.indexOf(material) };
    const names = Object.keys(targets);
    return names.length === 0 ? { primitives: [primitive] } : {
      primitives: [{ ...primitive, targets: names.map((name) => ({ POSITION: vec(moved(targets[name]!)) })) }], extras: { targetNames: names },
    };
  });
  const nodes = PARTS.map(({ name, at, mesh }) => {
    const children = PARTS.flatMap((part, i) => (part.parent === name ? [i] : []));
    const translation = [at[0] * facing, at[1], at[2] * facing];
    return { name, translation, ...(children.length > 0 && { children }), ...(mesh && { mesh: meshOf(name) }) };
  });
  const materials = MATERIALS.map((name) => ({
    name, pbrMetallicRoughness: { baseColorFactor: [...COLOURS[name], 1], metallicFactor: 0, roughnessFactor: 0.8 }, ...materialExtra(name),
  }));
  return writer.finish({ scene: 0, scenes: [{ nodes: [0] }], nodes, meshes, materials, ...extra });
}
