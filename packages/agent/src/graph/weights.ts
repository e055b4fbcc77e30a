import { create, toBinary } from '@bufbuild/protobuf';
import type * as Runtime from 'onnxruntime-node';
import { ModelProtoSchema, TensorProtoSchema, ValueInfoProtoSchema } from './gen/onnx_pb.js';
import { DataType, makeNode } from './model-graph.js';

/**
 * How weights are given to the runtime. Signed ones are multiplied in half the time where the processor has instructions for
 * it, and wrong where it has only their forerunners: sums of two products overflow 16 bits there
 * (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "U8S8").
 */
export type WeightType = 'int8' | 'uint8';

const SIDE = 64;
const [LARGEST_UINT8, LARGEST_INT8] = [255, 127];
const IR_VERSION = 9n;
const OPSET = 14n;

/** Signed weights, or the same with 128 added to each and to their zero point. */
export function asWeights(values: Int8Array, type: WeightType): Int8Array | Uint8Array {
  return type === 'int8' ? values : Uint8Array.from(values, (value) => value + 128);
}

/** Multiplies the largest numbers there are, and looks whether the sums are right. */
export async function weightTypeHere(runtime: typeof Runtime): Promise<WeightType> {
  const session = await runtime.InferenceSession.create(productOfLargest(), { executionProviders: ['cpu'], intraOpNumThreads: 1 });
  const { y } = await session.run({ x: new runtime.Tensor('uint8', new Uint8Array(SIDE * SIDE).fill(LARGEST_UINT8), [SIDE, SIDE]) });
  await session.release();
  return (y!.data as Int32Array).every((sum) => sum === SIDE * LARGEST_UINT8 * LARGEST_INT8) ? 'int8' : 'uint8';
}

function productOfLargest(): Uint8Array {
  const weights = create(TensorProtoSchema, { name: 'w', dims: [BigInt(SIDE), BigInt(SIDE)], dataType: DataType.Int8, rawData: new Uint8Array(SIDE * SIDE).fill(LARGEST_INT8) });
  const value = (name: string, elemType: DataType) => create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType } } });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, {
    irVersion: IR_VERSION, opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'product', node: [makeNode({ op: 'MatMulInteger', inputs: ['x', 'w'], outputs: ['y'] })], initializer: [weights],
      input: [value('x', DataType.Uint8)], output: [value('y', DataType.Int32)],
    },
  }));
}
