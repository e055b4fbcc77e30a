"""How well phone times agree with the sound alone, for each engine and language: no network is asked.

    python -m trainer.timing DATA [--utterances 60]

For sibilants (hiss against low bands), sonorants (low bands) and stops with silences (quiet): how much later the sound is than the
phones where they agree best, and how well they agree there. Where the marks and pads of an engine belong follows from the same
(targets.SHARES_BEFORE, LEAD_S of corpus/kokoro.py and corpus/piper.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from . import measure, targets
from .corpus import store
from .prepare import groups

HOP, WINDOW, FFT = 80, 400, 512  # samples: 5 ms, 25 ms
REACH = 24  # hops
SIBILANTS = {'s', 'ch'}
SONORANTS = {'a', 'ae', 'uh', 'e', 'schwa', 'i', 'ih', 'back', 'o', 'aw', 'u', 'uu', 'y', 'oe', 'er', 'w', 'j', 'l', 'r', 'n', 'trill'}
STOPS = {'p', 't', 'k', 'sil'}


def sound(samples: np.ndarray) -> np.ndarray:
    """[T, 3] every 5 ms: hiss, voice and quiet, in tens of decibels."""
    count = len(samples) // HOP
    padded = np.pad(samples / 32768, (WINDOW // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames, FFT)) ** 2
    hertz = np.arange(FFT // 2 + 1) * store.SAMPLE_RATE / FFT
    high, low = power[:, hertz > 3800].sum(1) + 1e-6, power[:, (hertz > 80) & (hertz < 900)].sum(1) + 1e-6
    return np.stack([np.log10(high / low), np.log10(low), -np.log10(power.sum(1) + 1e-6)], 1)


def due(utterance: store.Utterance, count: int) -> np.ndarray:
    """[T, 3] of 0 and 1: what the phones say."""
    parts = targets.segments(utterance)
    index = np.searchsorted([p.end for p in parts], np.arange(count) * HOP / store.SAMPLE_RATE, side='right')
    names = np.array([p.name for p in parts])[np.clip(index, 0, len(parts) - 1)]
    return np.stack([np.isin(names, list(group)) for group in (SIBILANTS, SONORANTS, STOPS)], 1).astype(float)


def later(heard: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """By how many ms the sound is later than the phones, and r there."""
    lags = range(-REACH, REACH + 1)
    agreement = [measure.correlation(heard[max(0, k):len(heard) + min(0, k)], said[max(0, -k):len(said) - max(0, k)]) for k in lags]
    best = int(np.argmax(agreement))
    return lags[best] * HOP * 1000 / store.SAMPLE_RATE, agreement[best]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--utterances', type=int, default=60, help='of each engine and language')
    args = parser.parse_args()
    found: dict[tuple[str, str], list[Path]] = {}
    for (_, engine, language), paths in groups(args.data).items():
        found.setdefault((engine, language), []).extend(paths)
    for (engine, language), paths in sorted(found.items()):
        if engine in ('human', 'noise'):
            continue
        chosen = np.random.default_rng(1).permutation(sorted(map(str, paths)))[:args.utterances]
        utterances = [store.load(Path(path)) for path in chosen]
        heard = [sound(u.samples) for u in utterances]
        said = [due(u, len(h)) for u, h in zip(utterances, heard)]
        columns = [later(a, b) for a, b in zip(np.concatenate(heard).T, np.concatenate(said).T)]
        print(f'{engine:8s} {language:4s} ' + ', '.join(
            f'{name} {lag:+.0f} ms r {r:.3f}' for name, (lag, r) in zip(('sibilants', 'sonorants', 'stops'), columns)), flush=True)


if __name__ == '__main__':
    main()
