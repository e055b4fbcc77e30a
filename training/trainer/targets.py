"""From phones with times to what the mouth should do: visemes and articulation curves, sampled at 50 Hz.

Coarticulation is by dominance functions: each phone pulls every articulator towards its target with a strength that is
flat over the phone and falls exponentially outside it, earlier for rounding and protrusion than the jaw can manage.
Closures (/m b p/) and labiodentals (/f v/) are then imposed: no neighbour can talk them out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .corpus.store import SAMPLE_RATE, Utterance
from .phones import ARTICULATORS, CLASS_OF, CLASSES, to_ipa

RATE_HZ = 50
SLOT = SAMPLE_RATE // RATE_HZ  # samples of a target
# Seconds in which a phone's pull falls to 1/e before and after it. Onset and decay of about 120 ms, protrusion 150.
BEFORE_S = dict(jaw=.045, aperture=.040, closure=.02, labiodental=.02, rounding=.075, protrusion=.085, spread=.060, tip=.030,
                body=.040, teeth=.030)
AFTER_S = dict(jaw=.045, aperture=.035, closure=.02, labiodental=.02, rounding=.040, protrusion=.045, spread=.040, tip=.025,
               body=.035, teeth=.030)
# Consonants that are stops behind the lips: the lips part at the burst, this share into the phone.
HELD_SHARE = 0.75
RAMP_S = 0.035
SHORT_SILENCE_S = 0.06
SILENCE = '_'
# How much of a mark's time belongs to the sound before it, the rest to the one after it; SHARE_BEFORE for the others. Where
# level and hiss agree best with the phones (NOTES.md, version 3).
SHARES_BEFORE = dict.fromkeys('ːʰʲ', 1.0) | dict.fromkeys('→↓↗↘', 0.25) | dict.fromkeys('ˈˌ', 0.0)
SHARE_BEFORE = 0.5


@dataclass
class Segment:
    name: str  # a phone class, or 'sil'
    start: float
    end: float
    symbol: str


def segments(utterance: Utterance) -> list[Segment]:
    """The sounds with their times, without gaps. Marks, word gaps and silences too short to be any give their time to their
    neighbours."""
    found: list[Segment] = []
    start = 0.0
    for phone, end in zip(utterance.phones, utterance.ends.astype(float)):
        symbols = to_ipa(phone, utterance.engine, utterance.language)
        if found and (not symbols or (symbols == SILENCE and end - start < SHORT_SILENCE_S)):
            found[-1].end = start + SHARES_BEFORE.get(phone, SHARE_BEFORE) * (end - start)
        elif symbols:
            begin = found[-1].end if found else start
            length = (end - begin) / len(symbols)
            for k, symbol in enumerate(symbols):
                found.append(Segment(CLASS_OF[symbol], begin + k * length, begin + (k + 1) * length, symbol))
        start = end
    return found


def moved(parts: list[Segment], ends: np.ndarray) -> list[Segment]:
    """The same segments with other ends."""
    starts = np.concatenate([[0], ends[:-1]])
    return [Segment(p.name, float(a), float(b), p.symbol) for p, a, b in zip(parts, starts, ends)]


def curves(parts: list[Segment], seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Viseme number [T] and articulation [T, 10] at times k / 50 s that lie before `seconds`."""
    times = np.arange(int(np.ceil(seconds * RATE_HZ))) / RATE_HZ
    starts = np.array([s.start for s in parts])
    ends = np.array([s.end for s in parts])
    classes = [CLASSES[s.name] for s in parts]
    index = np.clip(np.searchsorted(ends, times, side='right'), 0, len(parts) - 1)
    visemes = np.array([c.viseme for c in classes])[index]
    art = np.zeros((len(times), len(ARTICULATORS)))
    early = np.maximum(0, starts[None] - times[:, None])
    late = np.maximum(0, times[:, None] - ends[None])
    # A long phone insists more than one of 30 ms.
    weight_of_length = np.clip((ends - starts) / 0.08, 0.4, 1.0)
    for a, name in enumerate(ARTICULATORS):
        target = np.array([c.target[a] for c in classes])
        strength = np.array([c.dominance[a] for c in classes]) * weight_of_length
        pull = strength * np.exp(-early / BEFORE_S[name] - late / AFTER_S[name]) + 1e-9
        art[:, a] = (pull * target).sum(1) / pull.sum(1)
    _impose(parts, times, art)
    return visemes, art


def _impose(parts: list[Segment], times: np.ndarray, art: np.ndarray) -> None:
    closure = _contact(parts, times, 'p')
    teeth_on_lip = _contact(parts, times, 'f')
    at = {name: i for i, name in enumerate(ARTICULATORS)}
    art[:, at['closure']] = closure
    art[:, at['labiodental']] = teeth_on_lip
    art[:, at['aperture']] *= (1 - closure) * (1 - 0.8 * teeth_on_lip)


def _contact(parts: list[Segment], times: np.ndarray, name: str) -> np.ndarray:
    """1 while lips (or lip and teeth) meet, raised-cosine ramps outside."""
    contact = np.zeros(len(times))
    for part in parts:
        if part.name != name:
            continue
        share = HELD_SHARE if part.symbol in 'pbɓ' else 1.0
        held = max(part.start + share * (part.end - part.start), part.start + 0.02)
        outside = np.maximum(part.start - times, times - held)
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.clip(outside / RAMP_S, 0, 1))
        contact = np.maximum(contact, ramp)
    return contact
