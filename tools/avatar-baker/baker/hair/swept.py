"""
A short cut, swept to the side and back on top, faded at the sides and nape. Options: length (on top in front, metres), part
(side it falls from: metres to the person's left), lift (of the fringe), sides (length there), density.
"""
from __future__ import annotations

import numpy as np

from ..meshes import Array
from . import atlas
from .cards import Cards, faded, gradient, opaque, ribbons, round_form, taper
from .edge import baby_hairs, edge_roots
from .layer import CENTRE, INSET, Layer
from .look import Grown, Look
from .skull import Skull
from .strands import Comb, clump, grow, keep_out, soften, wander

OPTIONS = frozenset(('length', 'part', 'lift', 'sides', 'density', 'contrast'))


TOP = (
    Layer(0.0105, (0.0, 0.3), 0.0078, atlas.DENSE, 0.2, 6, 2),
    Layer(0.0085, (0.3, 0.7), 0.0054, atlas.DENSE + atlas.MEDIUM, 0.6, 7, 3),
    Layer(0.0100, (0.7, 1.05), 0.0044, atlas.MEDIUM, 0.75, 7, 3))
SIDES = (
    Layer(0.0060, (0.0, 0.4), 0.0030, atlas.MEDIUM, 0.2, 3, 2),
    Layer(0.0046, (0.3, 1.0), 0.0018, atlas.MEDIUM + atlas.WISPY, 0.3, 3, 2))
SOFT = Layer(0.0125, (0.9, 1.2), 0.0034, atlas.WISPY, 0.4, 6, 2)
FADE = Layer(0.0034, (0.1, 0.8), 0.0019, atlas.WISPY + atlas.MEDIUM, 0.2, 3, 2)


def swept(skull: Skull, look: Look) -> Grown:
    solid = []
    for layer in TOP:
        roots = skull.roots(look.rng, layer.spacing / np.sqrt(look.option('density', 1.0)), inset=INSET)
        solid.append(_solid(skull, look, layer, roots[_top(roots) > 0.25]))
    for layer in SIDES:
        roots = skull.roots(look.rng, layer.spacing, inset=INSET)
        solid.append(_solid(skull, look, layer, roots[_top(roots) < 0.6]))
    roots = skull.roots(look.rng, SOFT.spacing, inset=INSET)
    fly = _cards(skull, look, SOFT, roots[_top(roots) > 0.2])
    rim = edge_roots(skull, look.rng, FADE.spacing, lambda p: p[:, 1] > -1, (-0.001, 0.009))
    part = look.option('part', 0.035)
    soft = [ribbons(faded(fly, 0.15), 2, 'HairSoft'),
            ribbons(faded(_cards(skull, look, FADE, rim), 0.35, 0.9), 2, 'HairSoft'),
            baby_hairs(skull, look, lambda p: _top_flow(p, part) * [1, 0.3, 1], lambda p: _top(p) > 0.3, (0.008, 0.016))]
    return Grown(solid, soft, atlas.strand_atlas(6))


def _solid(skull: Skull, look: Look, layer: Layer, roots: Array):
    return opaque(ribbons(_cards(skull, look, layer, roots), layer.across, 'Hair'))


def _top(points: Array) -> Array:
    """(n,) 1 on top of the head, 0 at the sides and below the crown."""
    lower = 0.052 + 0.25 * np.clip(np.abs(points[:, 0]) - 0.045, 0, 1) + 0.22 * np.clip(-points[:, 2] - 0.03, 0, 1)
    share = np.clip((points[:, 1] - lower) / 0.024, 0, 1)
    return share * share * (3 - 2 * share)


def _top_flow(points: Array, part: float) -> Array:
    """Away from the parting in front, back and down behind."""
    fore = np.clip((points[:, 2] + 0.02) / 0.07, 0, 1)
    side = np.clip((part - points[:, 0]) / 0.012, -1, 1)
    return np.c_[-side * (0.35 + 0.45 * fore), np.full(len(points), -0.1), -0.9 + 0.35 * fore]


def _cards(skull: Skull, look: Look, layer: Layer, roots: Array) -> Cards:
    rng, count, points = look.rng, len(roots), layer.points
    depth, top = rng.uniform(*layer.depth, count), _top(roots)
    strands = grow(skull, roots, _comb(skull, look, roots, depth, top), points)
    strands = soften(clump(strands, rng, 0.25, layer.clumping * rng.random(count), 1.2))
    strands = keep_out(skull, wander(strands, rng, 0.0012), 0.0008)
    width = layer.half_width * rng.uniform(0.7, 1.3, count)[:, None] * taper(points, 0.8, 1.0, 0.45, fall=0.6)
    tone = look.tones(count) * (0.5 + 0.5 * np.clip(depth, 0, 1))
    colours = look.greyed(gradient(look.root, look.tip, points, tone, 0.0, 1.0))
    return Cards(strands, width, atlas.column_edges(rng.choice(layer.columns, count)), colours,
                 round_form(skull, strands, CENTRE, 0.35), twist=rng.normal(size=count) * 0.2)


def _comb(skull: Skull, look: Look, roots: Array, depth: Array, top: Array) -> Comb:
    rng, part = look.rng, look.option('part', 0.035)
    lift, count = look.option('lift', 1.0), len(roots)
    fore = np.clip((roots[:, 2] + 0.01) / 0.08, 0, 1)
    inside = np.clip(skull.scalp(roots) / 0.035, 0, 1)
    sides = look.option('sides', 0.016) * (0.35 + 0.65 * inside)
    length = sides * (1 - top) + look.option('length', 0.062) * (0.62 + 0.38 * fore) * top
    length = length * rng.uniform(0.75, 1.1, count)

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        weight, at = top[live][:, None], roots[live]
        up = lift * np.clip(1 - grown / 0.016, 0, 1) * fore[live]
        over = _top_flow(at, part)
        over[:, 1] += 0.9 * up
        down = np.c_[0.15 * np.sign(at[:, 0]), -np.ones(len(at)), -0.55 * np.ones(len(at))]
        return over * weight + down * (1 - weight)

    def clearance(tips: Array, live: Array, grown: Array) -> Array:
        weight = top[live]
        share = np.clip(grown / np.maximum(length[live], 1e-6), 0, 1)
        full = (0.004 + 0.009 * depth[live]) * (1 + lift * 0.9 * fore[live] * np.sin(np.pi * np.clip(share * 0.9 + 0.1, 0, 1)))
        flat = 0.0010 + 0.0022 * depth[live]
        return (flat + (full - flat) * weight * np.clip(grown / 0.012, 0.25, 1))

    return Comb(flow, clearance, length, 0.35, hold=0.5)
