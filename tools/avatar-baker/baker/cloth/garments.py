"""The garments: how each is cut, which collar it has, what it is woven of."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from ..body import Body
from ..meshes import Array, Mesh, unit
from ..people import Cloth
from .collar import LOOP, band, cord, frame, grid, loop_about, outside_out, rounded
from .fabric import rib_uv
from .panels import Cut, Panel, panels

Distance = Callable[[Array], Array]


@dataclass(frozen=True)
class Garment:
    pieces: list[Panel]
    trims: list[Mesh]
    """collars and the like"""
    edge: Distance
    """places (n, 3) -> metres from the neckline, positive inside the garment"""
    weave: str
    heather: float = 0.05
    """how mottled the yarn is"""
    ribs: float = 0.34
    """depth of the ribbing's shade"""
    roughness: float = 0.95
    sheen: float = 0.10
    relief: float = 1.0
    """strength of the weave's normal map"""
    seams: Callable[[Array], list[tuple[Array, bool]]] = lambda places: []
    """places (n, 3) -> further seams: distances (n,) and whether they are stitched"""


def _plane(body: Body, up: float, slope: float) -> Distance:
    """A neckline in a plane, `up` metres above the joint of the neck, that falls to the front by `slope`."""
    neck = body.landmarks.neck
    return lambda p: neck[1] + up - slope * (p[:, 2] - neck[2]) - p[:, 1]


def pullover(body: Body, cloth: Cloth, seed: int) -> Garment:
    line = _plane(body, cloth.options.get('collar', 0.020), 0.52)
    pieces, rim = panels(body, Cut(line), seed)
    loop = loop_about(rim)
    collar = band(loop, rounded(0.0048, 0.021) + [0.0002, 0.0065], cloth.colour.linear * 0.92, lean=_hugging(body, loop, 0.0165))
    return Garment(pieces, [collar], line, 'knit')


def turtleneck(body: Body, cloth: Cloth, seed: int) -> Garment:
    line = _plane(body, 0.024, 0.50)
    pieces, rim = panels(body, Cut(line, snug=0.0030, fold=0.8), seed)
    low, high = loop_about(rim), cloth.options.get('collar', 0.031)
    top = _about_neck(body, low + [0, high, 0], 0.0040)
    middle = (low + top) / 2
    # Its foot spreads below the edge of the shirt, so that no gap is seen into from above.
    tube = np.stack([low + frame(low)[0] * 0.0045 - [0, 0.0035, 0], low - [0, 0.0005, 0], low + (top - low) * 0.35, top], 1)
    colour = cloth.colour.linear * 0.93
    rolled = band(middle + (top - low) * 0.16, rounded(0.0066, high * 0.72, 14, 3.2) + [0.0030, 0], colour, lean=_lean(low, top))
    lining = _strip(np.concatenate([tube, tube[:1]]), colour * 0.6)
    return Garment(pieces, [lining, rolled], line, 'knit', ribs=0.24)


def _hugging(body: Body, loop: Array, height: float, most: float = 0.75, gap: float = 0.0035) -> Array:
    """(n,) how far a band of this height may lean inwards, negative, for its top to stay `gap` metres off the skin."""
    outward, up = frame(loop)
    tree = cKDTree(body.positions)
    lean = np.full(len(loop), 0.15)
    for inward in np.linspace(-0.15, most, 19):
        top = loop + (up * np.cos(inward) - outward * np.sin(inward)) * height
        _, near = tree.query(top, k=4)
        away = ((top - body.positions[near].mean(1)) * unit(body.normals[near].mean(1))).sum(1)
        lean = np.where(away > gap, -inward, lean)
    return gaussian_filter1d(np.minimum(lean, 0.15), 3, mode='wrap')


def _room(body: Body, loop: Array, low: float, high: float) -> Array:
    """(n,) metres between the skin and what stands upright on the loop, from `low` to `high` above it."""
    _, up = frame(loop)
    tree = cKDTree(body.positions)
    room = np.full(len(loop), np.inf)
    for height in np.linspace(low, high, 5):
        at = loop + up * height
        _, near = tree.query(at, k=4)
        room = np.minimum(room, ((at - body.positions[near].mean(1)) * unit(body.normals[near].mean(1))).sum(1))
    return gaussian_filter1d(room, 3, mode='wrap')


