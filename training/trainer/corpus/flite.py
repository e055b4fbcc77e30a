"""Speech by flite's four voices, with the phone end times it prints itself."""

from __future__ import annotations

import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from . import store, texts
from .audio import read_wav

VOICES = ['slt', 'rms', 'awb', 'kal16']
# The same people are in festival.
SPEAKER = {'slt': 'slt', 'kal16': 'kal', 'rms': 'rms', 'awb': 'awb'}
HELD_OUT = 'rms'


def build(out: Path, downloads: Path, minutes: float, seed: int = 2) -> None:
    """`minutes` of speech by each voice."""
    for number, voice in enumerate(VOICES):
        rng = random.Random(f'{seed}-{voice}')
        lines = _lines(voice, texts.sentences('en', downloads))
        at, spoken, k = 400 * number, 0.0, 0
        while spoken < minutes * 60:
            stretch, pitch = rng.uniform(0.85, 1.25), rng.uniform(0.9, 1.15)
            path = out / f'{voice}-{k:04d}.npz'
            if not path.exists():
                store.save(path, _speak(voice, lines[(at + k) % len(lines)], stretch, pitch))
            spoken += len(store.load(path).samples) / store.SAMPLE_RATE
            k += 1


def _lines(voice: str, lines: list[str]) -> list[str]:
    """What a voice reads. Voices trained on leave out what held-out ones say: Kokoro's (the first 1000 or so), festival's ked
    (to 1127), rms here and Piper (2473 to 2591)."""
    return lines[1500:1900] if voice == HELD_OUT else lines[1130:1500] + lines[1900:2470] + lines[2600:]


def _speak(voice: str, text: str, stretch: float, pitch: float) -> store.Utterance:
    with tempfile.TemporaryDirectory() as folder:
        wav = f'{folder}/a.wav'
        printed = subprocess.run(
            ['flite', '-voice', voice, '-psdur', '--setf', f'duration_stretch={stretch:.2f}',
             '--setf', f'f0_shift={pitch:.2f}', '-t', text, '-o', wav], capture_output=True, text=True, check=True).stdout
        samples = read_wav(wav)
    pairs = [item.rsplit(':', 1) for item in printed.split() if ':' in item]
    return store.Utterance(store.to_int16(samples), [p for p, _ in pairs], np.array([float(e) for _, e in pairs]),
                           'flite', SPEAKER[voice], 'en', text)
