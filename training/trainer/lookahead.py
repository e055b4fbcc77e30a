"""What looking ahead brings: equal short runs of one trunk, each taught to show the sound earlier or later.

    python -m trainer.lookahead DATA --trunk RUN --facegood FOLDER --batches 200

All start from the same trunk (which looks 60 ms ahead: that favours 60), see the same batches and keep the same rate. Then a ridge on
each trunk, fitted without the clip it is measured on, and the visemes of the held-out speakers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import data, evaluate, facegood, predict, readout, ridge, tape, train
from .network import OUTPUTS, Network

# Look-ahead of a step's first output in ms, and its delay in outputs.
DELAYS = {60: 1, 40: 0, 0: -2}
PENALTY = 100.0


def trained(args: argparse.Namespace, delay: int) -> Network:
    network = predict.load(args.trunk)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    source = data.endless(data.Shelf(args.data, 'train', torch.device('cpu'), args.copies), args.batch, args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    for k in range(args.batches):
        optimiser.param_groups[0]['lr'] = train.rate(k / args.batches, args.rate)
        train.step(network, optimiser, next(source), generator, delay)
    return network.eval()


def motion(features: list[torch.Tensor], truth: list[torch.Tensor], clips: list[facegood.Clip], delay: int) -> list[np.ndarray]:
    """Each clip's motion by a ridge that was fitted on the others, one for each output of a step."""
    found = [np.zeros(t.shape[1:]) for t in truth]
    for output in range(OUTPUTS):
        pairs = []
        for h, y in zip(features, truth):
            due = OUTPUTS * np.arange(h.shape[1]) + output - delay
            kept = (due >= 0) & (due < y.shape[1])
            pairs.append((h[0].double().numpy()[kept], y[0].double().numpy()[due[kept]], due[kept]))
        for left in range(len(clips)):
            others = [pair for k, pair in enumerate(pairs) if k != left]
            model = ridge.fit(np.concatenate([x for x, _, _ in others]), np.concatenate([y for _, y, _ in others]), PENALTY)
            x, _, due = pairs[left]
            found[left][due] = ridge.predict(model, x).clip(0, 1)
    return [predict.at_fps(m, clip.fps, len(clip.motion)) for m, clip in zip(found, clips)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--trunk', type=Path, required=True)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--batches', type=int, default=200)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--copies', type=int, default=2)
    parser.add_argument('--rate', type=float, default=1e-3)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    clips = [facegood.load(args.facegood, name) for name in facegood.CLIPS]
    faces = tape.load(args.data / 'tapes/facegood.npz', torch.device('cpu'))
    heldout = tape.load(args.data / 'tapes/heldout.npz', torch.device('cpu'))
    for ms, delay in DELAYS.items():
        network = trained(args, delay)
        seen = readout.clean_clips(network, faces)
        shown = motion([h for h, _ in seen], [y for _, y in seen], clips, delay)
        scores = np.mean([evaluate.scores(c, m, np.arange(len(m))) for c, m in zip(clips, shown)], axis=0)
        print(f'\nlook-ahead {ms} ms: ' + ', '.join(f'{name} {value:.3f}' for name, value in zip(evaluate.NAMES, scores)))
        evaluate.viseme_table(network, heldout, delay)


if __name__ == '__main__':
    main()
