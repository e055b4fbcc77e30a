"""The measures of the evaluation, on plain arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BLOCK_S = 5.0
RESAMPLES = 400


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-20))


def auc(score: np.ndarray, label: np.ndarray) -> float:
    """Probability that a labelled frame scores above an unlabelled one (ties count half)."""
    order = np.argsort(score, kind='stable')
    ranks = np.empty(len(score))
    ordered = score[order]
    first = np.searchsorted(ordered, ordered, side='left')
    last = np.searchsorted(ordered, ordered, side='right')
    ranks[order] = (first + last + 1) / 2
    positives = int(label.sum())
    negatives = len(label) - positives
    if not positives or not negatives:
        return float('nan')
    return float((ranks[label].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def shift(values: np.ndarray, lag: int) -> np.ndarray:
    """`values` as if they came `lag` frames later, the ends held."""
    index = np.clip(np.arange(len(values)) - lag, 0, len(values) - 1)
    return values[index]


def best_lag(ours: np.ndarray, truth: np.ndarray, reach: int = 3) -> int:
    """Frames by which the truth is later, -reach..reach."""
    return max(range(-reach, reach + 1), key=lambda lag: correlation(shift(ours, lag), truth))


def block_bootstrap(lengths: list[int], fps: float, statistic: Callable[[list[np.ndarray]], np.ndarray], seed: int = 0):
    """Mean over clips of `statistic(index arrays, one a clip)` and its 95 % interval, resampling blocks of 5 s in each clip."""
    rng = np.random.default_rng(seed)
    block = int(BLOCK_S * fps)
    value = statistic([np.arange(n) for n in lengths])
    drawn = []
    for _ in range(RESAMPLES):
        indices = []
        for n in lengths:
            starts = rng.integers(0, n, int(np.ceil(n / block)))
            indices.append((starts[:, None] + np.arange(block)).ravel() % n)
        drawn.append(statistic(indices))
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    return value, low, high


def closures_found(score: np.ndarray, truth: np.ndarray, rate_hz: float, false_per_s: float) -> float:
    """Share of closures shown at the lowest threshold that keeps false ones to `false_per_s`.

    `score`, `truth` are [strips, T]. A closure is shown where the score passes the threshold within 40 ms of its middle;
    a false one is a run above the threshold that comes within 40 ms of no closure.
    """
    near = int(round(0.04 * rate_hz))
    middles, close = _middles(truth, near)
    seconds = truth.size / rate_hz
    best = 0.0
    for threshold in np.concatenate([np.arange(0.02, 0.98, 0.02), [0.99]]):
        above = score > threshold
        false = sum(_runs(a & True, c) for a, c in zip(above, close))
        if false / seconds > false_per_s:
            continue
        shown = sum(above[i, max(0, m - near):m + near + 1].any() for i, m in middles)
        best = max(best, shown / max(1, len(middles)))
    return best


def _middles(truth: np.ndarray, near: int) -> tuple[list[tuple[int, int]], np.ndarray]:
    held = truth > 0.5
    middles = []
    for i, row in enumerate(held):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        middles += [(i, int((a + b - 1) // 2)) for a, b in zip(edges[::2], edges[1::2])]
    close = held.copy()
    for k in range(1, near + 1):
        close[:, k:] |= held[:, :-k]
        close[:, :-k] |= held[:, k:]
    return middles, close


def _runs(above: np.ndarray, close: np.ndarray) -> int:
    """Runs of `above` that touch nothing of `close`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    return sum(not close[a:b].any() for a, b in zip(edges[::2], edges[1::2]))
