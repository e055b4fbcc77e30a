"""How much of the surroundings each vertex sees: ambient occlusion by rays."""
from __future__ import annotations

import numpy as np
import trimesh

from .body import Body
from .meshes import Array, triangles

RAYS = 96
REACH = .09
"""what lies further off, in metres, shades nothing"""
BLOCKERS = ('tongue', 'upper-teeth', 'lower-teeth', 'l-eye', 'r-eye')


def openness(body: Body, seed: int) -> Array:
    """(n,) 0 enclosed .. 1 open, weighted by the cosine to the normal."""
    scene = _scene(body).ray
    rays = np.random.default_rng(seed).normal(size=(RAYS, 3))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    origins = body.positions + body.normals * .0012
    blocked, total = np.zeros(len(origins)), np.zeros(len(origins))
    for ray in rays:
        cosine = body.normals @ ray
        directions = np.sign(cosine)[:, None] * ray
        hits, numbers, _ = scene.intersects_location(origins, directions, multiple_hits=False)
        distance = np.full(len(origins), np.inf)
        distance[numbers] = np.linalg.norm(hits - origins[numbers], axis=1)
        blocked += np.abs(cosine) * np.clip(1 - distance / REACH, 0, 1)
        total += np.abs(cosine)
    return 1 - blocked / np.maximum(total, 1e-9)


def _scene(body: Body) -> trimesh.Trimesh:
    places, faces, offset = [body.positions], [body.faces], len(body.positions)
    for name in BLOCKERS:
        helper = body.helpers[name]
        places.append(helper.positions)
        faces.append(triangles(helper.polygons) + offset)
        offset += len(helper.positions)
    return trimesh.Trimesh(np.vstack(places), np.vstack(faces), process=False)
