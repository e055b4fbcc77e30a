import type { NodeProto } from './gen/onnx_pb.js';
import { DataType, intOf, intsOf, makeNode, stringOf, type ModelGraph } from './model-graph.js';
import { asWeights, type WeightType } from './weights.js';

/** A convolution of bytes along one axis, and what makes numbers of its sums. */
interface ByteConv {
  /** The last of the nodes that it is done in; its output is the convolution's in numbers. */
  readonly last: NodeProto;
  /** Of what is convolved, [1, channels, time]: bytes, scale, zero point. */
  readonly bytes: string;
  readonly scale: string;
  readonly zeroPoint: string;
  /** Of the weights, [outputs, channels, taps]. */
  readonly weights: Uint8Array;
  readonly sizes: readonly [outputs: number, channels: number, taps: number];
  readonly weightScale: string;
  readonly weightZeroPoint: number;
  /** In numbers, one for each output. */
  readonly bias: string | undefined;
  readonly pads: readonly [number, number];
  readonly dilation: number;
}

/** What makes a bias whole, from the sum backwards. */
const MADE_WHOLE = [['Reshape', 'Unsqueeze'], ['Cast'], ['Floor', 'Round'], ['Div']];

/**
 * The runtime's ConvInteger is several times slower than its product of byte matrices. Here a convolution along time becomes
 * such a product: what each tap sees is laid side by side, one row for each moment, and multiplied with all taps at once
 * (com.microsoft.MatMulIntegerToFloat). Weights stay bytes, and sums are the same whole numbers. Returns how many convolutions
 * were changed; those with strides or groups stay.
 */
export function convsAsProducts(graph: ModelGraph, type: WeightType): number {
  const found = new Map(graph.main.node.flatMap((node) => {
    const conv = node.opType === 'ConvInteger' ? read(graph, node) : undefined;
    return conv ? [[conv.last, conv] as const] : [];
  }));
  graph.main.node = graph.main.node.flatMap((node) => {
    const conv = found.get(node);
    return conv ? product(graph, conv, type) : [node];
  });
  graph.prune();
  return found.size;
}

/** As onnxruntime.quantization writes it: ConvInteger, then perhaps a bias made whole and added, a cast, a scale. */
function read(graph: ModelGraph, conv: NodeProto): ByteConv | undefined {
  const [bytes, weightBytes, zeroPoint, weightZero] = conv.input;
  const quantize = graph.producer(bytes);
  const sum = graph.users(conv.output[0])[0];
  const isBiased = sum?.opType === 'Add';
  const cast = isBiased ? graph.users(sum.output[0])[0] : sum;
  const last = cast?.opType === 'Cast' ? graph.users(cast.output[0])[0] : undefined;
  const scales = graph.producer(last?.input.find((value) => value !== cast?.output[0]));
  const scale = quantize?.output[1];
  const weightScale = scales?.input.find((value) => value !== scale);
  const bias = isBiased ? biasOf(graph, sum, conv.output[0]!, scales?.output[0]) : undefined;
  const [weights, sizes, weightZeroPoint] = [graph.numbers(weightBytes), graph.sizes(weightBytes), graph.scalar(weightZero)];
  const [pads, [stride], [dilation]] = [intsOf(conv, 'pads') ?? [0, 0], intsOf(conv, 'strides') ?? [1], intsOf(conv, 'dilations') ?? [1]];
  const isPlain = stride === 1 && (intOf(conv, 'group') ?? 1) === 1 && (stringOf(conv, 'auto_pad') ?? 'NOTSET') === 'NOTSET';
  const isQuantized = quantize?.opType === 'DynamicQuantizeLinear' && bytes === quantize.output[0] && zeroPoint === quantize.output[2];
  const isScaled = cast !== undefined && intOf(cast, 'to') === DataType.Float && last?.opType === 'Mul' && scales?.opType === 'Mul' && scales.input.includes(scale!);
  if (!isQuantized || !isScaled || (isBiased && bias === undefined)) return undefined;
  if (!(weights instanceof Uint8Array) || sizes?.length !== 3 || weightZeroPoint === undefined || graph.scalar(weightScale) === undefined || !isPlain) return undefined;
  return {
    last, bytes: bytes!, scale: scale!, zeroPoint: zeroPoint!, weights, sizes: sizes as [number, number, number],
    weightScale: weightScale!, weightZeroPoint, bias, pads: pads as [number, number], dilation: dilation!,
  };
}

