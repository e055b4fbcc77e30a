"""Meshes and what is done to them: normals, subdivision, smoothing, clipping. Numpy only; knows nothing of faces."""
from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sparse

Array = np.ndarray


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh as a GLB has it. Lengths in metres."""

    name: str
    """Name of the mesh and of its node."""
    material: str
    """Name of the material: Skin, Hair, Cloth and so on."""
    positions: Array
    """(n, 3)"""
    normals: Array
    """(n, 3), unit length"""
    faces: Array
    """(m, 3) vertex numbers, anticlockwise seen from outside"""
    uv: Array | None = None
    """(n, 2), v upwards: the writer turns it over"""
    colours: Array | None = None
    """(n, 3) or (n, 4), linear, 0..1, factors on the material's colour"""
    morphs: dict[str, Array] = field(default_factory=dict)
    """displacements (n, 3) by ARKit name; what is missing does not move"""
    morph_normals: dict[str, Array] = field(default_factory=dict)
    """changes of the normals (n, 3), by ARKit name, all of `morphs` or none"""


def triangles(polygons: list[tuple[int, ...]]) -> Array:
    """(m, 3): polygons cut into fans from their first corner."""
    return np.array([(p[0], p[i], p[i + 1]) for p in polygons for i in range(1, len(p) - 1)], int)


