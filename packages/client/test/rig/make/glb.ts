/** Writes GLB files for tests: accessors are packed one behind the other, what they mean is the caller's JSON. */

export type GltfJson = Record<string, unknown>;

const COMPONENT = { f32: 5126, u16: 5123, u32: 5125 } as const;

/** One GLB file under construction. Indices that methods return are those of the glTF document. */
export class GlbWriter {
  readonly #chunks: Uint8Array[] = [];
  readonly #views: GltfJson[] = [];
  readonly #accessors: GltfJson[] = [];
  #length = 0;

  /** Adds numbers as an accessor; positions get the bounds that the format asks for. */
  add(numbers: Float32Array | Uint16Array, type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4' | 'MAT4'): number {
    const size = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 }[type];
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    this.#views.push({ buffer: 0, byteOffset: this.#length, byteLength: bytes.length });
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    this.#pad();
    const componentType = numbers instanceof Float32Array ? COMPONENT.f32 : COMPONENT.u16;
    this.#accessors.push({ bufferView: this.#views.length - 1, componentType, count: numbers.length / size, type, ...bounds(numbers, size) });
    return this.#accessors.length - 1;
  }

  /** The file: `json` with what was added, as the format's container. */
  finish(json: GltfJson): ArrayBuffer {
    const document = {
      asset: { version: '2.0' }, buffers: [{ byteLength: this.#length }], bufferViews: this.#views, accessors: this.#accessors, ...json,
    };
    return writeGlb(JSON.stringify(document), this.#chunks);
  }

  #pad(): void {
    const rest = (4 - (this.#length % 4)) % 4;
    if (rest === 0) return;
    this.#chunks.push(new Uint8Array(rest));
    this.#length += rest;
  }
}

/** A GLB of a JSON text and the parts of its binary chunk. */
export function writeGlb(json: string, binary: readonly Uint8Array[] = []): ArrayBuffer {
  const text = new TextEncoder().encode(json);
  const jsonBytes = Math.ceil(text.length / 4) * 4;
  const binaryBytes = binary.reduce((sum, { length }) => sum + length, 0);
  const out = new Uint8Array(20 + jsonBytes + (binaryBytes > 0 ? 8 + binaryBytes : 0)).fill(0x20);
  const view = new DataView(out.buffer);
  [0x46546c67, 2, out.length, jsonBytes, 0x4e4f534a].forEach((word, i) => { view.setUint32(i * 4, word, true); });
  out.set(text, 20);
  if (binaryBytes === 0) return out.buffer;
  view.setUint32(20 + jsonBytes, binaryBytes, true);
  view.setUint32(24 + jsonBytes, 0x004e4942, true);
  let at = 28 + jsonBytes;
  for (const part of binary) {
    out.set(part, at);
    at += part.length;
  }
  return out.buffer;
}

function bounds(numbers: ArrayLike<number>, size: number): { min?: number[]; max?: number[] } {
  if (size !== 3) return {};
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < numbers.length; i++) {
    min[i % 3] = Math.min(min[i % 3]!, numbers[i]!);
    max[i % 3] = Math.max(max[i % 3]!, numbers[i]!);
  }
  return { min, max };
}

/** A GLB with one triangle that has these morph targets, each of which moves it by one metre down. */
export function faceGlb(targetNames: readonly string[], position: ArrayLike<number> = [0, 0, 0, 1, 0, 0, 0, 1, 0]): ArrayBuffer {
  const writer = new GlbWriter();
  const POSITION = writer.add(Float32Array.from(position), 'VEC3');
  const down = writer.add(Float32Array.from([0, -1, 0, 0, -1, 0, 0, -1, 0]), 'VEC3');
  const mesh = { primitives: [{ attributes: { POSITION }, ...(targetNames.length > 0 && { targets: targetNames.map(() => ({ POSITION: down })) }) }] };
  return writer.finish({ scene: 0, scenes: [{ nodes: [0] }], nodes: [{ mesh: 0, name: 'Face' }], meshes: [{ ...mesh, extras: { targetNames } }] });
}
