"""
Textures of cloth: the sheet that the panels lie on (shade of folds, seams, stitches, ribs) and small normal maps of the
weave, which repeat over it and fade to flat in mipmaps, so that no moire is seen.
"""
from __future__ import annotations

import numpy as np
from PIL import Image
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter

from ..meshes import Array
from .panels import SHEET, Panel

SIZE = (2048, 704)
"""of the sheet's texture, pixels"""
STRIP = 0.09
"""metres at the bottom of the texture that hold ribbing for collars"""
HEIGHT = SHEET[1] + STRIP
"""metres of cloth that the texture is high; it is SHEET[0] wide"""
TILE = 128


def sheet_uv(flat: Array) -> Array:
    """Metres on the sheet to texture coordinates, above the strip of ribs."""
    return np.stack([flat[:, 0] / SHEET[0], (STRIP + flat[:, 1]) / HEIGHT], -1)


def rib_uv(along: Array, up: Array) -> Array:
    """Places on a band: metres along and across it. The strip repeats sideways; a band too broad for it is squeezed."""
    room = 0.94 * STRIP
    squeeze = min(1.0, room / max(float(np.ptp(up)), 1e-9))
    return np.stack(np.broadcast_arrays(along / SHEET[0], (0.03 * STRIP + (up - up.min()) * squeeze) / HEIGHT), -1)


def paint_sheet(pieces: list[Panel], seams, seed: int, heather: float, ribs: float) -> Image.Image:
    """
    Grey shade of the cloth, RGB. `seams(places (n, 3)) -> [(distance (n,) in metres, stitched)]` gives the seams and hems.
    `heather` is how mottled the yarn is, `ribs` how deep the ribbing.
    """
    rng = np.random.default_rng(seed)
    width, height = SIZE
    noise = gaussian_filter(rng.normal(size=(height, width)), 1.0) * 1.8 + gaussian_filter(rng.normal(size=(height, width)), (1.0, 5)) * 2.2
    shade = 0.86 * (1 + heather * np.clip(noise, -2.5, 2.5))
    u, v = np.meshgrid((np.arange(width) + .5) / width, 1 - (np.arange(height) + .5) / height)
    strip = v < STRIP / HEIGHT
    for piece in pieces:
        values = np.c_[piece.positions, piece.depth]
        spread = LinearNDInterpolator(sheet_uv(piece.flat), values)(u, v)
        inside = np.isfinite(spread[..., 0]) & ~strip
        places, depth = spread[inside][:, :3], spread[inside][:, 3]
        shade[inside] *= _seams(places, seams(places), np.stack([u[inside] * SHEET[0], v[inside] * HEIGHT], -1)) * (1 + 55 * np.clip(depth, -0.004, 0.0012))
    stripes = 0.5 + 0.5 * np.cos(2 * np.pi * np.arange(width) / width * round(SHEET[0] / 0.0031))
    shade[strip] *= np.broadcast_to(1 - ribs * (1 - stripes[None] ** 0.6), shade.shape)[strip]
    return Image.fromarray((np.dstack([shade] * 3).clip(0, 1) * 255).round().astype('u1'))


def _seams(places: Array, seams, flat: Array) -> Array:
    """(n,) factors: a dark groove with a lit edge for each seam, and rows of stitches beside those that are stitched."""
    factor = np.ones(len(places))
    for distance, stitched in seams:
        factor *= 1 - 0.30 * np.exp(-(distance / 0.0009) ** 2) + 0.07 * np.exp(-((distance - 0.0024) / 0.0012) ** 2)
        if stitched:
            dash = np.clip(np.sin((flat[:, 0] + flat[:, 1]) * 2 * np.pi / 0.0052) * 2 + 0.8, 0, 1)
            factor *= 1 - 0.15 * dash * np.exp(-((np.abs(distance) - 0.0055) / 0.0006) ** 2)
    return factor


def weave(kind: str) -> tuple[Image.Image, float]:
    """A normal map that repeats, and the metres that it covers. Kinds: knit, plain, fleece."""
    y, x = np.meshgrid(np.arange(TILE) / TILE, np.arange(TILE) / TILE, indexing='ij')
    if kind == 'knit':
        height, size, depth = _knit(x, y), 0.0120, 3.0
    elif kind == 'plain':
        height, size, depth = _plain(x, y), 0.0100, 1.6
    else:
        noise = gaussian_filter(np.random.default_rng(3).normal(size=(TILE, TILE)), 2.2, mode='wrap')
        height, size, depth = noise / noise.std() * 0.25, 0.0220, 3.0
    gx = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) * depth
    gy = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) * depth
    normal = np.dstack([-gx, gy, np.ones_like(gx)])
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return Image.fromarray(((normal * .5 + .5) * 255).round().astype('u1')), size


def _knit(x: Array, y: Array, columns: int = 4, rows: int = 5) -> Array:
    """Stocking stitch: columns of V."""
    u, v = (x * columns) % 1, (y * rows) % 1
    aside = np.abs(u - 0.5) * 2
    loop = (v + 0.55 * aside) % 1
    return np.sin(np.pi * loop) ** 0.8 * np.sin(np.pi * np.clip(aside * 0.92 + 0.06, 0, 1)) ** 0.7


def _plain(x: Array, y: Array, threads: int = 12) -> Array:
    """Over one, under one."""
    u, v = x * threads, y * threads
    over = (np.floor(u) + np.floor(v)) % 2
    warp, weft = np.sin(np.pi * (u % 1)), np.sin(np.pi * (v % 1))
    return np.where(over > 0, warp * (0.6 + 0.4 * weft), weft * (0.6 + 0.4 * warp))
