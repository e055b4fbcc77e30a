/**
 * Packs a GLB: attributes quantised, meshes and shapes compressed with meshopt, vertices in the order of the shapes that move them.
 * Textures stay as they are.
 *     node pack.mjs IN.glb OUT.glb
 * Prints what is in it as one line of JSON; fails where the glTF validator finds an error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Logger, NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import { dedup, meshopt, prune, quantize, reorder } from '@gltf-transform/functions';
import validator from 'gltf-validator';
import { MeshoptEncoder } from 'meshoptimizer';
import { orderByTargets } from './order.mjs';

/** Bits kept of each attribute. Positions: 16 thousand steps over the avatar's half metre are 0.03 mm. */
const BITS = { quantizePosition: 14, quantizeNormal: 8, quantizeTexcoord: 12, quantizeColor: 8, quantizeWeight: 8 };

const [input, output] = process.argv.slice(2);
if (!input || !output) throw new Error('usage: node pack.mjs IN.glb OUT.glb');

await MeshoptEncoder.ready;
const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
const document = await io.read(input);
document.setLogger(new Logger(Logger.Verbosity.WARN));
await document.transform(
  dedup(), prune({ keepAttributes: false, keepLeaves: true }), reorder({ encoder: MeshoptEncoder, target: 'size' }), quantize(BITS),
  meshopt({ encoder: MeshoptEncoder, level: 'medium', ...BITS }),
);
orderByTargets(document);
const bytes = await io.writeBinary(document);
await writeFile(output, bytes);
process.stdout.write(`${JSON.stringify({ ...contents(document), bytes: bytes.byteLength })}\n`);
await validate(output);

function contents(document) {
  const meshes = document.getRoot().listMeshes().map((mesh) => {
    const [primitive] = mesh.listPrimitives();
    return {
      name: mesh.getName(), vertices: primitive.getAttribute('POSITION').getCount(),
      triangles: primitive.getIndices().getCount() / 3, shapes: primitive.listTargets().length,
    };
  });
  const textures = document.getRoot().listTextures().map((texture) => ({ size: texture.getSize(), bytes: texture.getImage().byteLength }));
  return { meshes, textures };
}

async function validate(file) {
  const { issues } = await validator.validateBytes(new Uint8Array(await readFile(file)), { maxIssues: 20 });
  const errors = issues.messages.filter(({ severity }) => severity === 0);
  if (errors.length > 0) throw new Error(`the glTF validator finds errors in ${file}: ${JSON.stringify(errors)}`);
}
