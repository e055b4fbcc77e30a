"""Tapes (prepare.py) in memory, on any device, with what the teacher says of them (teacher.py) where that is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .render import LONGEST, OUTPUTS
from .targets import SLOT

STEP = 600  # slots between the starts of two stretches of a reel
SNAPPED = 0.5  # share of stretches that begin just before an utterance


@dataclass
class Tape:
    """F slots of 20 ms, cut into reels: reel r lies at slots first[r] to first[r + 1]."""

    pcm: Tensor  # int16 [320 F]
    visemes: Tensor  # int8 [F], -1 unknown
    articulation: Tensor  # float16 [F, 10]
    motion: Tensor  # float16 [F, 13]
    arousal: Tensor  # float16 [F]
    spoken: Tensor  # bool [F]
    starts: np.ndarray
    first: np.ndarray
    speaker: np.ndarray
    engine: np.ndarray
    language: np.ndarray
    taught: dict[str, Tensor] = field(default_factory=dict)  # heard, visemes, articulation, motion

    def of_engine(self, engine: str) -> Tensor:
        """bool [F]."""
        return torch.from_numpy(np.repeat(self.engine == engine, np.diff(self.first))).to(self.pcm.device)

    def reel_of(self, slots: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.first, slots, side='right') - 1

    def targets(self, first: Tensor, speed: Tensor, variant: int | None = None) -> dict[str, Tensor]:
        """What is due at the OUTPUTS moments of stretches read at `speed`: visemes [B, T], curves [B, T, ...], from the teacher
        `taught_*`; `variant` names the fold whose teacher shows the motion."""
        at = first[:, None].double() + torch.arange(OUTPUTS, device=first.device)[None] * speed[:, None].double()
        at = at.clamp(max=len(self.visemes) - 2)
        index, part = at.long(), (at - at.floor()).float()[..., None]

        def curve(values: Tensor) -> Tensor:
            return values[index].float() * (1 - part) + values[index + 1].float() * part

        out = {'visemes': self.visemes[at.round().long()].long(), 'articulation': curve(self.articulation),
               'motion': curve(self.motion), 'arousal': curve(self.arousal[:, None])[..., 0]}
        for name in ('heard', 'visemes', 'articulation') if self.taught else ():
            out[f'taught_{name}'] = curve(self.taught[name])
        if variant is not None:
            out['taught_motion'] = curve(self.taught['motion'][:, variant])
        return out


def load(path: Path, device: torch.device) -> Tape:
    """Without the teacher's word where DATA/teacher has none of this part."""
    with np.load(path) as saved:
        tensors = {name: torch.from_numpy(saved[name]).to(device)
                   for name in ('pcm', 'visemes', 'articulation', 'motion', 'arousal', 'spoken')}
        tape = Tape(**tensors, **{name: saved[name] for name in ('starts', 'first', 'speaker', 'engine', 'language')})
    taught = path.parent.parent / 'teacher' / path.name
    if taught.exists():
        with np.load(taught) as saved:
            tape.taught = {name: torch.from_numpy(saved[name]).to(device) for name in saved.files}
    return tape


def stretches(tape: Tape, generator: torch.Generator, labelled_only: bool = False) -> Tensor:
    """First slots of stretches that cover the tape about once, shuffled; of those that an utterance
    follows, half begin just before it. None leaves its reel at any reading speed, where the reel is long enough."""
    rng = np.random.default_rng(int(torch.randint(2 ** 31, (1,), generator=generator, device=generator.device)))
    found: list[np.ndarray] = []
    for r, (begin, end) in enumerate(zip(tape.first, tape.first[1:])):
        if labelled_only and tape.engine[r] in ('human', 'facegood'):
            continue
        last = max(int(begin), int(end) - LONGEST)
        free = np.arange(begin, last + 1, STEP)
        free = np.clip(free + rng.integers(0, STEP, len(free)), begin, last)
        own = tape.starts[(tape.starts >= begin) & (tape.starts <= last)]
        after = np.searchsorted(own, free)
        snapped = (after < len(own)) & (rng.random(len(free)) < SNAPPED)
        free[snapped] = np.maximum(own[after[snapped]] - rng.integers(4, 40, snapped.sum()), begin)
        found.append(free)
    chosen = rng.permutation(np.concatenate(found))
    return torch.from_numpy(chosen.astype(np.int64)).to(tape.pcm.device)
