"""
Hair: styles of cards (bob, long, crop, swept) and of shells. `grow` picks by `person.hair.style`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from ..body import Body
from ..meshes import Array, Mesh
from ..people import Person, PersonError


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
    """The hair of a person. Raises PersonError for an unknown style."""
    from .cards import grow_cards
    from .shells import grow_shells
    styles = {'bob': grow_cards, 'long': grow_cards, 'crop': grow_cards, 'swept': grow_cards, 'shells': grow_shells}
    if person.hair.style not in styles:
        raise PersonError(f'hair.style: {person.hair.style!r} is not one of {", ".join(styles)}')
    return styles[person.hair.style](body, person)


def hairline(options: dict[str, float]) -> Callable[[Array], Array]:
    """Height above the hairline in metres: forehead, temples and nape."""
    height, slope, temple = options.get('line', .080), options.get('line_slope', 1.05), options.get('temple', .4)

    def above(places: Array) -> Array:
        aside, y, z = np.abs(places[..., 0]), places[..., 1], places[..., 2]
        front = y - height + np.clip(.075 - z, 0, 9) * slope + np.clip(aside - .045, 0, 1) * temple
        nape = np.interp(z, [-.09, -.035, .01], [-.062, -.042, height - .065 * slope - .015])
        return np.where(z > .01, front, y - nape)
    return above
