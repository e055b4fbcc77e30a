"""
The body of a person: base mesh, identity, arms lowered, origin between the eyes, the face subdivided, the lips sealed, the
52 shapes. Everything else (eyes, teeth, hair, clothes, paint) is made to measure from this. Metres; x to the person's left.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .identity import lower_arms, mixed_identity
from .lips import close_lips
from .meshes import Array, catmull_clark, compact, triangles, vertex_normals
from .people import Person
from .shapes import natural_shapes
from .source import Base, Source
from .stylise import Bend

BUST_CUT = -0.275
"""height below the eyes where the body ends, metres"""
ARM_CUT = 0.155
"""half the width of what is kept of the body"""
EYE_DEPTH = 0.062
"""how far the origin lies behind the middles of the eyeballs"""


@dataclass(frozen=True)
class Eye:
    centre: Array
    radius: float


@dataclass(frozen=True)
class Helper:
    """A helper mesh of the source data: tights, upper-teeth, lower-teeth, tongue, l-eyelashes-1 (lower), -2 (upper) and so on."""

    positions: Array
    polygons: list[tuple[int, ...]]
    morphs: dict[str, Array]


@dataclass(frozen=True)
class Landmarks:
    lips: Array
    """middle of the closed lips"""
    lip_half_width: float
    nose: Array
    """tip"""
    chin: Array
    crown: float
    """height of the top of the skull"""
    neck: Array
    """joint between chest and neck"""
    head: Array
    """joint between neck and skull"""


@dataclass(frozen=True)
class Body:
    positions: Array
    """(n, 3) of the skin, head to bust, with the mouth's lining"""
    faces: Array
    """(m, 3)"""
    normals: Array
    """(n, 3)"""
    corner_uv: Array
    """(m, 3, 2) in the stock layout, the one that `masks` were drawn in"""
    cavity: Array
    """(m,) bool: faces of the mouth's lining"""
    morphs: dict[str, Array]
    """(n, 3) each, by ARKit name"""
    masks: dict[str, Array]
    """(n,) 0..1: lips, eyelids, ears"""
    helpers: dict[str, Helper]
    eyes: dict[str, Eye]
    """Left, Right"""
    landmarks: Landmarks


def build_body(source: Source, person: Person) -> Body:
    base = source.base()
    count = len(base.positions)
    places = mixed_identity(source, base, person.identity)
    places = lower_arms(source, base, places)
    places = places - _origin(base, places)
    shapes = source.shapes(count)
    if person.stylise:
        bend = Bend(person.stylise, _eyes(base, places), _landmarks(base, places, _lip_vertices(source, base)))
        bent = bend(places)
        shapes = {name: bend(places + move) - bent for name, move in shapes.items()}
        places = bent
    return _assemble(source, base, person, places, shapes)


def _assemble(source: Source, base: Base, person: Person, places: Array, shapes: dict[str, Array]) -> Body:
    polygons = [p for p in base.groups['body']
                if all(places[v][1] > BUST_CUT and abs(places[v][0]) < ARM_CUT for v, _ in p)]
    cut = catmull_clark(len(places), [tuple(v for v, _ in p) for p in polygons], _worth_splitting(base, places, polygons))
    fine = cut(places)
    masks = {name: _vertex_mask(source.mask(name), base, polygons, cut, len(fine)) for name in ('lips', 'eyelids', 'ears')}
    faces, uv = _triangulate(base, polygons, cut)
    moves = {name: cut(move) for name, move in shapes.items()}
    used, faces = compact(faces)
    fine, masks = fine[used], {name: mask[used] for name, mask in masks.items()}
    moves = {name: move[used] for name, move in moves.items()}
    middle = uv.mean(1)
    cavity = (middle[:, 0] > .74) & (middle[:, 0] < .94) & (middle[:, 1] < .145)
    eyes, marks = _eyes(base, places), _landmarks(base, places, _lip_vertices(source, base))
    masks['lips'] = masks['lips'] * mouth_region(marks, fine)
    fine = close_lips(fine, faces, cavity, masks['lips'])
    for name, weight in person.rest.items():
        fine = fine + weight * moves[name]
    fine = close_lips(fine, faces, cavity, masks['lips'])
    moves = natural_shapes(fine, faces, cavity, moves, masks, marks, person.mouth)
    helpers = {g.removeprefix('helper-'): _helper(base, g, places, shapes, person.rest)
               for g in base.groups if g.startswith('helper-')}
    return Body(fine, faces, vertex_normals(fine, faces), uv, cavity, moves, masks, helpers, eyes, marks)


def mouth_region(marks: Landmarks, places: Array) -> Array:
    """0 or 1 for places (..., 3): where lips can be. The stock mask has strays on the throat and along its seams."""
    offset = np.abs(places - marks.lips)
    return ((offset[..., 0] < marks.lip_half_width * 1.25) & (offset[..., 1] < .024) & (offset[..., 2] < .035)).astype(float)


