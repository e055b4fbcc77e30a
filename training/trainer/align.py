"""Refines phone times with a trained trunk: Viterbi over the known phones, each boundary within 80 ms of where it was.

Kokoro's durations come on a 25 ms grid and jitter. Only training speech is refined: held-out speech keeps its engine's times,
so that the network is not measured against itself.

    python -m trainer.align DATA --model RUN [--engine kokoro]

writes DATA/aligned/<engine>/<utterance>.npy, the end of each segment in seconds; prepare.py takes them from there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import predict, targets
from .corpus import store
from .phones import CLASSES

SLACK_S = 0.08
FLOOR = 1e-4


def boundaries(log_likelihood: np.ndarray, parts: list[targets.Segment], rate_hz: float) -> np.ndarray:
    """Ends of the segments in seconds; `log_likelihood` is [T, visemes] at `rate_hz`. Each keeps at least one frame."""
    steps, count = len(log_likelihood), len(parts)
    emission = log_likelihood[:, [CLASSES[p.name].viseme for p in parts]]
    at = np.arange(steps)[:, None] / rate_hz
    starts, ends = np.array([p.start for p in parts]), np.array([p.end for p in parts])
    emission = np.where((at < starts - SLACK_S) | (at > ends + SLACK_S), -1e3, emission)
    best = np.full(count, -1e9)
    best[0] = emission[0, 0]
    came = np.zeros((steps, count), bool)  # whether the phone was entered at this frame
    for t in range(1, steps):
        entered = np.concatenate([[-1e9], best[:-1]])
        came[t] = entered > best
        best = np.where(came[t], entered, best) + emission[t]
    found, i = np.zeros(count), count - 1
    found[-1] = steps / rate_hz
    for t in range(steps - 1, 0, -1):
        if came[t, i]:
            i -= 1
            found[i] = t / rate_hz
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--model', type=Path, required=True)
    parser.add_argument('--engine', default='kokoro')
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = predict.load(args.model)
    moved = []
    for path in sorted((args.data / args.engine).glob('*.npz')):
        utterance = store.load(path)
        parts = targets.segments(utterance)
        found = predict.of_samples(network, utterance.samples / 32768)
        if len(parts) < 3 or len(parts) > len(found.visemes) // 2:
            continue
        ends = boundaries(np.log(found.visemes + FLOOR), parts, predict.RATE_HZ)
        moved += list(ends[:-1] - np.array([p.end for p in parts])[:-1])
        out = args.data / 'aligned' / args.engine / f'{path.stem}.npy'
        out.parent.mkdir(parents=True, exist_ok=True)
        np.save(out, ends.astype(np.float32))
    print(f'{args.engine}: {len(moved)} boundaries, moved by {np.mean(moved) * 1000:+.0f} ms on average, SD {np.std(moved) * 1000:.0f} ms')


if __name__ == '__main__':
    main()
