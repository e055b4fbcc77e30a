"""Eyeballs with painted irises, and the shade that lids and lashes throw on them."""
from __future__ import annotations

import numpy as np
import scipy.ndimage as ndimage
from PIL import Image

from .body import Body, Eye
from .lids import POINTS, Rim
from .meshes import Array, Mesh, merge, unit, vertex_normals
from .people import Eyes

REACH = 1.75
"""angle from the eye's axis that the mesh and its texture reach, radians"""
ROOM = 0.62
"""power of the texture's radius by the angle: below 1 gives the iris more of it"""
RINGS, SPOKES = 26, 36
CORNEA = 0.055
"""how far the cornea stands out, against the eye's radius: its normals alone, so that it shines like a dome..."""
BOWL = 0.035
"""... over an iris that lies as a shallow bowl behind it, which moves against the rim when the eye turns"""
SHADE_RADIUS = 1.016
"""of the shell that holds the shade, against the eye's"""


def eyeball(name: str, eye: Eye, size: float) -> Mesh:
    """An eye about its own centre, looking along +z. `size` is the iris' angle."""
    angle = (np.linspace(0, 1, RINGS + 1) ** 1.15 * REACH)[:, None]
    turn = np.linspace(0, 2 * np.pi, SPOKES + 1)[None]
    dome = 1 + CORNEA * np.exp(-(angle / (size * .85)) ** 2 * 1.1)
    across = np.stack(np.broadcast_arrays(np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle)), -1)
    number = np.arange((RINGS + 1) * (SPOKES + 1)).reshape(RINGS + 1, SPOKES + 1)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    faces = np.vstack([np.c_[a, c, b], np.c_[b, c, d]])
    normals = vertex_normals((across * dome[..., None]).reshape(-1, 3), faces).reshape(across.shape)
    normals[0] = [0, 0, 1]
    seam = unit(normals[:, 0] + normals[:, -1])
    normals[:, 0] = normals[:, -1] = seam
    inside = np.clip(1 - angle / size, 0, 1)
    place = across.copy()
    place[..., 2] = np.where(angle < size, np.cos(size) - BOWL * np.sqrt(inside), place[..., 2])
    radius = (angle / REACH) ** ROOM
    uv = np.stack([.5 + .5 * radius * np.cos(turn), .5 + .5 * radius * np.sin(turn)], -1)
    return Mesh(name, 'Eye', place.reshape(-1, 3) * eye.radius * .992, normals.reshape(-1, 3), faces, uv.reshape(-1, 2))


def eye_image(eyes: Eyes, seed: int, size: int = 512) -> Image.Image:
    row, col = np.mgrid[0:size, 0:size]
    x, y = (col + .5) / size * 2 - 1, 1 - (row + .5) / size * 2
    angle, turn = np.hypot(x, y) ** (1 / ROOM) * REACH, np.arctan2(y, x)
    rng = np.random.default_rng(seed)
    white = _sclera(angle, turn, rng)
    iris = _iris(eyes, angle, turn, rng)
    edge = _rise(angle, eyes.size, .014)[..., None]
    colour = iris * (1 - edge) + white * edge
    ring = .55 * np.exp(-((angle - eyes.size * .97) / .045) ** 2)
    colour = colour * (1 - ring[..., None] * np.array([.9, .95, 1]))
    pupil = _rise(angle, eyes.size * eyes.pupil, .012)[..., None]
    colour = colour * pupil + np.array([.010, .008, .008]) * (1 - pupil)
    return Image.fromarray((colour.clip(0, 1) * 255).round().astype('u1'))


def _rise(x: Array, at: float, width: float) -> Array:
    return 1 / (1 + np.exp(-np.clip((x - at) / width, -40, 40)))


def _sclera(angle: Array, turn: Array, rng) -> Array:
    """Warm, never paper white, redder and darker towards its back."""
    back = np.clip((angle - .55) / .75, 0, 1)[..., None]
    white = np.array([.905, .872, .845]) * (1 - back) + np.array([.79, .655, .61]) * back
    grid = ndimage.gaussian_filter(rng.normal(size=(64, 256)), [5, 1.1], mode='wrap')
    veins = _polar(np.clip(1 - np.abs(grid / grid.std()) / .22, 0, 1), angle / REACH, turn)
    return white - .16 * (veins * np.clip((angle - .60) / .5, 0, 1))[..., None] * np.array([.15, 1, 1])


