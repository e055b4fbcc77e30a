"""Two rows of teeth with gums, along the arches of the source data's plain helpers. Sizes in metres."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import ConvexHull

from .body import Body
from .meshes import Array, Mesh, merge, vertex_normals
from .people import Person

UPPER_WIDTHS = np.array([.0086, .0066, .0076, .0070, .0070, .0100, .0100])
UPPER_HEIGHTS = np.array([.0100, .0088, .0096, .0080, .0075, .0068, .0060])
LOWER_WIDTHS = np.array([.0056, .0062, .0070, .0070, .0070, .0100, .0100])
LOWER_HEIGHTS = np.array([.0085, .0085, .0092, .0080, .0075, .0068, .0060])
"""from the middle outwards"""
UPPER_SHOWS = .0022
"""the upper incisors' edges hang so far below the seam of the closed lips"""
OVERBITE = .0012
"""the lower incisors' edges reach so far above those of the upper ones, behind them"""
LOWER_BEHIND = .0030
ARCH_WIDTH = .92
CURVE = .0016
"""the molars' edges stand so much higher (lower row: lower) than the incisors'"""
FACE_COLUMNS, FACE_ROWS = 9, 12
GUM_ROWS = 8


@dataclass(frozen=True)
class Row:
    upper: bool
    x: PchipInterpolator
    z: PchipInterpolator
    length: float
    """of half the arch"""
    edge: float
    """height of the incisors' edges"""
    tint: Array
    size: float
    """of the crowns and gums, against an average person's"""

    @property
    def up(self) -> int:
        """Which way the roots point."""
        return 1 if self.upper else -1

    def frame(self, s: Array) -> tuple[Array, Array, Array]:
        """Places (k, 2) in x and z at lengths `s` along the arch, directions along it and outwards."""
        step = .0004
        place = np.c_[self.x(s), self.z(s)]
        along = np.c_[self.x(s + step) - self.x(np.maximum(s - step, 0)), self.z(s + step) - self.z(np.maximum(s - step, 0))]
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        return place, along, np.c_[-along[:, 1], along[:, 0]]

    def edge_at(self, s: Array) -> Array:
        return self.edge + self.up * CURVE * np.clip(s / self.length, 0, 1) ** 1.6


def teeth(body: Body, person: Person) -> Mesh:
    """Both rows in one mesh; the lower one follows the jaw."""
    seam = body.landmarks.lips[1]
    back, tint = person.mouth.teeth_back / 1000, person.mouth.teeth_colour.linear
    edge = seam - UPPER_SHOWS + person.mouth.teeth_up / 1000
    size = person.mouth.teeth_size
    upper = _row(body, 'upper-teeth', edge, back, tint, size)
    lower = _row(body, 'lower-teeth', edge + OVERBITE, back + LOWER_BEHIND, tint * .94, size)
    return merge([_mesh(upper, {}), _mesh(lower, _jaw_maps(body))], 'Teeth')


def _row(body: Body, group: str, edge: float, back: float, tint: Array, size: float) -> Row:
    points = body.helpers[group].positions * [ARCH_WIDTH, 1, 1] - [0, 0, back]
    hull = points[ConvexHull(points[:, [0, 2]]).vertices]
    hull = hull[hull[:, 0] > -1e-5]
    hull = hull[np.argsort(-hull[:, 2])][:, [0, 2]]
    hull[0, 0] = 0
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(hull, axis=0), axis=1))]
    length, unique = np.unique(length, return_index=True)
    return Row(group == 'upper-teeth', PchipInterpolator(length, hull[unique, 0]), PchipInterpolator(length, hull[unique, 1]),
               float(length[-1]), edge, tint, size)


def _mesh(row: Row, moves) -> Mesh:
    """`moves` gives displacement maps by shape: places (n, 3) to (n, 3)."""
    crowns, crown_faces, crown_colours = _crowns(row)
    gums, gum_faces, gum_colours = _gums(row)
    place, faces = np.vstack([crowns, gums]), np.vstack([crown_faces, gum_faces + len(crowns)])
    colours = np.vstack([crown_colours, gum_colours]) * _shade(row, place)
    return Mesh('Teeth', 'Teeth', place, vertex_normals(place, faces), faces, None, colours,
                {name: move(place) for name, move in moves.items()})


def _shade(row: Row, place: Array) -> Array:
    """Less light reaches the back of the mouth, and what does has been thrown back by gums and cheeks: it is warm, not grey."""
    depth = np.clip((place[:, 2:] - (row.z(0) - .030)) / .028, .30, 1)
    return depth ** np.array([1.05, 1.60, 1.75])


