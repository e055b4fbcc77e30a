import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type * as Runtime from 'onnxruntime-node';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { convsAsProducts } from './convs-as-products.js';
import { AttributeProtoSchema, ModelProtoSchema, TensorProtoSchema, ValueInfoProtoSchema, type GraphProto, type NodeProto } from './gen/onnx_pb.js';
import { branchesOf, DataType, makeNode, ModelGraph } from './model-graph.js';
import { multiplyBytes } from './multiply-bytes.js';
import { openRewritten } from './open.js';
import { importRuntime } from './runtime.js';
import { asWeights, weightTypeHere, type WeightType } from './weights.js';

const runtime = await importRuntime();
const folder = mkdtempSync(join(tmpdir(), 'visavis-graph-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Constants = Record<string, { dims: number[]; values: Float32Array | Uint8Array | Int8Array }>;

const value = (name: string, elemType: DataType) => create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType } } });
const bytesOf = (values: ArrayBufferView) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A small model of these parts. */
function modelOf(nodes: NodeProto[], constants: Constants, inputs: Record<string, DataType>, outputs: string[]): Uint8Array {
  const type = (values: ArrayBufferView): DataType => (values instanceof Float32Array ? DataType.Float : values instanceof Int8Array ? DataType.Int8 : DataType.Uint8);
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    irVersion: 9n, opsetImport: [{ domain: '', version: 18n }, { domain: 'com.microsoft', version: 1n }],
    graph: {
      name: 'test', node: nodes, input: Object.entries(inputs).map(([name, elem]) => value(name, elem)), output: outputs.map((name) => value(name, DataType.Float)),
      initializer: Object.entries(constants).map(([name, { dims, values }]) => create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: type(values), rawData: bytesOf(values) })),
    },
  }));
}

async function run(model: Uint8Array, feeds: Record<string, Runtime.Tensor>): Promise<Float32Array> {
  const session = await runtime.InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 3 });
  const { y } = await session.run(feeds);
  await session.release();
  return y!.data as Float32Array;
}

const opsOf = (graph: GraphProto): string[] => graph.node.flatMap((node) => [node.opType!, ...branchesOf(node).flatMap(opsOf)]);
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
/** Seven bits: any processor multiplies them exactly, with a sign as well. */
const SMALL = 63;
/** Numbers that look like chance, -1..1. */
const numbers = (count: number, seed: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43_758.5453 % 1);

/** A convolution as onnxruntime.quantization writes it. */
function byteConv({ outputs, channels, taps, dilation, pads, stride = 1, biased }: { outputs: number; channels: number; taps: number; dilation: number; pads: number[]; stride?: number; biased: boolean }): Uint8Array {
  const weights = Uint8Array.from(numbers(outputs * channels * taps, 1), (x) => 128 + SMALL * x);
  const conv = makeNode({ op: 'ConvInteger', inputs: ['x8', 'w', 'xZero', 'wZero'], outputs: ['sums'], attributes: { dilations: [dilation], pads, strides: [stride], kernel_shape: [taps], group: 1 } });
  const bias = [
    makeNode({ op: 'Div', inputs: ['bias', 'scale'], outputs: ['biasReal'] }), makeNode({ op: 'Floor', inputs: ['biasReal'], outputs: ['biasWhole'] }),
    makeNode({ op: 'Cast', inputs: ['biasWhole'], outputs: ['bias32'], attributes: { to: DataType.Int32 } }),
    makeNode({ op: 'Unsqueeze', inputs: ['bias32', 'axis'], outputs: ['biasColumn'] }), makeNode({ op: 'Add', inputs: ['sums', 'biasColumn'], outputs: ['biased'] }),
  ];
  const graph = new ModelGraph(modelOf([
    makeNode({ op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['x8', 'xScale', 'xZero'] }),
    makeNode({ op: 'Mul', inputs: ['xScale', 'wScale'], outputs: ['scale'] }), conv, ...(biased ? bias : []),
    makeNode({ op: 'Cast', inputs: [biased ? 'biased' : 'sums'], outputs: ['cast'], attributes: { to: DataType.Float } }),
    makeNode({ op: 'Mul', inputs: ['cast', 'scale'], outputs: ['y'] }),
  ], {
    w: { dims: [outputs, channels, taps], values: weights }, wZero: { dims: [], values: Uint8Array.of(121) }, wScale: { dims: [], values: Float32Array.of(0.02) },
    bias: { dims: [outputs], values: numbers(outputs, 2) },
  }, { x: DataType.Float }, ['y']));
  graph.addConstant('axis', [1], () => BigInt64Array.of(1n));
  graph.prune();
  return graph.toBytes();
}

