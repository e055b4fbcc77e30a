"""A closed cap over the scalp: what lies below tufts and locks so that no skin is seen between them."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..meshes import Array, Mesh, clip, compact, smooth, vertex_normals
from .skull import Skull


def cap(skull: Skull, thickness: Callable[[Array], Array], shade: Callable[[Array], Array], spot: tuple[float, float],
        rounds: int = 3, fineness: int = 1) -> Mesh:
    """
    The scalp, raised by `thickness` (n,) of places (n, 3) along its smoothed normals, coloured by `shade` (n, 3). The texture
    is read at one `spot` (u, v). The rim is where the hairline is; each step of `fineness` makes four triangles of one.
    """
    used, faces = compact(skull.scalp_faces)
    places = skull.body.positions[used]
    for _ in range(fineness):
        places, faces = split_edges(places, faces)
    places = skull.project(smooth(places, faces, 2))
    places, faces = clip(places, faces, skull.scalp(places))
    used, faces = compact(faces)
    places = places[used]
    normals = smooth(vertex_normals(places, faces), faces, rounds)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    raised = places + normals * thickness(places)[:, None]
    return Mesh('Hair', 'Hair', raised, vertex_normals(raised, faces), faces, np.tile(spot, (len(raised), 1)), shade(places))


def split_edges(places: Array, faces: Array) -> tuple[Array, Array]:
    """Every triangle into four at the middles of its edges."""
    edges = np.sort(np.stack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]], 1), axis=2)
    pairs, number = np.unique(edges.reshape(-1, 2), axis=0, return_inverse=True)
    a, b, c = (len(places) + number.reshape(-1, 3)).T
    i, j, k = faces.T
    finer = np.vstack([np.c_[i, a, c], np.c_[a, j, b], np.c_[c, b, k], np.c_[a, b, c]])
    return np.vstack([places, places[pairs].mean(1)]), finer
