"""
Hair that hangs from a parting: a bob, or longer. Options: length (how far below the eyes it ends, metres), part (where the
parting is, metres to the person's left), volume, density, wave.
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

CROWN = -0.035
"""z where the parting ends"""
OPTIONS = frozenset(('length', 'part', 'volume', 'density', 'wave', 'contrast'))


LAYERS = (
    Layer(0.0135, (0.0, 0.25), 0.0105, atlas.DENSE, 0.1, 10, 2),
    Layer(0.0118, (0.3, 0.65), 0.0074, atlas.DENSE, 0.4, 10, 3),
    Layer(0.0130, (0.7, 1.0), 0.0060, atlas.DENSE + atlas.MEDIUM, 0.55, 10, 3))
SOFT = Layer(0.0145, (0.9, 1.15), 0.0046, atlas.WISPY + atlas.LOOSE, 0.3, 10, 2)


def bob(skull: Skull, look: Look) -> Grown:
    part = look.option('part', 0.016)
    solid = []
    for layer in LAYERS:
        roots = _roots(skull, look, layer, part)
        solid.append(opaque(ribbons(_cards(skull, look, layer, roots, part), layer.across, 'Hair')))
    parting = Layer(0, (0.35, 0.8), 0.0046, atlas.DENSE, 0.15, 10, 2)
    rows, sides = _parting(skull, look, part)
    solid.append(opaque(ribbons(_cards(skull, look, parting, rows, part, sides), 2, 'Hair')))
    fly = _cards(skull, look, SOFT, _roots(skull, look, SOFT, part), part)
    fringe = Layer(0, (0.4, 0.9), 0.0040, atlas.MEDIUM + atlas.WISPY, 0.2, 8, 2)
    edge = edge_roots(skull, look.rng, 0.0040, _in_front, (-0.0005, 0.007))
    soft = [ribbons(faded(_cards(skull, look, fringe, edge, part), 0.06), 2, 'HairSoft'),
            ribbons(faded(fly, 0.12), 2, 'HairSoft'),
            baby_hairs(skull, look, lambda roots: _edge_flow(roots, part), _in_front)]
    return Grown(solid, soft, atlas.strand_atlas(4))


def _in_front(points: Array) -> Array:
    return points[:, 2] > 0.004


def _edge_flow(roots: Array, part: float) -> Array:
    high = np.clip((roots[:, 1] - 0.02) / 0.05, 0, 1)
    return np.c_[np.where(roots[:, 0] > part, 1.0, -1.0) * (0.1 + 0.9 * high), 0.1 * high - 0.8 * (1 - high), -0.55 + 0 * high]


def _roots(skull: Skull, look: Look, layer: Layer, part: float) -> Array:
    spacing = layer.spacing / np.sqrt(look.option('density', 1.0))
    return skull.roots(look.rng, spacing, inset=INSET)


def _side_of(skull: Skull, roots: Array, part: float) -> Array:
    """(n,) 1 or -1: which side of the parting, as it lies on the skin, each root is on."""
    line = skull.project(np.array([[part, 0.10 - 0.4 * max(z - 0.02, 0), z] for z in np.linspace(CROWN, 0.08, 12)]))
    return np.where(roots[:, 0] > np.interp(roots[:, 2], line[:, 2], line[:, 0]), 1.0, -1.0)


def _parting(skull: Skull, look: Look, part: float) -> tuple[Array, Array]:
    """Roots in two rows along the parting, each a little across it, so that no more than a thin line of skin shows."""
    z = np.repeat(np.arange(CROWN, 0.085, 0.0036), 2)
    z = z + look.rng.normal(size=len(z)) * 0.0008
    side = np.tile([1.0, -1.0], len(z) // 2)
    line = skull.project(np.c_[np.full(len(z), part), np.full(len(z), 0.10) - 0.4 * np.maximum(z - 0.02, 0), z])
    roots = skull.project(line - np.c_[side * 0.0008, 0 * z, 0 * z])
    kept = skull.scalp(roots) > 0
    return roots[kept], side[kept]


def _cards(skull: Skull, look: Look, layer: Layer, roots: Array, part: float, side: Array | None = None) -> Cards:
    """`side` is where each strand falls to, 1 the person's left; if left out, to the side of the parting that it stands on."""
    rng, points = look.rng, layer.points
    depth = rng.uniform(*layer.depth, len(roots))
    side = _side_of(skull, roots, part) if side is None else side
    strands = grow(skull, roots, _comb(look, roots, depth, side), points)
    strands = soften(clump(strands, rng, 0.28, layer.clumping * rng.random(len(roots))), 2)
    strands = keep_out(skull, wander(strands, rng, look.option('wave', 0.0015)), 0.0015)
    kept = ~_on_throat(strands)
    roots, depth, strands, count = roots[kept], depth[kept], strands[kept], int(kept.sum())
    rim = skull.scalp(roots) < 0.010
    columns = np.where(rim & (depth > 0.2), rng.choice(atlas.MEDIUM, count), rng.choice(layer.columns, count))
    width = layer.half_width * np.where(rim, 0.6, 1.0)[:, None] * rng.uniform(0.75, 1.25, count)[:, None] * taper(points, 0.7, 1.0, 0.6)
    tone = look.tones(count) * (0.48 + 0.52 * np.clip(depth, 0, 1))
    colours = look.greyed(gradient(look.root, look.tip, points, tone)) * _shade(strands)
    return Cards(strands, width, atlas.column_edges(columns), colours,
                 round_form(skull, strands, CENTRE), twist=rng.normal(size=count) * 0.12)


