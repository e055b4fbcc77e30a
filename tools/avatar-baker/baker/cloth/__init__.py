"""Clothes: `sew` makes the garment that a person's file names, with one texture and one weave. See garments.py."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from ..body import Body
from ..meshes import Array, Mesh, merge
from ..people import Person, PersonError
from .fabric import HEIGHT, paint_sheet, sheet_uv, weave
from .garments import GARMENTS, Garment
from .panels import SHEET, Panel

HIDDEN = 0.016
"""how far below the neckline the skin is left out, metres"""


@dataclass(frozen=True)
class ClothResult:
    meshes: list[Mesh]
    """of material Cloth or another one named in `images` or `finish`; they move with chest and neck as the skin below does"""
    hides: Array
    """(n,) bool: vertices of the body that the cloth covers; faces all of such are left out"""
    images: dict[str, Image.Image] = field(default_factory=dict)
    """base colour texture by material name"""
    normal_images: dict[str, Image.Image] = field(default_factory=dict)
    """normal map by material name"""
    finish: dict[str, dict] = field(default_factory=dict)
    """entries of the glTF material by material name; those of `normalTexture` go beside its index"""


def sew(body: Body, person: Person) -> ClothResult:
    """The clothes of a person. Raises PersonError for an unknown style."""
    cloth = person.cloth
    if cloth.style not in GARMENTS:
        raise PersonError(f'cloth.style: {cloth.style!r} is not one of {", ".join(GARMENTS)}')
    made = GARMENTS[cloth.style](body, cloth, person.seed)
    parts = [_mesh(piece, cloth.colour.linear) for piece in made.pieces] + made.trims
    hides = (made.edge(body.positions) > HIDDEN) & (body.positions[:, 1] < body.landmarks.neck[1] + .05)
    image = paint_sheet(made.pieces, _seams(body, made), person.seed + 5, made.heather, made.ribs)
    normal, size = weave(made.weave)
    return ClothResult([merge(parts, 'Cloth')], hides, {'Cloth': image}, {'Cloth': normal}, {'Cloth': _material(made, size, cloth.colour.linear)})


def _mesh(piece: Panel, colour: Array) -> Mesh:
    dim = (1 + 60 * np.clip(piece.depth, -0.0025, 0.0012))[:, None]
    return Mesh('Cloth', 'Cloth', piece.positions, piece.normals, piece.faces, sheet_uv(piece.flat), colour * dim)


def _material(made: Garment, size: float, colour: Array) -> dict:
    repeat = [round(SHEET[0] / size), round(HEIGHT / size)]
    return dict(
        doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=made.roughness),
        normalTexture=dict(scale=made.relief, extensions=dict(KHR_texture_transform=dict(scale=repeat))),
        extensions=dict(KHR_materials_sheen=dict(sheenColorFactor=(made.sheen * (0.3 + 0.7 * colour / max(colour.max(), 1e-3))).round(4).tolist(), sheenRoughnessFactor=.5)))


def _seams(body: Body, made: Garment):
    """Armholes, the seam below the collar and what the garment adds."""
    neck = body.landmarks.neck

    def seams(places: Array):
        armhole = np.abs(places[:, 0]) - .138 - .10 * np.clip(neck[1] - .035 - places[:, 1], 0, .2)
        return [(armhole, True), (made.edge(places) - .002, True), *made.seams(places)]
    return seams
