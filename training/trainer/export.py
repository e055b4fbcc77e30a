"""Trained weights to one ONNX step: 40 ms of features in, two outputs and the next state out. Checked against PyTorch.

    python -m trainer.export RUN OUT.onnx

Inputs: x [B, 4, 68], stem [B, 6, 68], past [B, 7, 4, 168], hidden [B, 168] (states start as zeros; B is free). past: for each
block, its input 4, 3, 2 and 1 dilations ago; the runtime keeps the rows, so that no step copies all of them.
Outputs: visemes [B, 2, 15] (probabilities), articulation [B, 2, 10], voice [B, 2] (probability), arousal [B, 2],
motion [B, 2, 13] (clip to 0..1 and gate by voice as predict.py does), stem_next,
past_next [B, 7, 168] (the blocks' inputs now), hidden_next. Output i of step s shows the pose at 20 (2 s + i - 1) ms.
The graph is made node by node: matrix products, one sum for all depthwise convolutions, nothing an exporter adds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from . import predict
from .features import FEATURES
from .network import DELAY, MOTION, OUTPUTS, STEM_TAPS, STRIDE, TAPS, Network
from .phones import ARTICULATORS, VISEMES

OPSET = 20
VERSION = '2'
PAST_TAPS = TAPS - 1


class Graph:
    """Collects nodes and weights; every method returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, values) -> str:
        array = values.detach().numpy() if isinstance(values, torch.Tensor) else values
        name = f'w{len(self.weights)}'
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, *inputs: str, name: str | None = None, count: int = 1, **attributes) -> str:
        outputs = [name] if name else [f'n{len(self.nodes)}_{i}' for i in range(count)]
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, **attributes))
        return outputs[0] if count == 1 else outputs

    def rows(self, x: str, start: int, end: int, step: int = 1, name: str | None = None) -> str:
        """x[:, start:end:step]."""
        bounds = [self.weight(np.array([v], np.int64)) for v in (start, end, 1, step)]
        return self.node('Slice', x, *bounds, name=name)

    def shape(self, x: str, *sizes: int, name: str | None = None) -> str:
        return self.node('Reshape', x, self.weight(np.array(sizes, np.int64)), name=name)

    def linear(self, x: str, layer: torch.nn.Linear) -> str:
        return self.node('Gemm', x, self.weight(layer.weight.T), self.weight(layer.bias))

    def gelu(self, x: str) -> str:
        return self.node('Gelu', x, approximate='tanh')


def build(network: Network) -> onnx.ModelProto:
    graph = Graph()
    c = network.width
    seen = graph.node('Concat', 'stem', 'x', axis=1)
    graph.rows(seen, STRIDE, STRIDE + STEM_TAPS - STRIDE, name='stem_next')
    h = graph.gelu(graph.linear(graph.shape(seen, -1, STEM_TAPS * FEATURES), network.stem))
    rows = []
    for block, mixed in zip(network.blocks, _mixed_past(graph, network)):
        rows.append(h)
        h = _block(graph, block, h, mixed)
    graph.shape(graph.node('Concat', *rows, axis=1), -1, len(rows), c, name='past_next')
    h = graph.node('Concat', h, _recur(graph, network, h), axis=1)
    _heads(graph, network, h)
    return _model(graph, network)


def _mixed_past(graph: Graph, network: Network) -> list[str]:
    """What each block's convolution makes of the rows of its past, bias included: one product and sum for all blocks."""
    blocks = network.blocks
    taps = graph.weight(torch.stack([block.taps[:PAST_TAPS] for block in blocks]))
    axis = graph.weight(np.array([2], np.int64))
    mixed = graph.node('ReduceSum', graph.node('Mul', 'past', taps), axis, keepdims=0)
    mixed = graph.node('Add', mixed, graph.weight(torch.stack([block.bias for block in blocks])))
    return graph.node('Split', graph.shape(mixed, -1, len(blocks) * network.width), count=len(blocks), axis=1, num_outputs=len(blocks))


def _block(graph: Graph, block, h: str, past: str) -> str:
    mixed = graph.node('Add', past, graph.node('Mul', h, graph.weight(block.taps[PAST_TAPS])))
    value, gate = graph.node('Split', graph.linear(mixed, block.inner), count=2, axis=1, num_outputs=2)
    gated = graph.node('Mul', graph.gelu(value), graph.node('Sigmoid', gate))
    return graph.node('Add', h, graph.linear(gated, block.outer))


def _recur(graph: Graph, network: Network, h: str) -> str:
    """One step of the GRU, gates r, z, n as in PyTorch."""
    g = network.gru
    inner = graph.node('Gemm', h, graph.weight(g.weight_ih_l0.T), graph.weight(g.bias_ih_l0))
    outer = graph.node('Gemm', 'hidden', graph.weight(g.weight_hh_l0.T), graph.weight(g.bias_hh_l0))
    ri, zi, ni = graph.node('Split', inner, count=3, axis=1, num_outputs=3)
    rh, zh, nh = graph.node('Split', outer, count=3, axis=1, num_outputs=3)
    r = graph.node('Sigmoid', graph.node('Add', ri, rh))
    z = graph.node('Sigmoid', graph.node('Add', zi, zh))
    n = graph.node('Tanh', graph.node('Add', ni, graph.node('Mul', r, nh)))
    return graph.node('Add', n, graph.node('Mul', z, graph.node('Sub', 'hidden', n)), name='hidden_next')