def _comb(look: Look, roots: Array, depth: Array, side: Array) -> Comb:
    rng, count, volume = look.rng, len(roots), look.option('volume', 1.0)
    floor = -look.option('length', 0.105) + rng.normal(size=count) * 0.004 + 0.010 * (1 - depth)

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        high = np.clip((tips[:, 1] - 0.005) / 0.075, 0, 1)
        at = roots[live]
        front = np.clip((at[:, 2] - 0.01) / 0.05, 0, 1)
        back = np.clip((-0.005 - at[:, 2]) / 0.04, 0, 1)[:, None]
        fore = np.c_[side[live] * high, np.full(len(tips), -0.75), (-0.35 * front - 0.12) * (high > 0.05)]
        aft = np.c_[0.55 * np.clip(tips[:, 0] * 22, -1, 1) * high, -np.ones(len(tips)), -0.5 * high]
        result = fore * (1 - back) + aft * back
        # Below the jaw it falls before the shoulders or behind them, not over them.
        low = np.clip((-0.085 - tips[:, 1]) / 0.02, 0, 1)
        result[:, 2] += low * np.where(at[:, 2] > 0.0, 0.55, -0.12)
        return result

    def clearance(tips: Array, live: Array, grown: Array) -> Array:
        rise = np.clip(grown / 0.045, 0, 1) ** 0.8
        return 0.0020 + 0.0022 * depth[live] + (0.004 + 0.010 * depth[live]) * volume * rise + 0.22 * np.clip(-0.012 - tips[:, 1], 0, 0.05) + np.where(tips[:, 2] > 0, 0.35, 0.18) * np.clip(-0.09 - tips[:, 1], 0, 0.03)

    return Comb(flow, clearance, np.full(count, 0.42), 0.42, floor, 0.45, 0.05, _curtain(depth, side, look.option('length', 0.105) < 0.14))


def _curtain(depth: Array, side: Array, curled: bool):
    """Keeps hair off the face: beside it, not in front; and off the shoulders. The ends of a bob turn in."""
    heights, edges = [-0.12, -0.05, -0.01, 0.03, 0.055], [0.050, 0.061, 0.0695, 0.0665, 0.052]

    def confine(tips: Array, live: Array) -> Array:
        tips = tips.copy()
        x, y, z = tips.T
        way = np.where(np.abs(x) < 0.005, side[live], np.sign(x))
        edge = np.interp(y, heights, edges) + 0.005 * depth[live]
        before = (z > 0.022) & (y < 0.055)
        curl = 0.001 * np.clip((-0.045 - y) / 0.05, 0, 1) * curled
        wide = np.interp(y, [-0.16, -0.07], [0.072, 0.110]) + 0.012 * depth[live]
        tips[:, 0] = np.where(before & (np.abs(x) < edge), x + (way * edge - x) * 0.6, x) - np.sign(x) * curl
        tips[:, 0] = np.clip(tips[:, 0], -wide, wide)
        tips[:, 2] = np.where(before, z - np.clip(z - 0.026, 0, 0.007), z)
        return tips

    return confine


def _on_throat(strands: Array) -> Array:
    """(n,) bool: strands that have strayed round the neck to its front."""
    x, y, z = (strands[..., k] for k in range(3))
    return ((np.abs(x) < 0.045) & (y < -0.07) & (z > -0.015)).any(1)


def _shade(strands: Array) -> Array:
    """Less light reaches the underside, behind the jaw and at the nape."""
    x, y, z = (strands[..., k] for k in range(3))
    under = np.clip((-0.03 - y) / 0.06, 0, 1) * np.clip((0.065 - np.hypot(x, z)) / 0.03, 0, 1)
    return (1 - 0.55 * under)[..., None]
