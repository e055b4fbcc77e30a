"""
Unwraps the skin and tells each texel of its texture where on the body it lies. The layout is a cylinder about the neck with
more room for the front: the stock one gives eyes and lips a few dozen pixels.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.ndimage as ndimage
from scipy.spatial import cKDTree

from .body import Body
from .meshes import Array

AXIS_Z = -.005
TOP, BOTTOM = .135, -.175
FRONT_POWER = .82
"""below 1: the face gets more of the width than the back of the head"""


@dataclass(frozen=True)
class Unwrapped:
    """Vertices of the body repeated where the texture has a seam."""

    vertices: Array
    """(k,) numbers of the body's vertices"""
    uv: Array
    """(k, 2), v upwards"""
    source_uv: Array
    """(k, 2) in the stock layout"""
    skin: Array
    """(m, 3) faces of the skin"""
    lining: Array
    """(j, 3) faces of the mouth's lining"""


@dataclass(frozen=True)
class Texels:
    """(size, size, ...) what lies at each texel; rows from the top."""

    size: int
    place: Array
    normal: Array
    source_uv: Array
    openness: Array
    """0 in a crease .. 1 in the open: what ambient light reaches"""
    covered: Array
    """bool: whether any skin lies there"""

    def sample(self, mask: Array) -> Array:
        """A mask in the stock layout at each texel."""
        height, width = mask.shape
        rows, cols = (1 - self.source_uv[..., 1]) * height - .5, self.source_uv[..., 0] * width - .5
        return ndimage.map_coordinates(mask, [rows, cols], order=1, mode='nearest')

    def blur(self, image: Array, metres: float) -> Array:
        """Blurs by about so much on the face."""
        return ndimage.gaussian_filter(image, metres * self.size / .44)

    def blob(self, centre, radii) -> Array:
        """A soft ellipsoid, 1 in its middle."""
        offset = (self.place - np.asarray(centre, 'f4')) / np.asarray(radii, 'f4')
        return np.exp(-(offset ** 2).sum(-1))

    def pair(self, centre, radii) -> Array:
        """Two blobs, one each side."""
        x, y, z = centre
        return self.blob((x, y, z), radii) + self.blob((-x, y, z), radii)

    def noise(self, per_metre: float, seed: int) -> Array:
        """Smooth noise in space, standard deviation 1, about `per_metre` grains a metre."""
        grid = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(64, 64, 64)).astype('f4'), 1, mode='wrap')
        return ndimage.map_coordinates(grid / grid.std(), [(self.place[..., i] * per_metre) % 64 for i in range(3)],
                                       order=1, mode='grid-wrap')

    def grain(self, texels: float, seed: int) -> Array:
        """Noise in the texture's plane, standard deviation 1, grains of so many texels at a size of 1024."""
        grid = np.random.default_rng(seed).normal(size=(self.size, self.size)).astype('f4')
        grid = ndimage.gaussian_filter(grid, texels * self.size / 1024)
        return grid / grid.std()

    def spread(self, image: Array) -> Array:
        """Carries colours over the seams' rims, so that filtering finds none of the background."""
        rows, cols = ndimage.distance_transform_edt(~self.covered, return_distances=False, return_indices=True)
        return image[rows, cols]

    def near(self, points: Array, reach: float) -> Array:
        """Distance to the nearest of `points` (k, 3), infinite beyond `reach`."""
        box = ((self.place > points.min(0) - reach) & (self.place < points.max(0) + reach)).all(-1)
        result = np.full(box.shape, np.inf, 'f4')
        result[box] = cKDTree(points).query(self.place[box])[0]
        return result

    @property
    def halved(self) -> 'Texels':
        """Every other texel."""
        parts = (self.place, self.normal, self.source_uv, self.openness, self.covered)
        return Texels(self.size // 2, *(part[::2, ::2] for part in parts))


def unwrap(body: Body) -> Unwrapped:
    places = body.positions
    angle = np.arctan2(places[:, 0], places[:, 2] - AXIS_Z)[body.faces]
    corners = places[body.faces]
    # Faces over the seam at the back take the angle of the side they mostly lie on.
    side = np.sign(corners[..., 0].mean(1))
    over = (corners[..., 2].mean(1) < AXIS_Z)[:, None] & (np.sign(angle) != side[:, None]) & (np.abs(angle) > 1.6)
    angle[over] = (np.pi * side[:, None] * np.ones(3))[over]
    u = .5 + .5 * np.sign(angle) * (np.abs(angle) / np.pi) ** FRONT_POWER
    v = np.clip((corners[..., 1] - BOTTOM) / (TOP - BOTTOM), .001, .999)
    uv = np.stack([u, v], -1)
    key = np.c_[body.faces.reshape(-1), np.round(uv.reshape(-1, 2) * 20000).astype(int), body.cavity.repeat(3)]
    _, first, faces = np.unique(key, axis=0, return_index=True, return_inverse=True)
    faces = faces.reshape(-1, 3)
    return Unwrapped(body.faces.reshape(-1)[first], uv.reshape(-1, 2)[first], body.corner_uv.reshape(-1, 2)[first],
                     faces[~body.cavity], faces[body.cavity])


def rasterise(body: Body, sheet: Unwrapped, openness: Array, size: int) -> Texels:
    """`openness` (n,) per vertex of the body."""
    place, normal = body.positions[sheet.vertices], body.normals[sheet.vertices]
    values = np.c_[place, normal, sheet.source_uv, openness[sheet.vertices]].astype('f4')
    # Where the cylinder folds (ears, nostrils, below the chin), what lies further out wins.
    reach = np.hypot(place[:, 0], place[:, 2] - AXIS_Z) + .03 * normal[:, 2] * (place[:, 2] > 0)
    image, depth = np.zeros((size, size, values.shape[1]), 'f4'), np.full((size, size), -np.inf, 'f4')
    pixels = np.c_[sheet.uv[:, 0] * size - .5, (1 - sheet.uv[:, 1]) * size - .5]
    for face in sheet.skin:
        _draw(image, depth, pixels[face], values[face], reach[face])
    return Texels(size, image[..., :3], image[..., 3:6], image[..., 6:8], image[..., 8], np.isfinite(depth))


def _draw(image: Array, depth: Array, corners: Array, values: Array, reach: Array) -> None:
    """One triangle, a little larger than it is, so that neighbours leave no gaps."""
    size = len(image)
    low = np.clip(np.floor(corners.min(0)).astype(int) - 1, 0, size - 1)
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 0, size - 1)
    (x0, y0), (x1, y1), (x2, y2) = corners
    area = (y1 - y2) * (x0 - x2) + (x2 - x1) * (y0 - y2)
    if high[0] - low[0] > size / 2 or abs(area) < 1e-9:
        return
    x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
    a = ((y1 - y2) * (x - x2) + (x2 - x1) * (y - y2)) / area
    b = ((y2 - y0) * (x - x2) + (x0 - x2) * (y - y2)) / area
    shares = np.stack([a, b, 1 - a - b], -1)
    longest = np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1).max()
    inside = (shares > -min(.75 * longest / abs(area), .6)).all(-1)
    rows, cols, shares = y[inside], x[inside], shares[inside]
    nearer = shares @ reach > depth[rows, cols]
    rows, cols, shares = rows[nearer], cols[nearer], shares[nearer]
    depth[rows, cols] = shares @ reach
    image[rows, cols] = shares @ values
