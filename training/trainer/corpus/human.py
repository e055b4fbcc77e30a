"""Real people: the recorded prompts of Debian's asterisk-core-sounds, five languages. Nobody timed their phones: the network
learns from what a recogniser hears in them (teacher.py), and they are labelled with no phone.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from . import store

LANGUAGES = ('en', 'es', 'fr', 'it', 'ru')
SHORTEST_S = 0.8
SECONDS = 20  # pieces of longer recordings


def build(out: Path, downloads: Path) -> None:
    folder = downloads / 'human'
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        package = f'asterisk-core-sounds-{language}-g722'
        if not list(folder.glob(f'{package}_*.deb')):
            subprocess.run(['apt-get', 'download', '-qq', package], cwd=folder, check=True)
            subprocess.run(['dpkg', '-x', str(next(folder.glob(f'{package}_*.deb'))), str(folder / language)], check=True)
        total = 0.0
        for path in sorted((folder / language).rglob('*.g722')):
            if 'silence' in path.parts:
                continue
            samples = _decode(path)
            for k, first in enumerate(range(0, len(samples), SECONDS * store.SAMPLE_RATE)):
                piece = samples[first:first + SECONDS * store.SAMPLE_RATE]
                if len(piece) < SHORTEST_S * store.SAMPLE_RATE:
                    continue
                total += len(piece) / store.SAMPLE_RATE
                store.save(out / f'{language}-{path.parent.name}-{path.stem}-{k}.npz', store.Utterance(
                    piece, [], np.zeros(0), 'human', f'human-{language}', language))
        print(f'{language}: {total / 60:.0f} min', flush=True)


def _decode(path: Path) -> np.ndarray:
    raw = subprocess.run(['ffmpeg', '-v', 'error', '-f', 'g722', '-i', str(path), '-ar', str(store.SAMPLE_RATE), '-ac', '1', '-f', 's16le', '-'],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.int16)
