"""Lines that years leave: forehead, corners of the eyes, from nose to mouth."""
from __future__ import annotations

import numpy as np

from .body import Body
from .meshes import Array
from .texels import Texels


def wrinkle_relief(body: Body, texels: Texels) -> Array:
    """(size, size) height in texels at a size of 1024, below zero in a line."""
    return -(_forehead(texels) + _crow_feet(body, texels) + _under_eyes(body, texels) + _neck(body, texels))


def _furrow(distance: Array, width: float) -> Array:
    return np.exp(-(distance / width) ** 2)


def _forehead(texels: Texels) -> Array:
    x, y = texels.place[..., 0], texels.place[..., 1] + .0020 * texels.noise(40, 31)
    bow = y + 3.0 * x * x
    where = texels.blob((0, .052, .08), (.034, .016, .05))
    return .9 * where * sum(_furrow(bow - level, .0009) for level in (.041, .049, .057))


def _crow_feet(body: Body, texels: Texels) -> Array:
    result = np.zeros(texels.place.shape[:2])
    for sign in (1, -1):
        eye = body.eyes['Left' if sign > 0 else 'Right'].centre
        x, y = sign * (texels.place[..., 0] - eye[0]) - .015, texels.place[..., 1] - eye[1]
        where = np.clip(x / .004, 0, 1) * np.exp(-(x / .014) ** 2) * (texels.place[..., 2] > 0)
        for slope in (.55, .15, -.25, -.65):
            result += .7 * where * _furrow(y - slope * x - .0006 * texels.noise(150, 32), .0007)
    return result


def _under_eyes(body: Body, texels: Texels) -> Array:
    result = np.zeros(texels.place.shape[:2])
    for eye in body.eyes.values():
        x, y = texels.place[..., 0] - eye.centre[0], texels.place[..., 1] - eye.centre[1]
        for low in (.0135, .0175):
            where = np.exp(-(x / .012) ** 4) * (texels.place[..., 2] > .04)
            result += .35 * where * _furrow(y + low - 12 * x * x + .0005 * texels.noise(150, 33), .0008)
    return result


def _neck(body: Body, texels: Texels) -> Array:
    y = texels.place[..., 1] + .002 * texels.noise(30, 34) + .25 * (texels.place[..., 2])
    level = body.landmarks.lips[1]
    return .5 * np.exp(-(texels.place[..., 0] / .05) ** 4) * sum(_furrow(y - level + drop, .0010) for drop in (.055, .068))
