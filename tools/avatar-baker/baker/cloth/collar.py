"""Collars: closed loops about the neck, bands swept along them, cords."""
from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..meshes import Array, Mesh, unit, vertex_normals
from .fabric import rib_uv

LOOP = 108
"""points of a loop"""


def loop_about(rim: Array, points: int = LOOP, even: float = 3.0) -> Array:
    """(points, 3) the rim as a closed loop by angle about its middle, evened out; starts at the back, goes by the left."""
    middle = (rim.max(0) + rim.min(0)) / 2
    angle = np.arctan2(rim[:, 0], rim[:, 2] - middle[2])
    order, turn = np.argsort(angle), np.linspace(-np.pi, np.pi, points, endpoint=False)
    loop = np.stack([np.interp(turn, angle[order], rim[order, k], period=2 * np.pi) for k in range(3)], -1)
    return gaussian_filter1d(loop, even, axis=0, mode='wrap')


def frame(loop: Array, up: Array | None = None) -> tuple[Array, Array]:
    """Outward and upward unit vectors (n, 3) each along a closed loop about the neck."""
    along = unit(np.roll(loop, -1, 0) - np.roll(loop, 1, 0))
    outward = loop - loop.mean(0)
    outward[:, 1] *= 0.2
    outward = unit(outward - along * (outward * along).sum(1, keepdims=True))
    rise = np.cross(along, outward)
    rise *= np.where(rise[:, 1:2] < 0, -1, 1)
    return outward, rise


def band(loop: Array, profile: Array, colour: Array, lean: Array | float = 0.0, close: bool = True,
         name: str = 'Cloth') -> Mesh:
    """
    A closed profile (k, 2: outward, up; metres), or one for each point of the loop (n, k, 2), swept along the loop. `lean`
    tilts it outwards, radians, one or per point. A band that is not closed ends at the first and last point.
    """
    outward, up = frame(loop)
    lean = np.broadcast_to(np.asarray(lean, float), (len(loop),))[:, None]
    out, rise = outward * np.cos(lean) - up * np.sin(lean), up * np.cos(lean) + outward * np.sin(lean)
    shape = np.broadcast_to(profile, (len(loop), *profile.shape[-2:]))
    shape = np.concatenate([shape, shape[:, :1]], 1)
    places = loop[:, None] + out[:, None] * shape[..., :1] + rise[:, None] * shape[..., 1:]
    if close:
        places = np.concatenate([places, places[:1]])
    gaps = np.linalg.norm(np.diff(places.mean(1), axis=0), axis=1)
    along = np.r_[0, np.cumsum(gaps)]
    around = np.r_[0, np.cumsum(np.linalg.norm(np.diff(shape.mean(0), axis=0), axis=1))]
    uv = rib_uv(along[:, None], around[None])
    mesh = grid(places, uv, colour, name)
    return outside_out(mesh, np.repeat(places.mean(1), places.shape[1], axis=0))


def grid(places: Array, uv: Array, colour: Array, name: str = 'Cloth') -> Mesh:
    """A mesh of a (rows, columns, 3) grid of places. Normals at seams of equal places agree."""
    rows, columns = places.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    faces = np.vstack([np.c_[a, b, c], np.c_[b, d, c]])
    flat = places.reshape(-1, 3)
    _, same = np.unique(np.round(flat, 7), axis=0, return_inverse=True)
    same = same.ravel()
    welded = np.zeros((same.max() + 1, 3))
    welded[same] = flat
    normals = vertex_normals(welded, same[faces])[same]
    return Mesh(name, 'Cloth', flat, normals, faces, uv.reshape(-1, 2), np.tile(colour, (len(flat), 1)))


def outside_out(mesh: Mesh, middle: Array) -> Mesh:
    """Turned over if its faces look inwards on the whole, as seen from `middle` (n, 3) or (3,)."""
    if ((mesh.positions - middle) * mesh.normals).sum() >= 0:
        return mesh
    return Mesh(mesh.name, mesh.material, mesh.positions, -mesh.normals, mesh.faces[:, ::-1], mesh.uv, mesh.colours)


def rounded(width: float, height: float, corners: int = 10, power: float = 3.0) -> Array:
    """(corners, 2) a rounded rectangle about the origin: a superellipse."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([np.sign(c) * np.abs(c) ** (2 / power) * width / 2, np.sign(s) * np.abs(s) ** (2 / power) * height / 2], -1)


def cord(path: Array, radius: float, colour: Array, sides: int = 7) -> Mesh:
    """A round cord along a path (n, 3)."""
    along = unit(np.gradient(path, axis=0))
    side = unit(np.cross(along, [0.3, 0.1, 1.0]))
    out = np.cross(side, along)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    places = path[:, None] + radius * (np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * out[:, None])
    uv = rib_uv(np.linspace(0, 0.1, len(path))[:, None], np.linspace(0, 6.28 * radius, sides + 1)[None])
    mesh = grid(places, uv, colour)
    return outside_out(mesh, np.repeat(path, sides + 1, axis=0))
