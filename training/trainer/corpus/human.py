"""Real people, recorded: telephone prompts, the two fish of a game, and names and letters read to children. Nobody timed their
phones: the network learns from what a recogniser hears in them (teacher.py), and they are labelled with no phone.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import store

SHORTEST_S = 0.8
SECONDS = 20  # pieces of longer recordings


@dataclass(frozen=True)
class Source:
    """Speaker and language may name groups of the pattern: one package holds many people."""

    package: str  # Debian's
    files: str  # pattern, found in the path of each recording
    language: str
    speaker: str
    minutes: float = 30  # at most, of one speaker: many voices tell more than much of one


SOURCES = [
    Source('asterisk-core-sounds-en-g722', r'\.g722$', 'en', 'human-en'),
    Source('asterisk-core-sounds-es-g722', r'\.g722$', 'es', 'human-es'),
    Source('asterisk-core-sounds-fr-g722', r'\.g722$', 'fr', 'human-fr'),
    Source('asterisk-core-sounds-it-g722', r'\.g722$', 'it', 'human-it'),
    Source('asterisk-core-sounds-ru-g722', r'\.g722$', 'ru', 'human-ru'),
    Source('asterisk-prompt-es-co', r'\.gsm$', 'es', 'human-es-co'),
    Source('asterisk-prompt-fr-armelle', r'\.gsm$', 'fr', 'human-fr-armelle'),
    Source('asterisk-prompt-it-menardi-wav', r'\.wav$', 'it', 'human-it-menardi'),
    Source('fillets-ng-data-cs', r'-m-[^/]*\.ogg$', 'cs', 'fish-small-cs', minutes=20),
    Source('fillets-ng-data-cs', r'-v-[^/]*\.ogg$', 'cs', 'fish-big-cs', minutes=20),
    Source('fillets-ng-data-nl', r'-m-[^/]*\.ogg$', 'nl', 'fish-small-nl', minutes=20),
    Source('fillets-ng-data-nl', r'-v-[^/]*\.ogg$', 'nl', 'fish-big-nl', minutes=20),
    # Its four Serbian folders with an @ hold the same recordings again.
    Source('ktuberling-data', r'/sounds/([a-z]+)/[^/]*\.(?:ogg|opus|wav)$', r'\1', r'ktuberling-\1'),
    # Single sounds and syllables: worth a little of each person.
    Source('klettres-data', r'/klettres/(([a-z]+)(?:_[A-Z]+)?)/(?:alpha|syllab)/[^/]*\.ogg$', r'\2', r'klettres-\1', minutes=2),
    Source('tuxpaint-stamps-default', r'/animals/.*_desc_([a-z]+)\.ogg$', r'\1', r'tuxpaint-\1'),
]


def build(out: Path, downloads: Path) -> None:
    for source in SOURCES:
        print(f'{source.package}: {_build(source, _unpacked(source, downloads / "human"), out) / 60:.0f} min', flush=True)


def _build(source: Source, folder: Path, out: Path) -> float:
    """Saves the recordings of a source in pieces; returns their seconds."""
    made = out / f'.{source.package}-{re.sub(r"[^a-z]+", "-", source.speaker)}'
    if made.exists():
        return float(made.read_text())
    found = [(path, match) for path in sorted(folder.rglob('*'))
             if 'silence' not in path.parts and (match := re.search(source.files, str(path)))]
    spoken: dict[str, float] = defaultdict(float)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, match), samples in zip(found, pool.map(_decode, [path for path, _ in found])):
            speaker = match.expand(source.speaker)
            if spoken[speaker] >= source.minutes * 60:
                continue
            for k, piece in enumerate(_pieces(samples)):
                store.save(out / f'{speaker}-{path.parent.parent.name}-{path.parent.name}-{path.stem}-{k}.npz',
                           store.Utterance(piece, [], np.zeros(0), 'human', speaker, match.expand(source.language)))
                spoken[speaker] += len(piece) / store.SAMPLE_RATE
    out.mkdir(parents=True, exist_ok=True)
    made.write_text(str(sum(spoken.values())))
    return sum(spoken.values())


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
    kind = ['-f', path.suffix[1:]] if path.suffix in ('.g722', '.gsm') else []  # they have no header to tell
    raw = subprocess.run(['ffmpeg', '-v', 'error', *kind, '-i', str(path), '-ar', str(store.SAMPLE_RATE), '-ac', '1', '-f', 's16le', '-'],
                         check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.int16)