def _heads(graph: Graph, network: Network, h: str) -> None:
    """All heads are one product: a stream alone pays for every node."""
    layers = [network.viseme, network.articulation, network.voice, network.arousal, network.motion]
    weights = graph.weight(torch.cat([layer.weight for layer in layers]).T)
    both = graph.node('Gemm', h, weights, graph.weight(torch.cat([layer.bias for layer in layers])))
    sizes = graph.weight(np.array([layer.out_features for layer in layers], np.int64))
    visemes, curves, voice, arousal, motion = graph.node('Split', both, sizes, count=len(layers), axis=1)
    graph.node('Softmax', graph.shape(visemes, -1, OUTPUTS, len(VISEMES)), name='visemes', axis=-1)
    graph.shape(graph.node('Sigmoid', curves), -1, OUTPUTS, len(ARTICULATORS), name='articulation')
    graph.node('Sigmoid', voice, name='voice')
    graph.node('Sigmoid', arousal, name='arousal')
    graph.shape(motion, -1, OUTPUTS, len(MOTION), name='motion')


def _model(graph: Graph, network: Network) -> onnx.ModelProto:
    def value(name: str, *sizes: int):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ['B', *sizes])
    stem, hidden, blocks = (STEM_TAPS - STRIDE, FEATURES), (network.width,), len(network.blocks)
    inputs = [value('x', STRIDE, FEATURES), value('stem', *stem), value('past', blocks, PAST_TAPS, network.width), value('hidden', *hidden)]
    outputs = [value('visemes', OUTPUTS, len(VISEMES)), value('articulation', OUTPUTS, len(ARTICULATORS)), value('voice', OUTPUTS),
               value('arousal', OUTPUTS), value('motion', OUTPUTS, len(MOTION)), value('stem_next', *stem),
               value('past_next', blocks, network.width), value('hidden_next', *hidden)]
    made = helper.make_graph(graph.nodes, 'visavis-motion', inputs, outputs, graph.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid('', OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def manifest(network: Network, path: Path) -> dict:
    """What a program must know of the weights to run them."""
    weights = path.read_bytes()
    return {
        'id': 'visavis-motion', 'version': VERSION, 'bytes': len(weights), 'sha256': hashlib.sha256(weights).hexdigest(),
        'sampleRate': 16_000, 'features': FEATURES, 'stepMs': 10 * STRIDE, 'outputsPerStep': OUTPUTS, 'delayOutputs': DELAY,
        'lookaheadMs': 20 * OUTPUTS + 20 * DELAY,
        'state': {'stem': [STEM_TAPS - STRIDE, FEATURES], 'hidden': [network.width]},
        'rings': {'past': {'dilations': list(network.dilations), 'taps': PAST_TAPS, 'width': network.width}},
        'visemes': VISEMES, 'articulators': ARTICULATORS, 'motion': MOTION, 'voiceGate': list(predict.VOICE_GATE)}


def check(network: Network, path: Path, steps: int = 200, streams: int = 3) -> float:
    """The largest difference from PyTorch over `steps` streamed steps of random features."""
    session = _session(path)
    x = np.random.default_rng(1).standard_normal((streams, STRIDE * steps, FEATURES)).astype(np.float32)
    whole = predict.of_features(network, x)
    states = _zero_states(network, streams)
    stepped: dict[str, list[np.ndarray]] = {n: [] for n in ('visemes', 'articulation', 'voice', 'arousal', 'motion')}
    for s in range(steps):
        out = _step(session, network, x[:, s * STRIDE:(s + 1) * STRIDE], states)
        for name, values in stepped.items():
            values.append(out[name])
    worst = 0.0
    for name, values in stepped.items():
        ours = predict.in_time(np.concatenate(values, 1))
        if name == 'motion':
            voice = predict.in_time(np.concatenate(stepped['voice'], 1))
            ours = ours.clip(0, 1) * predict.gate(voice)
        worst = max(worst, float(np.abs(ours - getattr(whole, name)).max()))
    return worst


def cost(network: Network, path: Path, streams: int) -> float:
    """Milliseconds of one core per second of one stream."""
    session, states = _session(path), _zero_states(network, streams)
    x = np.random.default_rng(1).standard_normal((streams, STRIDE, FEATURES)).astype(np.float32)
    for _ in range(10):
        _step(session, network, x, states)
    start, steps = time.process_time(), max(20, 400 // streams)
    for _ in range(steps):
        _step(session, network, x, states)
    return (time.process_time() - start) / steps / streams * 1000 * 25


def _session(path: Path):
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])


def _zero_states(network: Network, streams: int) -> dict[str, np.ndarray]:
    return {name: state.numpy() for name, state in zip(('stem', 'past', 'hidden'), network.initial_state(streams))}


def _step(session, network: Network, x: np.ndarray, states: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Runs one step and moves `states` on: here `past` is whole, as in `Network.initial_state`."""
    names = [o.name for o in session.get_outputs()]
    pasts = np.split(states['past'], np.cumsum([block.past for block in network.blocks])[:-1], axis=1)
    seen = np.stack([past[:, ::d] for past, d in zip(pasts, network.dilations)], 1)
    out = dict(zip(names, session.run(names, {'x': x, 'stem': states['stem'], 'past': seen, 'hidden': states['hidden']})))
    states['past'] = np.concatenate([np.concatenate([past[:, 1:], out['past_next'][:, b:b + 1]], 1) for b, past in enumerate(pasts)], 1)
    states['stem'], states['hidden'] = out['stem_next'], out['hidden_next']
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('run', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--cost', action='store_true', help='measure what a step costs')
    args = parser.parse_args()
    network = predict.load(args.run)
    onnx.save(build(network), args.out)
    args.out.with_suffix('.json').write_text(json.dumps(manifest(network, args.out), indent=2) + '\n')
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, max difference from PyTorch {check(network, args.out):.1e}')
    for streams in (1, 8, 32) if args.cost else ():
        print(f'batch {streams}: {cost(network, args.out, streams):.2f} ms of one core per stream-second')


if __name__ == '__main__':
    main()
