"""Closes lips: identity targets and several shapes leave a gap between them, most at the corners."""
from __future__ import annotations

import numpy as np

from .meshes import Array, vertex_normals

OVERLAP = 0.0006
"""how far closed lips press into each other, metres"""
COLUMNS = 37
"""places across the mouth where the gap is measured"""
WINDOW = .0018
"""half the width of such a place, metres"""


def close_lips(places: Array, faces: Array, lip_mask: Array) -> Array:
    """
    Moves the lips' rims together by the gap measured between them at each place across the mouth. Where they touch they stay
    as they are.
    """
    normals = vertex_normals(places, faces)
    lips = places[lip_mask > .4]
    level, left, right, front = (lips[:, 1].max() + lips[:, 1].min()) / 2, lips[:, 0].max(), lips[:, 0].min(), lips[:, 2].max()
    middle_x, half_width = (left + right) / 2, (left - right) / 2
    x = places[:, 0] - middle_x
    near = (np.abs(x) < half_width * 1.02) & (places[:, 2] > front - .03) & (np.abs(places[:, 1] - level) < .013)
    columns = np.linspace(-half_width * .99, half_width * .99, COLUMNS)
    upper_rim, lower_rim = near & (normals[:, 1] < -.55), near & (normals[:, 1] > .55)
    _, rough = _measure(places[:, 1], columns, x, upper_rim, lower_rim, level)
    # The seam slopes: heights against it, else a column's width counts as a gap or hides one.
    seam = np.polyval(np.polyfit(columns, rough, 6), x)
    gap, middle = _measure(places[:, 1] - seam, columns, x, upper_rim, lower_rim, 0)
    gap = np.convolve(np.pad(gap, 1, 'edge'), [.25, .5, .25], 'valid')
    closing = np.interp(x, columns, np.maximum(gap + OVERLAP, 0))
    above = places[:, 1] - seam - np.interp(x, columns, middle)
    depth = np.clip((places[:, 2] - (front - .034)) / .012, 0, 1)
    width = np.clip((half_width * 1.12 - np.abs(x)) / (half_width * .12), 0, 1)
    reach = np.exp(-(np.abs(above) / .009) ** 2) * depth * width
    upper = np.where(np.abs(normals[:, 1]) > .45, normals[:, 1] < 0, above > 0)
    result = places.copy()
    result[:, 1] += np.where(upper, -.5, .5) * closing * reach
    return result


def _measure(height: Array, columns: Array, x: Array, upper: Array, lower: Array, level: float) -> tuple[Array, Array]:
    """For each column the distance between the rims and the height halfway."""
    gap, middle = np.full(len(columns), np.nan), np.full(len(columns), np.nan)
    for i, column in enumerate(columns):
        near = np.abs(x - column) < WINDOW
        top, bottom = height[upper & near], height[lower & near]
        if len(top) and len(bottom):
            gap[i], middle[i] = top.min() - bottom.max(), (top.min() + bottom.max()) / 2
    known = ~np.isnan(gap)
    if not known.any():
        return np.zeros(len(columns)), np.full(len(columns), level)
    return np.interp(columns, columns[known], gap[known]), np.interp(columns, columns[known], middle[known])
