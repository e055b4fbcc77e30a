"""
Hair as bundles of polylines: grown along a style's flow over the skull, cut, resampled, clumped. A strand starts at its root;
all arrays are (strands, points, 3) in metres.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np
from scipy.spatial import cKDTree

from ..meshes import Array, unit
from .skull import Skull

STEP = 0.004
"""metres that a strand grows at a time"""


@dataclass(frozen=True)
class Comb:
    """How a style leads hair. Functions take the tips (n, 3), the numbers of their strands (n,) and the lengths grown (n,)."""

    flow: Callable[[Array, Array, Array], Array]
    """where to grow next (n, 3), any length; what points into the skin is bent along it"""
    clearance: Callable[[Array, Array, Array], Array]
    """how far from the skin the strand wants to be (n,), metres"""
    length: Array
    """(n,) metres"""
    inertia: float = 0.5
    """0 turns at once .. 0.9 stiff"""
    floor: Array | None = None
    """(n,) heights at which the strands are cut"""
    hold: float = 0.4
    """how strongly strands are drawn back to their clearance, 0 free .. 1"""
    reach: float = 0.03
    """how far from the skin that hold ends"""
    confine: Callable[[Array, Array], Array] | None = None
    """moves tips (n, 3) of strands (n,) out of where they must not be, such as the face"""


def grow(skull: Skull, roots: Array, comb: Comb, points: int) -> Array:
    """(n, points, 3) strands; they start just above the skin."""
    count = len(roots)
    _, normal = skull.distance(roots)
    tips = roots + normal * 0.0008
    trails = [tips]
    grown, speed = np.zeros(count), normal.copy()
    alive = np.ones(count, bool)
    for _ in range(int(np.ceil(comb.length.max() / STEP))):
        live = np.flatnonzero(alive)
        if not len(live):
            break
        at, way = _step(skull, comb, tips[live], speed[live], live, grown[live])
        tips, speed = tips.copy(), speed.copy()
        tips[live], speed[live] = at, way
        grown[live] += STEP
        alive &= grown < comb.length
        if comb.floor is not None:
            alive &= tips[:, 1] > comb.floor
        trails.append(tips)
    return resample(np.stack(trails, 1), points)


def _step(skull: Skull, comb: Comb, tips: Array, speed: Array, live: Array, grown: Array) -> tuple[Array, Array]:
    away, normal = skull.distance(tips)
    want = comb.clearance(tips, live, grown)
    flow = comb.flow(tips, live, grown)
    inward = (flow * normal).sum(1, keepdims=True)
    near = np.clip(1 - (away - want) / 0.02, 0, 1)[:, None]
    flow = unit(flow - normal * np.minimum(inward, 0) * near)
    speed = unit(comb.inertia * speed + (1 - comb.inertia) * flow)
    tips = tips + speed * STEP
    away, normal = skull.distance(tips)
    want = comb.clearance(tips, live, grown + STEP)
    held = np.where(away < comb.reach, comb.hold, 0) * np.minimum(want - away, 0)
    tips = tips + normal * (np.clip(want - away, 0, 0.004) * 0.7 + np.maximum(held, -0.004))[:, None]
    if comb.confine is not None:
        tips = comb.confine(tips, live)
    return tips, speed


def resample(trails: Array, points: int, bias: float = 1.4) -> Array:
    """Strands divided along their length, closer at the roots by `bias`. Trails that ended early repeat their last point."""
    gaps = np.linalg.norm(np.diff(trails, axis=1), axis=2)
    along = np.c_[np.zeros(len(trails)), np.cumsum(gaps, 1)]
    share = np.linspace(0, 1, points) ** bias
    result = np.empty((len(trails), points, 3))
    for i, (s, trail) in enumerate(zip(along, trails)):
        for axis in range(3):
            result[i, :, axis] = np.interp(share * s[-1], s, trail[:, axis])
    return result


def soften(strands: Array, rounds: int = 1) -> Array:
    """Evens out the bends; roots and tips stay."""
    strands = strands.copy()
    for _ in range(rounds):
        strands[:, 1:-1] = strands[:, 1:-1] / 2 + (strands[:, :-2] + strands[:, 2:]) / 4
    return strands


def clump(strands: Array, rng: np.random.Generator, share: float, amount: Array | float, power: float = 1.4) -> Array:
    """Draws strands towards the tips of leaders, `share` of all, so that they end in locks. `amount` 0..1, one or (n,)."""
    count = len(strands)
    leaders = rng.permutation(count)[:max(1, int(count * share))]
    _, nearest = cKDTree(strands[leaders, 0]).query(strands[:, 0])
    lead = strands[leaders[nearest]]
    along = np.linspace(0, 1, strands.shape[1])[None, :, None] ** power
    pull = np.broadcast_to(np.asarray(amount, float), (count,))[:, None, None] * along
    return strands + (lead - strands) * pull


def wander(strands: Array, rng: np.random.Generator, amount: float, waves: float = 1.2) -> Array:
    """Slow bends of their own, `amount` metres at the tips."""
    count, points, _ = strands.shape
    along = np.linspace(0, 1, points)[None, :, None]
    phase, way = rng.uniform(0, 6.28, (count, 1, 3)), rng.normal(size=(count, 1, 3))
    return strands + amount * along * way * np.sin(6.28 * waves * along + phase)


def tangents(strands: Array) -> Array:
    return unit(np.gradient(strands, axis=1))


def keep_out(skull: Skull, strands: Array, gap: float) -> Array:
    """Pushes all but the roots at least `gap` metres out of the skin."""
    tail = strands[:, 1:].reshape(-1, 3)
    away, normal = skull.distance(tail)
    tail = tail + normal * np.clip(gap - away, 0, None)[:, None]
    return np.concatenate([strands[:, :1], tail.reshape(len(strands), -1, 3)], 1)