describe('a convolution of bytes', () => {
  const shapes = fc.record({
    outputs: fc.integer({ min: 1, max: 9 }), channels: fc.integer({ min: 1, max: 7 }), taps: fc.integer({ min: 1, max: 5 }), dilation: fc.integer({ min: 1, max: 3 }),
    pads: fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), time: fc.integer({ min: 14, max: 40 }), biased: fc.boolean(),
  });

  it.each<WeightType>(['int8', 'uint8'])('gives as a product of matrices with %s weights what it gave, of any shape', async (type) => {
    await fc.assert(fc.asyncProperty(shapes, async ({ time, pads, ...shape }) => {
      const model = byteConv({ ...shape, pads });
      const graph = new ModelGraph(model);
      expect(convsAsProducts(graph, type)).toBe(1);
      expect(opsOf(graph.main)).not.toContain('ConvInteger');
      const x = new runtime.Tensor('float32', numbers(shape.channels * time, 3), [1, shape.channels, time]);
      const [before, after] = [await run(model, { x }), await run(graph.toBytes(), { x })];
      expect(after.length).toBe(before.length);
      // The bias was rounded down to a step of the sum, which is 0.02 of a step of the input.
      expect(largest(after, before)).toBeLessThan(0.02 * (2 / 255) + 1e-5);
    }), { numRuns: 40 });
  });

  it.each([
    ['twice the bias is added', (nodes: NodeProto[]) => { nodes.find(({ opType }) => opType === 'Div')!.opType = 'Mul'; }],
    ['the bias has another scale', (nodes: NodeProto[]) => { nodes.find(({ opType }) => opType === 'Div')!.input[1] = 'wScale'; }],
    ['the sum becomes no float', (nodes: NodeProto[]) => { nodes.findLast(({ opType }) => opType === 'Cast')!.attribute[0]!.i = 11n; }],
  ])('stays what it is where %s', (_, change) => {
    const graph = new ModelGraph(byteConv({ outputs: 3, channels: 2, taps: 3, dilation: 1, pads: [1, 1], biased: true }));
    change(graph.main.node);
    expect(convsAsProducts(graph, 'int8')).toBe(0);
  });

  it('stays what it is where it has strides, and gives the same', async () => {
    const model = byteConv({ outputs: 3, channels: 2, taps: 3, dilation: 1, pads: [1, 1], stride: 2, biased: true });
    const graph = new ModelGraph(model);
    expect(convsAsProducts(graph, 'int8')).toBe(0);
    const x = new runtime.Tensor('float32', numbers(40, 3), [1, 2, 20]);
    expect(await run(graph.toBytes(), { x })).toEqual(await run(model, { x }));
  });
});

/** Weights that are made numbers of in every run, used in both branches of an If: plain, transposed, and by rows. */
function bytesAsNumbers(): Uint8Array {
  const branch = (name: string, output: string): GraphProto => ({
    ...new ModelGraph(modelOf([
      makeNode({ op: 'Gather', inputs: ['table', 'ids'], outputs: ['rows'] }),
      makeNode({ op: 'MatMul', inputs: ['rows', 'square'], outputs: ['mixed'] }),
      makeNode({ op: 'Transpose', inputs: ['table'], outputs: ['turnedTable'], attributes: { perm: [1, 0] } }),
      makeNode({ op: 'MatMul', inputs: ['mixed', 'turnedTable'], outputs: [output] }),
    ], {}, {}, [output])).main, name,
  });
  const unpacked = (name: string): NodeProto[] => [
    makeNode({ op: 'Cast', inputs: [`${name}8`], outputs: [`${name}Cast`], attributes: { to: DataType.Float } }),
    makeNode({ op: 'Mul', inputs: [`${name}Cast`, `${name}Scale`], outputs: [`${name}Scaled`] }),
    makeNode({ op: 'Add', inputs: [`${name}Scaled`, `${name}Offset`], outputs: [name] }),
  ];
  const choose = makeNode({ op: 'If', inputs: ['first'], outputs: ['y'] });
  choose.attribute = [['then_branch', 'a'], ['else_branch', 'b']].map(([name, output]) => create(AttributeProtoSchema, { name: name!, type: 5, g: branch('', output!) }));
  const packed = (name: string, dims: number[], seed: number, zero: number): Constants => ({
    [`${name}8`]: { dims, values: Int8Array.from(numbers(dims[0]! * dims[1]!, seed), (x) => SMALL * x) },
    [`${name}Scale`]: { dims: [1], values: Float32Array.of(0.01) }, [`${name}Offset`]: { dims: [1], values: Float32Array.of(-0.01 * zero) },
  });
  return modelOf([...unpacked('table'), ...unpacked('square'), choose], { ...packed('table', [50, 16], 4, -20), ...packed('square', [16, 16], 5, 7) }, { first: 9 as DataType, ids: DataType.Int64 }, ['y']);
}

