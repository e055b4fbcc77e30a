"""The skin as a surface: nearest places, rays from the front, and values carried along with it."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from .body import Body
from .meshes import Array, unit

NEAR_VERTICES = 5
"""whose faces are tried for the nearest place"""


@dataclass(frozen=True)
class Anchors:
    """Places on the skin, each in a face."""

    corners: Array
    """(k, 3) vertex numbers"""
    shares: Array
    """(k, 3) barycentric"""

    def carry(self, values: Array) -> Array:
        """Values per vertex (n, c) at the anchors (k, c): places, normals, displacements."""
        return (values[self.corners] * self.shares[..., None]).sum(1)


class Surface:
    def __init__(self, body: Body):
        self._body = body
        self._faces = body.faces[~body.cavity]
        self._tree = cKDTree(body.positions)
        order = np.argsort(self._faces.ravel(), kind='stable')
        starts = np.searchsorted(self._faces.ravel()[order], np.arange(len(body.positions) + 1))
        self._faces_at = lambda v: order[starts[v]:starts[v + 1]] // 3
        self._rays = trimesh.Trimesh(body.positions, self._faces, process=False).ray

    def nearest(self, points: Array) -> Anchors:
        """Anchors nearest to `points` (k, 3)."""
        _, near = self._tree.query(points, k=NEAR_VERTICES)
        corners, shares = [], []
        for point, vertices in zip(points, near):
            numbers = np.unique(np.concatenate([self._faces_at(v) for v in vertices]))
            candidates = self._body.positions[self._faces[numbers]]
            inside = _clamped(trimesh.triangles.points_to_barycentric(candidates, np.repeat(point[None], len(numbers), 0)))
            best = np.linalg.norm((candidates * inside[..., None]).sum(1) - point, axis=1).argmin()
            corners.append(self._faces[numbers[best]])
            shares.append(inside[best])
        return Anchors(np.array(corners), np.array(shares))

    def from_front(self, xy: Array, depth: float = .5) -> Anchors:
        """Anchors that a ray from far ahead hits at each `xy` (k, 2). A ray that misses is an error in the caller's measures."""
        return self.along(np.c_[xy, np.full(len(xy), depth)], np.tile([0, 0, -1.], (len(xy), 1)))

    def along(self, origins: Array, directions: Array) -> Anchors:
        places, rays, faces = self._rays.intersects_location(origins, directions, multiple_hits=False)
        if len(rays) != len(origins):
            raise ValueError(f'{len(origins) - len(rays)} of {len(origins)} rays miss the skin')
        order = np.argsort(rays)
        corners = self._faces[faces[order]]
        shares = trimesh.triangles.points_to_barycentric(self._body.positions[corners], places[order])
        return Anchors(corners, shares)

    def place(self, anchors: Anchors) -> Array:
        return anchors.carry(self._body.positions)

    def normal(self, anchors: Anchors) -> Array:
        return unit(anchors.carry(self._body.normals))

    def moves(self, anchors: Anchors, least: float = 1e-6) -> dict[str, Array]:
        """Displacements of the anchors by shape, those that move any by more than `least` metres."""
        moves = {name: anchors.carry(move) for name, move in self._body.morphs.items()}
        return {name: move for name, move in moves.items() if np.abs(move).max() > least}


def _clamped(shares: Array) -> Array:
    """Barycentric shares drawn into the triangle."""
    shares = np.clip(shares, 0, 1)
    return shares / shares.sum(1, keepdims=True)
