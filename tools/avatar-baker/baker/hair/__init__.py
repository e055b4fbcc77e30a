"""
Hair: `grow` makes the style that a person's file names. Every style returns opaque cards or solids (material Hair) and soft
ones to be blended over them (HairSoft), with one texture for both. Option names are those of the style's module, besides
those of the hairline (forehead, temples, sideburns, nape) and `grey`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np
from PIL import Image

from ..body import Body
from ..meshes import Array, Mesh, merge
from ..people import Person, PersonError
from . import bob, bun, cartoon, coils, swept
from .edge import frayed
from .look import Grown, Look
from .skull import Hairline, Skull

STYLES: dict[str, tuple[Callable[[Skull, Look], Grown], frozenset[str]]] = {
    'bob': (bob.bob, bob.OPTIONS), 'swept': (swept.swept, swept.OPTIONS), 'coils': (coils.coils, coils.OPTIONS),
    'bun': (bun.bun, bun.OPTIONS), 'cartoon': (cartoon.cartoon, cartoon.OPTIONS)}
COMMON = frozenset(('grey', *(f.name for f in fields(Hairline))))


@dataclass(frozen=True)
class HairResult:
    meshes: list[Mesh]
    """of material Hair or another one named in `images`; places relative to the avatar's origin"""
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
    image = Image.fromarray(grown.texture)
    meshes = [merge(grown.solid, 'Hair')] + ([merge(grown.soft, 'HairSoft')] if grown.soft else [])
    images = {mesh.material: image for mesh in meshes}
    return HairResult(meshes, frayed(skull), images, {mesh.material: _material(mesh.material, grown) for mesh in meshes})


def _material(name: str, grown: Grown) -> dict:
    alpha = dict(alphaMode='MASK', alphaCutoff=0.4) if name == 'Hair' else dict(alphaMode='BLEND')
    return alpha | dict(
        doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=grown.roughness),
        extensions=dict(KHR_materials_specular=dict(specularFactor=grown.shine)))
