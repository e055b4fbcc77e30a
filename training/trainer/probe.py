"""What a trunk knows of real faces: ridge from its features, frozen, to captured motion, leave one clip out. Takes seconds.

    python -m trainer.probe RUN --facegood FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import evaluate, facegood, features, predict, ridge
from .network import DELAY, OUTPUTS, STRIDE

PENALTIES = [10.0, 100.0, 1000.0]


def trunk_features(network, clip: facegood.Clip) -> np.ndarray:
    """[frames, 2 width]: the trunk's output at each frame's time."""
    x = features.extract(clip.samples)
    x = np.concatenate([x, np.tile(x[-1:], (STRIDE + (-len(x)) % STRIDE, 1))])[None].astype(np.float32)
    with torch.no_grad():
        h, _ = network.trunk(torch.from_numpy(x), network.initial_state(1))
    # Step s shows times 20 (OUTPUTS s - DELAY) ms and 20 ms later: its middle is 10 ms after the first.
    rate = predict.RATE_HZ / OUTPUTS
    at = np.arange(len(clip.motion)) / clip.fps * rate + (DELAY - 0.5) / OUTPUTS
    grid = np.arange(h.shape[1])
    return np.stack([np.interp(at, grid, column) for column in h[0].numpy().T], 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('run', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = predict.load(args.run)
    clips = [facegood.load(args.facegood, name) for name in facegood.CLIPS]
    seen = [trunk_features(network, clip) for clip in clips]
    for penalty in PENALTIES:
        rows = []
        for left, clip in enumerate(clips):
            others = [i for i in range(len(clips)) if i != left]
            model = ridge.fit(np.concatenate([seen[i] for i in others]), np.concatenate([clips[i].motion for i in others]), penalty)
            motion, _ = evaluate.aligned(clip, ridge.predict(model, seen[left]))
            rows.append(evaluate.scores(clip, motion, np.arange(len(motion))))
        print(f'penalty {penalty:g}: ' + ', '.join(f'{n} {v:.3f}' for n, v in zip(evaluate.NAMES, np.mean(rows, axis=0))))


if __name__ == '__main__':
    main()
