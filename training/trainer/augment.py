"""What can happen to speech before it is heard: voice, room, noise, line, level. Seeded by the generator passed in."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import numpy as np

from .corpus.noises import shape_noise
from .corpus.store import SAMPLE_RATE


@dataclass
class Voice:
    """`speed` resamples (tempo, pitch and formants together); `warp` moves the formants alone, in the mel bank."""

    speed: float
    warp: float


def draw_voice(rng: np.random.Generator) -> Voice:
    speed = 2 ** rng.uniform(-0.3, 0.3) if rng.random() < 0.7 else 1.0
    tract = 2 ** rng.uniform(-0.32, 0.32) if rng.random() < 0.7 else 1.0
    return Voice(speed, tract / speed)


def resample(samples: np.ndarray, speed: float) -> np.ndarray:
    """Linear: its images lie under the noise floor of what the features resolve."""
    if speed == 1:
        return samples
    return np.interp(np.arange(0, len(samples) - 1, speed), np.arange(len(samples)), samples)


def channel(x: np.ndarray, rng: np.random.Generator, disturbance: np.ndarray | None) -> np.ndarray:
    """Room and equaliser, then noise at 0-30 dB (or `disturbance`, as loud), then band limits, gain, mu-law or Opus, clipping."""
    spectrum = np.fft.rfft(x)
    hertz = np.fft.rfftfreq(len(x), 1 / SAMPLE_RATE)
    if rng.random() < 0.35:
        spectrum *= np.fft.rfft(_room(rng), len(x))
    if rng.random() < 0.6:
        spectrum *= _equaliser(hertz, rng)
    x = np.fft.irfft(spectrum, len(x))
    if rng.random() < 0.5:
        loud = np.sqrt(np.mean(x[np.abs(x) > 0.02 * np.abs(x).max()] ** 2)) if np.abs(x).max() > 0 else 0.05
        noise = disturbance if disturbance is not None else shape_noise(rng, len(x))
        x = x + noise / (noise.std() + 1e-9) * loud * 10 ** (-rng.uniform(0, 30) / 20)
    line = rng.random()
    if line < 0.2:
        low, high = (300, 3400) if line < 0.12 else (0, 4000)
        spectrum = np.fft.rfft(x)
        spectrum[(hertz < low) | (hertz > high)] *= 1e-3
        x = np.fft.irfft(spectrum, len(x))
    x = x * 10 ** (rng.uniform(-20, 20) / 20) if rng.random() < 0.7 else x
    coded = rng.random()
    if coded < 0.08:
        x = mu_law(np.clip(x, -1, 1))
    elif coded < 0.2:
        x = opus(np.clip(x, -1, 1), int(rng.choice([10, 16, 24, 32])))
    if rng.random() < 0.7:
        x = x + rng.standard_normal(len(x)) * 10 ** (-rng.uniform(60, 90) / 20)
    return np.clip(x, -1, 1)


def _room(rng: np.random.Generator) -> np.ndarray:
    """A direct path and a tail of decaying noise."""
    decay = rng.uniform(0.05, 0.5)  # seconds to -60 dB
    t = np.arange(int(decay * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / decay)
    tail *= 10 ** (-rng.uniform(0, 15) / 20) / (np.sqrt((tail ** 2).sum()) + 1e-9)
    tail[0] = 1
    return tail


def _equaliser(hertz: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    corners = np.log2(np.array([60, 150, 400, 1000, 2500, 5000, 8000]))
    return 10 ** (np.interp(np.log2(hertz + 30), corners, rng.uniform(-8, 8, len(corners))) / 20)


def mu_law(x: np.ndarray) -> np.ndarray:
    """There and back through 8-bit mu-law."""
    coded = np.round(np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256) * 127) / 127
    return np.sign(coded) * (256 ** np.abs(coded) - 1) / 255


def opus(x: np.ndarray, kbit_s: int) -> np.ndarray:
    """There and back through Opus, in time: what the codec adds at the start is cut off."""
    raw = ['-f', 's16le', '-ar', str(SAMPLE_RATE), '-ac', '1']
    quiet = ['ffmpeg', '-v', 'error']
    packed = subprocess.run([*quiet, *raw, '-i', '-', '-c:a', 'libopus', '-b:a', f'{kbit_s}k', '-f', 'ogg', '-'],
                            input=np.round(x * 32767).astype('<i2').tobytes(), check=True, capture_output=True).stdout
    decoded = subprocess.run([*quiet, '-f', 'ogg', '-i', '-', *raw, '-'], input=packed, check=True, capture_output=True).stdout
    out = np.frombuffer(decoded, '<i2').astype(float) / 32768
    return np.pad(out, (0, max(0, len(x) - len(out))))[:len(x)]
