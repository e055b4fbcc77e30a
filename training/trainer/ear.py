"""features.py on any device and for many streams at once: the same numbers to 1e-3, from single precision."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import features as ref

GROUP = 64  # streams whose spectra are in memory at once
WARPS = 33  # banks of bent mel scales, evenly in the logarithm
WIDEST_WARP = 2 ** 0.62


def _banks() -> np.ndarray:
    warps = np.exp(np.linspace(-np.log(WIDEST_WARP), np.log(WIDEST_WARP), WARPS))
    return np.stack([ref.mel_bank(w) for w in warps])


class Ear:
    """Features [B, T, 68] of samples [B, 160 T], each stream from a fresh state."""

    def __init__(self, device: torch.device) -> None:
        self._banks = torch.tensor(_banks(), dtype=torch.float32, device=device)
        self._hann = torch.tensor(ref._HANN, dtype=torch.float32, device=device)
        self._window_r = torch.tensor(ref._WINDOW_R[ref.LAG_MIN:], dtype=torch.float32, device=device)
        self._prior = torch.tensor(ref.PRIOR_MEAN, dtype=torch.float32, device=device)

    def features(self, samples: Tensor, warp: Tensor | None = None) -> Tensor:
        """`warp` [B] as in `mel_bank`, rounded to the nearest of WARPS."""
        parts = [self._analyse(samples[k:k + GROUP], None if warp is None else warp[k:k + GROUP])
                 for k in range(0, len(samples), GROUP)]
        return self._normalise(*(torch.cat(column) for column in zip(*parts)))

    def _analyse(self, samples: Tensor, warp: Tensor | None):
        padded = F.pad(samples, (ref.BEFORE, 0))
        frames = padded.unfold(-1, ref.WINDOW, ref.HOP) * self._hann
        power = torch.fft.rfft(frames, ref.FFT).abs().square()
        if warp is None:
            bank = self._banks[WARPS // 2][None]
        else:
            place = (torch.log(warp) / np.log(WIDEST_WARP) + 1) / 2 * (WARPS - 1)
            bank = self._banks[place.round().long().clamp(0, WARPS - 1)]
        bands = torch.log(power @ bank + 1e-5)
        level = 10 * torch.log10(power.sum(-1) / 51_200 + 1e-10)
        r = torch.fft.irfft(power)[..., :ref.LAG_MAX + 1]
        normal = r[..., ref.LAG_MIN:] / (self._window_r * (r[..., :1] + 1e-9))
        voicing, lag = normal.max(-1)
        return bands, level, voicing.clamp(0, 1), torch.log2(16_000 / (lag + ref.LAG_MIN).float())

    def _normalise(self, bands: Tensor, level: Tensor, voicing: Tensor, pitch: Tensor) -> Tensor:
        streams, count = level.shape
        out = torch.zeros(streams, count, ref.FEATURES, device=bands.device)
        floor, peak = torch.full_like(level[:, 0], -70.0), torch.full_like(level[:, 0], -30.0)
        mean, mean_count = self._prior.repeat(streams, 1), torch.full_like(floor, 20.0)
        tone, tone_count = torch.full_like(floor, 7.3), torch.full_like(floor, 20.0)
        for t in range(count):
            x, l = bands[:, t], level[:, t]
            floor = torch.where(l < floor, floor + 0.2 * (l - floor), torch.minimum(floor + 0.03, l))
            peak = torch.where(l > peak, peak + 0.3 * (l - peak), peak - 0.01)
            speech = (l > floor + 8) & (l > peak - 30) & (l > -75)
            mean_count = torch.where(speech, (mean_count + 1).clamp(max=ref.MEAN_FRAMES), mean_count)
            mean = torch.where(speech[:, None], mean + (x - mean) / mean_count[:, None], mean)
            voiced = torch.where(l > floor + 8, voicing[:, t], 0.0)
            strong = voiced > ref.VOICED
            tone_count = torch.where(strong, (tone_count + 1).clamp(max=ref.PITCH_FRAMES), tone_count)
            tone = torch.where(strong, tone + (pitch[:, t] - tone) / tone_count, tone)
            out[:, t, :ref.BANDS] = ((x - mean) / 2).clamp(-4, 4)
            out[:, t, ref.BANDS:] = torch.stack([
                ((l - peak) / 15).clamp(-4, 1), ((l - floor) / 15 - 1).clamp(-2, 4), voiced,
                torch.where(strong, (pitch[:, t] - tone).clamp(-1, 1), 0.0)], -1)
        return out
