/** What a GLB is made of, by its JSON and its headers. Free of three.js; trusts nothing. */
import { boneOf } from '../rig/bone-names.js';
import { binaryOf, bytesOfImage, isEntry, listOf, readDocument, type Entry } from '../rig/glb-document.js';
import { imageSize } from '../rig/image-size.js';
import { damageOf } from './picture-damage.js';
import type { TextureFacts } from './report.js';

const COMPONENT_BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const SIZES: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 };
const FLOAT = 5126;
const TRIANGLES = 4;
/** three.js keeps what targets do as textures of four floats. */
const TARGET_BYTES = 16;
/** All mipmaps together are a third of the picture. */
const WITH_MIPMAPS = 4 / 3;

export interface GlbFacts {
  readonly document: Entry;
  readonly targets: readonly string[];
  readonly bones: readonly string[];
  readonly meshes: number;
  readonly drawCalls: number;
  readonly vertices: number;
  /** Of each mesh by material. */
  readonly vertexCounts: readonly number[];
  readonly triangles: number;
  readonly textures: readonly TextureFacts[];
  readonly gpuBytes: number;
  /** An accessor that holds what is not a number, by what it is. */
  readonly notNumbers: string | undefined;
}

/** Throws `unsupportedAvatarAsset` where the container is damaged. */
export function readGlbFacts(bytes: Uint8Array): GlbFacts {
  const document = readDocument(bytes);
  const file = new GlbFile(document, bytes);
  const primitives = listOf(document, 'meshes').flatMap((mesh) => listOf(mesh, 'primitives'));
  const textures = listOf(document, 'images').map((image, i) => file.texture(image, i));
  const vertexCounts = primitives.map((primitive) => file.vertices(primitive));
  const geometry = primitives.reduce((sum, primitive) => sum + file.geometryBytes(primitive), 0);
  return {
    document,
    targets: targetNames(document),
    bones: [...new Set(listOf(document, 'nodes').flatMap(({ name }) => (typeof name === 'string' ? boneOf(name) ?? [] : [])))],
    meshes: listOf(document, 'meshes').length,
    drawCalls: primitives.length,
    vertices: vertexCounts.reduce((sum, count) => sum + count, 0),
    vertexCounts,
    triangles: primitives.reduce((sum, primitive) => sum + file.triangles(primitive), 0),
    textures,
    gpuBytes: geometry + textures.reduce((sum, { gpuBytes }) => sum + gpuBytes, 0),
    notNumbers: file.findNotNumbers(primitives),
  };
}

/** Names of targets as loaders read them: of the mesh, or of its first primitive that has some. */
function targetNames(document: Entry): string[] {
  const names = listOf(document, 'meshes').flatMap((mesh) => {
    const primitives = listOf(mesh, 'primitives');
    const given = [mesh, ...primitives].map(namesIn).find((list) => list.length > 0);
    return given ?? (listOf(primitives[0] ?? {}, 'targets').map((_, i) => String(i)));
  });
  return [...new Set(names)];
}

function namesIn({ extras }: Entry): string[] {
  const names = isEntry(extras) ? extras['targetNames'] : undefined;
  return Array.isArray(names) ? (names as unknown[]).filter((name) => typeof name === 'string') : [];
}

class GlbFile {
  readonly #accessors: readonly Entry[];
  readonly #views: readonly Entry[];
  readonly #binary: Uint8Array;

  constructor(document: Entry, bytes: Uint8Array) {
    this.#accessors = listOf(document, 'accessors');
    this.#views = listOf(document, 'bufferViews');
    this.#binary = binaryOf(bytes);
  }

  vertices({ attributes }: Entry): number {
    return isEntry(attributes) ? this.#count(attributes['POSITION']) : 0;
  }

  triangles(primitive: Entry): number {
    const { indices, mode = TRIANGLES } = primitive;
    if (mode !== TRIANGLES) return 0;
    return Math.floor((indices === undefined ? this.vertices(primitive) : this.#count(indices)) / 3);
  }

  geometryBytes(primitive: Entry): number {
    const { attributes, indices } = primitive;
    const accessors = [...Object.values(isEntry(attributes) ? attributes : {}), indices];
    const plain = accessors.reduce<number>((sum, index) => sum + this.#bytes(index), 0);
    const kinds = new Set(listOf(primitive, 'targets').flatMap((target) => Object.keys(target)));
    return plain + this.vertices(primitive) * listOf(primitive, 'targets').length * kinds.size * TARGET_BYTES;
  }

  texture(image: Entry, i: number): TextureFacts {
    const { name, mimeType } = image;
    const bytes = bytesOfImage(image, this.#views, this.#binary);
    const size = imageSize(bytes);
    const { width = 0, height = 0, type = typeof mimeType === 'string' ? mimeType : 'unknown' } = size ?? {};
    return {
      name: typeof name === 'string' && name !== '' ? name : `image ${i}`, type, width, height, bytes: bytes.byteLength, gpuBytes: Math.round(width * height * 4 * WITH_MIPMAPS), damage: damageOf(bytes),
    };
  }

  /** Only what is stored as plain floats can be looked at; what is packed is checked when it is loaded. */
  findNotNumbers(primitives: readonly Entry[]): string | undefined {
    for (const primitive of primitives) {
      const { attributes } = primitive;
      for (const set of [attributes, ...listOf(primitive, 'targets')]) {
        for (const [name, index] of Object.entries(isEntry(set) ? set : {})) if (!this.#isFinite(index)) return name;
      }
    }
    return undefined;
  }

  #accessor(index: unknown): Entry {
    return (typeof index === 'number' ? this.#accessors[index] : undefined) ?? {};
  }

  #count(index: unknown): number {
    const { count } = this.#accessor(index);
    return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : 0;
  }

  #bytes(index: unknown): number {
    const { componentType, type } = this.#accessor(index);
    return this.#count(index) * (SIZES[String(type)] ?? 1) * (COMPONENT_BYTES[Number(componentType)] ?? 4);
  }

  #view(index: unknown): Uint8Array | undefined {
    const view = typeof index === 'number' ? this.#views[index] : undefined;
    const isPacked = isEntry(view?.['extensions']) && Object.keys(view['extensions']).some((name) => name.includes('meshopt'));
    if (!view || isPacked) return undefined;
    const { byteOffset = 0, byteLength } = view;
    if (typeof byteOffset !== 'number' || typeof byteLength !== 'number') return undefined;
    return this.#binary.subarray(byteOffset, byteOffset + byteLength);
  }

  #isFinite(index: unknown): boolean {
    const { componentType, bufferView, byteOffset = 0, type } = this.#accessor(index);
    const bytes = componentType === FLOAT && typeof byteOffset === 'number' ? this.#view(bufferView)?.subarray(byteOffset) : undefined;
    if (!bytes) return true;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { byteStride } = this.#views[bufferView as number]!;
    const size = SIZES[String(type)] ?? 1;
    const stride = typeof byteStride === 'number' && byteStride >= size * 4 ? byteStride : size * 4;
    const last = bytes.byteLength - size * 4;
    for (let at = 0, i = 0; i < this.#count(index) && at <= last; i++, at += stride) {
      for (let k = 0; k < size; k++) if (!Number.isFinite(view.getFloat32(at + k * 4, true))) return false;
    }
    return true;
  }
}
