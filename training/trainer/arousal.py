"""How excited speech sounds, 0..1: what the network's arousal head learns. A made label, not a person's judgement.

Aroused speech is louder, higher and wider in pitch (Juslin & Laukka 2003; Eyben et al. 2016, GeMAPS). Here: level and pitch
of the voiced frames around each time against the medians of the whole stretch, so that a loud or high voice is not aroused
for being so. 0 where nothing is voiced.
"""

from __future__ import annotations

import numpy as np

from . import features

RATE_HZ = 50
SPREAD_S = 0.4
DB_A_UNIT, OCTAVES_A_UNIT = 6.0, 0.2
OFFSET = -0.6


def curve(samples: np.ndarray) -> np.ndarray:
    """[T at 50 Hz] for a stretch of clean speech of one voice."""
    _, level, voicing, pitch = features.analyse(samples)
    voiced = (voicing > features.VOICED) & (level > level.max() - 35)
    at = np.arange(len(samples) * RATE_HZ // 16_000) * 100 // RATE_HZ
    if voiced.sum() < 20:
        return np.zeros(len(at))
    louder = (level - np.median(level[voiced])) / DB_A_UNIT
    higher = np.clip((pitch - np.median(pitch[voiced])) / OCTAVES_A_UNIT, -3, 3)
    around = np.exp(-0.5 * (np.arange(-150, 151) / (SPREAD_S * 100)) ** 2)

    def smooth(values: np.ndarray) -> np.ndarray:
        return np.convolve(values, around)[150:150 + len(values)]

    weight = smooth(voiced.astype(float))
    mean = smooth(np.where(voiced, 0.5 * louder + 0.5 * higher, 0)) / (weight + 1e-6)
    square = smooth(np.where(voiced, higher ** 2, 0)) / (weight + 1e-6)
    excitement = 1 / (1 + np.exp(-(OFFSET + 1.6 * mean + 0.4 * np.sqrt(square))))
    return (excitement * np.clip(weight / 15, 0, 1))[at]
