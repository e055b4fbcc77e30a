"""The streaming network: 68 features every 10 ms in; visemes, articulation, voice, arousal and motion every 20 ms out.

It steps every 40 ms (4 feature frames) and gives two outputs a step. Channel-last throughout, every dense layer a matrix
product, depthwise convolutions as shifted sums: what trains here is the very graph that is exported. Causal; the
look-ahead lies in the targets: output j shows time 20 (j - DELAY) ms, so a step's two outputs look 60 and 40 ms ahead.
All memory is in explicit state tensors, so that any number of streams can share one run.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .features import FEATURES
from .phones import ARTICULATORS, VISEMES

STRIDE = 4  # feature frames a step
OUTPUTS = 2  # outputs a step
STEM_TAPS = 10
TAPS = 5
DELAY = 1  # outputs
HEARD = 64  # principal components of the recogniser's encoder, see teacher.py
# ARKit channels that real captures calibrate; left and right alike. See facegood.py.
MOTION = ['jawOpen', 'mouthFunnel', 'mouthPucker', 'mouthSmile', 'mouthStretch', 'mouthLowerDown', 'mouthUpperUp', 'mouthPress',
          'mouthRollLower', 'mouthRollUpper', 'mouthDimple', 'mouthShrugUpper', 'noseSneer']


class Outputs(NamedTuple):
    """Each [B, 2 T, ...] for T steps."""

    visemes: Tensor  # logits of the 15
    articulation: Tensor  # 0..1
    voice: Tensor  # logit, no last axis
    arousal: Tensor  # 0..1, no last axis
    motion: Tensor  # ARKit weights, not yet clipped
    heard: Tensor


class Block(nn.Module):
    """Gated residual block: a dilated depthwise convolution over the past, then two products."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(TAPS, width) * 0.4)
        self.bias = nn.Parameter(torch.zeros(width))
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(width, width)
        with torch.no_grad():
            self.outer.weight.mul_(0.3)

    @property
    def past(self) -> int:
        return (TAPS - 1) * self.dilation

    def forward(self, x: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        y = torch.cat([past, x], 1)
        steps = x.shape[1]
        mixed = self.bias + y[:, :steps] * self.taps[0]
        for k in range(1, TAPS):
            mixed = mixed + y[:, k * self.dilation:k * self.dilation + steps] * self.taps[k]
        value, gate = self.inner(mixed).chunk(2, -1)
        return x + self.outer(F.gelu(value, approximate='tanh') * torch.sigmoid(gate)), y[:, -self.past:]


class Network(nn.Module):
    def __init__(self, width: int = 168, dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 8)) -> None:
        super().__init__()
        self.width, self.dilations = width, tuple(dilations)
        self.stem = nn.Linear(STEM_TAPS * FEATURES, width)
        self.blocks = nn.ModuleList(Block(width, d) for d in dilations)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.viseme = nn.Linear(2 * width, OUTPUTS * len(VISEMES))
        self.articulation = nn.Linear(2 * width, OUTPUTS * len(ARTICULATORS))
        self.voice = nn.Linear(2 * width, OUTPUTS)
        self.arousal = nn.Linear(2 * width, OUTPUTS)
        self.motion = nn.Linear(2 * width, OUTPUTS * len(MOTION))  # linear, so that readout.py can fit it in closed form
        self.hearing = nn.Linear(2 * width, OUTPUTS * HEARD)  # what a recogniser hears: asked for in training, not exported
        self.drop = nn.Dropout(0.1)
        with torch.no_grad():  # weights of faces are small: a random head would drown everything else at first
            self.motion.weight.mul_(0.1)
            self.motion.bias.zero_()

    @property
    def past(self) -> int:
        """Steps of the blocks' inputs that the state holds, one block after the other."""
        return sum(block.past for block in self.blocks)

    def initial_state(self, streams: int) -> tuple[Tensor, Tensor, Tensor]:
        at = self.stem.weight.device
        return (torch.zeros(streams, STEM_TAPS - STRIDE, FEATURES, device=at), torch.zeros(streams, self.past, self.width, device=at),
                torch.zeros(streams, self.width, device=at))

    def trunk(self, x: Tensor, state: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """Features [B, 4 T, 68] to [B, T, 2 width], and the state after them."""
        stem, past, hidden = state
        x = torch.cat([stem, x], 1)
        steps = (x.shape[1] - (STEM_TAPS - STRIDE)) // STRIDE
        stacked = torch.cat([x[:, k:k + STRIDE * steps:STRIDE] for k in range(STEM_TAPS)], -1)
        h = F.gelu(self.stem(stacked), approximate='tanh')
        kept, at = [], 0
        for block in self.blocks:
            h, after = block(h, past[:, at:at + block.past])
            at += block.past
            kept.append(after)
        g, last = self.recur(h, hidden)
        return torch.cat([h, g], -1), (x[:, -(STEM_TAPS - STRIDE):], torch.cat(kept, 1), last)

    def recur(self, h: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        g, last = self.gru(h, hidden[None])
        return g, last[0]

    def heads(self, h: Tensor) -> Outputs:
        """From [B, T, 2 width]."""
        h = self.drop(h)
        def spread(y: Tensor) -> Tensor:
            return y.reshape(y.shape[0], OUTPUTS * y.shape[1], -1)
        return Outputs(spread(self.viseme(h)), torch.sigmoid(spread(self.articulation(h))), spread(self.voice(h))[..., 0],
                       torch.sigmoid(spread(self.arousal(h)))[..., 0], spread(self.motion(h)), spread(self.hearing(h)))

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor, Tensor] | None = None) -> Outputs:
        h, _ = self.trunk(x, state or self.initial_state(len(x)))
        return self.heads(h)


def parameters(network: Network) -> int:
    """Of the network as it is exported."""
    return sum(p.numel() for n, p in network.named_parameters() if not n.startswith('hearing'))
