"""
The head as hair sees it: how far a point is from the skin, where the scalp ends, places to root a hair. Heights and angles
of the hairline are given in metres and degrees of azimuth (0 front, 180 nape, the same on both sides).
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from ..meshes import Array, unit

AXIS_DEPTH = -0.005
"""z of the upright axis that azimuths are taken about"""
LOWEST = -0.20
"""height below which the body is not looked at"""
CROWD = 12
"""candidates for each root that finds room"""
FINE = 0.005
"""edge of a triangle that one sample stands for"""


@dataclass(frozen=True)
class Hairline:
    """Where the scalp ends. Lengths in metres."""

    forehead: float = 0.078
    """height of the line in the middle of the forehead, above the eyes"""
    temples: float = 0.0
    """how far the corners of the forehead recede, 0 round .. 0.02 a man of sixty"""
    sideburns: float = 0.018
    """how far below the eyes they reach"""
    nape: float = -0.066


class Skull:
    def __init__(self, body, hairline: Hairline = Hairline()):
        self.body = body
        solid = body.faces[~body.cavity]
        corners = body.positions[solid]
        self._points, self._normals = _samples(corners, body.normals[solid])
        self._tree = cKDTree(self._points)
        self.ears = body.masks['ears'] > 0.4
        self.hairline = hairline
        azimuth = azimuths(body.positions[self.ears])
        self.ear_front, self.ear_back = float(azimuth.min()), float(azimuth.max())
        self._line = self._hairline_curve()
        inside = (self.scalp(corners.reshape(-1, 3)).reshape(-1, 3).min(1) > -0.004) & ~self.ears[solid].any(1)
        self.scalp_faces = solid[inside]
        """(m, 3) those faces of the body that hair grows on, with a rim of 4 mm"""

    def _hairline_curve(self) -> PchipInterpolator:
        line, front, back = self.hairline, self.ear_front, self.ear_back
        top, recede = line.forehead, line.temples
        points = [
            (0, top), (16, top - .001 + .1 * recede), (30, top - .006 + .7 * recede), (42, top - .020 + recede),
            (52, top - .038 + .7 * recede), (front - 18, .018 + .3 * recede), (front - 14, -.002), (front - 9, -line.sideburns),
            (front - 1, -line.sideburns), (front + 2, .002), (front + 8, .011), (back - 4, .010), (back + 2, -.008),
            (back + 8, -.030), (back + 22, -.050), (155, line.nape + .004), (168, line.nape - .003), (180, line.nape),
        ]
        angle, height = np.array(points).T
        return PchipInterpolator(angle, height)

    def scalp(self, points: Array) -> Array:
        """(n,) about how far inside the hairline each point of the skin lies, metres; negative outside."""
        angle = azimuths(points)
        slope = self._line.derivative()(angle) * np.degrees(1) / 0.075
        return (points[..., 1] - self._line(angle)) / np.sqrt(1 + slope ** 2)

    def distance(self, points: Array) -> tuple[Array, Array]:
        """Signed distance from the skin (n,), positive outside, and its smoothed normal there (n, 3)."""
        far, near = self._tree.query(points, k=4)
        weight = 1 / (far + 1e-5)
        weight /= weight.sum(-1, keepdims=True)
        normal = unit((self._normals[near] * weight[..., None]).sum(-2))
        base = (self._points[near] * weight[..., None]).sum(-2)
        return ((points - base) * normal).sum(-1), normal

    def project(self, points: Array) -> Array:
        """The nearest places on the skin, about."""
        for _ in range(4):
            away, normal = self.distance(points)
            points = points - normal * away[:, None]
        return points

    def roots(self, rng: np.random.Generator, spacing: float, inset: float = 0.0,
              where: Callable[[Array], Array] | None = None) -> Array:
        """(n, 3) places on the scalp, at least `spacing` metres apart, `inset` metres inside the hairline, where `where` holds."""
        corners = self.body.positions[self.scalp_faces]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        count = int(CROWD * area.sum() / 2 / spacing ** 2)
        picked = rng.choice(len(area), count, p=area / area.sum())
        share = rng.dirichlet((1, 1, 1), count)
        places = (corners[picked] * share[..., None]).sum(1)
        places = places[self.scalp(places) > inset]
        if where is not None:
            places = places[where(places)]
        return places[apart(places, spacing)]


def _samples(corners: Array, normals: Array) -> tuple[Array, Array]:
    """Places on the head's triangles (m, 3, 3), the big ones in sixteen, with the normals there."""
    high = corners[:, :, 1].min(1) > LOWEST
    edge = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    places, ways = [], []
    for some, share in ((high & (edge <= FINE), _lattice(1)), (high & (edge > FINE), _lattice(4))):
        places.append((share @ corners[some]).reshape(-1, 3))
        ways.append((share @ normals[some]).reshape(-1, 3))
    return np.vstack(places), unit(np.vstack(ways))


def _lattice(parts: int) -> Array:
    """(parts squared, 3) barycentric coordinates of the middles of a triangle's parts."""
    up = [(i + 1 / 3, j + 1 / 3) for i in range(parts) for j in range(parts - i)]
    down = [(i + 2 / 3, j + 2 / 3) for i in range(parts - 1) for j in range(parts - 1 - i)]
    a, b = np.array(up + down).T / parts
    return np.stack([a, b, 1 - a - b], -1)


def azimuths(points: Array) -> Array:
    """Degrees from straight ahead about the head's axis, 0..180 on either side."""
    return np.degrees(np.arctan2(np.abs(points[..., 0]), points[..., 2] - AXIS_DEPTH))


def apart(places: Array, gap: float) -> Array:
    """Numbers of `places` (n, 3), first come first kept, of which no two are nearer than `gap`."""
    tree = cKDTree(places)
    free = np.ones(len(places), bool)
    kept = []
    for i, place in enumerate(places):
        if free[i]:
            kept.append(i)
            free[tree.query_ball_point(place, gap)] = False
    return np.array(kept, int)
