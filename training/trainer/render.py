"""Stretches of tape as a network may come to hear them: another voice, a room, noise, a line, a level. On any device.

Every stretch is drawn anew: where it starts, how fast it is read (tempo, pitch and formants together), how the formants are
bent (in the mel bank), and what happens to it on its way. Seeded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .corpus.store import SAMPLE_RATE
from .targets import RATE_HZ, SLOT

SECONDS = 16
SAMPLES = SECONDS * SAMPLE_RATE
OUTPUTS = SECONDS * RATE_HZ
FASTEST = 2 ** 0.3
LONGEST = math.ceil(OUTPUTS * FASTEST) + 1  # slots that a stretch may take from its reel
GROUP = 64
FFT = 270_000  # a stretch and the longest room, a product of small primes
ROOM = 8000
CLEAN_SHARE = 0.2


@dataclass
class Drawn:
    """Which stretches, one row each: first slot on the tape, reading speed, bend of the formants, whether it stays clean."""

    first: Tensor
    speed: Tensor
    warp: Tensor
    clean: Tensor

    def part(self, k: slice) -> Drawn:
        return Drawn(self.first[k], self.speed[k], self.warp[k], self.clean[k])


def draw(first: Tensor, generator: torch.Generator) -> Drawn:
    """A voice for each of the stretches that begin at slots `first`."""
    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(first), generator=generator, device=first.device)
    clean = uniform(0, 1) < CLEAN_SHARE
    one = torch.ones(len(first), device=first.device)
    speed = torch.where(clean | (uniform(0, 1) > 0.7), one, FASTEST ** uniform(-1, 1))
    tract = torch.where(clean | (uniform(0, 1) > 0.7), one, 2 ** uniform(-0.32, 0.32))
    return Drawn(first, speed, tract / speed, clean)


class Renderer:
    """`tape`: int16 samples; `noise`: int16 samples of recorded or made noise to lay under speech."""

    def __init__(self, tape: Tensor, noise: Tensor, generator: torch.Generator) -> None:
        self._tape, self._noise, self._generator = tape, noise, generator
        device = tape.device
        hertz = torch.fft.rfftfreq(FFT, 1 / SAMPLE_RATE, device=device)
        self._hertz, self._octave = hertz, torch.log2(hertz + 30)
        self._corners = torch.log2(torch.tensor([60.0, 150, 400, 1000, 2500, 5000, 8000], device=device))

    def samples(self, drawn: Drawn) -> Tensor:
        """[B, SAMPLES] in -1..1."""
        groups = [drawn.part(slice(k, k + GROUP)) for k in range(0, len(drawn.first), GROUP)]
        return torch.cat([self._way(self._read(group), group.clean) for group in groups])

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=self._generator, device=self._tape.device)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self._generator, device=self._tape.device)

    def _read(self, drawn: Drawn) -> Tensor:
        """Linear in between: what that images lies under the noise floor of what the features resolve."""
        at = torch.arange(SAMPLES, device=self._tape.device, dtype=torch.float64)[None] * drawn.speed[:, None].double()
        whole = at.floor()
        index = (drawn.first[:, None] * SLOT + whole.long()).clamp(max=len(self._tape) - 2)
        part = (at - whole).float()
        return (self._tape[index].float() * (1 - part) + self._tape[index + 1].float() * part) / 32768

    def _way(self, x: Tensor, clean: Tensor) -> Tensor:
        count = len(x)
        chance = lambda p: (self._uniform(0, 1, count, 1) < p)  # noqa: E731
        spectrum = torch.fft.rfft(x, FFT)
        spectrum = torch.where(chance(0.35), spectrum * torch.fft.rfft(self._room(count), FFT), spectrum)
        spectrum = torch.where(chance(0.6), spectrum * self._equaliser(count), spectrum)
        y = torch.fft.irfft(spectrum, FFT)[:, :SAMPLES]
        y = torch.where(chance(0.55), y + self._disturbance(y), y)
        low = torch.where(chance(0.6), 300.0, 0.0)
        line = torch.fft.rfft(y, FFT)
        line = torch.where((self._hertz < low) | (self._hertz > torch.where(low > 0, 3400.0, 4000.0)), line * 1e-3, line)
        y = torch.where(chance(0.2), torch.fft.irfft(line, FFT)[:, :SAMPLES], y)
        y = torch.where(chance(0.7), y * 10 ** (self._uniform(-20, 20, count, 1) / 20), y)
        y = torch.where(chance(0.08), mu_law(y.clamp(-1, 1)), y)
        y = torch.where(chance(0.7), y + self._normal(*y.shape) * 10 ** (-self._uniform(60, 90, count, 1) / 20), y)
        return torch.where(clean[:, None], x, y.clamp(-1, 1))

    def _room(self, count: int) -> Tensor:
        """A direct path and a tail of decaying noise."""
        seconds = self._uniform(0.05, 0.5, count, 1)
        t = torch.arange(ROOM, device=self._tape.device)[None] / SAMPLE_RATE
        tail = self._normal(count, ROOM) * 10 ** (-3 * t / seconds) * (t < seconds)
        tail = tail * 10 ** (-self._uniform(0, 15, count, 1) / 20) / (tail.square().sum(1, keepdim=True).sqrt() + 1e-9)
        tail[:, 0] = 1
        return tail

    def _equaliser(self, count: int) -> Tensor:
        """A broken line of -8..8 dB at seven corners."""
        gains = self._uniform(-8, 8, count, len(self._corners))
        right = torch.searchsorted(self._corners, self._octave).clamp(1, len(self._corners) - 1)
        share = ((self._octave - self._corners[right - 1]) / (self._corners[right] - self._corners[right - 1])).clamp(0, 1)
        return 10 ** ((gains[:, right - 1] * (1 - share) + gains[:, right] * share) / 20)

    def _disturbance(self, y: Tensor) -> Tensor:
        """Made or coloured noise, half and half, 0 to 30 dB under the speech."""
        count = len(y)
        start = (self._uniform(0, 1, count, 1) * (len(self._noise) - SAMPLES - 1)).long()
        taken = self._noise[start + torch.arange(SAMPLES, device=y.device)].float()
        noise = torch.where(self._uniform(0, 1, count, 1) < 0.5, taken, self._coloured(count))
        noise = noise / (noise.std(1, keepdim=True) + 1e-9)
        sounding = y.abs() > 0.02 * y.abs().amax(1, keepdim=True)
        loud = ((y.square() * sounding).sum(1, keepdim=True) / sounding.sum(1, keepdim=True).clamp(min=1)).sqrt()
        return noise * loud.clamp(min=1e-3) * 10 ** (-self._uniform(0, 30, count, 1) / 20)

    def _coloured(self, count: int) -> Tensor:
        """Noise with a random slope (0..-12 dB an octave) and a random bump."""
        spectrum = torch.fft.rfft(self._normal(count, FFT))
        f = self._hertz + 20
        shape = f ** -self._uniform(0, 1, count, 1)
        centre, width = 2 ** self._uniform(7.2, 12.3, count, 1), self._uniform(0.2, 1, count, 1)
        shape = shape * (1 + self._uniform(0, 4, count, 1) * torch.exp(-(torch.log2(f / centre) / width) ** 2))
        return torch.fft.irfft(spectrum * shape, FFT)[:, :SAMPLES]


def mu_law(x: Tensor) -> Tensor:
    """There and back through 8-bit mu-law."""
    coded = torch.round(x.sign() * torch.log1p(255 * x.abs()) / math.log(256) * 127) / 127
    return coded.sign() * (256 ** coded.abs() - 1) / 255
