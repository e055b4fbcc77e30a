"""Cards: strands made into textured ribbons that are lit as the round form of the whole, not as flat paper."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..meshes import Array, Mesh, unit
from .skull import Skull
from .strands import tangents


@dataclass(frozen=True)
class Cards:
    """What ribbons are made of; n strands of s points."""

    strands: Array
    """(n, s, 3)"""
    width: Array
    """(n, s) half widths, metres"""
    columns: Array
    """(n, 2) left and right edge in the texture, 0..1"""
    colours: Array
    """(n, s, 3) linear, or (n, s, 4) with opacity"""
    form: Array
    """(n, s, 3) normals of the head of hair at each point"""
    rows: tuple[float, float] = (1.0, 0.0)
    """v at root and tip"""
    twist: Array | None = None
    """(n,) turn of the ribbon about its strand, radians"""
    bend: float = 0.22
    """how far the edges bow inwards against the half width"""


def ribbons(cards: Cards, across: int, material: str) -> Mesh:
    """A mesh of `across` vertices (2 or more) across each ribbon."""
    strands, form = cards.strands, cards.form
    count, points = strands.shape[:2]
    along = tangents(strands)
    outward = unit(form - along * (form * along).sum(2, keepdims=True))
    sideways = np.cross(along, outward)
    if cards.twist is not None:
        turn = cards.twist[:, None, None]
        sideways, outward = sideways * np.cos(turn) + outward * np.sin(turn), outward * np.cos(turn) - sideways * np.sin(turn)
    place = np.linspace(-1, 1, across)[None, None, :, None]
    width = cards.width[:, :, None, None]
    positions = strands[:, :, None] + sideways[:, :, None] * place * width - outward[:, :, None] * (place ** 2) * cards.bend * width
    normals = unit(form[:, :, None] + sideways[:, :, None] * place * 0.35)
    share = (place[..., 0] + 1) / 2
    u = cards.columns[:, None, None, 0] * (1 - share) + cards.columns[:, None, None, 1] * share
    v = _lengths(strands)[:, :, None] * (cards.rows[1] - cards.rows[0]) + cards.rows[0]
    uv = np.stack(np.broadcast_arrays(u, np.broadcast_to(v, (count, points, across))), -1)
    colours = np.broadcast_to(cards.colours[:, :, None], (*positions.shape[:3], cards.colours.shape[-1]))
    return Mesh(material, material, positions.reshape(-1, 3), normals.reshape(-1, 3), _grid_faces(count, points, across),
                uv.reshape(-1, 2), colours.reshape(-1, colours.shape[-1]).copy())


def _lengths(strands: Array) -> Array:
    """(n, s) how far along its strand each point lies, 0..1."""
    gaps = np.linalg.norm(np.diff(strands, axis=1), axis=2)
    along = np.c_[np.zeros(len(strands)), np.cumsum(gaps, 1)]
    return along / np.maximum(along[:, -1:], 1e-9)


def _grid_faces(count: int, points: int, across: int) -> Array:
    number = np.arange(count * points * across).reshape(count, points, across)
    a, b = number[:, :-1, :-1], number[:, :-1, 1:]
    c, d = number[:, 1:, :-1], number[:, 1:, 1:]
    quads = np.stack([a, b, c, b, d, c], -1).reshape(-1, 3)
    return quads


def round_form(skull: Skull, strands: Array, centre: Array, radial: float = 0.5) -> Array:
    """
    (n, s, 3) normals of the mass of hair: the skin's below, mixed with the direction away from `centre`, `radial` 0..1.
    """
    _, skin = skull.distance(strands.reshape(-1, 3))
    away = (strands - centre) * [1, 0.6, 1]
    return unit((1 - radial) * skin.reshape(strands.shape) + radial * unit(away))


def taper(points: int, root: float, middle: float, tip: float, rise: float = 0.15, fall: float = 0.7) -> Array:
    """(points,) widths along a card: `root`, up to `middle`, down to `tip`."""
    return np.interp(np.linspace(0, 1, points), [0, rise, fall, 1], [root, middle, middle, tip])


def gradient(root: Array, tip: Array, points: int, tone: Array, start: float = 0.1, end: float = 0.9) -> Array:
    """
    (n, points, 3) linear colours from root to tip, each strand lighter or darker by its `tone` (n,). Roots are in the shade of
    what lies over them.
    """
    along = np.linspace(0, 1, points)
    share = np.clip((along - start) / (end - start), 0, 1)[None, :, None]
    shade = np.interp(along, [0, 0.14], [0.62, 1])[None, :, None]
    return (root * (1 - share) + tip * share) * shade * tone[:, None, None]


def faded(cards: Cards, over: float, amount: float = 1.0) -> Cards:
    """The cards with opacity, coming up from nothing at the root over this share of the length."""
    points = cards.strands.shape[1]
    opacity = np.interp(np.linspace(0, 1, points), [0, over, 1], [0, amount, amount])
    return replace(cards, colours=np.concatenate([cards.colours, np.tile(opacity[None, :, None], (len(cards.strands), 1, 1))], 2))


def opaque(mesh: Mesh) -> Mesh:
    return replace(mesh, colours=mesh.colours[:, :3])
