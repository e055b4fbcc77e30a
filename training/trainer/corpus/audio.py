"""Reading what the engines write."""

from __future__ import annotations

import wave
from math import gcd

import numpy as np
from scipy.signal import resample_poly

from .store import SAMPLE_RATE


def read_wav(path: str) -> np.ndarray:
    """A mono 16-bit WAV file as floats at 16 kHz."""
    with wave.open(path) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    return resample(samples, rate)


def resample(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate == SAMPLE_RATE:
        return samples
    common = gcd(rate, SAMPLE_RATE)
    return resample_poly(samples, SAMPLE_RATE // common, rate // common).astype(np.float32)
