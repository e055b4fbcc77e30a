"""One utterance a file: 16 kHz samples and phones with their end times, whatever engine spoke it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SAMPLE_RATE = 16_000


@dataclass
class Utterance:
    """`ends[i]` is when phone i ends, in seconds from the first sample; phones follow each other without gaps."""

    samples: np.ndarray  # int16 mono at 16 kHz
    phones: list[str]  # in the alphabet of the engine, see phones.py
    ends: np.ndarray
    engine: str
    speaker: str  # the person whose voice it is: the same in every engine that has it
    language: str
    text: str = ''


def save(path: Path, utterance: Utterance) -> None:
    """Writes the file whole or not at all, so that an interrupted build can go on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.tmp.npz')
    np.savez(partial, samples=utterance.samples.astype(np.int16), phones=np.array(utterance.phones, dtype=str),
             ends=np.asarray(utterance.ends, np.float32), engine=utterance.engine, speaker=utterance.speaker,
             language=utterance.language, text=utterance.text)
    os.replace(partial, path)


def load(path: Path) -> Utterance:
    with np.load(path) as data:
        return Utterance(data['samples'], [str(p) for p in data['phones']], data['ends'], str(data['engine']),
                         str(data['speaker']), str(data['language']), str(data['text']))


def to_int16(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
