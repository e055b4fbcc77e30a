"""Cartoon proportions: space bent around the face, so that every shape bends with it."""
from __future__ import annotations

import numpy as np

from .meshes import Array
from .people import Stylise


EYES_APART = .35
"""how far an eye that grows moves outwards, against what its radius grows by: the bridge of the nose keeps some width"""

EYES_BACK = .60
"""and backwards: it does not bulge"""


class Bend:
    """
    A smooth map of space, metres to metres: a chain of scalings, each whole near its centre and fading out around it, mild
    enough that no fold arises. Near an eye it is a similarity, so that eyeballs stay round.
    """

    def __init__(self, style: Stylise, eyes, marks):
        self._style, self._eyes, self._marks = style, eyes, marks

    def __call__(self, places: Array) -> Array:
        style, marks = self._style, self._marks
        places = places + sum(self._eye(places, eye) for eye in self._eyes.values())
        nose = marks.nose + [0, .006, -.020]
        share = 1 - _step(np.linalg.norm(places - nose, axis=-1), .010, .048)
        places = _scaled(places, nose, share, np.full(3, style.nose))
        share = 1 - _step(np.linalg.norm((places - marks.lips) / [1, 1, 1.4], axis=-1), marks.lip_half_width * 1.1, .052)
        places = _scaled(places, marks.lips, share, np.array([style.mouth, 1, 1]))
        places = self._neck(self._jaw(places))
        share = _step(places[..., 1], .012, .090)
        return _scaled(places, np.array([0, .012, -.010]), share, np.full(3, style.head))

    def _eye(self, places: Array, eye) -> Array:
        """What the growth of one eye adds to `places`."""
        growth = self._style.eyes - 1
        away = np.linalg.norm(places - eye.centre, axis=-1)
        share = 1 - _step(away, eye.radius * 1.1, eye.radius * 4.2)
        shift = growth * eye.radius * np.array([np.sign(eye.centre[0]) * EYES_APART, 0, -EYES_BACK])
        return share[..., None] * (growth * (places - eye.centre) + shift)

    def _jaw(self, places: Array) -> Array:
        """Narrows or widens from the cheekbones down; the neck below takes its part by `neck`."""
        marks = self._marks
        down = _step(-places[..., 1], -marks.nose[1] - .020, -marks.chin[1] - .004)
        share = down * (1 - _step(-places[..., 1], -marks.chin[1] + .020, -marks.neck[1]))
        return _scaled(places, np.array([0, marks.chin[1], .02]), share, np.array([self._style.jaw, 1, 1]))

    def _neck(self, places: Array) -> Array:
        marks = self._marks
        share = np.exp(-((places[..., 1] - (marks.neck[1] + .022)) / .030) ** 2)
        return _scaled(places, marks.neck, share, np.array([self._style.neck, 1, self._style.neck]))


def _scaled(places: Array, centre: Array, share: Array, scale: Array) -> Array:
    return places + share[..., None] * (scale - 1) * (places - centre)


def _step(x: Array, low: float, high: float) -> Array:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
