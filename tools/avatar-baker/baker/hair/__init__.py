"""
Hair: `grow` makes the style that a person's file names. Every style returns opaque cards or solids (material Hair) and soft
ones to be blended over them (HairSoft), with one texture for both. Option names are those of the style's module, besides
those of the hairline (forehead, temples, sideburns, nape), `grey`, `beard` and `moustache`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

import numpy as np
from PIL import Image

from ..body import Body
from ..meshes import Array, Mesh, merge
from ..people import Person, PersonError
from . import atlas, bob, bun, cartoon, coils, swept
from .beard import beard
from .edge import frayed
from .look import Grown, Look
from .skull import Hairline, Skull

STYLES: dict[str, tuple[Callable[[Skull, Look], Grown], frozenset[str]]] = {
    'bob': (bob.bob, bob.OPTIONS), 'swept': (swept.swept, swept.OPTIONS), 'coils': (coils.coils, coils.OPTIONS),
    'bun': (bun.bun, bun.OPTIONS), 'cartoon': (cartoon.cartoon, cartoon.OPTIONS)}
BEARD_SEED = 12
DEEPEST = 0.001
"""how far below the skin hair may reach, metres"""
COMMON = frozenset(('grey', 'beard', 'moustache', *(f.name for f in fields(Hairline))))


@dataclass(frozen=True)
class HairResult:
    meshes: list[Mesh]
    """of materials Hair and, where there is some, HairSoft; places relative to the avatar's origin"""
    scalp: Callable[[Array], Array]
    """(..., 3) places on the skin -> (...) metres inside the hairline, negative outside: the skin is tinted there"""
    images: dict[str, Image.Image] = field(default_factory=dict)
    """base colour texture by material name, RGBA where the hair has holes"""
    finish: dict[str, dict] = field(default_factory=dict)
    """entries of the glTF material by material name: alphaMode, alphaCutoff, doubleSided, pbrMetallicRoughness, extensions"""


def grow(body: Body, person: Person) -> HairResult:
    """The hair of a person. Raises PersonError for an unknown style or option."""
    hair = person.hair
    if hair.style not in STYLES:
        raise PersonError(f'hair.style: {hair.style!r} is not one of {", ".join(STYLES)}')
    make, own = STYLES[hair.style]
    unknown = sorted(set(hair.options) - own - COMMON)
    if unknown:
        raise PersonError(f'hair.options: {unknown[0]!r} is not one of {", ".join(sorted(own | COMMON))}')
    edges = {f.name: hair.options[f.name] for f in fields(Hairline) if f.name in hair.options}
    skull = Skull(body, Hairline(**edges))
    look = Look(hair.root.linear, hair.tip.linear, np.random.default_rng(person.seed + 14), hair.options, hair.options.get('grey', 0.0))
    grown = make(skull, look)
    soft, texture = _soft(skull, look, grown)
    parts = [(grown.solid, 'Hair')] + ([(soft, 'HairSoft')] if soft else [])
    meshes = [_lifted(skull, merge(pieces, name)) for pieces, name in parts]
    image = Image.fromarray(grown.texture)
    images = {'Hair': image, 'HairSoft': image if texture is grown.texture else Image.fromarray(texture)}
    return HairResult(meshes, frayed(skull), images, {mesh.material: _material(mesh.material, grown) for mesh in meshes})


def _lifted(skull: Skull, mesh: Mesh) -> Mesh:
    """Edges of broad cards that bow into the head are lifted to just below the skin."""
    away, normal = skull.distance(mesh.positions)
    return replace(mesh, positions=mesh.positions + normal * np.clip(-DEEPEST - away, 0, None)[:, None])


def _soft(skull: Skull, look: Look, grown: Grown) -> tuple[list[Mesh], Array]:
    """The soft cards and their texture. A beard is one of them; where the hair has no strands, it takes their place."""
    chin = beard(skull, look)
    if chin is None:
        return grown.soft, grown.texture
    if grown.strands:
        return [*grown.soft, chin], grown.texture
    return [chin], atlas.strand_atlas(BEARD_SEED, curl=0.35)


def _material(name: str, grown: Grown) -> dict:
    alpha = dict(alphaMode='MASK', alphaCutoff=0.4) if name == 'Hair' else dict(alphaMode='BLEND')
    return alpha | dict(
        doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=grown.roughness),
        extensions=dict(KHR_materials_specular=dict(specularFactor=grown.shine)))
