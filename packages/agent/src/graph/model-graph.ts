import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema, ValueInfoProtoSchema,
  type AttributeProto, type GraphProto, type ModelProto, type NodeProto, type TensorProto,
} from './gen/onnx_pb.js';

/** Of the schema's TensorProto.DataType. */
export enum DataType { Float = 1, Uint8 = 2, Int8 = 3, Int32 = 6, Int64 = 7 }

/** Of the schema's AttributeProto.AttributeType. */
enum AttributeType { Int = 2, String = 3, Ints = 7 }

type Numbers = Float32Array | Uint8Array | Int8Array | BigInt64Array;

export interface NodeParts {
  readonly op: string;
  /** Default: ONNX's own. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

/**
 * The graph of an ONNX model, to be rewritten before the runtime reads it. What a value comes from and where it goes is that
 * of the graph as it was read: a rewrite looks, then changes.
 */
export class ModelGraph {
  readonly main: GraphProto;
  readonly #model: ModelProto;
  readonly #constants = new Map<string, TensorProto>();
  readonly #producers = new Map<string, NodeProto>();
  readonly #users = new Map<string, NodeProto[]>();

  /** Throws where `bytes` are no model. Values are those of the main graph; those of a branch are found with the branch. */
  constructor(bytes: Uint8Array) {
    this.#model = fromBinary(ModelProtoSchema, bytes);
    if (!this.#model.graph) throw new Error('the file holds no graph');
    this.main = this.#model.graph;
    nameBranches(this.main);
    for (const tensor of this.main.initializer) this.#constants.set(tensor.name ?? '', tensor);
    for (const node of this.main.node) {
      for (const output of node.output) this.#producers.set(output, node);
      for (const input of node.input) this.#users.set(input, [...(this.#users.get(input) ?? []), node]);
    }
  }

  toBytes(): Uint8Array {
    return toBinary(ModelProtoSchema, this.#model);
  }

  producer(value: string | undefined): NodeProto | undefined {
    return this.#producers.get(value ?? '');
  }

  users(value: string | undefined): readonly NodeProto[] {
    return this.#users.get(value ?? '') ?? [];
  }

  /** A constant's sizes; undefined where the value is no constant. */
  sizes(value: string | undefined): number[] | undefined {
    return this.#constants.get(value ?? '')?.dims.map(Number);
  }

  /** A constant's values, floats or single bytes; undefined where the value is no such constant. */
  numbers(value: string | undefined): Float32Array | Uint8Array | Int8Array | undefined {
    const { dataType, rawData = new Uint8Array(0), floatData, int32Data } = this.#constants.get(value ?? '') ?? {};
    const hasRaw = rawData.length > 0;
    switch (dataType) {
      case DataType.Float: return hasRaw ? new Float32Array(new Uint8Array(rawData).buffer) : Float32Array.from(floatData ?? []);
      case DataType.Uint8: return hasRaw ? rawData : Uint8Array.from(int32Data ?? []);
      case DataType.Int8: return hasRaw ? new Int8Array(rawData.buffer, rawData.byteOffset, rawData.length) : Int8Array.from(int32Data ?? []);
      default: return undefined;
    }
  }

  /** The one number a constant is; undefined where it is none or more. */
  scalar(value: string | undefined): number | undefined {
    const numbers = this.numbers(value);
    return numbers?.length === 1 ? numbers[0] : undefined;
  }

  /** Gives a constant, made once for each name; returns the name. */
  addConstant(name: string, dims: readonly number[], make: () => Numbers): string {
    if (this.#constants.has(name)) return name;
    const values = make();
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const tensor = create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: typeOf(values), rawData });
    this.main.initializer.push(tensor);
    this.#constants.set(name, tensor);
    return name;
  }

  /** Makes a value one of the model's outputs. */
  addOutput(name: string, elemType: DataType): void {
    this.main.output.push(create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType } } }));
  }

  /** Leaves out the nodes and constants that nothing uses any more. */
  prune(): void {
    pruneNodes(this.main);
    const used = usesOf(this.main);
    this.main.initializer = this.main.initializer.filter(({ name }) => used.has(name ?? ''));
  }
}

export function makeNode({ op, domain, inputs, outputs, attributes = {} }: NodeParts): NodeProto {
  return create(NodeProtoSchema, {
    opType: op, name: outputs[0] ?? '', input: [...inputs], output: [...outputs], ...(domain === undefined ? {} : { domain }),
    attribute: Object.entries(attributes).map(([name, value]) => makeAttribute(name, value)),
  });
}

/** The graphs that a node holds: the branches of an If. */
export function branchesOf(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(({ g }) => g ?? []);
}

/** A whole number that a node was given; undefined where it was not. */
export function intOf(node: NodeProto, name: string): number | undefined {
  const value = node.attribute.find((attribute) => attribute.name === name)?.i;
  return value === undefined ? undefined : Number(value);
}

/** A text that a node was given; undefined where it was not. */
export function stringOf(node: NodeProto, name: string): string | undefined {
  const value = node.attribute.find((attribute) => attribute.name === name)?.s;
  return value && new TextDecoder().decode(value);
}

/** A list of whole numbers that a node was given; undefined where it was not. */
export function intsOf(node: NodeProto, name: string): number[] | undefined {
  return node.attribute.find((attribute) => attribute.name === name)?.ints.map(Number);
}

function makeAttribute(name: string, value: number | string | readonly number[]): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: AttributeType.Int, i: BigInt(value) });
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: AttributeType.String, s: new TextEncoder().encode(value) });
  return create(AttributeProtoSchema, { name, type: AttributeType.Ints, ints: value.map(BigInt) });
}

function typeOf(values: Numbers): DataType {
  if (values instanceof Float32Array) return DataType.Float;
  if (values instanceof BigInt64Array) return DataType.Int64;
  return values instanceof Int8Array ? DataType.Int8 : DataType.Uint8;
}

/** The runtime writes branches without a name, and does not read them so. */
function nameBranches(graph: GraphProto, path = 'main'): void {
  graph.name ||= path;
  graph.node.forEach((node, n) => branchesOf(node).forEach((branch, b) => nameBranches(branch, `${path}.${n}.${b}`)));
}

/** Every value that nodes of the graph, and of the graphs in it, take, and what it gives. */
function usesOf(graph: GraphProto): Set<string> {
  const used = new Set(graph.output.map(({ name }) => name ?? ''));
  for (const node of graph.node) {
    for (const input of node.input) used.add(input);
    for (const branch of branchesOf(node)) for (const value of usesOf(branch)) used.add(value);
  }
  return used;
}

function pruneNodes(graph: GraphProto): void {
  for (const node of graph.node) branchesOf(node).forEach(pruneNodes);
  for (let before = -1; before !== graph.node.length;) {
    before = graph.node.length;
    const used = usesOf(graph);
    graph.node = graph.node.filter(({ output }) => output.some((value) => used.has(value)));
  }
}
