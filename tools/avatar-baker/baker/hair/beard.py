"""
A beard and a moustache of short cards that follow the jaw and the lips: every card moves with the skin at its root. Options
of the hair: `beard`, `moustache` (lengths in metres, 0 for none).
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..beard import beard_area
from ..body import Body
from ..meshes import Array, Mesh
from . import atlas
from .cards import Cards, faded, gradient, ribbons, round_form, taper
from .look import Look
from .skull import Skull, apart
from .strands import Comb, clump, grow, soften, wander

POINTS = 3
SPACING = 0.0029
LEAST = 1.5e-4
"""a shape that moves no root further, metres, is left out"""


def beard(skull: Skull, look: Look) -> Mesh | None:
    """The mesh, of material HairSoft on the texture of strands, or None where both lengths are 0."""
    lengths = np.array([look.option('beard', 0.0), look.option('moustache', 0.0)])
    if lengths.max() <= 0:
        return None
    corners, shares = _roots(skull.body, look, lengths)
    at = lambda values: (values[corners] * shares[..., None]).sum(1)
    roots, lips = at(skull.body.positions), skull.body.landmarks.lips
    above = _on_lip(roots, lips)
    strands = _grown(skull, look, roots, lips, above, lengths)
    mesh = _cards(skull, look, strands, above)
    each = len(mesh.positions) // len(roots)
    moves = {name: at(move) for name, move in skull.body.morphs.items()}
    return replace(mesh, morphs={name: np.repeat(move, each, 0) for name, move in moves.items() if np.abs(move).max() > LEAST})


def _on_lip(places: Array, lips: Array) -> Array:
    """(n,) bool: on the upper lip, where the moustache grows."""
    return (places[:, 1] > lips[1] + 0.001) & (np.abs(places[:, 0]) < 0.034) & (places[:, 2] > lips[2] - 0.03)


def _area(body: Body, places: Array) -> Array:
    """(n,) 0..1: the shaved beard's area, ended where the throat begins."""
    return beard_area(body, places) * np.clip((places[:, 1] - body.landmarks.chin[1] + 0.026) / 0.016, 0, 1)


def _roots(body: Body, look: Look, lengths: Array) -> tuple[Array, Array]:
    """Corners (n, 3) and shares (n, 3) of places on the bearded skin, evenly spread."""
    faces = body.faces[~body.cavity]
    places = body.positions[faces]
    near = (body.masks['lips'][faces].max(1) < 0.25) & (_area(body, places.mean(1)) > 0.12)
    faces, places = faces[near], places[near]
    area = np.linalg.norm(np.cross(places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]), axis=1)
    count = int(10 * area.sum() / 2 / SPACING ** 2)
    picked = look.rng.choice(len(faces), count, p=area / area.sum())
    shares = look.rng.dirichlet((1, 1, 1), count)
    at = (places[picked] * shares[..., None]).sum(1)
    wanted = lengths[_on_lip(at, body.landmarks.lips).astype(int)] > 0
    dense = wanted & (look.rng.random(count) < np.clip(_area(body, at) * 1.6 - 0.2, 0, 1))
    numbers = np.flatnonzero(dense)
    numbers = numbers[apart(at[numbers], SPACING)]
    return faces[picked[numbers]], shares[numbers]


def _grown(skull: Skull, look: Look, roots: Array, lips: Array, above: Array, lengths: Array) -> Array:
    rng, count = look.rng, len(roots)
    area = np.clip(_area(skull.body, roots), 0.3, 1)
    length = np.where(above, lengths[1], lengths[0] * (0.45 + 0.55 * area)) * rng.uniform(0.75, 1.15, count)
    lean = rng.normal(size=(count, 3)) * 0.22

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        at = roots[live]
        jaw = np.c_[-0.10 * np.sign(at[:, 0]), -np.ones(len(at)), 0.30 * np.ones(len(at))]
        lip = np.c_[np.sign(at[:, 0]) * (0.35 + 18 * np.abs(at[:, 0])), -0.75 * np.ones(len(at)), 0.1 * np.ones(len(at))]
        return np.where(above[live][:, None], lip, jaw) + lean[live]

    clearance = lambda tips, live, grown: 0.0008 + np.where(above[live], 0.16, 0.30) * grown
    strands = grow(skull, roots, Comb(flow, clearance, length, 0.2, hold=0.3), POINTS)
    return wander(soften(clump(strands, rng, 0.3, 0.35 * rng.random(count))), rng, 0.0006)


def _cards(skull: Skull, look: Look, strands: Array, above: Array) -> Mesh:
    rng, count = look.rng, len(strands)
    width = np.where(above, 0.0018, 0.0021)[:, None] * rng.uniform(0.75, 1.3, count)[:, None] * taper(POINTS, 0.9, 1.0, 0.4, 0.4)
    colours = look.greyed(gradient(look.root * 1.15, look.root + (look.tip - look.root) * 0.8, POINTS, look.tones(count)))
    form = round_form(skull, strands, np.array([0, -0.04, 0.02]), 0.35)
    columns = atlas.column_edges(rng.choice(atlas.WISPY, count))
    return ribbons(faded(Cards(strands, width, columns, colours, form, twist=rng.normal(size=count) * 0.25), 0.2), 2, 'HairSoft')
