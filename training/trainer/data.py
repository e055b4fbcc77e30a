"""Batches of prepared strips: shuffled, masked, endless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from .features import BANDS

COLUMNS = ('x', 'visemes', 'articulation', 'motion', 'voiced', 'pseudo', 'heard', 'arousal', 'taught')


class Strips:
    """One prepared file in memory; `keep` picks strips."""

    def __init__(self, path: Path, keep=None) -> None:
        with np.load(path) as data:
            self.speaker, self.engine, self.language = data['speaker'], data['engine'], data['language']
            chosen = np.arange(len(self.speaker)) if keep is None else np.flatnonzero(keep(self))
            for name in COLUMNS:
                setattr(self, name, data[name][chosen])
        self.speaker, self.engine, self.language = self.speaker[chosen], self.engine[chosen], self.language[chosen]

    def __len__(self) -> int:
        return len(self.speaker)

    def batch(self, chosen: np.ndarray, variant: int | None = None) -> dict[str, torch.Tensor]:
        """`variant` names the fold whose teacher shows the motion of speech without a face; None: nobody does."""
        out = {name: torch.from_numpy(getattr(self, name)[chosen]) for name in COLUMNS}
        out['x'], out['articulation'], out['motion'] = out['x'].float(), out['articulation'].float(), out['motion'].float()
        out['heard'], out['arousal'] = out['heard'].float(), out['arousal'].float()
        out['visemes'] = out['visemes'].long()
        engine = self.engine[chosen]
        out['captured'] = torch.from_numpy(engine == 'facegood')
        out['labelled'] = out['visemes'][:, 0] >= 0
        # Captured motion, or a face that must rest, or the teacher's.
        out['has_motion'] = torch.from_numpy((engine == 'facegood') | (engine == 'noise'))
        pseudo = out.pop('pseudo').float().reshape(len(chosen), out['motion'].shape[1], -1, out['motion'].shape[2])
        taught = out.pop('taught') if variant is not None else torch.zeros(len(chosen), dtype=torch.bool)
        out['motion'][taught] = pseudo[taught][:, :, variant or 0]
        out['has_motion'] = out['has_motion'] | taught
        return out


def endless(folder: Path, pattern: str, size: int, seed: int, keep=None, variant: int | None = None) -> Iterator[dict[str, torch.Tensor]]:
    """Batches through one augmented copy after the other, for ever."""
    rng = np.random.default_rng(seed)
    while True:
        for path in rng.permutation(np.array(sorted(folder.glob(pattern)))):
            strips = Strips(path, keep)
            order = rng.permutation(len(strips))
            for first in range(0, len(order) - size + 1, size):
                yield strips.batch(np.sort(order[first:first + size]), variant)
            if len(order) < size:
                yield strips.batch(order, variant)


def joined(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: torch.cat([one[name], other[name]]) for name in one}


def disturb(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """On top of the augmented sound, cheap and new at every visit: formants moved by up to 3 bands, a smooth equaliser, two
    runs of bands hidden, a little noise. Levels, voicing and pitch keep their own."""
    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator)
    bands, rest = x[..., :BANDS], x[..., BANDS:]
    index = torch.arange(BANDS)
    moved = (index + torch.randint(-3, 4, (len(x), 1), generator=generator)).clamp(0, BANDS - 1)
    bands = bands.gather(2, moved[:, None].expand(-1, x.shape[1], -1))
    wave = torch.sin(index / BANDS * 6.28 * (0.3 + uniform(len(x), 1)) + 6.28 * uniform(len(x), 1))
    bands = bands + 0.4 * uniform(len(x), 1, 1) * wave[:, None] + 0.1 * torch.randn(bands.shape, generator=generator)
    for _ in range(2):
        width = int(torch.randint(0, 10, (1,), generator=generator))
        start = torch.randint(0, BANDS - width + 1, (len(x), 1), generator=generator)
        bands = bands.masked_fill(((index >= start) & (index < start + width))[:, None], 0)
    return torch.cat([bands, rest], -1)
