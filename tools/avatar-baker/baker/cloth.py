"""Clothes, sewn from the body's helper mesh of tights. Simplest form: a pullover with a round collar."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from .body import ARM_CUT, BUST_CUT, Body
from .meshes import Array, Mesh, catmull_clark, clip, compact, merge, smooth, triangles, unit, vertex_normals
from .people import Person

COLLAR_HEIGHT, COLLAR_SLOPE = .03, .5
"""of the collar's plane above the joint of the neck, metres; and how it falls to the front"""
COLLAR_POINTS, COLLAR_RINGS = 96, 10


@dataclass(frozen=True)
class ClothResult:
    meshes: list[Mesh]
    """of material Cloth or another one named in `images` or `finish`"""
    hides: Array
    """(n,) bool: vertices of the body that the cloth covers; faces all of such are left out"""
    images: dict[str, Image.Image] = field(default_factory=dict)
    """base colour texture by material name"""
    normal_images: dict[str, Image.Image] = field(default_factory=dict)
    """normal map by material name"""
    finish: dict[str, dict] = field(default_factory=dict)
    """entries of the glTF material by material name"""


def sew(body: Body, person: Person) -> ClothResult:
    neck = body.landmarks.neck
    below = lambda p: neck[1] + COLLAR_HEIGHT - COLLAR_SLOPE * (p[:, 2] - neck[2]) - p[:, 1]
    place, faces = _shirt(body, below)
    colour = person.cloth.colour.linear
    shirt = _part(place, faces, colour)
    collar = _collar(place, faces, below, colour * .8)
    hides = (below(body.positions) > .016) & (body.positions[:, 1] < neck[1] + .05)
    finish = {'Cloth': dict(doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.92),
                            extensions=dict(KHR_materials_sheen=dict(sheenColorFactor=[.12, .12, .12], sheenRoughnessFactor=.6)))}
    return ClothResult([merge([shirt, collar], 'Cloth')], hides, finish=finish)


def _part(place: Array, faces: Array, colour: Array) -> Mesh:
    uv = np.c_[np.arctan2(place[:, 0], place[:, 2] + .03) * 5, place[:, 1] * 40]
    return Mesh('Cloth', 'Cloth', place, vertex_normals(place, faces), faces, uv, np.tile(colour, (len(place), 1)))


def _shirt(body: Body, below) -> tuple[Array, Array]:
    tights = body.helpers['tights']
    polygons = [p for p in tights.polygons
                if tights.positions[list(p), 1].min() > BUST_CUT - .035 and np.abs(tights.positions[list(p), 0]).max() < .30]
    fine = catmull_clark(len(tights.positions), polygons)
    used, faces = compact(triangles(fine.polygons))
    place = smooth(fine(tights.positions)[used], faces, 10)
    normals, low = vertex_normals(place, faces), body.landmarks.neck[1] - place[:, 1]
    loose = .0055 + .007 * np.clip((low - .035) / .09, 0, 1)
    fold = np.sin(place[:, 1] * 90 + np.abs(place[:, 0]) * 50 + 2 * np.sin(place[:, 0] * 40)) * np.sin(place[:, 0] * 70 + place[:, 1] * 30)
    place = place + normals * (loose + .0014 * fold * np.clip((low - .05) / .08, 0, 1))[:, None]
    place, faces = clip(place, faces, below(place))
    place, faces = clip(place, faces, place[:, 1] - (BUST_CUT + .005))
    place, faces = clip(place, faces, .225 - np.abs(place[:, 0]))
    used, faces = compact(faces)
    return place[used], faces


def _collar(place: Array, faces: Array, below, colour: Array) -> Mesh:
    """A tube along the shirt's rim at the neck."""
    edges = np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, times = np.unique(edges, axis=0, return_counts=True)
    rim = place[np.unique(edges[times == 1])]
    rim = rim[np.abs(below(rim)) < .001]
    angle = np.arctan2(rim[:, 0], rim[:, 2] - rim[:, 2].mean())
    order, turn = np.argsort(angle), np.linspace(-np.pi, np.pi, COLLAR_POINTS, endpoint=False)
    loop = np.stack([np.interp(turn, angle[order], rim[order, k], period=2 * np.pi) for k in range(3)], -1)
    loop = np.stack([np.convolve(np.r_[loop[-3:, k], loop[:, k], loop[:3, k]], np.ones(7) / 7, 'valid') for k in range(3)], -1)
    along = unit(np.roll(loop, -1, 0) - np.roll(loop, 1, 0))
    outward = loop - loop.mean(0)
    outward = unit(outward - along * (outward * along).sum(1, keepdims=True))
    up = np.cross(along, outward)
    up *= np.sign(up[:, 1])[:, None]
    around = np.linspace(0, 2 * np.pi, COLLAR_RINGS, endpoint=False)
    tube = np.vstack([loop + outward * (np.cos(q) * .0028 - .0012) + up * (np.sin(q) * .0055 + .002) for q in around])
    number = np.arange(len(tube)).reshape(COLLAR_RINGS, COLLAR_POINTS)
    right, down = np.roll(number, -1, 1), np.roll(number, -1, 0)
    both = np.roll(right, -1, 0)
    faces = np.vstack([np.c_[number.ravel(), right.ravel(), down.ravel()], np.c_[right.ravel(), both.ravel(), down.ravel()]])
    if ((tube - np.tile(loop, (COLLAR_RINGS, 1))) * vertex_normals(tube, faces)).sum() < 0:
        faces = faces[:, ::-1]
    return _part(tube, faces, colour)
