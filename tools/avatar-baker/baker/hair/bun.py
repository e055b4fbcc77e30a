"""
Hair tied back in a bun. Options: bun (radius, metres), height (of the bun above the eyes), loose (how many hairs escape),
volume.
"""
from __future__ import annotations

import numpy as np

from ..meshes import Array, unit
from . import atlas
from .cards import Cards, faded, gradient, opaque, ribbons, round_form, taper
from .edge import baby_hairs, edge_roots
from .layer import CENTRE, INSET, Layer
from .look import Grown, Look
from .skull import Skull
from .strands import Comb, clump, grow, keep_out, soften, wander

OPTIONS = frozenset(('bun', 'height', 'loose', 'volume', 'contrast'))


LAYERS = (
    Layer(0.0130, (0.0, 0.3), 0.0092, atlas.DENSE, 0.1, 8, 2),
    Layer(0.0112, (0.35, 0.7), 0.0062, atlas.DENSE, 0.35, 8, 3),
    Layer(0.0140, (0.7, 1.0), 0.0048, atlas.MEDIUM, 0.45, 8, 3))
SOFT = Layer(0.0130, (0.9, 1.3), 0.0036, atlas.WISPY + atlas.LOOSE, 0.2, 8, 2)
FRINGE = Layer(0, (0.4, 0.9), 0.0036, atlas.MEDIUM + atlas.WISPY, 0.2, 6, 2)


def bun(skull: Skull, look: Look) -> Grown:
    knot = _knot_centre(skull, look)
    solid = []
    for layer in LAYERS:
        roots = skull.roots(look.rng, layer.spacing, inset=INSET)
        solid.append(opaque(ribbons(_cards(skull, look, layer, roots, knot), layer.across, 'Hair')))
    solid += [opaque(ribbons(cards, 3, 'Hair')) for cards in _knot(look, knot)]
    fly = _cards(skull, look, SOFT, skull.roots(look.rng, SOFT.spacing, inset=INSET), knot)
    rim = edge_roots(skull, look.rng, 0.0042, lambda p: p[:, 1] > -1, (-0.0005, 0.007))
    soft = [ribbons(faded(_cards(skull, look, FRINGE, rim, knot), 0.10), 2, 'HairSoft'),
            ribbons(faded(fly, 0.15), 2, 'HairSoft'),
            baby_hairs(skull, look, lambda p: unit(knot - p), lambda p: p[:, 1] > -1, (0.010, 0.024)),
            _loose(skull, look)]
    return Grown(solid, soft, atlas.strand_atlas(5))


def _knot_centre(skull: Skull, look: Look) -> Array:
    base = skull.project(np.array([[0, look.option('height', 0.055), -0.15]]))[0]
    _, normal = skull.distance(base[None])
    return base + normal[0] * look.option('bun', 0.030) * 0.55


def _cards(skull: Skull, look: Look, layer: Layer, roots: Array, knot: Array) -> Cards:
    rng, count, points = look.rng, len(roots), layer.points
    depth = rng.uniform(*layer.depth, count)
    strands = grow(skull, roots, _comb(look, roots, depth, knot), points)
    strands = soften(clump(strands, rng, 0.3, layer.clumping * rng.random(count), 0.8), 1)
    strands = keep_out(skull, wander(strands, rng, 0.0012), 0.0010)
    width = layer.half_width * rng.uniform(0.75, 1.25, count)[:, None] * taper(points, 0.75, 1.0, 0.5)
    tone = look.tones(count) * (0.5 + 0.5 * np.clip(depth, 0, 1))
    colours = look.greyed(gradient(look.root, look.tip, points, tone))
    return Cards(strands, width, atlas.column_edges(rng.choice(layer.columns, count)), colours,
                 round_form(skull, strands, CENTRE, 0.35), twist=rng.normal(size=count) * 0.1)