def _about_neck(body: Body, loop: Array, gap: float) -> Array:
    """The loop drawn to stand `gap` metres off the skin of the neck."""
    tree = cKDTree(body.positions)
    for _ in range(3):
        _, near = tree.query(loop, k=4)
        base, normal = body.positions[near].mean(1), unit(body.normals[near].mean(1) * [1, 0, 1])
        loop = loop + normal * (gap - ((loop - base) * normal).sum(1))[:, None]
    return np.stack([gaussian_filter1d(loop[:, k], 3, mode='wrap') for k in range(3)], -1)


def _lean(low: Array, top: Array) -> Array:
    """(n,) how far a band must tilt outwards to stand along the way from `low` to `top`."""
    outward, up = frame(low)
    way = top - low
    return gaussian_filter1d(np.arctan2((way * outward).sum(1), (way * up).sum(1)), 3, mode='wrap')


def _strip(places: Array, colour: Array) -> Mesh:
    """A ribbed sheet, (along, across, 3)."""
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(places[:, 0], axis=0), axis=1))]
    mesh = grid(places, rib_uv(along[:, None], np.linspace(0, 0.04, places.shape[1])[None]), colour)
    return outside_out(mesh, places.reshape(-1, 3).mean(0))


def shirt(body: Body, cloth: Cloth, seed: int) -> Garment:
    base, open_to = _plane(body, 0.014, 0.50), cloth.options.get('open', 0.034)

    def line(p: Array) -> Array:
        notch = open_to * np.clip(1 - np.abs(p[:, 0]) / 0.026, 0, 1) * (p[:, 2] > body.landmarks.neck[2] + .02)
        return base(p) - notch

    pieces, rim = panels(body, Cut(line, snug=0.0045, fold=0.55), seed)
    colour = cloth.colour.linear
    stand = np.roll(loop_about(rim[np.abs(base(rim)) < 0.012]), LOOP // 2, axis=0)
    collar = _leaf(pieces, stand[3:-3], colour)
    edge = cord(loop_about(rim, 160, 0.8)[52:109], 0.0012, colour * 0.9)
    front = lambda p: p[:, 2] > body.landmarks.neck[2] + .02
    placket = lambda p: [(np.where(front(p), np.abs(p[:, 0] - x), 1.0), stitched) for x, stitched in ((0.0145, True), (-0.0005, False))]
    buttons = _buttons(body, pieces[0], open_to, colour)
    return Garment(pieces, [collar, edge, *buttons], line, 'plain', 0.015, 0.0, 0.85, 0.02, 0.6, placket)


def _leaf(pieces: list[Panel], loop: Array, colour: Array) -> Mesh:
    """A turned-down collar with points in front: up the stand, over the fold, down outside; two layers and a rim."""
    share = np.linspace(0, 1, len(loop))
    front = np.clip((np.abs(share - 0.5) * 2 - 0.72) / 0.28, 0, 1) ** 1.6
    outward = loop - loop.mean(0)
    outward[:, 1] = 0
    outward = unit(outward)
    fall = 0.036 + 0.016 * front
    steps = [(0.0, -0.002), (0.0008, 0.012), (0.002, 0.021), (0.0055, 0.0235), (0.009, 0.020)]
    rows = [loop + outward * o + [0, u, 0] for o, u in steps]
    ends = loop + outward * (0.012 + fall * 0.55)[:, None] + np.c_[0 * share, 0.020 - fall * 0.85, 0.010 * front]
    rows += [rows[4] + (ends - rows[4]) * t for t in (0.4, 0.75, 1.0)]
    outer = np.stack(rows, 1)
    outer[:, 5:] = _off(pieces, outer[:, 5:], np.array([0.0040, 0.0032, 0.0026]))
    inner = outer[:, :2:-1] - [0, 0.0004, 0] - outward[:, None] * 0.0009
    sheet = np.concatenate([outer, inner], 1)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(loop, axis=0), axis=1))]
    uv = rib_uv(along[:, None], np.linspace(0, 0.088, sheet.shape[1])[None])
    mesh = grid(sheet, uv, colour)
    return outside_out(mesh, np.repeat(outer.mean(1) - outward * 0.004, sheet.shape[1], axis=0))


def _off(pieces: list[Panel], places: Array, gap: Array | float) -> Array:
    """`places` (..., 3) pushed to at least `gap` metres outside the panels."""
    points, normals = (np.vstack([getattr(p, name) for p in pieces]) for name in ('positions', 'normals'))
    tree, flat = cKDTree(points), places.reshape(-1, 3)
    want = np.broadcast_to(gap, places.shape[:-1]).ravel()
    for _ in range(3):
        _, near = tree.query(flat, k=4)
        normal = unit(normals[near].mean(1))
        away = ((flat - points[near].mean(1)) * normal).sum(1)
        flat = flat + normal * np.clip(want - away, 0, None)[:, None]
    return flat.reshape(places.shape)


