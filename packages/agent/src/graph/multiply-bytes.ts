import { branchesOf, DataType, intOf, intsOf, makeNode, type ModelGraph } from './model-graph.js';
import type { GraphProto, NodeProto } from './gen/onnx_pb.js';
import { asWeights, type WeightType } from './weights.js';

/** A matrix of bytes, and what makes numbers of them: (byte - zeroPoint) * scale. */
interface Packed {
  /** The constant's name. */
  readonly bytes: string;
  readonly scale: string;
  /** What is added to byte * scale. */
  readonly offset: string;
  readonly zeroPoint: number;
}

/**
 * Some exports keep weights as bytes and make numbers of all of them in every run: cast, scale, add, for one word as for
 * thirty. Here the product takes the bytes as they are, and makes bytes of what they are multiplied with
 * (com.microsoft.DynamicQuantizeMatMul). Returns how many products were changed.
 */
export function multiplyBytes(graph: ModelGraph, weights: WeightType): number {
  const packed = findPacked(graph);
  const changed = packed.size > 0 ? rewrite(graph, graph.main, packed, new Map(), weights) : 0;
  graph.prune();
  return changed;
}

/** By the value that holds the numbers. */
function findPacked(graph: ModelGraph): Map<string, Packed> {
  const found = new Map<string, Packed>();
  for (const add of graph.main.node.filter(({ opType }) => opType === 'Add')) {
    const mul = graph.producer(add.input[0]);
    const cast = graph.producer(mul?.input[0]);
    if (mul?.opType !== 'Mul' || cast?.opType !== 'Cast' || intOf(cast, 'to') !== DataType.Float) continue;
    const [bytes, scale, offset] = [cast.input[0], mul.input[1], add.input[1]];
    const zeroPoint = -(graph.scalar(offset) ?? NaN) / (graph.scalar(scale) ?? NaN);
    const isWhole = Math.abs(zeroPoint - Math.round(zeroPoint)) < 1e-3 && Math.round(zeroPoint) >= -128 && Math.round(zeroPoint) <= 127;
    if (!(graph.numbers(bytes) instanceof Int8Array) || graph.sizes(bytes)?.length !== 2 || !isWhole) continue;
    found.set(add.output[0]!, { bytes: bytes!, scale: scale!, offset: offset!, zeroPoint: Math.round(zeroPoint) });
  }
  return found;
}

/** `turned`: transposed matrices by the value that holds them, of this graph and those it lies in. */
function rewrite(graph: ModelGraph, within: GraphProto, packed: ReadonlyMap<string, Packed>, outer: ReadonlyMap<string, Packed>, weights: WeightType): number {
  const turned = new Map(outer);
  for (const node of within.node) {
    const isTurn = node.opType === 'Transpose' && (intsOf(node, 'perm') ?? [1, 0]).join() === '1,0';
    const matrix = isTurn ? packed.get(node.input[0]!) : undefined;
    if (matrix) turned.set(node.output[0]!, matrix);
  }
  let changed = 0;
  within.node = within.node.flatMap((node) => {
    for (const branch of branchesOf(node)) changed += rewrite(graph, branch, packed, turned, weights);
    const [first, second] = node.input;
    if (node.opType === 'Gather' && packed.has(first!)) return gatherBytes(node, packed.get(first!)!);
    const matrix = node.opType === 'MatMul' ? (packed.get(second!) ?? turned.get(second!)) : undefined;
    if (!matrix) return [node];
    changed++;
    const [bytes, zeroPoint] = constantsOf(graph, matrix, turned.has(second!), weights);
    return [makeNode({ op: 'DynamicQuantizeMatMul', domain: 'com.microsoft', inputs: [first!, bytes, matrix.scale, zeroPoint], outputs: node.output })];
  });
  return changed;
}

/** Rows of bytes are taken first, and numbers made of those alone. */
function gatherBytes(node: NodeProto, { bytes, scale, offset }: Packed): NodeProto[] {
  const [value] = node.output;
  const step = (name: string): string => `${value}.${name}`;
  const rows = makeNode({ op: 'Gather', inputs: [bytes, node.input[1]!], outputs: [step('bytes')] });
  rows.attribute = node.attribute;
  return [
    rows,
    makeNode({ op: 'Cast', inputs: [step('bytes')], outputs: [step('cast')], attributes: { to: DataType.Float } }),
    makeNode({ op: 'Mul', inputs: [step('cast'), scale], outputs: [step('scaled')] }),
    makeNode({ op: 'Add', inputs: [step('scaled'), offset], outputs: [value!] }),
  ];
}

/** The names of the matrix, rows by what it is multiplied with, and of its zero point. */
function constantsOf(graph: ModelGraph, { bytes, zeroPoint }: Packed, isTurned: boolean, weights: WeightType): [string, string] {
  const [rows, columns] = graph.sizes(bytes) as [number, number];
  const plain = graph.numbers(bytes) as Int8Array;
  const zero = graph.addConstant(`${bytes}.zero`, [], () => asWeights(Int8Array.of(zeroPoint), weights));
  if (isTurned) return [graph.addConstant(`${bytes}.turned`, [columns, rows], () => asWeights(transpose(plain, rows, columns), weights)), zero];
  return [weights === 'int8' ? bytes : graph.addConstant(`${bytes}.unsigned`, [rows, columns], () => asWeights(plain, weights)), zero];
}

function transpose(values: Int8Array, rows: number, columns: number): Int8Array {
  const turned = new Int8Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  return turned;
}
