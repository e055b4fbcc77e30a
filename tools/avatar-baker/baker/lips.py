"""Closes the neutral lips: identity targets leave a gap, most at the corners."""
from __future__ import annotations

import numpy as np

from .meshes import Array, vertex_normals

OVERLAP = 0.0006
"""how far the closed lips press into each other, metres"""
COLUMNS = 18
"""places across half the mouth where the gap is measured"""


def seal_lips(places: Array, faces: Array, lip_mask: Array) -> Array:
    """Moves the lips' inner rims together by the gap measured between them at each distance from the middle."""
    normals = vertex_normals(places, faces)
    lips = places[lip_mask > .4]
    level, half_width, front = (lips[:, 1].max() + lips[:, 1].min()) / 2, lips[:, 0].max(), lips[:, 2].max()
    aside = np.abs(places[:, 0])
    near = (aside < half_width * 1.02) & (places[:, 2] > front - .03) & (np.abs(places[:, 1] - level) < .010)
    columns = np.linspace(0, half_width * .99, COLUMNS)
    gap, middle = _measure(places, columns, aside, near & (normals[:, 1] < -.55), near & (normals[:, 1] > .55), level)
    gap = np.convolve(np.pad(gap, 1, 'edge'), [.25, .5, .25], 'valid')
    closing = np.interp(aside, columns, np.maximum(gap + OVERLAP, 0))
    above = places[:, 1] - np.interp(aside, columns, middle)
    depth = np.clip((places[:, 2] - (front - .034)) / .012, 0, 1)
    width = np.clip((half_width * 1.12 - aside) / (half_width * .12), 0, 1)
    reach = np.exp(-(np.abs(above) / .009) ** 2) * depth * width
    upper = np.where(np.abs(normals[:, 1]) > .45, normals[:, 1] < 0, above > 0)
    result = places.copy()
    result[:, 1] += np.where(upper, -.5, .5) * closing * reach
    return result


def _measure(places: Array, columns: Array, aside: Array, upper: Array, lower: Array, level: float) -> tuple[Array, Array]:
    gap, middle = [], []
    for x in columns:
        near = np.abs(aside - x) < .0022
        top, bottom = places[upper & near, 1], places[lower & near, 1]
        if len(top) and len(bottom):
            gap.append(top.min() - bottom.max())
            middle.append((top.min() + bottom.max()) / 2)
        else:
            gap.append(gap[-1] if gap else 0.0)
            middle.append(middle[-1] if middle else level)
    return np.array(gap), np.array(middle)
