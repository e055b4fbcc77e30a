"""What the styles of cards share: layers of strands from the skin outwards, and where they stand."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CENTRE = np.array([0, 0.02, -0.005])
"""of the round mass of hair, metres"""
INSET = 0.0045
"""from the hairline to the first opaque cards; the soft ones fill the rim"""


@dataclass(frozen=True)
class Layer:
    spacing: float
    """between roots, metres; 0 where a style gives the roots"""
    depth: tuple[float, float]
    """0 on the skin .. 1 outside"""
    half_width: float
    """of a card, metres"""
    columns: tuple[int, ...]
    """of the atlas, to choose from"""
    clumping: float
    """0 loose .. 1 drawn to one tip"""
    points: int
    """along a card"""
    across: int
    """vertices across it"""
