"""Fits the motion head on a frozen trunk, in closed form: captured faces, the teacher's for other voices, rest for noises.

    python -m trainer.readout DATA --trunk RUN

writes DATA/runs/fold-<clip>.pt, each fitted without its clip, and DATA/runs/final.pt. The weight of the teacher and the
penalty are chosen for each channel on one of the clips that are left in. Least squares shrinks motion, so each channel is stretched about its
mean until its speed on the clips left in is the captured one (at most GAIN_MAX). Takes a minute; train.py can go on from it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from .data import Strips
from .facegood import CLIPS
from .network import DELAY, MOTION, OUTPUTS, Network

TAUGHT_WEIGHTS, PENALTIES = [0.0, 0.1, 0.4], [100.0, 500.0]
NOISE_WEIGHT = 0.1
# Against clean clips: more of it makes noise hurt less and clean speech worse (NOTES.md).
AUGMENTED_WEIGHT = 0.05
GAIN_MAX = 1.6
TAUGHT_STRIPS, NOISE_STRIPS = 120, 60


def load_trunk(path: Path) -> Network:
    """A trunk whose motion head may be of another make: it is fitted anew."""
    network = Network()
    saved = torch.load(path, weights_only=True)['average']
    network.load_state_dict({k: v for k, v in saved.items() if not k.startswith('motion')}, strict=False)
    return network.eval()


class Sums:
    """Normal equations of a set of strips: for each of a step's outputs, x'x and x'y, with a constant among the inputs."""

    def __init__(self, inputs: int, channels: int) -> None:
        self.xx = np.zeros((OUTPUTS, inputs + 1, inputs + 1))
        self.xy = np.zeros((OUTPUTS, inputs + 1, channels))

    def add(self, h: np.ndarray, y: np.ndarray, weight: float = 1.0) -> None:
        """h [B, T, inputs], y [B, 2 T, channels] on the grid k / 50 s."""
        for i in range(OUTPUTS):
            x, due = paired(h, y, i)
            self.xx[i] += weight * (x.T @ x)
            self.xy[i] += weight * (x.T @ due)

    def plus(self, other: Sums, weight: float = 1.0, columns: slice = slice(None)) -> Sums:
        out = Sums(self.xx.shape[1] - 1, self.xy.shape[2])
        out.xx, out.xy = self.xx + weight * other.xx, self.xy + weight * other.xy[..., columns]
        return out

    def solve(self, penalty: float) -> np.ndarray:
        """[outputs, inputs + 1, channels]."""
        ridge = penalty * np.eye(self.xx.shape[1])
        ridge[-1, -1] = 0
        return np.stack([np.linalg.solve(a + ridge, b) for a, b in zip(self.xx, self.xy)])


def paired(h: np.ndarray, y: np.ndarray, output: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of inputs (with 1) and of what is due, for one of a step's outputs; the first step, whose time is past, left out."""
    steps = np.arange(1, h.shape[1])
    x = h[:, steps].reshape(-1, h.shape[2])
    due = y[:, OUTPUTS * steps + output - DELAY].reshape(len(x), -1)
    return np.concatenate([x, np.ones((len(x), 1))], 1).astype(np.float64), due.astype(np.float64)


def seen(network: Network, strips: Strips, chosen: np.ndarray):
    """Trunk features of some strips, a few at a time, with the strips' numbers."""
    for first in range(0, len(chosen), 16):
        part = np.sort(chosen[first:first + 16])
        with torch.no_grad():
            h, _ = network.trunk(torch.from_numpy(strips.x[part].astype(np.float32)), network.initial_state(len(part)))
        yield part, h.numpy()


def collect(network: Network, folder: Path):
    inputs, count = 2 * network.width, len(MOTION)
    clips = {name: Sums(inputs, count) for name in CLIPS}
    clean: dict[str, list] = {name: [] for name in CLIPS}
    for path in sorted(folder.glob('facegood-*.npz')):
        strips = Strips(path)
        for part, h in seen(network, strips, np.arange(len(strips))):
            for k, row in zip(part, h):
                name = str(strips.speaker[k])
                is_clean = path.stem.endswith('-0')
                clips[name].add(row[None], strips.motion[k][None], 1.0 if is_clean else AUGMENTED_WEIGHT)
                if is_clean:
                    clean[name].append((row, strips.motion[k]))
    strips = Strips(sorted(folder.glob('train-*.npz'))[0])
    rng = np.random.default_rng(1)
    taught, noise = Sums(inputs, count * (len(CLIPS) + 1)), Sums(inputs, count)
    for part, h in seen(network, strips, rng.permutation(np.flatnonzero(strips.taught))[:TAUGHT_STRIPS]):
        taught.add(h, strips.pseudo[part])
    for part, h in seen(network, strips, rng.permutation(np.flatnonzero(strips.engine == 'noise'))[:NOISE_STRIPS]):
        noise.add(h, strips.motion[part])
    return clips, clean, taught, noise


def fit(clips: dict[str, Sums], taught: Sums, noise: Sums, names: list[str], variant: int, weight: float, penalty: float):
    total = clips[names[0]]
    for name in names[1:]:
        total = total.plus(clips[name])
    columns = slice(variant * len(MOTION), (variant + 1) * len(MOTION))
    return total.plus(noise, NOISE_WEIGHT).plus(taught, weight, columns).solve(penalty)


def errors(weights: np.ndarray, clean: list) -> np.ndarray:
    """Squared error of each channel against its variance."""
    pairs = [paired(h[None], y[None], 0) for h, y in clean]
    x, y = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
    return ((x @ weights[0]) - y).var(0) / (y.var(0) + 1e-4)


def stretched(weights: np.ndarray, clean: list) -> np.ndarray:
    pairs = [paired(h[None], y[None], 0) for h, y in clean]
    x, y = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
    predicted = (x @ weights[0]).clip(0, 1)
    speed, due = (np.sqrt(np.mean(np.diff(v, axis=0) ** 2, axis=0) + 1e-9) for v in (predicted, y))
    gain = np.clip(due / speed, 1, GAIN_MAX)
    out = weights * gain
    out[:, -1] += (1 - gain) * predicted.mean(0)
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--trunk', type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = load_trunk(args.trunk)
    clips, clean, taught, noise = collect(network, args.data / 'strips')
    for variant, left in enumerate([*CLIPS, None]):
        names = [n for n in CLIPS if n != left]
        check = names[-1]
        options = [(w, p) for w in TAUGHT_WEIGHTS for p in PENALTIES]
        tried = np.stack([errors(fit(clips, taught, noise, names[:-1], variant, *o), clean[check]) for o in options])
        best = tried.argmin(0)
        fitted = np.stack([fit(clips, taught, noise, names, variant, *o) for o in options])
        weights = np.stack([fitted[best[c], :, :, c] for c in range(len(MOTION))], -1)
        weights = stretched(weights, [pair for n in names for pair in clean[n]])
        with torch.no_grad():
            network.motion.weight.copy_(torch.from_numpy(weights[:, :-1].transpose(0, 2, 1).reshape(-1, weights.shape[1] - 1)))
            network.motion.bias.copy_(torch.from_numpy(weights[:, -1].reshape(-1)))
        out = args.data / 'runs' / (f'fold-{left}.pt' if left else 'final.pt')
        torch.save({'average': network.state_dict()}, out)
        print(f'{out.name}: ' + ', '.join(f'{c} {options[b]}' for c, b in zip(MOTION[:3], best)), flush=True)


if __name__ == '__main__':
    main()
