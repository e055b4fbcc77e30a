"""Makes up for motion that training shrank: squared error prefers small movements where it is unsure.

    python -m trainer.liven --facegood FOLDER --runs FOLDER --out FOLDER

Each motion channel of fold-<clip>.pt and final.pt is stretched about its mean until its speed in the clean clips the run
learnt from is the captured one, by at most GAIN_MAX. Correlations stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import facegood, features, predict
from .facegood import CLIPS
from .network import DELAY, MOTION, OUTPUTS, STRIDE

GAIN_MAX = 1.6


def gains(network, clips: list[facegood.Clip]) -> tuple[np.ndarray, np.ndarray]:
    """Gain and mean of each channel."""
    raw, due = [], []
    for clip in clips:
        x = features.extract(clip.samples)
        with torch.no_grad():
            found = network(torch.from_numpy(x[:len(x) // STRIDE * STRIDE].astype(np.float32))[None]).motion[0, DELAY:].numpy()
        raw.append(predict.at_fps(found, clip.fps, len(clip.motion)))
        due.append(clip.motion)

    def speed(tracks: list[np.ndarray]) -> np.ndarray:
        return np.sqrt(np.mean(np.concatenate([np.diff(track, axis=0) for track in tracks]) ** 2, axis=0) + 1e-9)

    return np.clip(speed(due) / speed([r.clip(0, 1) for r in raw]), 1, GAIN_MAX), np.concatenate(raw).mean(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--runs', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    clips = [facegood.load(args.facegood, name) for name in CLIPS]
    for name, left in [*((f'fold-{c}', c) for c in CLIPS), ('final', None)]:
        network = predict.load(args.runs / f'{name}.pt')
        gain, mean = gains(network, [clip for clip in clips if clip.name != left])
        each = torch.from_numpy(np.tile(gain, OUTPUTS).astype(np.float32))
        shift = torch.from_numpy(np.tile((1 - gain) * mean, OUTPUTS).astype(np.float32))
        with torch.no_grad():
            network.motion.weight.mul_(each[:, None])
            network.motion.bias.mul_(each).add_(shift)
        torch.save({'average': network.state_dict()}, args.out / f'{name}.pt')
        print(f'{name}: ' + ', '.join(f'{c} {g:.2f}' for c, g in zip(MOTION, gain)), flush=True)


if __name__ == '__main__':
    main()
