"""Batches from the shelf (shelve.py), with their targets from the tapes: drawn at random, endless, on the training's device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import tape
from .features import BANDS, FEATURES
from .prepare import UNLABELLED
from .render import SECONDS

FRAMES = SECONDS * 100

# How often stretches of an engine come, against their share of the tape.
FAVOURED = {('kokoro', 'zh'): 2.0, ('espeak', ''): 0.6}


class Shelf:
    """The first `copies` of one part. `leave` names a clip that stays away; `variant` the fold whose teacher shows motion, None:
    nobody."""

    def __init__(self, data: Path, part: str, device: torch.device, copies: int, leave: str | None = None,
                 variant: int | None = None) -> None:
        self._tape = tape.load(data / f'tapes/{part}.npz', device)
        self._variant = variant
        found = [np.load(path) for path in sorted((data / 'shelf').glob(f'{part}-[0-9][0-9].npz'))[:copies]]
        first = np.concatenate([copy['first'] for copy in found])
        reel = self._tape.reel_of(first)
        self._speaker = self._tape.speaker[reel]
        self.kept = np.flatnonzero(self._speaker != leave)
        self._x = torch.empty(len(first), FRAMES, FEATURES, dtype=torch.float16, device=device)
        at = 0
        for copy in found:
            self._x[at:at + len(copy['first'])] = torch.from_numpy(copy['x'])
            at += len(copy['first'])
        self._first = torch.from_numpy(first).to(device)
        self._speed = torch.from_numpy(np.concatenate([copy['speed'] for copy in found])).to(device)
        self._engine, self._language = self._tape.engine[reel], self._tape.language[reel]
        self.weight = np.ones(len(first))
        for (engine, language), weight in FAVOURED.items():
            self.weight[(self._engine == engine) & ((self._language == language) | (language == ''))] = weight

    def of_speaker(self, name: str) -> np.ndarray:
        return np.flatnonzero(self._speaker == name)

    def motion_of(self, chosen: np.ndarray, variant: int) -> Tensor:
        """What the teacher of a fold shows."""
        return self._tape.targets(self._first[chosen], self._speed[chosen], variant)['taught_motion']

    def batch(self, chosen: np.ndarray) -> dict[str, Tensor]:
        where = torch.from_numpy(chosen).to(self._x.device)
        out = self._tape.targets(self._first[where], self._speed[where], self._variant)
        out['x'] = self._x[where].float()
        engine = self._engine[chosen]
        flags = {'captured': engine == 'facegood', 'noise': engine == 'noise',
                 'shown': np.full(len(chosen), self._variant is not None) & (engine != 'facegood') & (engine != 'noise')}
        for name, values in flags.items():
            out[name] = torch.from_numpy(values).to(where.device)
        out['labelled'] = (out['visemes'] != UNLABELLED).all(1)
        if self._variant is None:
            out['taught_motion'] = torch.zeros_like(out['motion'])
        return out


def half_precision(device: torch.device) -> bool:
    """On processors with the instructions for it; without them bfloat16 is emulated, and slower. A GPU has TF32 instead."""
    return device.type == 'cpu' and torch.cpu._is_avx512_bf16_supported()


def endless(shelf: Shelf, size: int, seed: int) -> Iterator[dict[str, Tensor]]:
    """Batches of `size`, drawn with replacement: favoured stretches come more often."""
    rng = np.random.default_rng(seed)
    odds = shelf.weight[shelf.kept] / shelf.weight[shelf.kept].sum()
    while True:
        order = rng.choice(shelf.kept, len(shelf.kept) // size * size or size, p=odds)
        for first in range(0, len(order), size):
            yield shelf.batch(order[first:first + size])


def joined(one: dict[str, Tensor], other: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: torch.cat([one[name], other[name]]) for name in one}


def disturb(x: Tensor, generator: torch.Generator) -> Tensor:
    """On top of the rendered sound, cheap and new at every visit: formants moved by up to 3 bands, a smooth equaliser, two
    runs of bands hidden, a little noise. Levels, voicing and pitch keep their own."""
    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=x.device)

    def whole(low: int, high: int, *shape: int) -> Tensor:
        return torch.randint(low, high, shape, generator=generator, device=x.device)

    bands, rest = x[..., :BANDS], x[..., BANDS:]
    index = torch.arange(BANDS, device=x.device)
    moved = (index + whole(-3, 4, len(x), 1)).clamp(0, BANDS - 1)
    bands = bands.gather(2, moved[:, None].expand(-1, x.shape[1], -1))
    wave = torch.sin(index / BANDS * 6.28 * (0.3 + uniform(len(x), 1)) + 6.28 * uniform(len(x), 1))
    noise = torch.randn(bands.shape, generator=generator, device=x.device)
    bands = bands + 0.4 * uniform(len(x), 1, 1) * wave[:, None] + 0.1 * noise
    for _ in range(2):
        start, width = whole(0, BANDS, len(x), 1), whole(0, 10, len(x), 1)
        bands = bands.masked_fill(((index >= start) & (index < start + width))[:, None], 0)
    return torch.cat([bands, rest], -1)
