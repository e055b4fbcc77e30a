"""From a person to a packed GLB: body, rig, then the Node step that quantises, compresses and validates."""
from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from .blinks import with_closing_lids
from .body import build_body
from .people import Person
from .rig import Workshop
from .source import Source

PACK = Path(__file__).parents[1] / 'pack.mjs'


class BakeError(Exception):
    """A step of the bake failed; the message says which and what to do."""


def bake(source: Source, person: Person, output: Path, progress: Callable[[str], None] = lambda step: None) -> dict:
    """Writes `output`, a GLB. Returns what is in it: meshes, textures, bytes. Raises BakeError and PersonError."""
    if not (PACK.parent / 'node_modules').is_dir():
        raise BakeError(f'the packing step has no packages: run `npm ci` in {PACK.parent}')
    progress('body')
    body = with_closing_lids(build_body(source, person))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / 'raw.glb'
        Workshop(source, body, person, progress).save(raw)
        progress('packing')
        run = subprocess.run(['node', str(PACK), str(raw), str(output)], capture_output=True, text=True)
    if run.returncode != 0:
        raise BakeError(f'packing {person.id} failed:\n{run.stderr.strip()}')
    return json.loads(run.stdout)
