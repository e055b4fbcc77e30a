"""
The texture of the cards: columns of strands, from dense to a few loose hairs, drawn hair by hair. White to grey, so that
vertex colours tint it; opaque cores and edges that fade within few pixels keep the alpha test calm in mipmaps.
"""
from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from ..meshes import Array

SIZE = 512
COLUMNS = 8
DENSE, MEDIUM, WISPY, LOOSE = (0, 1, 2), (3, 4), (5, 6), (7,)
_HAIRS = (190, 180, 170, 120, 100, 48, 36, 11)
_SOLID = (0.86, 0.80, 0.74, 0.42, 0.30, 0.0, 0.0, 0.0)
"""how far down from the root a column's core is opaque"""
_SCALE = 2
"""oversampling"""


def strand_atlas(seed: int, curl: float = 0.0) -> Array:
    """(SIZE, SIZE, 4) uint8, root at the top. `curl` 0 straight .. 1 bends the hairs in waves."""
    rng = np.random.default_rng(seed)
    light, alpha = (np.zeros((SIZE, SIZE), np.float32) for _ in range(2))
    width = SIZE // COLUMNS
    for column in range(COLUMNS):
        a, l = _column(rng, width, _HAIRS[column], _SOLID[column], curl)
        alpha[:, column * width:(column + 1) * width] = a
        light[:, column * width:(column + 1) * width] = l
    return np.dstack([filled(light, alpha)] * 3 + [alpha]).clip(0, 255).astype(np.uint8)


def column_edges(columns: Array) -> Array:
    """(n, 2) u of the left and right edge of each column, a little inside so that filtering does not reach the next."""
    return np.stack([(columns + 0.03) / COLUMNS, (columns + 0.97) / COLUMNS], -1)


def _column(rng: np.random.Generator, width: int, hairs: int, solid: float, curl: float) -> tuple[Array, Array]:
    shape = (width * _SCALE, SIZE * _SCALE)
    cover, shade = Image.new('L', shape, 0), Image.new('L', shape, 0)
    draw_cover, draw_shade = ImageDraw.Draw(cover), ImageDraw.Draw(shade)
    lock = rng.normal(size=8) * 16
    for i in range(hairs):
        across = rng.random()
        outline = _hair(rng, width, hairs, curl, across)
        depth = i / hairs
        tone = int(np.clip(118 + 84 * depth + lock[int(across * 8) % 8] + rng.normal() * 15, 70, 255))
        draw_cover.polygon(outline, fill=255)
        draw_shade.polygon(outline, fill=tone)
    size = (width, SIZE)
    alpha = np.asarray(cover.resize(size, Image.LANCZOS), np.float32)
    light = np.asarray(shade.resize(size, Image.LANCZOS), np.float32)
    light = np.where(alpha > 8, light / np.maximum(alpha / 255, 0.05), 0)
    core = _core(rng, width, solid)
    light = np.where(alpha > 40, light, np.where(core > 0, 105.0, light))
    return np.maximum(np.clip(alpha * 1.25, 0, 255), core), light


def _hair(rng: np.random.Generator, width: int, hairs: int, curl: float, across: float) -> list[tuple[float, float]]:
    """One hair's outline in oversampled pixels: thick at the root, thin at the tip; those at the edge are shorter."""
    edge = 1 - abs(2 * across - 1)
    length = SIZE * np.clip((0.66 + 0.33 * edge ** 0.5) * (0.86 + 0.16 * rng.random()), 0.3, 0.99)
    s = np.linspace(0, 1, 20)
    start = SIZE * (0.03 if hairs < 100 else 0.010) * rng.random()
    sway = rng.normal() * 2.4 * np.sin(rng.random() * 6 + 3.2 * s) * s
    waves = curl * 5 * np.sin(2 * np.pi * (1.5 * s + rng.random() * 0.3)) * np.minimum(1, 3 * s)
    x = 3 + across * (width - 6) + sway + waves + (width / 2 - across * width) * 0.30 * s ** 2.2
    # About a texel wide to the end: what is thinner breaks into dots in mipmaps.
    half = (0.95 if hairs > 100 else 0.85) * (1 - 0.60 * s ** 1.6) + 0.12
    y = start + s * (length - start)
    right = np.c_[x + half, y] * _SCALE
    left = np.c_[x - half, y][::-1] * _SCALE
    return [tuple(p) for p in np.vstack([right, left])]


def _core(rng: np.random.Generator, width: int, solid: float) -> Array:
    """The opaque middle under the hairs, with a ragged end and sides that draw in."""
    if solid <= 0:
        return np.zeros((SIZE, width), np.float32)
    ragged = gaussian_filter(rng.normal(size=width), 1.5)
    end = solid + 0.05 * ragged / ragged.std()
    row, across = np.arange(SIZE)[:, None] / SIZE, np.abs(np.linspace(-1, 1, width))[None]
    begin = 0.003 + 0.008 * np.abs(gaussian_filter(rng.normal(size=width), 1.2) * 2)
    inside = np.minimum((end[None] - row) * SIZE / 10, (0.92 - 0.30 * row - across) * width / 5)
    inside = np.minimum(inside, (row - begin[None]) * SIZE / 4)
    return (np.clip(inside, 0, 1) * 255).astype(np.float32)


def filled(light: Array, alpha: Array) -> Array:
    """`light` with the nearest hairs' shade where nothing is drawn, so that mipmaps do not bleed black."""
    result = light.copy()
    for sigma in (2, 6, 20):
        weight = gaussian_filter((alpha > 40).astype(np.float32), sigma)
        spread = gaussian_filter(np.where(alpha > 40, light, 0), sigma) / np.maximum(weight, 1e-4)
        result = np.where((alpha <= 40) & (result < 1) & (weight > 1e-3), spread, result)
    return np.where(result < 1, light[alpha > 40].mean(), result)
