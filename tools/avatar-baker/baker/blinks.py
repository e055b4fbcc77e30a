"""Lids that meet: the source's blink is drawn so that both rims come to one smooth line, for every identity."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from .body import Body, Eye
from .lids import Rim, lid_rims
from .meshes import Array, smooth, unit
from .surface import Surface

LOW = .86
"""where lids meet: 0 at the resting upper rim, 1 at the resting lower one"""
REACH = .0055
"""how far from the rim the correction is felt, metres"""
PIN = 30
"""how much more the ends of the line where lids meet count than its other points"""
OVERLAP = .0004
"""the upper lid passes the lower one so far, outside it"""


def with_closing_lids(body: Body) -> Body:
    rims = lid_rims(body, Surface(body))
    morphs = dict(body.morphs)
    for side, eye in body.eyes.items():
        lower, upper = (next(r for r in rims if r.side == side and r.upper == up) for up in (False, True))
        name = f'eyeBlink{side}'
        change = _correction(body.positions, morphs[name], upper, lower, eye)
        morphs[name] = morphs[name] + smooth(change, body.faces, 3)
    return replace(body, morphs=morphs)


def _correction(places: Array, move: Array, upper: Rim, lower: Rim, eye: Eye) -> Array:
    line = _meeting_line(upper.places, lower.places)
    from_upper, number_upper = cKDTree(upper.places).query(places)
    from_lower, number_lower = cKDTree(lower.places).query(places)
    belongs = from_upper < from_lower
    result = np.zeros_like(move)
    corners = _inner(len(line))[:, None]
    for rim, distance, number, mine in ((upper, from_upper, number_upper, belongs), (lower, from_lower, number_lower, ~belongs)):
        closed = rim.places + rim.anchors.carry(move)
        goal = line - [0, OVERLAP if rim.upper else 0, 0]
        goal = eye.centre + unit(goal - eye.centre) * np.linalg.norm(closed - eye.centre, axis=1, keepdims=True)
        weight = np.exp(-(distance / REACH) ** 2) * mine
        result += ((goal - closed) * corners)[number] * weight[:, None]
    return result


def _meeting_line(upper: Array, lower: Array) -> Array:
    """
    (k, 3): between the rims; its height is a cubic, free of the rims' bumps. It begins and ends in the eye's corners, which stay:
    a line that missed them would wriggle there.
    """
    s = np.linspace(0, 1, len(upper))
    line = upper * (1 - LOW) + lower * LOW
    inner = _inner(len(s))
    pinned = np.where((s == 0) | (s == 1), PIN, 1)
    line[:, 1] = line[:, 1] * (1 - inner) + np.polyval(np.polyfit(s, line[:, 1], 3, w=pinned), s) * inner
    return line


def _inner(count: int) -> Array:
    """1 along the rim, 0 in the corners of the eye."""
    s = np.linspace(0, 1, count)
    t = np.clip(np.minimum(s, 1 - s) / .16, 0, 1)
    return t * t * (3 - 2 * t)
