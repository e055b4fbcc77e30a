"""Eyelashes: a curved strip along each lid's rim with painted hairs that run together in clusters and thin out to their tips."""
from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .body import Body
from .lids import POINTS, Rim
from .meshes import Array, Mesh, merge, unit
from .people import Eyes, Person

ROWS = 6
UPPER_SHARE = 0.62
"""of the texture's height, from the top"""
LOWER_LENGTH = 0.42
"""of the lower lashes against the upper ones"""
FOLLOW = {'eyeBlink': 1.0, 'eyeLookDown': .45, 'eyeSquint': .15}
"""how far the upper lashes turn down with a shape"""


def lashes(body: Body, person: Person, rims: list[Rim]) -> Mesh:
    return merge([_strip(body, person.eyes, rim) for rim in rims], 'Lashes')


def _strip(body: Body, eyes: Eyes, rim: Rim) -> Mesh:
    out = 1 if rim.side == 'Left' else -1
    s, t = np.linspace(0, 1, POINTS)[:, None, None], np.linspace(0, 1, ROWS)[None, :, None]
    length = eyes.lash_length / 1000 * (1 if rim.upper else LOWER_LENGTH) * _profile(s, rim.upper)
    radial = unit(rim.places - body.eyes[rim.side].centre)[:, None]
    sweep = np.concatenate([out * (s - .38) * 1.0, 0 * s, 0 * s], -1)
    lift = .15 if rim.upper else -.55
    heading = unit(radial * .45 + np.array([0, lift, .80]) + sweep)
    curl = np.array([0, .62, -.10]) if rim.upper else np.array([0, -.18, -.05])
    place = rim.places[:, None] - radial * .0003 + length * (heading * (t - .22 * t * t) + curl * t * t)
    morphs = {}
    for name, move in body.morphs.items():
        at_root = rim.anchors.carry(move)[:, None]
        if np.abs(at_root).max() < 1e-5:
            continue
        turn = FOLLOW.get(name.removesuffix('Left').removesuffix('Right'), 0) if rim.upper else 0
        down = turn * length * (-1.5 * curl * [0, 1, 0] * t * t - np.array([0, .40, 0]) * t)
        morphs[name] = (at_root + down).reshape(-1, 3)
    low, high = (1 - UPPER_SHARE, 1) if rim.upper else (0, 1 - UPPER_SHARE)
    uv = np.concatenate(np.broadcast_arrays(s, low + .01 + (high - low - .02) * t), -1)
    return Mesh('Lashes', 'Lash', place.reshape(-1, 3), np.tile([0, .3, .95], (POINTS * ROWS, 1)), _grid(POINTS, ROWS),
                uv.reshape(-1, 2), None, morphs)


def _profile(s: Array, upper: bool) -> Array:
    """Length along the rim: short at the inner corner, longest beyond the middle."""
    if upper:
        return np.interp(s, [0, .12, .45, .78, .93, 1], [.25, .55, .9, 1., .82, .5])
    return np.interp(s, [0, .15, .6, .9, 1], [.15, .55, .9, 1., .6])


def _grid(rows: int, cols: int) -> Array:
    number = np.arange(rows * cols).reshape(rows, cols)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    return np.vstack([np.c_[a, c, b], np.c_[b, c, d]])


SCALE = 3
"""hairs are drawn so many times larger"""


def lash_image(eyes: Eyes, seed: int, width: int = 1024, height: int = 256) -> Image.Image:
    """Upper lashes above, lower ones below; roots at the bottom of each band. RGBA, one colour."""
    rng = np.random.default_rng(seed)
    split = round(height * UPPER_SHARE)
    alpha = np.zeros((height, width))
    alpha[:split] = _band(rng, width, split, clusters=round(30 * eyes.lash_amount), hairs=(4, 6), thick=5.2, line=1.0)
    alpha[split:] = _band(rng, width, height - split, clusters=round(24 * eyes.lash_amount), hairs=(1, 3), thick=2.8, line=.3)
    image = np.zeros((height, width, 4))
    image[..., :3] = eyes.lash_colour.srgb * 255
    image[..., 3] = alpha
    return Image.fromarray(image.clip(0, 255).round().astype('u1'))


def _band(rng, width: int, height: int, clusters: int, hairs: tuple[int, int], thick: float, line: float) -> Array:
    image = Image.new('L', (width * SCALE, height * SCALE), 0)
    draw = ImageDraw.Draw(image)
    for number in range(clusters):
        middle = (number + .5 + rng.uniform(-.33, .33)) / clusters
        lean = (middle - .42) * 30 + rng.normal() * 5
        reach = height * rng.uniform(.72, .97)
        for _ in range(rng.integers(*hairs)):
            root = middle * width + rng.normal() * width / clusters * .30
            tip = middle * width + lean + (root - middle * width) * rng.uniform(-.1, .45)
            _hair(draw, root, tip, height, reach * rng.uniform(.70, 1), thick * rng.uniform(.75, 1.1))
    alpha = np.asarray(image.resize((width, height), Image.LANCZOS), float)
    root_line = 255 * line * np.exp(-((height - 1 - np.arange(height)) / (height * .06)) ** 2)
    ends = np.interp(np.arange(width) / width, [0, .03, .97, 1], [0, 1, 1, 0])
    return np.maximum(alpha, root_line[:, None]) * ends


def _hair(draw: ImageDraw.ImageDraw, root: float, tip: float, base: float, length: float, thick: float) -> None:
    for t in np.linspace(0, 1, 40):
        x, y = root + (tip - root) * t ** 1.6, base - length * t
        radius = thick * (.16 + .84 * (1 - t) ** .75) / 2
        draw.ellipse([(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE],
                     fill=round(255 * (1 - .45 * t ** 2)))


def lash_material() -> dict:
    return dict(alphaMode='BLEND', doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.9))
