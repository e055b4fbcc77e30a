"""The rims of the eyelids: where lashes root, liner is drawn and the eyeball is shaded."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from .body import Body
from .meshes import Array
from .surface import Anchors, Surface

POINTS = 41
BINS = 14


@dataclass(frozen=True)
class Rim:
    """A lid's edge from the inner to the outer corner of the eye."""

    side: str
    """Left or Right"""
    upper: bool
    anchors: Anchors
    places: Array
    """(POINTS, 3)"""


def lid_rims(body: Body, surface: Surface) -> list[Rim]:
    result = []
    for side in ('Left', 'Right'):
        for upper in (True, False):
            anchors = surface.nearest(_lash_roots(body, side, upper))
            result.append(Rim(side, upper, anchors, surface.place(anchors)))
    return result


def _lash_roots(body: Body, side: str, upper: bool) -> Array:
    """The edge of the source data's lash helper that lies nearest to the eyeball, as an even curve."""
    lashes = body.helpers[f'{side[0].lower()}-eyelashes-{2 if upper else 1}'].positions
    eye, out = body.eyes[side], 1 if side == 'Left' else -1
    away, aside = np.linalg.norm(lashes - eye.centre, axis=1), (lashes[:, 0] - eye.centre[0]) * out
    roots: list[int] = []
    for x in np.linspace(aside.min() + .0004, aside.max() - .0004, BINS):
        near = np.argsort(np.abs(aside - x))[:7]
        root = near[np.abs(away[near] - (eye.radius + .002)).argmin()]
        if root not in roots:
            roots.append(root)
    return even_curve(lashes[roots], POINTS)


def even_curve(points: Array, count: int) -> Array:
    """A cubic spline through `points` (k, d), at `count` places evenly spaced along it."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    spline = CubicSpline(length, points)
    return spline(np.linspace(0, length[-1], count))
