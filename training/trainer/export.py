"""Trained weights to one ONNX step: 40 ms of features in, two outputs and the next state out. Checked against PyTorch.

    python -m trainer.export RUN OUT.onnx

Inputs: x [B, 4, 68], stem [B, 6, 68], past [B, 88, 168], hidden [B, 168] (states start as zeros; B is free).
Outputs: visemes [B, 2, 15] (probabilities), articulation [B, 2, 10], voice [B, 2] (probability), arousal [B, 2],
motion [B, 2, 13] (clip to 0..1 and gate by voice as predict.py does), stem_next, past_next, hidden_next. Output i of step s shows the pose at 20 (2 s + i - 1) ms.
The graph is made node by node: matrix products, one strided slice and sum per depthwise convolution, nothing an exporter adds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from . import predict
from .features import FEATURES
from .network import DELAY, MOTION, OUTPUTS, STEM_TAPS, STRIDE, Network
from .phones import ARTICULATORS, VISEMES

OPSET = 20
VERSION = '1'


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
    kept, at = [], 0
    for block in network.blocks:
        h, after = _block(graph, block, h, at, c)
        kept.append(after)
        at += block.past
    graph.node('Concat', *kept, name='past_next', axis=1)
    h = graph.node('Concat', h, _recur(graph, network, h), axis=1)
    _heads(graph, network, h)
    return _model(graph, network)


def _block(graph: Graph, block, h: str, at: int, width: int) -> tuple[str, str]:
    past = graph.rows('past', at, at + block.past)
    y = graph.node('Concat', past, graph.shape(h, -1, 1, width), axis=1)
    after = graph.rows(y, 1, block.past + 1)
    taps = graph.node('Mul', graph.rows(y, 0, block.past + 1, block.dilation), graph.weight(block.taps))
    axis = graph.weight(np.array([1], np.int64))
    mixed = graph.node('Add', graph.node('ReduceSum', taps, axis, keepdims=0), graph.weight(block.bias))
    value, gate = graph.node('Split', graph.linear(mixed, block.inner), count=2, axis=1, num_outputs=2)
    gated = graph.node('Mul', graph.gelu(value), graph.node('Sigmoid', gate))
    return graph.node('Add', h, graph.linear(gated, block.outer)), after


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
    graph.node('Softmax', graph.shape(graph.linear(h, network.viseme), -1, OUTPUTS, len(VISEMES)), name='visemes', axis=-1)
    curves = graph.node('Sigmoid', graph.linear(h, network.articulation))
    graph.shape(curves, -1, OUTPUTS, len(ARTICULATORS), name='articulation')
    graph.node('Sigmoid', graph.linear(h, network.voice), name='voice')
    graph.node('Sigmoid', graph.linear(h, network.arousal), name='arousal')
    graph.shape(graph.linear(h, network.motion), -1, OUTPUTS, len(MOTION), name='motion')


def _model(graph: Graph, network: Network) -> onnx.ModelProto:
    def value(name: str, *sizes: int):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ['B', *sizes])
    states = [('stem', STEM_TAPS - STRIDE, FEATURES), ('past', network.past, network.width), ('hidden', network.width)]
    inputs = [value('x', STRIDE, FEATURES), *(value(*s) for s in states)]
    outputs = [value('visemes', OUTPUTS, len(VISEMES)), value('articulation', OUTPUTS, len(ARTICULATORS)), value('voice', OUTPUTS),
               value('arousal', OUTPUTS), value('motion', OUTPUTS, len(MOTION)), *(value(f'{n}_next', *sizes) for n, *sizes in states)]
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
        'state': {'stem': [STEM_TAPS - STRIDE, FEATURES], 'past': [network.past, network.width], 'hidden': [network.width]},
        'visemes': VISEMES, 'articulators': ARTICULATORS, 'motion': MOTION, 'voiceGate': list(predict.VOICE_GATE)}


def check(network: Network, path: Path, steps: int = 200, streams: int = 3) -> float:
    """The largest difference from PyTorch over `steps` streamed steps of random features."""
    session = _session(path)
    x = np.random.default_rng(1).standard_normal((streams, STRIDE * steps, FEATURES)).astype(np.float32)
    whole = predict.of_features(network, x)
    states = _zero_states(network, streams)
    stepped: dict[str, list[np.ndarray]] = {n: [] for n in ('visemes', 'articulation', 'voice', 'arousal', 'motion')}
    for s in range(steps):
        out = _step(session, x[:, s * STRIDE:(s + 1) * STRIDE], states)
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
        _step(session, x, states)
    start, steps = time.process_time(), max(20, 400 // streams)
    for _ in range(steps):
        _step(session, x, states)
    return (time.process_time() - start) / steps / streams * 1000 * 25


def _session(path: Path):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])


def _zero_states(network: Network, streams: int) -> dict[str, np.ndarray]:
    return {name: state.numpy() for name, state in zip(('stem', 'past', 'hidden'), network.initial_state(streams))}


def _step(session, x: np.ndarray, states: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Runs one step and moves `states` on."""
    names = [o.name for o in session.get_outputs()]
    out = dict(zip(names, session.run(names, {'x': x, **states})))
    for name in states:
        states[name] = out[f'{name}_next']
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('run', type=Path)
    parser.add_argument('out', type=Path)
    args = parser.parse_args()
    network = predict.load(args.run)
    onnx.save(build(network), args.out)
    args.out.with_suffix('.json').write_text(json.dumps(manifest(network, args.out), indent=2) + '\n')
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, max difference from PyTorch {check(network, args.out):.1e}')
    for streams in (1, 8, 32):
        print(f'batch {streams}: {cost(network, args.out, streams):.2f} ms of one core per stream-second')


if __name__ == '__main__':
    main()