describe('weights that are made numbers of in every run', () => {
  it.each<WeightType>(['int8', 'uint8'])('are multiplied as %s, in the branches of an If as well, to within the rounding of what they are multiplied with', async (type) => {
    const model = bytesAsNumbers();
    const graph = new ModelGraph(model);
    expect(multiplyBytes(graph, type)).toBe(4);
    const ops = opsOf(graph.main);
    expect(ops.filter((op) => op === 'MatMul' || op === 'Transpose')).toEqual([]);
    const ids = new runtime.Tensor('int64', BigInt64Array.of(3n, 49n, 0n), [1, 3]);
    for (const isFirst of [true, false]) {
      const first = new runtime.Tensor('bool', Uint8Array.of(isFirst ? 1 : 0), [1]);
      // The runtime reads no branch without a name: as it came, the model gets one.
      const [before, after] = [await run(new ModelGraph(model).toBytes(), { first, ids }), await run(graph.toBytes(), { first, ids })];
      expect(largest(before, new Float32Array(before.length))).toBeGreaterThan(5);
      expect(largest(after, before)).toBeLessThan(0.25);
    }
  });

  it('stay where they are transposed in another way', () => {
    const graph = new ModelGraph(bytesAsNumbers());
    for (const branch of graph.main.node.flatMap(branchesOf)) branch.node.find(({ opType }) => opType === 'Transpose')!.attribute[0]!.ints = [0n, 1n];
    expect(multiplyBytes(graph, 'int8')).toBe(2);
  });

  it('stay where their zero point is no whole number', () => {
    const odd = new ModelGraph(bytesAsNumbers());
    const offset = odd.main.initializer.find(({ name }) => name === 'squareOffset')!;
    offset.rawData = bytesOf(Float32Array.of(0.0155));
    expect(multiplyBytes(odd, 'int8')).toBe(2);
  });
});

describe('a model that is opened', () => {
  const path = join(folder, 'conv.onnx');
  const session = { executionProviders: ['cpu'], intraOpNumThreads: 1 };
  writeFileSync(path, byteConv({ outputs: 3, channels: 2, taps: 3, dilation: 1, pads: [1, 1], biased: false }));
  const x = new runtime.Tensor('float32', numbers(40, 3), [1, 2, 20]);

  it('is rewritten, and gives outputs from within it', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const opened = await openRewritten(runtime, path, { session, rewrite: convsAsProducts, outputs: ['xScale'] });
    const { xScale, y } = await opened.run({ x });
    expect((xScale!.data as Float32Array)[0]).toBeGreaterThan(0);
    expect(y!.dims).toEqual([1, 3, 20]);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('works as it came where the rewriting fails, and a warning says so', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const opened = await openRewritten(runtime, path, { session, rewrite: () => { throw new Error('no such graph'); }, outputs: ['xScale'] });
    expect(Object.keys(await opened.run({ x }))).toEqual(['y', 'xScale']);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('conv.onnx is used as it came, which is slower: no such graph'), 'VisavisModelWarning');
    warned.mockRestore();
  });

  it('says what is wrong with a file that is none', async () => {
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'no model');
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await expect(openRewritten(runtime, broken, { session, rewrite: convsAsProducts })).rejects.toThrow();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

it('weights are signed where the processor multiplies them exactly', async () => {
  const summing = (sum: number) => ({
    ...runtime, InferenceSession: { create: () => Promise.resolve({ run: () => Promise.resolve({ y: { data: Int32Array.of(sum) } }), release: () => Promise.resolve() }) },
  }) as unknown as typeof runtime;
  expect(await weightTypeHere(summing(64 * 255 * 127))).toBe('int8');
  expect(await weightTypeHere(summing(32 * 32_767))).toBe('uint8');
  expect(['int8', 'uint8']).toContain(await weightTypeHere(runtime));
  expect([...asWeights(Int8Array.of(-128, 0, 127), 'uint8')]).toEqual([0, 128, 255]);
});
