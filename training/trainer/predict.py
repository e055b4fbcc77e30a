"""Runs trained weights over audio, streaming in 40 ms steps or at once (the same to 1e-6)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import features
from .network import DELAY, Network

RATE_HZ = 50
# Motion fades in over these probabilities of voice: it costs speech nothing and keeps the mouth stiller in noise (NOTES.md).
VOICE_GATE = (0.3, 0.7)


@dataclass
class Prediction:
    """At times k / 50 s: viseme probabilities, articulation, voice probability, arousal, motion gated by voice and clipped to 0..1."""

    visemes: np.ndarray
    articulation: np.ndarray
    voice: np.ndarray
    arousal: np.ndarray
    motion: np.ndarray


def load(path: Path) -> Network:
    network = Network()
    network.load_state_dict(torch.load(path, weights_only=True, map_location='cpu')['average'])
    return network.eval()


def of_features(network: Network, x: np.ndarray, delay: int = DELAY) -> Prediction:
    """From [B, T, 68] (T a multiple of 4); arrays are [B, T / 2, ...], the last moments held."""
    with torch.no_grad():
        out = network(torch.from_numpy(x.astype(np.float32)))
    voice = torch.sigmoid(out.voice)
    parts = (torch.softmax(out.visemes, -1), out.articulation, voice, out.arousal, out.motion.clamp(0, 1) * gate(voice))
    return Prediction(*(in_time(p.numpy(), delay) for p in parts))


def gate(voice):
    """How much of the motion shows, [..., 1], for probabilities of voice (arrays or tensors)."""
    return ((voice - VOICE_GATE[0]) / (VOICE_GATE[1] - VOICE_GATE[0])).clip(0, 1)[..., None]


def in_time(outputs: np.ndarray, delay: int = DELAY) -> np.ndarray:
    count = outputs.shape[1]
    return outputs[:, np.clip(np.arange(count) + delay, 0, count - 1)]


def of_samples(network: Network, samples: np.ndarray) -> Prediction:
    x = features.extract(samples)
    x = np.concatenate([x, np.tile(x[-1:], (4 + (-len(x)) % 4, 1))])[None]
    found = of_features(network, x)
    return Prediction(*(getattr(found, f)[0] for f in ('visemes', 'articulation', 'voice', 'arousal', 'motion')))


def at_fps(values: np.ndarray, fps: float, count: int) -> np.ndarray:
    """Values at 50 Hz, linear in between, at `count` frames of `fps`."""
    at, grid = np.arange(count) / fps, np.arange(len(values)) / RATE_HZ
    if values.ndim == 1:
        return np.interp(at, grid, values)
    return np.stack([np.interp(at, grid, column) for column in values.T], 1)
