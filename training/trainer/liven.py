"""Makes up for motion that training shrank: squared error prefers small movements where it is unsure.

    python -m trainer.liven DATA --runs FOLDER --out FOLDER

Each motion channel of fold-<clip>.pt and final.pt is stretched about its mean until its speed in the clean clips the run
learnt from is the captured one, by at most GAIN_MAX. Correlations stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import predict
from .data import Strips
from .facegood import CLIPS
from .network import DELAY, MOTION, OUTPUTS

GAIN_MAX = 1.6


def gains(network, strips: Strips) -> tuple[np.ndarray, np.ndarray]:
    """Gain and mean of each channel."""
    with torch.no_grad():
        raw = network(torch.from_numpy(strips.x.astype(np.float32))).motion.numpy()[:, DELAY:]
    due = strips.motion.astype(np.float32)[:, :-DELAY]
    speed, wanted = (np.sqrt(np.mean(np.diff(v, axis=1) ** 2, axis=(0, 1)) + 1e-9) for v in (raw.clip(0, 1), due))
    return np.clip(wanted / speed, 1, GAIN_MAX), raw.mean((0, 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--runs', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, left in [*((f'fold-{c}', c) for c in CLIPS), ('final', None)]:
        network = predict.load(args.runs / f'{name}.pt')
        strips = Strips(args.data / 'strips/facegood-0.npz', lambda s, left=left: s.speaker != left)
        gain, mean = gains(network, strips)
        each = torch.from_numpy(np.tile(gain, OUTPUTS).astype(np.float32))
        shift = torch.from_numpy(np.tile((1 - gain) * mean, OUTPUTS).astype(np.float32))
        with torch.no_grad():
            network.motion.weight.mul_(each[:, None])
            network.motion.bias.mul_(each).add_(shift)
        torch.save({'average': network.state_dict()}, args.out / f'{name}.pt')
        print(f'{name}: ' + ', '.join(f'{c} {g:.2f}' for c, g in zip(MOTION, gain)), flush=True)


if __name__ == '__main__':
    main()
