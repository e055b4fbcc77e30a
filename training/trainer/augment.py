"""Opus, through the real codec. render.py does the rest, on any device."""

from __future__ import annotations

import subprocess

import numpy as np

from .corpus.store import SAMPLE_RATE


def opus(x: np.ndarray, kbit_s: int) -> np.ndarray:
    """There and back through Opus, in time: what the codec adds at the start is cut off."""
    raw = ['-f', 's16le', '-ar', str(SAMPLE_RATE), '-ac', '1']
    quiet = ['ffmpeg', '-v', 'error']
    packed = subprocess.run([*quiet, *raw, '-i', '-', '-c:a', 'libopus', '-b:a', f'{kbit_s}k', '-f', 'ogg', '-'],
                            input=np.round(x * 32767).astype('<i2').tobytes(), check=True, capture_output=True).stdout
    decoded = subprocess.run([*quiet, '-f', 'ogg', '-i', '-', *raw, '-'], input=packed, check=True, capture_output=True).stdout
    out = np.frombuffer(decoded, '<i2').astype(float) / 32768
    return np.pad(out, (0, max(0, len(x) - len(out))))[:len(x)]