def _origin(base: Base, places: Array) -> Array:
    left, right = (places[base.vertices(f'helper-{side}-eye')].mean(0) for side in 'lr')
    return np.array([0, (left[1] + right[1]) / 2, left[2] - EYE_DEPTH])


def _worth_splitting(base: Base, places: Array, polygons) -> Array:
    """The front of the face with lips, lids and ears: what is looked at and what moves."""
    middle = np.array([places[[v for v, _ in p]].mean(0) for p in polygons])
    uv = np.array([base.uv[[t for _, t in p]].mean(0) for p in polygons])
    lining = (uv[:, 0] > .74) & (uv[:, 0] < .94) & (uv[:, 1] < .145)
    face = (middle[:, 1] > -.135) & (middle[:, 1] < .06) & (middle[:, 2] > -.015)
    ears = (np.abs(middle[:, 0]) > .062) & (np.abs(middle[:, 1] + .010) < .052) & (middle[:, 2] > -.050)
    return (face | ears) & ~lining


def _triangulate(base: Base, polygons, cut) -> tuple[Array, Array]:
    uv_polygons = []
    for parent, corners in zip(cut.parents, cut.corners):
        old = base.uv[[t for _, t in polygons[parent]]]
        uv_polygons.append(np.array([old[list(sources)].mean(0) for sources in corners]))
    faces, uv = [], []
    for ring, ring_uv in zip(cut.polygons, uv_polygons):
        for i in range(1, len(ring) - 1):
            faces.append((ring[0], ring[i], ring[i + 1]))
            uv.append(ring_uv[[0, i, i + 1]])
    return np.array(faces), np.array(uv)


def _vertex_mask(mask: Array, base: Base, polygons, cut, count: int) -> Array:
    """A mask's value at each vertex of the subdivided mesh."""
    result = np.zeros(count)
    height, width = mask.shape
    for ring, parent, corners in zip(cut.polygons, cut.parents, cut.corners):
        old = base.uv[[t for _, t in polygons[parent]]]
        for vertex, sources in zip(ring, corners):
            u, v = old[list(sources)].mean(0)
            result[vertex] = mask[min(max(int((1 - v) * height), 0), height - 1), min(max(int(u * width), 0), width - 1)]
    return result


def _helper(base: Base, group: str, places: Array, shapes: dict[str, Array], rest: dict[str, float]) -> Helper:
    numbers = base.vertices(group)
    renumber = {v: i for i, v in enumerate(numbers)}
    polygons = [tuple(renumber[v] for v, _ in p) for p in base.groups[group]]
    moves = {name: move[numbers] for name, move in shapes.items() if np.abs(move[numbers]).max() > 1e-6}
    still = places[numbers] + sum(weight * moves[name] for name, weight in rest.items() if name in moves)
    return Helper(still, polygons, moves)


def _eyes(base: Base, places: Array) -> dict[str, Eye]:
    return {name: _fit_sphere(places[base.vertices(f'helper-{side}-eye')]) for name, side in (('Left', 'l'), ('Right', 'r'))}


def _fit_sphere(points: Array) -> Eye:
    """Least squares: |p|^2 = 2 c.p + (r^2 - |c|^2)."""
    system = np.c_[2 * points, np.ones(len(points))]
    solution = np.linalg.lstsq(system, (points ** 2).sum(1), rcond=None)[0]
    # Rounded to a nanometre: the last digits of least squares differ from processor to processor, and with them the file.
    centre = solution[:3].round(9)
    return Eye(centre, round(float(np.sqrt(solution[3] + centre @ centre)), 9))


def _lip_vertices(source: Source, base: Base) -> Array:
    mask = source.mask('lips')
    height, width = mask.shape
    at = {v: t for p in base.groups['body'] for v, t in p}
    return np.array([v for v, t in at.items()
                     if mask[min(int((1 - base.uv[t, 1]) * height), height - 1), min(int(base.uv[t, 0] * width), width - 1)] > .5])


def _landmarks(base: Base, places: Array, lip_vertices: Array) -> Landmarks:
    lips = places[lip_vertices]
    body = places[base.vertices('body')]
    middle = (lips.max(0) + lips.min(0)) / 2
    nose_band = body[(np.abs(body[:, 0]) < .008) & (body[:, 1] < 0) & (body[:, 1] > middle[1])]
    chin_band = body[(np.abs(body[:, 0]) < .008) & (body[:, 1] < middle[1] - .015) & (body[:, 1] > middle[1] - .05)]
    neck = places[base.vertices('joint-neck')].mean(0)
    return Landmarks(
        lips=middle, lip_half_width=float(lips[:, 0].max()), nose=nose_band[nose_band[:, 2].argmax()],
        chin=chin_band[chin_band[:, 2].argmax()], crown=float(body[:, 1].max()), neck=neck,
        head=np.array([0, neck[1] + .052, neck[2] + .018]))