def _buttons(body: Body, front: Panel, open_to: float, colour: Array) -> list[Mesh]:
    neck = body.landmarks.neck
    result = []
    for drop in np.arange(open_to + 0.036, 0.17, 0.062):
        target = np.array([0.007, neck[1] - drop, 0])
        near = np.argmin(np.hypot(front.positions[:, 0] - target[0], front.positions[:, 1] - target[1]))
        middle, normal = front.positions[near] * [0, 1, 1] + [0.007, 0, 0], front.normals[near]
        side = unit(np.cross([0, 1, 0], normal))
        up = np.cross(normal, side)
        turn = np.linspace(0, 2 * np.pi, 19)
        circle = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up
        rings = [(0.0, 0.0012), (0.0032, 0.0012), (0.0042, 0.0019), (0.0051, 0.0016), (0.0054, 0.0), ]
        places = np.stack([middle + circle * r + normal * h for r, h in rings], 1)
        mesh = grid(places, np.full((*places.shape[:2], 2), 0.02), np.clip(colour * 0.55 + 0.25, 0, 0.8))
        result.append(outside_out(mesh, middle - normal * 0.004))
    return result


def hoodie(body: Body, cloth: Cloth, seed: int) -> Garment:
    line = _plane(body, 0.010, 0.56)
    pieces, rim = panels(body, Cut(line, ease=0.013, snug=0.0055, fold=1.25), seed)
    loop, colour = loop_about(rim), cloth.colour.linear
    front = np.clip(loop[:, 2] - loop[:, 2].mean(), 0, None) / (loop[:, 2].max() - loop[:, 2].mean())
    front = front ** 1.5 * np.clip(1.15 - np.abs(loop[:, 0]) / 0.07, 0, 1)
    back = np.clip((loop[:, 2].mean() - loop[:, 2]) / 0.05, 0, 1)
    turn = np.linspace(0, 2 * np.pi, len(loop), endpoint=False)
    slump = (np.sin(turn * 9 + seed) * 0.6 + np.sin(turn * 5 - 2 * seed) + 0.5 * np.sin(turn * 14 + 1)) * 0.0016 * (1 - front)
    size = 1 - 0.62 * front
    outer = _roll(0.034 * size + slump, 0.050 * size + 0.016 * back - slump, 0.007 * size + slump, 0.010 * size - 0.012 * back)
    room = _room(body, loop, 0.0, 0.042)
    inwards = np.minimum(0.009 * size + 0.4 * slump, room - 0.0075 * size - 0.003)
    inner = _roll(0.015 * size, 0.042 * size - slump, -inwards, 0.022 * size + 0.5 * slump)
    hood = [band(loop, outer, colour, lean=0.30 * back - 0.15), band(loop, inner, colour * 0.88)]
    return Garment(pieces, [*hood, *_strings(pieces, loop, colour)], line, 'fleece', 0.06, 0.0, 0.97, 0.09, 0.7)


def _roll(width: Array, height: Array, out: Array, up: Array) -> Array:
    """(n, k, 2) profiles of a roll of cloth: flattened, heavier below."""
    shape = rounded(1.0, 1.0, 14, 2.4)
    shape[:, 0] *= 1 - 0.35 * (shape[:, 1] + 0.5)
    return shape * np.stack([width, height], -1)[:, None] + np.stack([out, up], -1)[:, None]


def _strings(pieces: list[Panel], loop: Array, colour: Array) -> list[Mesh]:
    """Two drawstrings that hang from the hood in front, with knotted ends."""
    result = []
    pale = np.clip(colour * 0.4 + 0.35, 0, 1)
    for side, length in ((1, 0.085), (-1, 0.095)):
        start = loop[np.argmin(np.abs(loop[:, 0] - side * 0.026) + (loop[:, 2] < loop[:, 2].mean()))]
        t = np.linspace(0, 1, 16)
        path = start + np.c_[side * 0.004 * np.sin(2.4 * t), 0.006 - (length + 0.006) * t, 0.018 + 0.0 * t]
        path = _off(pieces, path, 0.0030)
        path[:, 2] = np.maximum(path[:, 2], start[2] + 0.010 * (1 - t))
        result += [cord(path, 0.0018, pale), cord(path[-3:], 0.0030, pale * 0.8)]
    return result


GARMENTS = {'pullover': pullover, 'turtleneck': turtleneck, 'shirt': shirt, 'hoodie': hoodie}
