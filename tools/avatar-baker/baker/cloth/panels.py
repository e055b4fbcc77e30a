"""
The body of a garment: the source data's tights, smoothed, hung loosely, folded, cut at the neckline and hem, and split along
the shoulders into a front and a back panel that are laid flat for the texture.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from ..body import BUST_CUT, Body
from ..meshes import Array, catmull_clark, clip, compact, smooth, triangles, unit, vertex_normals
from .folds import fold_heights

SLEEVE_CUT = 0.222
"""half the width at which the sleeves end, metres"""
SEAM_DEPTH = 0.004
"""z of the shoulder seam in front of the joint of the neck"""
SHEET = (0.96, 0.24)
"""metres of cloth that the panels' part of the texture is wide and high"""


@dataclass(frozen=True)
class Panel:
    positions: Array
    normals: Array
    faces: Array
    flat: Array
    """(n, 2) metres on the sheet of cloth, from its lower left corner"""
    depth: Array
    """(n,) metres that folds raise or sink it"""


@dataclass(frozen=True)
class Cut:
    """How a garment is cut."""

    neckline: Callable[[Array], Array]
    """places (n, 3) -> metres inside the garment, negative above the neckline"""
    ease: float = 0.010
    """how far the cloth stands off the body below the chest, metres"""
    snug: float = 0.0035
    """the same at the neckline"""
    fold: float = 1.0
    """depth of the folds against a pullover's"""


def panels(body: Body, cut: Cut, seed: int) -> tuple[list[Panel], Array]:
    """Front and back, and the rim (k, 3) at the neckline in no order."""
    places, faces = _garment(body, cut)
    normals = vertex_normals(places, faces)
    depth = cut.fold * fold_heights(places, body, seed)
    places = places + normals * depth[:, None]
    normals = vertex_normals(places, faces)
    for height in (cut.neckline, lambda p: p[:, 1] - (BUST_CUT + 0.004), lambda p: SLEEVE_CUT - np.abs(p[:, 0])):
        places, faces, (normals, depth) = _clipped(places, faces, height(places), (normals, depth))
    rim = _rim(places, faces)
    rim = places[rim[np.abs(cut.neckline(places[rim])) < 5e-4]]
    seam = body.landmarks.neck[2] + SEAM_DEPTH
    result = []
    for side, left in ((1, 0.0), (-1, SHEET[0] / 2)):
        p, f, (n, d) = _clipped(places, faces, (places[:, 2] - seam) * side, (normals, depth))
        result.append(Panel(p, unit(n), f, _laid_flat(p, f, left), d))
    return result, rim


def _garment(body: Body, cut: Cut) -> tuple[Array, Array]:
    tights = body.helpers['tights']
    polygons = [p for p in tights.polygons
                if tights.positions[list(p), 1].min() > BUST_CUT - .04 and np.abs(tights.positions[list(p), 0]).max() < .31]
    once = catmull_clark(len(tights.positions), polygons)
    places = once(tights.positions)
    used, faces = compact(triangles(once.polygons))
    loose = np.clip((body.landmarks.neck[1] - 0.02 - places[used, 1]) / 0.06, 0, 1)
    even = smooth(places[used], faces, 8, 0.25 + 0.25 * loose)
    even = even + vertex_normals(even, faces) * (cut.snug + (cut.ease - cut.snug) * loose * loose * (3 - 2 * loose))[:, None]
    numbers = {v: i for i, v in enumerate(used)}
    twice = catmull_clark(len(used), [tuple(numbers[v] for v in p) for p in once.polygons])
    fine, faces = twice(even), triangles(twice.polygons)
    used, faces = compact(faces)
    return fine[used], faces


def _clipped(places: Array, faces: Array, height: Array, others: tuple[Array, ...]):
    """`clip` that takes other values per vertex along."""
    packed = np.c_[places, *others]
    packed, faces = clip(packed, faces, height)
    used, faces = compact(faces)
    packed, parts, at = packed[used], [], 3
    for other in others:
        size = 1 if other.ndim == 1 else other.shape[1]
        parts.append(packed[:, at] if other.ndim == 1 else packed[:, at:at + size])
        at += size
    return packed[:, :3], faces, tuple(parts)


def _rim(places: Array, faces: Array) -> Array:
    edges = np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, times = np.unique(edges, axis=0, return_counts=True)
    return np.unique(edges[times == 1])


def _laid_flat(places: Array, faces: Array, left: float, rounds: int = 300) -> Array:
    """
    The panel in the plane with its edges as long as they are in space, about: starts as seen from the front and lets edges
    pull and push. Its back half is mirrored so that it shows no text the wrong way round.
    """
    edges = np.unique(np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)
    length = np.linalg.norm(places[edges[:, 0]] - places[edges[:, 1]], axis=1)
    flat = places[:, :2] * [1.0 if left == 0 else -1.0, 1.0]
    a, b = edges.T
    count = len(places)
    pull = sparse.coo_matrix((np.r_[np.ones(len(a)), -np.ones(len(b))], (np.r_[a, b], np.r_[np.arange(len(a)), np.arange(len(b))])),
                             shape=(count, len(a))).tocsr()
    degree = np.bincount(edges.ravel(), minlength=count)[:, None]
    for _ in range(rounds):
        across = flat[b] - flat[a]
        far = np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        flat = flat + pull @ (across / far * (far - length[:, None]) * 0.5) / degree * 1.6
    low, high = flat.min(0), flat.max(0)
    room = np.array([SHEET[0] / 2, SHEET[1]]) * 0.98
    return (flat - (low + high) / 2) * min(1.0, *(room / (high - low))) + [left + SHEET[0] / 4, SHEET[1] / 2]
