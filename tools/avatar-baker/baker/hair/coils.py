"""
Short tightly curled hair: domed tufts of coils in layers over a dark cap. Options: length (metres, on top), sides (share of
it there), size (of a tuft, metres), density.
"""
from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from ..meshes import Array, Mesh, unit
from .atlas import filled
from .edge import edge_roots
from .look import Grown, Look
from .shell import cap
from .skull import Skull

SIZE, CELLS = 512, 2
"""of the texture, pixels; cells on an edge, one tuft in each"""
GRID = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)], float)
RINGS = [(0, 1, 4), (0, 4, 3), (1, 2, 5), (1, 5, 4), (3, 4, 7), (3, 7, 6), (4, 5, 8), (4, 8, 7)]
SOLID_SPOT = (0.25, 0.75)
"""(u, v) inside the first tuft's opaque core"""
OPTIONS = frozenset(('length', 'sides', 'size', 'density', 'contrast'))


def coils(skull: Skull, look: Look) -> Grown:
    rng, size = look.rng, look.option('size', 0.0105)
    height = lambda places: _height(skull, look, places)
    under = cap(skull, lambda p: height(p) * 0.80, lambda p: look.greyed(np.tile(look.root * 0.5, (len(p), 1, 1)))[:, 0], SOLID_SPOT)
    solid, spacing = [under], 0.70 * size / np.sqrt(look.option('density', 1.0))
    for level, shade in ((0.80, 0.75), (0.97, 1.0)):
        roots = skull.roots(rng, spacing, inset=0.003)
        solid.append(_tufts(skull, look, roots, height(roots) * level, size, shade, 'Hair'))
    rim = edge_roots(skull, rng, 0.0036, lambda p: p[:, 1] > -1, (0.0005, 0.008))
    soft = _tufts(skull, look, rim, height(rim) * 0.5 + 0.0004, size * 0.75, 0.6, 'HairSoft', opacity=0.38)
    return Grown(solid, [soft], coil_texture(9), strands=False, roughness=0.75, shine=0.35)


def _height(skull: Skull, look: Look, places: Array) -> Array:
    """How far from the skin the outside of the hair is (n,): rounded towards the hairline, longer on top."""
    rise = np.clip((skull.scalp(places) + 0.001) / 0.030, 0, 1)
    top = np.clip((places[:, 1] - 0.02) / 0.06, 0, 1)
    sides = look.option('sides', 0.55)
    lumps = 1 + 0.10 * np.sin(places @ np.array([210, 170, 130]) + np.sin(places @ np.array([90, -150, 200])) * 2)
    return look.option('length', 0.020) * np.sqrt(rise) * (sides + (1 - sides) * top) * lumps


def _tufts(skull: Skull, look: Look, roots: Array, height: Array, size: float, shade: float, material: str,
           opacity: float | None = None) -> Mesh:
    rng, count = look.rng, len(roots)
    _, skin = skull.distance(roots)
    form = unit(skin + 0.35 * unit(roots - [0, 0.02, -0.005]))
    facing = unit(form + rng.normal(size=(count, 3)) * 0.20)
    side = unit(np.cross(facing, rng.normal(size=(count, 3))))
    up = np.cross(facing, side)
    half = size * 0.62 * rng.uniform(0.75, 1.3, count) * np.clip(0.45 + skull.scalp(roots) / 0.02, 0.45, 1)
    middle = roots + skin * height[:, None]
    x, y = GRID.T[:, None, :, None]
    dome = (0.42 * (1 - (x ** 2 + y ** 2) / 2)) - 0.10
    places = middle[:, None] + half[:, None, None] * (side[:, None] * x + up[:, None] * y + facing[:, None] * dome)
    normals = unit(form[:, None] + 0.55 * (side[:, None] * x + up[:, None] * y))
    cell = rng.integers(0, CELLS * CELLS, count)
    corner = np.stack([cell % CELLS, cell // CELLS], -1)[:, None]
    uv = (corner + 0.5 + 0.47 * np.stack(np.broadcast_arrays(x[..., 0], y[..., 0]), -1)) / CELLS
    tone = look.tones(count) * shade
    rim = 1 - 0.25 * (x[..., 0] ** 2 + y[..., 0] ** 2) / 2
    colour = look.greyed((look.root + (look.tip - look.root) * shade) * (tone[:, None] * rim)[..., None])
    if opacity is not None:
        colour = np.concatenate([colour, np.full((*colour.shape[:2], 1), opacity)], -1)
    faces = (np.arange(count)[:, None, None] * len(GRID) + np.array(RINGS)[None]).reshape(-1, 3)
    return Mesh(material, material, places.reshape(-1, 3), normals.reshape(-1, 3), faces, uv.reshape(-1, 2),
                colour.reshape(-1, colour.shape[-1]))


def coil_texture(seed: int) -> Array:
    """(SIZE, SIZE, 4) uint8: tufts of coils, dense in the middle, loose at the rim."""
    rng, cell = np.random.default_rng(seed), SIZE // CELLS
    light, alpha = np.zeros((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE), np.float32)
    for row in range(CELLS):
        for column in range(CELLS):
            place = np.s_[row * cell:(row + 1) * cell, column * cell:(column + 1) * cell]
            light[place], alpha[place] = _tuft(rng, cell)
    return np.dstack([filled(light, alpha)] * 3 + [alpha]).clip(0, 255).astype(np.uint8)


def _tuft(rng: np.random.Generator, cell: int) -> tuple[Array, Array]:
    cover, shade = Image.new('L', (cell, cell), 0), Image.new('L', (cell, cell), 0)
    draw_cover, draw_shade = ImageDraw.Draw(cover), ImageDraw.Draw(shade)
    for i in range(110):
        away = cell * 0.36 * rng.random() ** 0.5
        turn = rng.uniform(0, 2 * np.pi)
        middle = cell / 2 + away * np.array([np.cos(turn), np.sin(turn)])
        s = np.linspace(0, 1, 28)
        angle, radius = rng.uniform(0, 6.28) + s * rng.uniform(5, 11), rng.uniform(0.05, 0.085) * cell * (1 - 0.25 * s)
        drift = rng.normal(size=2) * cell * 0.05
        path = middle + s[:, None] * drift + radius[:, None] * np.c_[np.cos(angle), np.sin(angle) * rng.uniform(0.6, 1)]
        path = [tuple(p) for p in np.clip(path, 3, cell - 3)]
        tone = int(np.clip(112 + 80 * i / 110 + rng.normal() * 18, 60, 255))
        draw_cover.line(path, fill=255, width=6, joint='curve')
        draw_shade.line(path, fill=tone, width=6, joint='curve')
        draw_shade.line(path, fill=min(255, tone + 25), width=2, joint='curve')
    x, y = np.meshgrid(np.linspace(-1, 1, cell), np.linspace(-1, 1, cell))
    core = np.clip((0.52 + 0.05 * np.sin(7 * np.arctan2(y, x)) - np.hypot(x, y)) * 12, 0, 1) * 255
    alpha = gaussian_filter(np.asarray(cover, np.float32), 0.8)
    light = gaussian_filter(np.asarray(shade, np.float32), 0.6)
    return np.where(alpha > 40, light, np.where(core > 0, 118.0, light)), np.maximum(alpha, core)
