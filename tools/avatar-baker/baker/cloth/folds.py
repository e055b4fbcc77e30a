"""Folds of cloth that hangs from the shoulders: ridges along lines from where it is held to where it is slack."""
from __future__ import annotations

import numpy as np

from ..body import Body
from ..meshes import Array

# From (aside, below the joint of the neck) to the same, metres; depth in millimetres; half width in metres; 1 front, -1 back.
_FRONT = (
    ((0.135, 0.120), (0.060, 0.075), 5.4, 0.0085), ((0.138, 0.105), (0.075, 0.050), 4.2, 0.0070),
    ((0.140, 0.140), (0.050, 0.118), 4.8, 0.0090), ((0.130, 0.150), (0.070, 0.165), 3.5, 0.0080),
    ((0.165, 0.075), (0.200, 0.140), 3.8, 0.0090), ((0.150, 0.060), (0.185, 0.150), 3.2, 0.0080),
    ((0.120, 0.030), (0.145, 0.090), 2.9, 0.0080), ((0.055, 0.030), (0.020, 0.080), 2.2, 0.0100),
    ((0.090, 0.025), (0.050, 0.095), 2.6, 0.0100))
_BACK = (
    ((0.135, 0.110), (0.060, 0.060), 4.8, 0.0090), ((0.140, 0.125), (0.045, 0.110), 4.2, 0.0090),
    ((0.165, 0.075), (0.200, 0.140), 3.5, 0.0090), ((0.060, 0.020), (0.000, 0.060), 2.9, 0.0110),
    ((0.120, 0.030), (0.145, 0.090), 2.9, 0.0080))


def fold_heights(places: Array, body: Body, seed: int) -> Array:
    """(n,) metres by which folds raise the cloth at `places` (n, 3)."""
    rng = np.random.default_rng(seed + 31)
    neck = body.landmarks.neck
    flat = np.stack([places[:, 0], neck[1] - places[:, 1]], -1)
    front = np.clip((places[:, 2] - neck[2]) / 0.02, -1, 1)
    height = np.zeros(len(places))
    for face, folds in ((1, _FRONT), (-1, _BACK)):
        for side in (1, -1):
            for start, end, depth, width in folds:
                jitter = rng.normal(size=(2, 2)) * 0.006
                ends = (np.array([start, end]) + jitter) * [side, 1]
                share = depth * rng.uniform(0.6, 1.2) / 1000
                height += np.clip(face * front, 0, 1) * share * _ridge(flat, ends, width * rng.uniform(0.85, 1.2), rng.normal() * 0.012)
    slack = np.clip((flat[:, 1] - 0.015) / 0.04, 0, 1)
    return height * slack


def _ridge(flat: Array, ends: Array, width: float, bow: float) -> Array:
    """A ridge with a shallow valley beside it, along a bowed line; fades towards both ends. About -0.3..1."""
    start, end = ends
    along = end - start
    length = np.linalg.norm(along)
    along = along / length
    across = np.array([-along[1], along[0]])
    t = (flat - start) @ along / length
    off = (flat - start) @ across - bow * np.sin(np.pi * np.clip(t, 0, 1))
    fade = np.clip((t + 0.15) / 0.3, 0, 1) * np.clip((1.2 - t) / 0.5, 0, 1)
    fade = fade * fade * (3 - 2 * fade)
    crest = np.exp(-(off / width) ** 2) - 0.35 * np.exp(-((off - 1.9 * width) / (1.3 * width)) ** 2)
    return crest * fade
