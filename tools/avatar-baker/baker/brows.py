"""Eyebrows: a strip on the skin with painted hairs, over a soft tint of the skin itself."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from .body import Body
from .meshes import Array, Mesh, merge
from .people import Brows, Person
from .surface import Surface

LENGTH, ACROSS = 22, 5
LIFT = .0009
"""of the strip above the skin, metres"""
SCALE = 2


def brows(body: Body, surface: Surface, person: Person) -> Mesh:
    return merge([_strip(body, surface, person.brows, side) for side in (1, -1)], 'Brows')


def _curve(body: Body, brow: Brows, count: int) -> Array:
    """(count, 2): x aside and y, metres, from the nose outwards."""
    points = np.array(brow.curve) * [body.eyes['Left'].centre[0], .001]
    return CubicSpline(np.linspace(0, 1, len(points)), points)(np.linspace(0, 1, count))


def _strip(body: Body, surface: Surface, brow: Brows, side: int) -> Mesh:
    curve = _curve(body, brow, LENGTH)
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    t = np.linspace(0, 1, LENGTH)
    half = brow.width / 1000 * 1.9 * np.interp(t, [0, .15, .6, 1], [.9, 1, .9, .45])
    v = np.linspace(0, 1, ACROSS)
    xy = curve[None] + np.c_[-along[:, 1], along[:, 0]][None] * ((v - .5) * 2)[:, None, None] * half[None, :, None]
    anchors = surface.from_front((xy * [side, 1]).reshape(-1, 2))
    normals = surface.normal(anchors)
    lift = np.where((v > 0) & (v < 1), LIFT, LIFT * .4).repeat(LENGTH)[:, None]
    number = np.arange(ACROSS * LENGTH).reshape(ACROSS, LENGTH)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    faces = np.vstack([np.c_[a, b, c], np.c_[b, d, c]])
    uv = np.stack(np.broadcast_arrays(t[None], v[:, None]), -1).reshape(-1, 2)
    return Mesh('Brows', 'Brow', surface.place(anchors) + normals * lift, normals, faces if side > 0 else faces[:, ::-1],
                uv, None, surface.moves(anchors, 1e-5))


def brow_tint(body: Body, person: Person) -> Callable[[Array], Array]:
    """Places (..., 3) to 0..1: how strongly the skin is tinted below the hairs."""
    brow, fine = person.brows, _curve(body, person.brows, 60)
    tree = cKDTree(fine)

    def tint(places: Array) -> Array:
        flat = np.stack([np.abs(places[..., 0]), places[..., 1]], -1).reshape(-1, 2)
        distance, number = tree.query(flat)
        width = brow.width / 1000 * np.interp(number / 59, [0, .15, .55, 1], [.75, 1, .85, .25])
        fade = np.interp(number / 59, [0, .2], [.35, 1]).reshape(places.shape[:-1])
        return fade * (np.exp(-(distance / width) ** 2 * 1.6)).reshape(places.shape[:-1]) * (places[..., 2] > .02)
    return tint


def brow_image(brow: Brows, seed: int, width: int = 512, height: int = 160) -> Image.Image:
    rng = np.random.default_rng(seed)
    alpha, tone = (Image.new('L', (width * SCALE, height * SCALE), 0) for _ in range(2))
    draw, draw_tone = ImageDraw.Draw(alpha), ImageDraw.Draw(tone)
    for _ in range(round(480 * brow.amount)):
        t = rng.beta(1.15, 1.25)
        middle = .5 + (rng.random() - .5) * .58 * np.interp(t, [0, .12, .6, 1], [.75, 1, .8, .35])
        angle = np.radians(np.interp(t, [0, .12, .45, .8, 1], [78, 62, 32, 8, -4])) + rng.normal() * .16
        angle += np.radians(-16 if middle < .45 and t > .25 else 10 if middle > .55 and t > .15 else 0)
        length = height * (.18 + .16 * rng.random()) * np.interp(t, [0, .2, 1], [.85, 1.1, .8])
        shade = int(130 + 125 * rng.random())
        for s in np.linspace(0, 1, 20):
            bend = angle - np.radians(28) * s
            x, y = t * width * .94 + 10 + length * s * np.cos(bend) * 1.35, middle * height - length * s * np.sin(bend)
            radius = 1.30 * (1 - s) ** .7 + .25
            box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
            draw.ellipse(box, fill=255)
            draw_tone.ellipse(box, fill=shade)
    light = np.asarray(tone.resize((width, height), Image.LANCZOS), float)[..., None] / 255
    colour = (brow.colour.srgb * (.65 + .5 * light)).clip(0, 1) * 255
    along = np.linspace(0, 1, width)
    thin = np.interp(along, [0, .04, .22, .75, 1], [.0, .30, 1, 1, .5])[None, :, None]
    opacity = np.asarray(alpha.resize((width, height), Image.LANCZOS), float)[..., None] * .88 * thin
    return Image.fromarray(np.concatenate([colour, opacity], -1).round().astype('u1'))


def brow_material() -> dict:
    return dict(alphaMode='BLEND', doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.85))
