"""Fits the motion head on a frozen trunk, in closed form: captured faces, the teacher's for other voices, rest for noises.

    python -m trainer.readout DATA --trunk RUN --out FOLDER

writes FOLDER/fold-<clip>.pt, each fitted without its clip, and FOLDER/final.pt: where training of the whole goes on from. The
weight of the teacher and the penalty are chosen for each channel, by agreement with one of the clips that are left in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import data, predict, tape, targets
from .ear import Ear
from .facegood import CLIPS
from .network import DELAY, MOTION, OUTPUTS, STRIDE, Network

OPTIONS = [(weight, penalty) for weight in (0.0, 0.05, 0.15, 0.4) for penalty in (100.0, 500.0)]
NOISE_WEIGHT = 0.1
# Against clean clips: more of it makes noise hurt less and clean speech worse (NOTES.md).
DISTURBED_WEIGHT = 0.05
STRETCHES, BATCH = 480, 16


class Sums:
    """Normal equations: for each of a step's outputs, x'x and x'y, with a constant among the inputs."""

    def __init__(self, inputs: int, channels: int) -> None:
        self.xx = torch.zeros(OUTPUTS, inputs + 1, inputs + 1, dtype=torch.float64)
        self.xy = torch.zeros(OUTPUTS, inputs + 1, channels, dtype=torch.float64)

    def add(self, h: Tensor, y: Tensor, weight: float = 1.0) -> None:
        """h [B, T, inputs], y [B, 2 T, channels] on the grid k / 50 s."""
        for i in range(OUTPUTS):
            x, due = paired(h, y, i)
            self.xx[i] += weight * (x.T @ x)
            self.xy[i] += weight * (x.T @ due)

    def plus(self, other: Sums, weight: float = 1.0, columns: slice = slice(None)) -> Sums:
        out = Sums(self.xx.shape[1] - 1, self.xy.shape[2])
        out.xx, out.xy = self.xx + weight * other.xx, self.xy + weight * other.xy[..., columns]
        return out

    def solve(self, penalty: float) -> Tensor:
        """[outputs, inputs + 1, channels]."""
        ridge = penalty * torch.eye(self.xx.shape[1], dtype=torch.float64)
        ridge[-1, -1] = 0
        return torch.linalg.solve(self.xx + ridge, self.xy)


def paired(h: Tensor, y: Tensor, output: int) -> tuple[Tensor, Tensor]:
    """Rows of inputs (with 1) and of what is due, for one of a step's outputs; the first step, whose time is past, left out."""
    steps = torch.arange(1, h.shape[1])
    x = h[:, steps].flatten(0, 1).double()
    due = y[:, OUTPUTS * steps + output - DELAY].flatten(0, 1).double()
    return torch.cat([x, torch.ones(len(x), 1, dtype=torch.float64)], 1), due


@torch.no_grad()
def seen(network: Network, x: Tensor) -> Tensor:
    return network.trunk(x, network.initial_state(len(x)))[0]


def clean_clips(network: Network, faces: tape.Tape) -> list[tuple[Tensor, Tensor]]:
    """Trunk features and motion of each whole clip."""
    found = []
    for first, last in zip(faces.first, faces.first[1:]):
        steps = int(last - first) // OUTPUTS
        samples = faces.pcm[first * targets.SLOT:(first + steps * OUTPUTS) * tape.SLOT].float() / 32768
        x = Ear(torch.device('cpu')).features(samples[None])[:, :steps * STRIDE]
        found.append((seen(network, x), faces.motion[first:first + steps * OUTPUTS].float()[None]))
    return found


def collect(network: Network, folder: Path, clean: list[tuple[Tensor, Tensor]]) -> tuple[list[Sums], Sums, Sums]:
    """Of each clip, of taught speech (the variants side by side) and of noise."""
    cpu, rng, inputs = torch.device('cpu'), np.random.default_rng(1), 2 * network.width
    clips = [Sums(inputs, len(MOTION)) for _ in CLIPS]
    for sums, (h, y) in zip(clips, clean):
        sums.add(h, y)
    faces = data.Shelf(folder, 'facegood', cpu, copies=5)
    for k, name in enumerate(CLIPS):
        for chosen in batches(faces.of_speaker(name)):
            batch = faces.batch(chosen)
            clips[k].add(seen(network, batch['x']), batch['motion'], DISTURBED_WEIGHT)
    speech = data.Shelf(folder, 'train', cpu, copies=1)
    taught, noise = Sums(inputs, len(MOTION) * (len(CLIPS) + 1)), Sums(inputs, len(MOTION))
    for chosen in batches(rng.permutation(speech.kept)[:STRETCHES]):
        batch = speech.batch(chosen)
        h = seen(network, batch['x'])
        quiet = batch['noise']
        variants = torch.cat([speech.motion_of(chosen, variant) for variant in range(len(CLIPS) + 1)], -1)
        taught.add(h[~quiet], variants[~quiet])
        noise.add(h[quiet], batch['motion'][quiet])
    return clips, taught, noise


def batches(chosen: np.ndarray) -> list[np.ndarray]:
    return [chosen[first:first + BATCH] for first in range(0, len(chosen), BATCH)]


def disagreement(weights: Tensor, clean: tuple[Tensor, Tensor]) -> Tensor:
    """One minus the correlation of each channel."""
    x, y = paired(*clean, 0)
    a = (x @ weights[0]).clamp(0, 1)
    a, b = a - a.mean(0), y - y.mean(0)
    return 1 - (a * b).mean(0) / (a.square().mean(0) * b.square().mean(0) + 1e-12).sqrt()


def head(clips: list[Sums], taught: Sums, noise: Sums, clean: list[tuple[Tensor, Tensor]], variant: int) -> Tensor:
    """[outputs, inputs + 1, channels], each channel by its best option."""
    names = [i for i in range(len(CLIPS)) if i != variant]
    columns = slice(variant * len(MOTION), (variant + 1) * len(MOTION))

    def fit(kept: list[int], weight: float, penalty: float) -> Tensor:
        total = Sums(noise.xx.shape[1] - 1, len(MOTION)).plus(noise, NOISE_WEIGHT).plus(taught, weight, columns)
        for k in kept:
            total = total.plus(clips[k])
        return total.solve(penalty)

    tried = torch.stack([disagreement(fit(names[:-1], *option), clean[names[-1]]) for option in OPTIONS])
    best = tried.argmin(0)
    print(f'variant {variant}: ' + ', '.join(f'{c} {OPTIONS[b]}' for c, b in zip(MOTION[:4], best)), flush=True)
    fitted = [fit(names, *option) for option in OPTIONS]
    return torch.stack([fitted[best[c]][:, :, c] for c in range(len(MOTION))], -1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--trunk', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args()
    network = predict.load(args.trunk)
    clean = clean_clips(network, tape.load(args.data / 'tapes/facegood.npz', torch.device('cpu')))
    sums = collect(network, args.data, clean)
    args.out.mkdir(parents=True, exist_ok=True)
    for variant, left in enumerate([*CLIPS, None]):
        weights = head(*sums, clean, variant)
        with torch.no_grad():
            network.motion.weight.copy_(weights[:, :-1].transpose(1, 2).flatten(0, 1))
            network.motion.bias.copy_(weights[:, -1].flatten())
        torch.save({'average': network.state_dict()}, args.out / (f'fold-{left}.pt' if left else 'final.pt'))


if __name__ == '__main__':
    main()