/** The bias in numbers, of which whole ones are made for the sum: divided by its scale, rounded, cast, reshaped. */
function biasOf(graph: ModelGraph, add: NodeProto, convolved: string, scale: string | undefined): string | undefined {
  let value = add.input.find((input) => input !== convolved);
  for (const ops of MADE_WHOLE) {
    const node = graph.producer(value);
    if (!node || !ops.includes(node.opType!) || (node.opType === 'Div' && node.input[1] !== scale)) return undefined;
    value = node.input[0];
  }
  return graph.numbers(value) instanceof Float32Array ? value : undefined;
}

function product(graph: ModelGraph, conv: ByteConv, type: WeightType): NodeProto[] {
  const [outputs, channels, taps] = conv.sizes;
  const [result] = conv.last.output;
  const step = (name: string): string => `${result}.${name}`;
  const matrix = graph.addConstant(step('weights'), [taps * channels, outputs], () => asWeights(tapsAsRows(conv), type));
  const zero = graph.addConstant(step('zero'), [], () => asWeights(Int8Array.of(conv.weightZeroPoint - 128), type));
  const seen = sideBySide(graph, conv, step);
  const inputs = [seen.at(-1)!.output[0]!, matrix, conv.scale, conv.weightScale, conv.zeroPoint, zero, ...(conv.bias === undefined ? [] : [conv.bias])];
  return [
    ...seen,
    makeNode({ op: 'MatMulIntegerToFloat', domain: 'com.microsoft', inputs, outputs: [step('product')] }),
    makeNode({ op: 'Transpose', inputs: [step('product')], outputs: [result!], attributes: { perm: [0, 2, 1] } }),
  ];
}

/** The last gives what each tap sees, side by side: [1, time, taps * channels]. Beyond the edges lies what stands for nothing, the zero point. */
function sideBySide(graph: ModelGraph, { bytes, sizes: [, , taps], pads, dilation, zeroPoint }: ByteConv, step: (name: string) => string): NodeProto[] {
  const whole = (...values: number[]): string => graph.addConstant(`whole.${values.join('.')}`, [values.length], () => BigInt64Array.from(values, BigInt));
  const nodes = [makeNode({ op: 'Transpose', inputs: [bytes], outputs: [step('turned')], attributes: { perm: [0, 2, 1] } })];
  if (pads.some((pad) => pad > 0)) {
    nodes.push(makeNode({ op: 'Pad', inputs: [step('turned'), whole(0, pads[0], 0, 0, pads[1], 0), zeroPoint], outputs: [step('padded')], attributes: { mode: 'constant' } }));
  }
  if (taps === 1) return nodes;
  const [all] = nodes.at(-1)!.output;
  const slices = Array.from({ length: taps }, (_, tap) => {
    // Numbers below zero count from the end; the last tap's end lies beyond it.
    const [from, to] = [tap * dilation, (tap - taps + 1) * dilation || Number.MAX_SAFE_INTEGER];
    return makeNode({ op: 'Slice', inputs: [all!, whole(from), whole(to), whole(1)], outputs: [step(`tap${tap}`)] });
  });
  return [...nodes, ...slices, makeNode({ op: 'Concat', inputs: slices.map(({ output }) => output[0]!), outputs: [step('seen')], attributes: { axis: 2 } })];
}

/** [outputs, channels, taps] as [taps, channels, outputs], signed. */
function tapsAsRows({ weights, sizes: [outputs, channels, taps] }: ByteConv): Int8Array {
  const rows = new Int8Array(weights.length);
  for (let row = 0, to = 0; row < taps * channels; row++) {
    const from = (row % channels) * taps + Math.floor(row / channels);
    for (let output = 0; output < outputs; output++) rows[to++] = weights[output * channels * taps + from]! - 128;
  }
  return rows;
}
