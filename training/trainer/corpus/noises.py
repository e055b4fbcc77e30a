"""Sound that is no speech, by a small synthesiser: music, noises, hums, tones. A mouth must stay still in all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import store

SECONDS = 10
N = SECONDS * store.SAMPLE_RATE


def build(out: Path, minutes: float, seed: int = 5) -> None:
    kinds = [music, music, music, hum, coloured, machine, clicks, sweep]
    for k in range(int(minutes * 60 / SECONDS)):
        path = out / f'{k:04d}.npz'
        if path.exists():
            continue
        rng = np.random.default_rng([seed, k])
        kind = kinds[k % len(kinds)]
        x = kind(rng)
        x *= rng.uniform(0.02, 0.5) / (np.abs(x).max() + 1e-9)
        store.save(path, store.Utterance(store.to_int16(x), ['_'], np.array([SECONDS]), 'noise', kind.__name__, 'none'))


def _tone(rng, frequency, length, brightness, attack) -> np.ndarray:
    """A note of harmonics that die away, or stay."""
    t = np.arange(length) / store.SAMPLE_RATE
    x = np.zeros(length)
    for h in range(1, 13):
        if frequency * h < 7500:
            x += h ** -brightness * np.sin(2 * np.pi * frequency * h * t * (1 + 1e-4 * rng.standard_normal()) + rng.uniform(0, 6))
    decay = np.exp(-t / rng.choice([0.15, 0.4, 1.0, 5.0]))
    return x * decay * np.minimum(1, t / attack) * np.minimum(1, (length / store.SAMPLE_RATE - t) / 0.02)


def music(rng) -> np.ndarray:
    """Chords and a melody in a random metre, often with drums."""
    x = np.zeros(N)
    beat = int(store.SAMPLE_RATE * rng.uniform(0.18, 0.7))
    root = rng.uniform(50, 66)
    scale = np.array([0, 2, 4, 5, 7, 9, 11] if rng.random() < 0.6 else [0, 2, 3, 5, 7, 8, 10])
    brightness, attack = rng.uniform(0.6, 2.2), rng.choice([0.005, 0.03, 0.1])
    drums = rng.random() < 0.6
    vibrato = rng.random() < 0.3
    for i, start in enumerate(range(0, N - beat, beat)):
        degree = int(rng.integers(0, 7))
        notes = [root + 12 + scale[degree] + 12 * int(rng.integers(0, 2))]
        if i % 4 == 0:
            notes += [root + scale[(degree + d) % 7] for d in (0, 2, 4)]
        for note in notes:
            length = min(int(beat * rng.choice([1, 1, 2, 4])), N - start)
            tone = _tone(rng, 440 * 2 ** ((note - 69) / 12), length, brightness, attack)
            if vibrato:
                tone *= 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(4, 7) * np.arange(length) / store.SAMPLE_RATE)
            x[start:start + length] += tone * rng.uniform(0.5, 1)
        if drums:
            length = min(beat // 2, N - start)
            hit = rng.standard_normal(length) * np.exp(-np.arange(length) / store.SAMPLE_RATE / rng.uniform(0.01, 0.08))
            x[start:start + length] += hit * rng.uniform(0.3, 1.5)
    return x


def hum(rng) -> np.ndarray:
    """Mains or a motor: low harmonics, slowly drifting."""
    t = np.arange(N) / store.SAMPLE_RATE
    f = rng.choice([50, 60, rng.uniform(70, 250)])
    drift = np.cumsum(rng.standard_normal(N)) * rng.choice([0, 2e-4, 1e-3])
    x = sum(rng.uniform(0.1, 1) / h * np.sin(2 * np.pi * f * h * t + drift * h) for h in range(1, int(rng.integers(3, 20))))
    return x * (1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * rng.uniform(0.1, 6) * t))


def coloured(rng) -> np.ndarray:
    """Noise between white and brown, in slow swells."""
    return shape_noise(rng, N) * _envelope(rng)


def shape_noise(rng, length: int) -> np.ndarray:
    """Unit-variance noise with a random slope (0..-12 dB an octave) and a random bump."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    f = np.fft.rfftfreq(length, 1 / store.SAMPLE_RATE) + 20
    spectrum *= f ** -rng.uniform(0, 1.0)
    spectrum *= 1 + rng.uniform(0, 4) * np.exp(-(np.log2(f / rng.uniform(150, 5000)) / rng.uniform(0.2, 1)) ** 2)
    x = np.fft.irfft(spectrum, length)
    return x / (x.std() + 1e-9)


def _envelope(rng) -> np.ndarray:
    points = rng.uniform(0.05, 1, int(rng.integers(2, 25)))
    return np.interp(np.linspace(0, 1, N), np.linspace(0, 1, len(points)), points)


def machine(rng) -> np.ndarray:
    """A rattle: noise bursts at a steady rate over a hum."""
    t = np.arange(N) / store.SAMPLE_RATE
    return shape_noise(rng, N) * np.maximum(0, np.sin(2 * np.pi * rng.uniform(1, 30) * t)) ** 2 + hum(rng) * rng.uniform(0, 0.5)


def clicks(rng) -> np.ndarray:
    """Keys, cutlery, footsteps: short bursts at random times."""
    x = shape_noise(rng, N) * 0.003
    for _ in range(int(rng.integers(5, 80))):
        at, length = int(rng.integers(0, N - 4000)), int(rng.integers(50, 4000))
        ring = np.sin(2 * np.pi * rng.uniform(200, 5000) * np.arange(length) / store.SAMPLE_RATE)
        burst = (shape_noise(rng, length) + rng.choice([0, 2]) * ring) * np.exp(-5 * np.arange(length) / length)
        x[at:at + length] += burst * rng.uniform(0.1, 1)
    return x


def sweep(rng) -> np.ndarray:
    """Sirens, beeps, chirps."""
    t = np.arange(N) / store.SAMPLE_RATE
    f = rng.uniform(300, 1500) * 2 ** (rng.uniform(0.1, 1) * np.sin(2 * np.pi * rng.uniform(0.1, 5) * t))
    x = np.sin(2 * np.pi * np.cumsum(f) / store.SAMPLE_RATE) + 0.3 * np.sin(4 * np.pi * np.cumsum(f) / store.SAMPLE_RATE)
    if rng.random() < 0.5:
        x *= np.sin(2 * np.pi * rng.uniform(0.5, 4) * t) > 0
    return x
