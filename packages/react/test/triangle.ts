/** The smallest avatar there is: one triangle with one morph target. Software rendering draws it at once. */

const POSITIONS = [-0.1, -0.1, 0, 0.1, -0.1, 0, 0, 0.1, 0];
const OPEN = [0, -0.02, 0, 0, -0.02, 0, 0, 0, 0];
const VERTICES_BYTES = POSITIONS.length * 4;
const JSON_CHUNK = 0x4e4f534a;
const BIN_CHUNK = 0x004e4942;

export const TRIANGLE_MANIFEST = {
  schema: 'visavis.avatar/1', id: 'triangle', name: 'Triangle', version: '1.0.0', license: 'CC0-1.0',
  rig: { type: 'glb', file: 'triangle.glb' },
  framing: { target: [0, 0, 0], width: 0.3, height: 0.3, fovDeg: 20 },
};

const SCENE = {
  asset: { version: '2.0' },
  scene: 0,
  scenes: [{ nodes: [0] }],
  nodes: [{ name: 'Face', mesh: 0 }],
  meshes: [{
    primitives: [{ attributes: { POSITION: 0 }, targets: [{ POSITION: 1 }], material: 0 }],
    extras: { targetNames: ['jawOpen'] },
  }],
  materials: [{ extensions: { KHR_materials_unlit: {} } }],
  extensionsUsed: ['KHR_materials_unlit'],
  buffers: [{ byteLength: 2 * VERTICES_BYTES }],
  bufferViews: [{ buffer: 0, byteLength: VERTICES_BYTES }, { buffer: 0, byteOffset: VERTICES_BYTES, byteLength: VERTICES_BYTES }],
  accessors: [
    { bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [-0.1, -0.1, 0], max: [0.1, 0.1, 0] },
    { bufferView: 1, componentType: 5126, count: 3, type: 'VEC3', min: [0, -0.02, 0], max: [0, 0, 0] },
  ],
};

/** The bytes of its GLB. */
export function triangleGlb(): Buffer {
  const text = JSON.stringify(SCENE);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4));
  const bin = Buffer.from(new Float32Array([...POSITIONS, ...OPEN]).buffer);
  const head = Buffer.from(new Uint32Array([0x46546c67, 2, 12 + 8 + json.length + 8 + bin.length]).buffer);
  return Buffer.concat([head, chunk(JSON_CHUNK, json), chunk(BIN_CHUNK, bin)]);
}

function chunk(type: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(new Uint32Array([bytes.length, type]).buffer), bytes]);
}
