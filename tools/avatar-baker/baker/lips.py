"""Closes lips: identity targets and several shapes leave a gap between them, most at the corners."""
from __future__ import annotations

import numpy as np
import trimesh

from .meshes import Array, vertex_normals

OVERLAP = 0.0005
"""how far lips that were parted press into each other once they are closed, metres"""
COLUMNS = 45
"""places across the mouth where the gap is measured"""
SCAN, STEP = .014, .0001
"""above and below the lips' middle the gap is looked for, in such steps"""


def close_lips(places: Array, faces: Array, cavity: Array, lip_mask: Array) -> Array:
    """
    Moves the lips' rims together by the gap that is seen between them from the front, at each place across the mouth. Where
    they touch they stay as they are. `cavity` (m,) tells the faces of the mouth's lining.
    """
    lips = places[lip_mask > .4]
    level, front = (lips[:, 1].max() + lips[:, 1].min()) / 2, lips[:, 2].max()
    middle_x, half_width = (lips[:, 0].max() + lips[:, 0].min()) / 2, np.ptp(lips[:, 0]) / 2
    columns = middle_x + np.linspace(-half_width, half_width, COLUMNS)
    gap, middle = seen_gap(places, faces, cavity, columns, level)
    gap = np.where(gap > 0, gap + OVERLAP, 0)
    gap = np.convolve(np.pad(gap, 1), [.25, .5, .25], 'valid')
    x, normals = places[:, 0], vertex_normals(places, faces)
    above = places[:, 1] - np.interp(x, columns, middle)
    depth = np.clip((places[:, 2] - (front - .034)) / .012, 0, 1)
    width = np.clip((half_width * 1.12 - np.abs(x - middle_x)) / (half_width * .12), 0, 1)
    reach = np.exp(-(np.abs(above) / .008) ** 2) * depth * width
    facing = (np.abs(normals[:, 1]) > .45) & (np.abs(above) < .003)
    upper = np.where(facing, normals[:, 1] < 0, above > 0)
    result = places.copy()
    result[:, 1] += np.where(upper, -.5, .5) * np.interp(x, columns, gap) * reach
    return result


def seen_gap(places: Array, faces: Array, cavity: Array, columns: Array, level: float) -> tuple[Array, Array]:
    """For each column x the height of the mouth's inside that is seen from the front, and the height of its middle, metres."""
    heights = np.arange(level - SCAN, level + SCAN, STEP)
    x, y = (grid.ravel() for grid in np.meshgrid(columns, heights, indexing='ij'))
    mesh = trimesh.Trimesh(places, faces, process=False)
    hit = mesh.ray.intersects_first(np.c_[x, y, np.full(len(x), .3)], np.tile([0, 0, -1.], (len(x), 1)))
    inside = np.where(hit >= 0, cavity[hit], False).reshape(len(columns), len(heights))
    count = inside.sum(1)
    middle = np.where(count > 0, (inside * heights).sum(1) / np.maximum(count, 1), np.nan)
    known = count > 0
    if not known.any():
        return np.zeros(len(columns)), np.full(len(columns), level)
    return count * STEP, np.interp(columns, columns[known], middle[known])
