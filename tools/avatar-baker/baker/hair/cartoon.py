"""
Sculpted hair for a cartoon head: big smooth locks from the parting and the crown to points below the hairline, over a smooth
volume. Options: volume, part (metres to the person's left), lock (half width, metres), reach (length, metres).
"""
from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from ..meshes import Array, Mesh, unit, vertex_normals
from .look import Grown, Look
from .shell import cap
from .skull import Skull, azimuths
from .strands import Comb, grow, soften, tangents

OPTIONS = frozenset(('volume', 'part', 'lock', 'reach', 'contrast'))
POINTS, SIDES = 12, 8
ROUND = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)
SPOT = (0.5, 0.75)
CROWN = -0.045
"""z of the whorl"""


def cartoon(skull: Skull, look: Look) -> Grown:
    dark = look.root + (look.tip - look.root) * 0.15
    volume = cap(skull, lambda p: 0.008 * look.option('volume', 1.0) * _rise(skull, p),
                 lambda p: look.greyed((dark * (0.45 + 0.45 * _rise(skull, p))[:, None])[:, None])[:, 0], SPOT, rounds=6)
    return Grown([volume, _locks(skull, look)], [], _texture(11), strands=False, roughness=0.45, shine=0.5)


def _rise(skull: Skull, places: Array) -> Array:
    return np.sqrt(np.clip((skull.scalp(places) + 0.001) / 0.028, 0, 1))


def _roots(skull: Skull, look: Look) -> tuple[Array, Array]:
    """
    Roots (n, 3) and the side that each falls to (n,), 1 the person's left: two rows along the parting, a fan about the whorl, and a few lower down that fill what opens between them.
    """
    part, wide = look.option('part', 0.022), look.option('lock', 0.017)
    z = np.arange(0.062, CROWN, -wide * 0.95)
    rows = [(part + side * 0.008, z_ + side * 0.003, side) for z_ in z for side in (1, -1)]
    fan = np.radians(np.arange(-105, 106, 35))
    rows += [(part * 0.5 + 0.014 * np.sin(t), CROWN - 0.014 * np.cos(t), np.sign(t)) for t in fan]
    top = np.array([(x, 0.13 - 0.3 * max(z_ - 0.03, 0), z_) for x, z_, _ in rows])
    sides = skull.roots(look.rng, wide * 1.05, 0.006, lambda p: (p[:, 1] < 0.066) & (p[:, 1] > 0.046))
    nape = skull.roots(look.rng, wide * 1.15, 0.004, lambda p: (azimuths(p) > skull.ear_back + 4) & (p[:, 1] < 0.022))
    low = np.vstack([sides, nape])
    return np.vstack([skull.project(top), low]), np.r_[[side for *_, side in rows], np.sign(low[:, 0])]


def _locks(skull: Skull, look: Look) -> Mesh:
    rng, wide = look.rng, look.option('lock', 0.017)
    roots, away = _roots(skull, look)
    count = len(roots)
    strands = soften(grow(skull, roots, _comb(skull, look, roots, away), POINTS), 3)
    share = np.linspace(0, 1, POINTS)
    profile = np.interp(share, [0, .15, .45, .75, .9, 1], [.35, .85, 1, .72, .38, 0.02])
    half = wide * rng.uniform(0.85, 1.25, count)[:, None] * profile
    _, skin = skull.distance(strands.reshape(-1, 3))
    along, out = tangents(strands), skin.reshape(strands.shape)
    out = unit(out - along * (out * along).sum(2, keepdims=True))
    side = np.cross(along, out)
    ring = np.cos(ROUND)[:, None] * side[:, :, None] + 0.38 * np.sin(ROUND)[:, None] * out[:, :, None]
    places = (strands[:, :, None] + ring * half[:, :, None, None]).reshape(-1, 3)
    faces = _tubes(count)
    normals = vertex_normals(places, faces)
    fade = share[None, :, None]
    colours = (look.root + (look.tip - look.root) * (0.3 + 0.7 * fade)) * look.tones(count)[:, None, None]
    colours = np.repeat(look.greyed(colours)[:, :, None], SIDES, 2) * (0.78 + 0.22 * np.sin(ROUND))[:, None]
    uv = np.stack(np.broadcast_arrays(np.cos(ROUND) * .48 + .5, 1 - fade * np.ones((count, 1, 1))), -1)
    return Mesh('Hair', 'Hair', places, normals, faces, uv.reshape(-1, 2), colours.reshape(-1, 3))


def _tubes(count: int) -> Array:
    number = np.arange(count * POINTS * SIDES).reshape(count, POINTS, SIDES)
    beside = np.roll(number, -1, 2)
    a, b, c, d = number[:, :-1], beside[:, :-1], number[:, 1:], beside[:, 1:]
    return np.stack([a, c, b, b, c, d], -1).reshape(-1, 3)


def _comb(skull: Skull, look: Look, roots: Array, away: Array) -> Comb:
    rng, count, part = look.rng, len(roots), look.option('part', 0.022)
    high = np.clip((roots[:, 1] - 0.062) / 0.02, 0, 1)
    front = np.clip((roots[:, 2] - 0.03) / 0.03, 0, 1) * high
    back = np.clip((CROWN + 0.012 - roots[:, 2]) / 0.012, 0, 1)
    length = look.option('reach', 0.115) * (0.60 + 0.4 * high) * np.where(roots[:, 1] < 0.03, 0.62, 1.0) * (1 + 0.12 * back) * rng.uniform(0.9, 1.1, count)
    length = length * np.where((away > 0) & (front > 0.5), 0.75, 1.0)
    angle = azimuths(roots)
    over_ear = (angle > skull.ear_front - 6) & (angle < skull.ear_back + 6)
    floor = np.where(over_ear, 0.014, np.where(angle < skull.ear_front, -0.022, -0.2))

    def flow(tips: Array, live: Array, grown: Array) -> Array:
        at, rise = roots[live], np.clip((tips[:, 1] - 0.01) / 0.07, 0, 1)
        fore = np.c_[away[live] * (0.25 + rise), -0.75 + 0.55 * front[live] * rise, -0.25 + 0.75 * front[live] * np.clip(1 - grown / 0.05, 0, 1)]
        aft = np.c_[(at[:, 0] - part * 0.5) * 60 * rise, -np.ones(len(at)), -0.6 * rise]
        share = back[live][:, None]
        return fore * (1 - share) + aft * share

    def clearance(tips: Array, live: Array, grown: Array) -> Array:
        share = np.clip(grown / length[live], 0, 1)
        full = 0.004 + (0.005 + 0.008 * front[live]) * np.sin(np.pi * np.clip(share * 0.8 + 0.1, 0, 1))
        return 0.003 + full * look.option('volume', 1.0) * (1 - 0.3 * share)

    return Comb(flow, clearance, length, 0.55, floor, hold=0.6)


def _texture(seed: int) -> Array:
    """(256, 64, 4) uint8: opaque, with faint grooves along the lock."""
    rng = np.random.default_rng(seed)
    grooves = gaussian_filter(rng.normal(size=(256, 64)), (70, 2.4), mode='wrap')
    light = np.clip(232 + 6 * grooves / grooves.std(), 150, 255)
    return np.dstack([light] * 3 + [np.full_like(light, 255)]).astype(np.uint8)
