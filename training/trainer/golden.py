"""Writes golden/features.json: samples and the features they give, for implementations in other languages.

    python -m trainer.golden
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from . import features

PATH = Path(__file__).parent.parent / 'golden' / 'features.json'


def samples() -> np.ndarray:
    """0.5 s at 16 kHz: silence, a gliding buzz with a moving formant, noise, digital silence. Rounded to int16."""
    t = np.arange(8000) / 16_000
    phase = 2 * np.pi * np.cumsum(120 + 120 * t) / 16_000
    buzz = sum(np.cos(h * phase) / h for h in range(1, 20)) * (0.2 + 0.1 * np.sin(40 * t))
    state, noise = 1, np.zeros(8000)
    for i in range(8000):
        state = (1_103_515_245 * state + 12_345) % 2 ** 31
        noise[i] = state / 2 ** 30 - 1
    x = np.where(t < 0.05, 0, np.where(t < 0.3, buzz, np.where(t < 0.42, 0.05 * noise, 0)))
    return np.round(x * 16_000).astype('<i2')


def main() -> None:
    pcm = samples()
    rows = features.extract(pcm / 32768)
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(json.dumps({
        'about': 'features.py: s16le samples at 16 kHz (base64, divide by 32768) and their features, one row a 10 ms frame',
        'pcm': base64.b64encode(pcm.tobytes()).decode(), 'features': [[round(float(v), 5) for v in row] for row in rows]}))
    print(f'{PATH}: {rows.shape[0]} frames of {rows.shape[1]}')


if __name__ == '__main__':
    main()
