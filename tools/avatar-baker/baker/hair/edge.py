"""The edge of the scalp: close roots along the hairline, and the shade of the scalp that the skin is tinted with."""
from __future__ import annotations

from typing import Callable

import numpy as np

from ..meshes import Array, Mesh
from . import atlas
from .cards import Cards, faded, gradient, ribbons, round_form
from .layer import CENTRE
from .look import Look
from .skull import Skull
from .strands import Comb, grow, soften


def edge_roots(skull: Skull, rng: np.random.Generator, spacing: float, where: Callable[[Array], Array],
               reach: tuple[float, float] = (-0.0012, 0.0045)) -> Array:
    """Roots in the band from `reach[0]` to `reach[1]` metres inside the hairline, where `where` holds."""
    return skull.roots(rng, spacing, reach[0], lambda places: (skull.scalp(places) < reach[1]) & where(places))


def baby_hairs(skull: Skull, look: Look, flow: Callable[[Array], Array], where: Callable[[Array], Array],
               length: tuple[float, float] = (0.012, 0.026)) -> Mesh:
    """Short fine hairs that start at the edge and go the way that `flow` gives for their roots: a soft hairline."""
    rng, points = look.rng, 5
    roots = edge_roots(skull, rng, 0.0046, where, (-0.0012, 0.0028))
    count = len(roots)
    way = flow(roots) + rng.normal(size=(count, 3)) * 0.28
    comb = Comb(lambda tips, live, grown: way[live], lambda tips, live, grown: 0.0007 + 0.09 * grown,
                rng.uniform(*length, count), 0.2)
    strands = soften(grow(skull, roots, comb, points))
    colours = look.greyed(gradient(look.root, look.tip, points, look.tones(count) * 0.85))
    width = 0.0034 * rng.uniform(0.7, 1.2, count)[:, None] * np.ones(points)
    cards = Cards(strands, width, atlas.column_edges(rng.choice(atlas.WISPY + atlas.LOOSE, count)), colours,
                  round_form(skull, strands, CENTRE, 0.3))
    return ribbons(faded(cards, 0.3, 0.7), 2, 'HairSoft')


def frayed(skull: Skull) -> Callable[[Array], Array]:
    """Places (..., 3) on the skin to metres inside the hairline, the line frayed as real ones are: where to tint the skin."""
    rng = np.random.default_rng(8)
    waves, phases = rng.normal(size=(12, 3)) * 420, rng.random(12) * 2 * np.pi

    def inside(places: Array) -> Array:
        return skull.scalp(places) - 0.001 + np.sin(places @ waves.T + phases).mean(-1) * 0.004

    return inside
