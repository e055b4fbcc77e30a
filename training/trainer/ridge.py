"""The yardstick: ridge regression from log-mel, 200 ms of past and 60 ms ahead, to motion."""

from __future__ import annotations

import numpy as np

from . import facegood, features

PAST, AHEAD = 20, 6  # frames of 10 ms
STEP = 2
PENALTIES = [30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0]


def inputs(clip: facegood.Clip) -> np.ndarray:
    """[frames, 14 * 64]: the normalised bands around each frame's time."""
    bands = features.extract(clip.samples)[:, :features.BANDS]
    centre = np.round(np.arange(len(clip.motion)) * 100 / clip.fps).astype(int)
    offsets = np.arange(-PAST, AHEAD + 1, STEP)
    index = np.clip(centre[:, None] + offsets, 0, len(bands) - 1)
    return bands[index].reshape(len(centre), -1)


def fit(x: np.ndarray, y: np.ndarray, penalty: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean_x, mean_y = x.mean(0), y.mean(0)
    centred = x - mean_x
    weights = np.linalg.solve(centred.T @ centred + penalty * np.eye(x.shape[1]), centred.T @ (y - mean_y))
    return weights, mean_x, mean_y


def predict(model, x: np.ndarray) -> np.ndarray:
    weights, mean_x, mean_y = model
    return (x - mean_x) @ weights + mean_y


def leave_one_out(clips: list[facegood.Clip]) -> list[np.ndarray]:
    """Predicted motion of each clip by a ridge fitted on the others; the penalty is chosen on those others alone."""
    xs, ys = [inputs(c) for c in clips], [c.motion for c in clips]
    predicted = []
    for left in range(len(clips)):
        others = [i for i in range(len(clips)) if i != left]
        inner, check = others[:-1], others[-1]
        x, y = np.concatenate([xs[i] for i in inner]), np.concatenate([ys[i] for i in inner])
        errors = [((predict(fit(x, y, p), xs[check]) - ys[check]) ** 2).mean() for p in PENALTIES]
        penalty = PENALTIES[int(np.argmin(errors))]
        x, y = np.concatenate([xs[i] for i in others]), np.concatenate([ys[i] for i in others])
        predicted.append(predict(fit(x, y, penalty), xs[left]))
    return predicted