def _comb(look: Look, roots: Array, depth: Array, knot: Array) -> Comb:
    volume = look.option('volume', 1.0)
    length = np.linalg.norm(roots - knot, axis=1) * 1.18 + 0.004
    front = np.clip((roots[:, 2] + 0.01) / 0.06, 0, 1)

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        towards = unit(knot - tips)
        start = np.clip(1 - grown / 0.02, 0, 1)[:, None]
        return towards + np.c_[0 * grown, 0.5 * front[live], 0 * grown] * start

    def clearance(tips: Array, live: Array, grown: Array) -> Array:
        share = np.clip(grown / length[live], 0, 1)
        puff = np.sin(np.pi * share) * (0.003 + 0.005 * front[live]) * volume
        return 0.0012 + 0.004 * depth[live] * np.clip(grown / 0.015, 0.2, 1) + puff

    return Comb(flow, clearance, length, 0.4, hold=0.6)


def _knot(look: Look, knot: Array):
    """Locks wound about the knot in three turns of different tilt."""
    rng, points, radius = look.rng, 11, look.option('bun', 0.030)
    for ring, (size, tilt, count) in enumerate(((0.55, 0.0, 12), (0.80, 0.35, 22), (0.92, -0.3, 22))):
        start = rng.uniform(0, 2 * np.pi, count)
        turn = np.linspace(0, 1, points)[None] * rng.uniform(2.2, 3.6, count)[:, None] * (1 if ring % 2 else -1)
        angle = start[:, None] + turn
        lift = np.linspace(-0.75, 0.75, count)[rng.permutation(count)][:, None] + 0.35 * np.sin(angle * 1.0 + start[:, None])
        across = np.sqrt(np.clip(1 - (lift * 0.85) ** 2, 0.05, 1))
        local = np.stack([across * np.cos(angle), across * np.sin(angle), lift * 0.72], -1) * radius * size
        strands = knot + local @ _turned(tilt).T
        width = 0.0062 * rng.uniform(0.7, 1.2, count)[:, None] * taper(points, 0.4, 1.0, 0.3)
        tone = look.tones(count) * (0.55 + 0.45 * size)
        colours = look.greyed(gradient(look.root, look.tip, points, tone))
        yield Cards(strands, width, atlas.column_edges(rng.choice(atlas.DENSE, count)), colours, unit(strands - knot), bend=0.35)


def _turned(tilt: float) -> Array:
    """The knot's axis points back and a little up."""
    back = unit(np.array([np.sin(tilt) * 0.6, 0.35 + 0.3 * np.cos(tilt), -1]))
    side = unit(np.cross([0, 1, 0], back))
    return np.stack([side, np.cross(back, side), back], 1)


def _loose(skull: Skull, look: Look):
    """A few long strands that escaped before the ears and at the nape."""
    rng, points = look.rng, 8
    rim = edge_roots(skull, rng, 0.006, lambda p: (p[:, 1] < 0.045) & ((p[:, 2] > 0.01) | (p[:, 1] < -0.03)), (0.001, 0.008))
    roots = rim[rng.permutation(len(rim))[:int(look.option('loose', 14))]]
    count = len(roots)
    length = rng.uniform(0.03, 0.075, count)
    fore = np.where(roots[:, 2] > 0, 0.15, -0.2)

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        return np.c_[0.12 * np.sign(roots[live, 0]), -np.ones(len(tips)), fore[live]]

    strands = grow(skull, roots, Comb(flow, lambda t, i, g: 0.001 + 0.10 * g, length, 0.5), points)
    strands = keep_out(skull, wander(strands, rng, 0.006, 0.9), 0.0012)
    colours = look.greyed(gradient(look.root, look.tip, points, look.tones(count)))
    width = np.full((count, points), 0.0026)
    cards = Cards(strands, width, atlas.column_edges(rng.choice(atlas.LOOSE, count)), colours, round_form(skull, strands, CENTRE))
    return ribbons(faded(cards, 0.1, 0.9), 2, 'HairSoft')