def _crowns(row: Row) -> tuple[Array, Array, Array]:
    widths, heights = (UPPER_WIDTHS, UPPER_HEIGHTS) if row.upper else (LOWER_WIDTHS, LOWER_HEIGHTS)
    widths, heights = widths * min(row.length / widths.sum() * .97, 1.12), heights * row.size
    starts = np.r_[0, np.cumsum(widths)[:-1]]
    places, faces, colours = [], [], []
    grid = _grid(FACE_ROWS, FACE_COLUMNS)
    for side in (1, -1):
        for start, width, height in zip(starts, widths, heights):
            faces.append((grid if (side > 0) != row.upper else grid[:, ::-1]) + len(places) * FACE_ROWS * FACE_COLUMNS)
            crown, colour = _crown(row, start + width / 2, width, height)
            places.append(crown * [side, 1, 1])
            colours.append(colour)
    return np.vstack(places), np.vstack(faces), np.vstack(colours)


def _crown(row: Row, at: float, width: float, height: float) -> tuple[Array, Array]:
    """One tooth: its front, over the edge, and down its back. `y` is 0 at the gum and 1 at the edge."""
    t = np.linspace(0, 1, FACE_ROWS)[:, None]
    u = np.linspace(-1, 1, FACE_COLUMNS)[None]
    front = np.clip(t / .62, 0, 1)
    behind = np.clip((t - .62) / .38, 0, 1)
    y = np.where(t < .62, front, 1 - .62 * np.clip((behind - .2) / .8, 0, 1))
    out = np.where(t < .62, .0011 * np.sin(front * np.pi * .9), -.0048 * np.clip(behind * 2.0, 0, 1))
    out = out - .0014 * np.abs(u) ** 3.5
    half = width * .5 * (.88 + .12 * np.sin(np.clip(y * 1.15, 0, 1) * np.pi / 2)) * 1.005
    place, along, outward = row.frame(np.array([at]))
    flat = place + along * (u * half)[..., None] + outward * out[..., None]
    corner = .0007 * np.abs(u) ** 4 * np.clip((y - .7) / .3, 0, 1)
    level = row.edge_at(np.array([at])) + row.up * (height * (1 - y) + corner)
    colour = row.tint * (1 - .10 * (1 - y) - .16 * np.abs(u) ** 8 + .03 * y)[..., None] * [1, 1 - .02, 1 - .05]
    warm = 1 - .22 * np.clip(at / row.length - .3, 0, 1)
    return np.stack(np.broadcast_arrays(flat[..., 0], level, flat[..., 1]), -1).reshape(-1, 3), (colour * warm).reshape(-1, 3)


GUM_COLOUR = np.array([.42, .13, .125])
PALATE_COLOUR = np.array([.16, .045, .045])


def _gums(row: Row) -> tuple[Array, Array, Array]:
    """A band over the roots, scalloped between the teeth, closed to the back so that nothing shows through the row."""
    s = np.linspace(-row.length, row.length, 97) * .99
    place, _, outward = row.frame(np.abs(s))
    height = (.0083 if row.upper else .0074) * row.size
    foot = row.edge_at(np.abs(s)) + row.up * height
    rows = [(-.0050, -height * .80, PALATE_COLOUR), (-.0040, 0, PALATE_COLOUR), (-.0008, -.0002, GUM_COLOUR * .7),
            (.0004, .0006, GUM_COLOUR), (.0013, .0026, GUM_COLOUR), (.0012, .0060, GUM_COLOUR), (.0002, .0095, GUM_COLOUR * .8),
            (-.0030, .0115, PALATE_COLOUR)]
    side = np.where(s < 0, -1., 1.)
    points = [np.c_[side * (place + outward * out)[:, 0], foot + row.up * level * row.size, (place + outward * out)[:, 1]]
              for out, level, _ in rows]
    grid = _grid(GUM_ROWS, len(s))
    colours = np.vstack([np.tile(colour, (len(s), 1)) for _, _, colour in rows])
    return np.vstack(points), grid if row.upper else grid[:, ::-1], colours


def _grid(rows: int, cols: int) -> Array:
    number = np.arange(rows * cols).reshape(rows, cols)
    a, b, c, d = number[:-1, :-1].ravel(), number[:-1, 1:].ravel(), number[1:, :-1].ravel(), number[1:, 1:].ravel()
    return np.vstack([np.c_[a, b, c], np.c_[b, d, c]])


def _jaw_maps(body: Body) -> dict:
    """The jaw is rigid: the best affine map of the source's lower teeth stands for each of its shapes."""
    helper = body.helpers['lower-teeth']
    system = np.c_[helper.positions, np.ones(len(helper.positions))]
    result = {}
    for name in ('jawOpen', 'jawForward', 'jawLeft', 'jawRight'):
        fit = np.linalg.lstsq(system, helper.morphs[name], rcond=None)[0]
        result[name] = lambda place, fit=fit: np.c_[place, np.ones(len(place))] @ fit
    return result


def teeth_material() -> dict:
    # Cheeks and lips are mirrored in teeth, not the sky that a renderer shows them: little of it may be seen.
    return dict(doubleSided=True, pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.26),
                extensions=dict(KHR_materials_specular=dict(specularFactor=.35)))