def _iris(eyes: Eyes, angle: Array, turn: Array, rng) -> Array:
    out = np.clip((angle / eyes.size - eyes.pupil) / (1 - eyes.pupil), 0, 1)
    fibres = ndimage.gaussian_filter(rng.normal(size=(32, 480)), [4, .9], mode='wrap')
    fibres = _polar(fibres / fibres.std(), out, turn)
    ragged = out + .05 * fibres
    inner = np.exp(-(np.clip(ragged - .10, 0, 1) / .24) ** 2)[..., None]
    colour = eyes.iris.srgb * (1 - inner) + eyes.ring.srgb * inner
    colour = colour * (1 + .24 * fibres * np.sin(np.pi * np.clip(out, .05, .95)))[..., None]
    colour = colour * (1 - .55 * np.clip((out - .70) / .30, 0, 1) ** 1.5)[..., None]
    colour = colour * (.55 + .45 * np.clip(out / .16, 0, 1))[..., None]
    # The cornea gathers light from above on the lower half of the iris, and the lid shades the upper.
    fall = -np.sin(turn) * np.clip(angle / eyes.size, 0, 1)
    return colour * (1.10 + .42 * fall)[..., None]


def _polar(grid: Array, radius: Array, turn: Array) -> Array:
    """`grid` (radius, turn) at polar places, once around."""
    rows, cols = radius * (grid.shape[0] - 1), (turn + np.pi) / (2 * np.pi) * grid.shape[1]
    return ndimage.map_coordinates(grid, [rows, cols], order=1, mode='grid-wrap')


def eye_shade(body: Body, rims: list[Rim]) -> Mesh:
    """A dark film just over the eyeballs, deepest under the upper lid and in the corners; it follows the lids."""
    parts = []
    for side in ('Left', 'Right'):
        lower, upper = (next(r for r in rims if r.side == side and r.upper == up) for up in (False, True))
        parts.append(_shade_of(body, side, lower, upper))
    return merge(parts, 'EyeShade')


BETWEEN = np.array([-.28, -.10, 0, .10, .24, .42, .60, .74, .86, .95, 1.03, 1.12, 1.30])
"""rows of the film from the lower rim (0) to the upper (1), and on behind the lids"""


SHADE_COLOUR = np.array([.085, .030, .025])


def _shade_of(body: Body, side: str, lower: Rim, upper: Rim) -> Mesh:
    eye = body.eyes[side]
    place = _on_ball(eye, lower.places, upper.places)
    morphs = {}
    for name in body.morphs:
        low, high = lower.anchors.carry(body.morphs[name]), upper.anchors.carry(body.morphs[name])
        if max(np.abs(low).max(), np.abs(high).max()) > 2e-5:
            morphs[name] = (_on_ball(eye, lower.places + low, upper.places + high) - place).reshape(-1, 3)
    across = np.linspace(0, 1, POINTS)[None]
    corner = np.exp(-(across / .10) ** 2) + np.exp(-((1 - across) / .10) ** 2)
    row = BETWEEN[:, None]
    dark = .78 * np.exp(-(np.clip(1 - row, 0, 9) / .36) ** 2) + .34 * np.exp(-(np.clip(row, 0, 9) / .14) ** 1.6) + .48 * corner
    pink = np.clip(corner, 0, 1)[..., None] * np.array([.10, .035, .030])
    colour = np.concatenate([np.broadcast_to(SHADE_COLOUR + pink, dark.shape + (3,)), np.clip(dark, 0, .85)[..., None]], -1)
    number = np.arange(dark.size).reshape(dark.shape)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    faces = np.vstack([np.c_[a, b, c], np.c_[b, d, c]])
    if side == 'Right':
        faces = faces[:, ::-1]
    flat = place.reshape(-1, 3)
    return Mesh('EyeShade', 'EyeOccl', flat, unit(flat - eye.centre), faces, None, colour.reshape(-1, 4), morphs)


def _on_ball(eye: Eye, lower: Array, upper: Array) -> Array:
    """(rows, points, 3): between the rims, on a sphere a little larger than the eye."""
    row = BETWEEN[:, None, None]
    return eye.centre + unit(lower * (1 - row) + upper * row - eye.centre) * eye.radius * SHADE_RADIUS


def eye_materials() -> dict[str, dict]:
    return {
        'Eye': dict(pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.45),
                    extensions=dict(KHR_materials_clearcoat=dict(clearcoatFactor=1, clearcoatRoughnessFactor=.05))),
        'EyeOccl': dict(alphaMode='BLEND', pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=1),
                        extensions=dict(KHR_materials_unlit={})),
    }
