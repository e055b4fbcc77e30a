"""Where a shaved beard shows."""
from __future__ import annotations

import numpy as np

from .body import Body
from .meshes import Array
from .texels import Texels


def _step(x: Array, low: float, high: float) -> Array:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def beard_area(body: Body, places: Array) -> Array:
    """0..1 for places (..., 3): jaw, cheeks below a line that rises to the sideburns, moustache; the lips are not left out."""
    aside, y, z = np.abs(places[..., 0]), places[..., 1], places[..., 2]
    lips = body.landmarks.lips
    line = lips[1] - .002 + .042 * _step(aside, .030, .078)
    jaw = _step(line - y, -.014, .016) * _step(z, -.012, .025) * _step(y, lips[1] - .078, lips[1] - .045)
    moustache = np.exp(-((aside / .027) ** 4 + ((y - lips[1] - .0135) / .007) ** 4)) * (z > .05)
    gap = 1 - .55 * np.exp(-(aside / .012) ** 2 - ((y - lips[1] + .013) / .005) ** 2)
    return np.clip(np.maximum(jaw, .9 * moustache), 0, 1) * gap


def beard_shade(body: Body, texels: Texels, lips: Array) -> Array:
    """(size, size) 0..1: soft at its borders, dotted with roots."""
    area = texels.blur(beard_area(body, texels.place) * (1 - lips), .0026)
    dots = np.clip(texels.grain(.55, 5) + .3, 0, 1)
    return area * (.62 + .38 * dots)
