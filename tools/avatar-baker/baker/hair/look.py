"""What a person's file says of the hair, in the form that styles use."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..meshes import Array, Mesh


GREY = np.array([0.46, 0.45, 0.44])


@dataclass
class Look:
    """Colours are linear. Draws from `rng` are part of the result: the order of calls matters."""

    root: Array
    tip: Array
    rng: np.random.Generator
    options: dict[str, float] = field(default_factory=dict)
    grey: float = 0.0
    """share of grey locks, 0..1"""

    def option(self, name: str, default: float) -> float:
        return self.options.get(name, default)

    def tones(self, count: int) -> Array:
        """(count,) how light each lock is against the mean."""
        return np.clip(1 + self.rng.normal(size=count) * self.option('contrast', 0.12), 0.65, 1.4)

    def greyed(self, colours: Array) -> Array:
        """`colours` (n, s, 3) with the share of grey: some locks wholly, the rest in part, more at the roots."""
        if self.grey <= 0:
            return colours
        count, points = colours.shape[:2]
        own = np.clip(self.grey + self.rng.normal(size=count) * 0.12, 0, 1)
        along = np.clip(1.15 - 0.25 * np.linspace(0, 1, points), 0, 1)
        share = (own[:, None] * along[None])[..., None] * min(1.0, self.grey * 1.4)
        light = colours.mean(-1, keepdims=True)
        silver = GREY * (0.55 + 0.9 * light / max(light.mean(), 1e-6) * 0.5)
        return colours * (1 - share) + silver * share


@dataclass(frozen=True)
class Grown:
    """What a style returns."""

    solid: list[Mesh]
    """of material Hair, colours (n, 3)"""
    soft: list[Mesh]
    """of material HairSoft, colours (n, 4)"""
    texture: Array
    """(h, w, 4) uint8"""
    strands: bool = True
    """the texture is an atlas of strands"""
    roughness: float = 0.5
    shine: float = 0.5
    """strength of the highlights, 0..1"""