def vertex_normals(positions: Array, faces: Array) -> Array:
    """(n, 3): face normals, weighted by area. Vertices without a face get zero."""
    corners = positions[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(positions)
    for k in range(3):
        np.add.at(normals, faces[:, k], across)
    return unit(normals)


def unit(vectors: Array) -> Array:
    """`vectors` (..., 3) at length 1; zero stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def compact(faces: Array) -> tuple[Array, Array]:
    """The vertices that `faces` use, in order, and the faces in numbers of those."""
    used, inverse = np.unique(faces, return_inverse=True)
    return used, inverse.reshape(faces.shape)


def merge(parts: list[Mesh], name: str) -> Mesh:
    """One mesh of several of one material; a shape that one part lacks leaves that part still."""
    offsets = np.cumsum([0, *(len(p.positions) for p in parts)])
    faces = np.vstack([p.faces + offset for p, offset in zip(parts, offsets)])
    names = sorted({key for p in parts for key in p.morphs})
    morphs = {key: np.vstack([p.morphs.get(key, np.zeros_like(p.positions)) for p in parts]) for key in names}
    pick = lambda get: None if get(parts[0]) is None else np.vstack([get(p) for p in parts])
    return Mesh(name, parts[0].material, pick(lambda p: p.positions), pick(lambda p: p.normals), faces,
                pick(lambda p: p.uv), pick(lambda p: p.colours), morphs)


def adjacency(count: int, faces: Array) -> sparse.csr_matrix:
    """(n, n), 1 where two vertices share an edge."""
    edges = np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    rows, cols = np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]]
    result = sparse.coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count)).tocsr()
    result.data[:] = 1
    return result


def smooth(values: Array, faces: Array, rounds: int, weight: Array | float = 0.5) -> Array:
    """
    Laplacian smoothing of anything given per vertex (n, k): places, displacements, colours. `weight` 0..1, one number or
    (n,), is how far a vertex goes to the mean of its neighbours in each round.
    """
    links = adjacency(len(values), faces)
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1)[:, None]
    share = np.broadcast_to(np.asarray(weight, float), (len(values),))[:, None]
    for _ in range(rounds):
        values = values + share * (links @ values / degree - values)
    return values


def clip(positions: Array, faces: Array, height: Array) -> tuple[Array, Array]:
    """The part of a mesh where `height` (n,) > 0, cut cleanly along zero. Returns positions (old ones first) and faces."""
    places, heights = list(positions), list(height)
    kept: list[tuple[int, int, int]] = []
    cuts: dict[tuple[int, int], int] = {}

    def cut(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in cuts:
            t = heights[a] / (heights[a] - heights[b])
            places.append(places[a] + (places[b] - places[a]) * t)
            heights.append(0.0)
            cuts[key] = len(places) - 1
        return cuts[key]

    for face in faces:
        inside = [heights[i] > 0 for i in face]
        if all(inside):
            kept.append(tuple(face))
        elif sum(inside) == 1:
            i, j, k = np.roll(face, -inside.index(True))
            kept.append((i, cut(i, j), cut(i, k)))
        elif sum(inside) == 2:
            i, j, k = np.roll(face, -inside.index(False))
            x, y = cut(i, j), cut(i, k)
            kept += [(x, j, k), (x, k, y)]
    return np.array(places), np.array(kept, int).reshape(-1, 3)


@dataclass(frozen=True)
class Subdivision:
    """One round of subdivision as a linear map, so that places and displacements go through the same one."""

    matrix: sparse.csr_matrix
    """(new n, old n)"""
    polygons: list[tuple[int, ...]]
    """of the new mesh"""
    corners: list[tuple[tuple[int, ...], ...]]
    """for each corner of each new polygon, the corners of the old polygon whose mean it is"""
    parents: list[int]
    """for each new polygon, the old one"""

    def __call__(self, values: Array) -> Array:
        return self.matrix @ values


def catmull_clark(count: int, polygons: list[tuple[int, ...]], chosen: Array | None = None) -> Subdivision:
    """
    Catmull and Clark's subdivision (Computer-Aided Design 10, 1978) of the `chosen` polygons, (m,) bool, all if left out.
    Vertices and edges on the rim of the chosen region stay where they are, and its neighbours take the new vertices of the
    rim in, so that no crack opens.
    """
    picked = np.ones(len(polygons), bool) if chosen is None else chosen
    rules = _Rules(count, polygons, picked)
    new: list[tuple[int, ...]] = []
    corners: list[tuple[tuple[int, ...], ...]] = []
    parents: list[int] = []
    for number, polygon in enumerate(polygons):
        for ring, sources in (rules.split(number, polygon) if picked[number] else [rules.keep(polygon)]):
            new.append(ring)
            corners.append(sources)
            parents.append(number)
    return Subdivision(rules.matrix(), new, corners, parents)


class _Rules:
    """Numbers of new vertices, and how each is made of old ones."""

    def __init__(self, count: int, polygons: list[tuple[int, ...]], picked: Array):
        self.rows: list[dict[int, float]] = [{i: 1.0} for i in range(count)]
        self.face_point: dict[int, int] = {}
        self.edge_point: dict[tuple[int, int], int] = {}
        faces_of: dict[tuple[int, int], list[int]] = {}
        total: dict[tuple[int, int], int] = {}
        for number, polygon in enumerate(polygons):
            for edge in _edges(polygon):
                total[edge] = total.get(edge, 0) + 1
                if picked[number]:
                    faces_of.setdefault(edge, []).append(number)
            if picked[number]:
                self.face_point[number] = self._add({v: 1 / len(polygon) for v in polygon})
        rim = {v for edge, around in faces_of.items() if len(around) < 2 for v in edge}
        for edge, around in faces_of.items():
            mean = [{edge[0]: 0.5, edge[1]: 0.5}]
            if len(around) == 2:
                mean = [{edge[0]: 1.0}, {edge[1]: 1.0}, *(self.rows[self.face_point[f]] for f in around)]
            self.edge_point[edge] = self._add(_mean(mean))
        self._move_vertices(polygons, faces_of, rim)

    def _add(self, row: dict[int, float]) -> int:
        self.rows.append(row)
        return len(self.rows) - 1

    def _move_vertices(self, polygons, faces_of, rim) -> None:
        faces_at: dict[int, list[int]] = {}
        edges_at: dict[int, list[tuple[int, int]]] = {}
        for number in self.face_point:
            for v in polygons[number]:
                faces_at.setdefault(v, []).append(number)
        for edge in faces_of:
            for v in edge:
                edges_at.setdefault(v, []).append(edge)
        for v, around in faces_at.items():
            if v in rim:
                continue
            n = len(around)
            face_mean = _mean([self.rows[self.face_point[f]] for f in around])
            edge_mean = _mean([{a: 0.5, b: 0.5} for a, b in edges_at[v]])
            self.rows[v] = _blend([(face_mean, 1 / n), (edge_mean, 2 / n), ({v: 1.0}, (n - 3) / n)])

    def split(self, number: int, polygon: tuple[int, ...]):
        k, middle, everyone = len(polygon), self.face_point[number], tuple(range(len(polygon)))
        for i, v in enumerate(polygon):
            after, before = (i + 1) % k, (i - 1) % k
            e1, e0 = self.edge_point[_key(v, polygon[after])], self.edge_point[_key(polygon[before], v)]
            yield (v, e1, middle, e0), ((i,), (i, after), everyone, (before, i))

    def keep(self, polygon: tuple[int, ...]):
        ring: list[int] = []
        sources: list[tuple[int, ...]] = []
        for i, v in enumerate(polygon):
            after = (i + 1) % len(polygon)
            ring.append(v)
            sources.append((i,))
            middle = self.edge_point.get(_key(v, polygon[after]))
            if middle is not None:
                ring.append(middle)
                sources.append((i, after))
        # A fan from a corner would make a sliver of two halves of one edge; from a half it makes none.
        first = next((i for i, source in enumerate(sources) if len(source) > 1), 0)
        return tuple(ring[first:] + ring[:first]), tuple(sources[first:] + sources[:first])

    def matrix(self) -> sparse.csr_matrix:
        rows = np.repeat(np.arange(len(self.rows)), [len(r) for r in self.rows])
        cols = np.fromiter((c for r in self.rows for c in r), int)
        data = np.fromiter((w for r in self.rows for w in r.values()), float)
        old = int(cols.max()) + 1
        return sparse.csr_matrix((data, (rows, cols)), shape=(len(self.rows), old))


def _key(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _edges(polygon: tuple[int, ...]):
    return [_key(a, polygon[(i + 1) % len(polygon)]) for i, a in enumerate(polygon)]


def _mean(rows: list[dict[int, float]]) -> dict[int, float]:
    return _blend([(row, 1 / len(rows)) for row in rows])


def _blend(parts: list[tuple[dict[int, float], float]]) -> dict[int, float]:
    result: dict[int, float] = {}
    for row, weight in parts:
        for v, w in row.items():
            result[v] = result.get(v, 0.0) + w * weight
    return result
