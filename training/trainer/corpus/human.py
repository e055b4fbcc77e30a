"""Real people, recorded: telephone prompts in five languages, and the two fish of a game in two more. Nobody timed their phones:
the network learns from what a recogniser hears in them (teacher.py), and they are labelled with no phone.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import store

SHORTEST_S = 0.8
SECONDS = 20  # pieces of longer recordings


@dataclass(frozen=True)
class Source:
    package: str  # Debian's
    language: str
    files: str
    speakers: dict[str, str]  # what a file's name holds: whose voice it is


def _prompts(language: str) -> Source:
    return Source(f'asterisk-core-sounds-{language}-g722', language, '*.g722', {'': f'human-{language}'})


def _fish(language: str) -> Source:
    return Source(f'fillets-ng-data-{language}', language, '*.ogg', {'-m-': f'fish-small-{language}', '-v-': f'fish-big-{language}'})


SOURCES = [
    *(_prompts(language) for language in ('en', 'es', 'fr', 'it', 'ru')),
    Source('asterisk-prompt-it-menardi-wav', 'it', '*.wav', {'': 'human-it-menardi'}),
    Source('asterisk-prompt-fr-armelle', 'fr', '*.gsm', {'': 'human-fr-armelle'}),
    _fish('cs'), _fish('nl'),
]


def build(out: Path, downloads: Path) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for source in SOURCES:
            seconds = pool.map(lambda path, s=source: _store(out, s, path), sorted(_unpacked(source, downloads / 'human').rglob(source.files)))
            print(f'{source.package}: {sum(seconds) / 60:.0f} min', flush=True)


def _store(out: Path, source: Source, path: Path) -> float:
    """Saves a recording in pieces; returns its seconds."""
    speaker = next((name for mark, name in source.speakers.items() if mark in path.name), None)
    if speaker is None or 'silence' in path.parts:
        return 0
    pieces = _pieces(_decode(path))
    for k, piece in enumerate(pieces):
        store.save(out / f'{speaker}-{path.parent.parent.name}-{path.parent.name}-{path.stem}-{k}.npz',
                   store.Utterance(piece, [], np.zeros(0), 'human', speaker, source.language))
    return sum(map(len, pieces)) / store.SAMPLE_RATE


def _unpacked(source: Source, folder: Path) -> Path:
    """Where the package's files lie, fetched once."""
    target = folder / source.package
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(['apt-get', '-o', 'APT::Sandbox::User=root', 'download', '-qq', source.package], cwd=folder, check=True)
        subprocess.run(['dpkg', '-x', str(next(folder.glob(f'{source.package}_*.deb'))), str(target)], check=True)
    return target


def _pieces(samples: np.ndarray) -> list[np.ndarray]:
    found = [samples[k:k + SECONDS * store.SAMPLE_RATE] for k in range(0, len(samples), SECONDS * store.SAMPLE_RATE)]
    return [piece for piece in found if len(piece) >= SHORTEST_S * store.SAMPLE_RATE]


def _decode(path: Path) -> np.ndarray:
    kind = ['-f', 'g722'] if path.suffix == '.g722' else []
    raw = subprocess.run(['ffmpeg', '-v', 'error', *kind, '-i', str(path), '-ar', str(store.SAMPLE_RATE), '-ac', '1', '-f', 's16le', '-'],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.int16)
