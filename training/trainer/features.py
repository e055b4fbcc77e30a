"""What the network hears: 68 features every 10 ms, causal. The reference that other implementations must match to 1e-4.

Frame k looks at samples [160 k - 240, 160 k + 160) (zeros before the first sample) and is ready when sample 160 k + 159
is there. Everything below is computed in double precision. `golden/features.json` holds vectors to test a port against.

 1. spectrum: s[n] * (0.5 - 0.5 cos(2 pi (n + 0.5) / 400)), zero padded to 512, power spectrum P[0..256].
 2. bands: 64 triangles, corners equally spaced on mel(f) = 2595 log10(1 + f / 700) from 50 to 7600 Hz, linear in Hz,
    peak 1. x = ln(band + 1e-5); full scale is 1.
 3. level: L = 10 log10(sum of P / 51200 + 1e-10), in dB.
 4. trackers, in this order each frame, from `initial_state`:
    floor: L < floor ? floor + 0.2 (L - floor) : floor + min(0.03, L - floor)
    peak:  L > peak ? peak + 0.3 (L - peak) : peak - 0.01
    speech-like when L > floor + 8 and L > peak - 30 and L > -75; then n = min(n + 1, 300) and mean += (x - mean) / n.
 5. pitch: autocorrelation r of the windowed frame (inverse FFT of P), divided by the window's own autocorrelation and by
    r[0]; the largest value at lags 40..213 is voicing v in [0, 1], 0 where L <= floor + 8; f = 16000 / lag.
    When v > 0.6: m = min(m + 1, 200) and pitch mean += (log2 f - pitch mean) / m.
 6. out: clip((x - mean) / 2, -4, 4) for the 64 bands; clip((L - peak) / 15, -4, 1); clip((L - floor) / 15 - 1, -2, 4); v;
    v > 0.6 ? clip(log2 f - pitch mean, -1, 1) : 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HOP, WINDOW, FFT, BANDS, BEFORE = 160, 400, 512, 64, 240
FEATURES = BANDS + 4
LOW_HZ, HIGH_HZ = 50.0, 7600.0
MEAN_FRAMES, PITCH_FRAMES = 300, 200
LAG_MIN, LAG_MAX = 40, 213
VOICED = 0.6

_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)


def mel_bank(warp: float = 1.0) -> np.ndarray:
    """Weights [257, 64]. `warp` > 1 hears a shorter vocal tract (training's augmentation only)."""
    top = 2595 * np.log10(1 + HIGH_HZ / 700)
    bottom = 2595 * np.log10(1 + LOW_HZ / 700)
    corners = 700 * (10 ** (np.linspace(bottom, top, BANDS + 2) / 2595) - 1) / warp
    hertz = np.arange(FFT // 2 + 1) * 16_000 / FFT
    rise = (hertz[:, None] - corners[None, :-2]) / np.diff(corners)[None, :-1]
    fall = (corners[None, 2:] - hertz[:, None]) / np.diff(corners)[None, 1:]
    return np.maximum(0, np.minimum(rise, fall))


def _window_autocorrelation() -> np.ndarray:
    return np.fft.irfft(np.abs(np.fft.rfft(_HANN, FFT)) ** 2)[:LAG_MAX + 1] / np.sum(_HANN ** 2)


_MEL = mel_bank()
_WINDOW_R = _window_autocorrelation()
# ln band power of ordinary speech, the mean before any was heard: falls 0.09 a band from 0.5.
PRIOR_MEAN = 0.5 - 0.09 * np.arange(BANDS)


@dataclass
class State:
    """Everything a stream remembers besides the last 240 samples. Leading axis: streams."""

    floor: np.ndarray
    peak: np.ndarray
    mean: np.ndarray
    mean_count: np.ndarray
    pitch: np.ndarray
    pitch_count: np.ndarray


def initial_state(streams: int = 1) -> State:
    def full(value: float) -> np.ndarray:
        return np.full(streams, value)
    return State(full(-70.0), full(-30.0), np.tile(PRIOR_MEAN, (streams, 1)), full(20.0), full(7.3), full(20.0))


def analyse(samples: np.ndarray, bank: np.ndarray = _MEL) -> tuple[np.ndarray, ...]:
    """The stateless half for samples [..., 160 T]: log bands [..., T, 64], level, best lag's r [..., T] and log2 f."""
    padded = np.concatenate([np.zeros((*samples.shape[:-1], BEFORE)), samples], axis=-1)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=-1)[..., ::HOP, :]
    power = np.abs(np.fft.rfft(frames * _HANN, FFT)) ** 2
    bands = np.log(power @ bank + 1e-5)
    level = 10 * np.log10(power.sum(-1) / 51_200 + 1e-10)
    r = np.fft.irfft(power)[..., :LAG_MAX + 1]
    normal = r[..., LAG_MIN:] / (_WINDOW_R[LAG_MIN:] * (r[..., :1] + 1e-9))
    lag = normal.argmax(-1)
    voicing = np.clip(np.take_along_axis(normal, lag[..., None], -1)[..., 0], 0, 1)
    return bands, level, voicing, np.log2(16_000 / (lag + LAG_MIN))


def normalise(parts: tuple[np.ndarray, ...], state: State) -> np.ndarray:
    """The stateful half, frame by frame for all streams at once: features [B, T, 68]. Moves `state` on."""
    bands, level, voicing, pitch = parts
    out = np.zeros((*level.shape, FEATURES))
    for t in range(level.shape[1]):
        x, l = bands[:, t], level[:, t]
        _track(state, x, l)
        voiced = np.where(l > state.floor + 8, voicing[:, t], 0)
        strong = voiced > VOICED
        state.pitch_count = np.where(strong, np.minimum(state.pitch_count + 1, PITCH_FRAMES), state.pitch_count)
        state.pitch = np.where(strong, state.pitch + (pitch[:, t] - state.pitch) / state.pitch_count, state.pitch)
        out[:, t, :BANDS] = np.clip((x - state.mean) / 2, -4, 4)
        out[:, t, BANDS] = np.clip((l - state.peak) / 15, -4, 1)
        out[:, t, BANDS + 1] = np.clip((l - state.floor) / 15 - 1, -2, 4)
        out[:, t, BANDS + 2] = voiced
        out[:, t, BANDS + 3] = np.where(strong, np.clip(pitch[:, t] - state.pitch, -1, 1), 0)
    return out


def _track(state: State, x: np.ndarray, l: np.ndarray) -> None:
    down = l < state.floor
    state.floor = state.floor + np.where(down, 0.2 * (l - state.floor), np.minimum(0.03, l - state.floor))
    state.peak = np.where(l > state.peak, state.peak + 0.3 * (l - state.peak), state.peak - 0.01)
    speech = (l > state.floor + 8) & (l > state.peak - 30) & (l > -75)
    state.mean_count = np.where(speech, np.minimum(state.mean_count + 1, MEAN_FRAMES), state.mean_count)
    step = (x - state.mean) / state.mean_count[:, None]
    state.mean = np.where(speech[:, None], state.mean + step, state.mean)


def extract(samples: np.ndarray) -> np.ndarray:
    """Features [T, 68] of one utterance's float samples; T = whole hops in it."""
    whole = samples[:len(samples) // HOP * HOP].astype(np.float64)
    return normalise(tuple(part[None] for part in analyse(whole)), initial_state())[0]
