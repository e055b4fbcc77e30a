"""Speech by espeak-ng in many languages: formants, not a person, so at most a quarter of the hours.

espeak-ng is GPL-3; it is a tool of this step only, used through its C interface for the phoneme events with their times.
"""

from __future__ import annotations

import ctypes as c
import random
from pathlib import Path

import numpy as np

from . import store, texts
from .audio import resample

LANGUAGES = ['de', 'fr', 'pt', 'es', 'it', 'en', 'cs', 'ru', 'pl', 'tr', 'sv', 'nl', 'ro', 'hu', 'el', 'id', 'hi', 'ko', 'vi', 'fi']
VOICE = {'en': 'en-us', 'fr': 'fr-fr', 'pt': 'pt-br'}
VARIANTS = ['', '+m1', '+m3', '+m5', '+f1', '+f2', '+f3', '+f5', '+m7', '+croak']
SYNCHRONOUS, PHONEME_EVENTS, PHONEME_IPA, UTF8 = 2, 1, 2, 1
PHONEME, RATE, PITCH, RANGE = 7, 1, 3, 4
# Its events come late by about this, by the level and the voicing of the sound.
LATE_S = 0.02


class Event(c.Structure):
    class Id(c.Union):
        _fields_ = [('number', c.c_int), ('name', c.c_char_p), ('string', c.c_char * 8)]
    _fields_ = [('type', c.c_int), ('unique', c.c_uint), ('text_position', c.c_int), ('length', c.c_int),
                ('audio_position', c.c_int), ('sample', c.c_int), ('user_data', c.c_void_p), ('id', Id)]


CALLBACK = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(Event))


class Espeak:
    def __init__(self) -> None:
        self._lib = c.CDLL('libespeak-ng.so.1')
        self._rate = self._lib.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS | PHONEME_IPA)
        self._audio: list[np.ndarray] = []
        self._marks: list[tuple[str, int]] = []
        self._callback = CALLBACK(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)

    def _receive(self, wav, count, events) -> int:
        if wav and count:
            self._audio.append(np.ctypeslib.as_array(wav, (count,)).copy())
        index = 0
        while events[index].type:
            event = events[index]
            if event.type == PHONEME:
                self._marks.append((event.id.string.decode('utf8', 'ignore'), event.sample))
            index += 1
        return 0

    def speak(self, text: str, voice: str, rate: int, pitch: int, spread: int) -> tuple[np.ndarray, list[tuple[str, float]]]:
        """16 kHz floats, and each phone (IPA) with its start in seconds."""
        self._audio, self._marks = [], []
        self._lib.espeak_SetVoiceByName(voice.encode())
        for parameter, value in ((RATE, rate), (PITCH, pitch), (RANGE, spread)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        data = text.encode('utf8') + b'\0'
        self._lib.espeak_Synth(data, len(data), 0, 0, 0, UTF8, None, None)
        samples = np.concatenate(self._audio or [np.zeros(0, np.int16)]).astype(np.float32) / 32768
        return resample(samples, self._rate), [(name, max(0.0, at / self._rate - LATE_S)) for name, at in self._marks]


def build(out: Path, downloads: Path, minutes: float, seed: int = 4) -> None:
    """`minutes` in each language, every utterance by another variant, rate and pitch."""
    espeak = Espeak()
    for language in LANGUAGES:
        rng = random.Random(f'{seed}-{language}')
        lines = texts.sentences(language, downloads)
        spoken, k = 0.0, 0
        while spoken < minutes * 60:
            variant = rng.choice(VARIANTS)
            rate, pitch, spread = rng.randint(130, 200), rng.randint(25, 75), rng.randint(30, 70)
            path = out / f'{language}-{k:04d}.npz'
            if not path.exists():
                text = lines[k % len(lines)]
                samples, marks = espeak.speak(text, VOICE.get(language, language) + variant, rate, pitch, spread)
                if len(marks) < 4:
                    break
                starts = [start for _, start in marks] + [len(samples) / store.SAMPLE_RATE]
                phones, ends = ['', *(name for name, _ in marks)], starts
                store.save(path, store.Utterance(store.to_int16(samples), phones, np.array(ends), 'espeak',
                                                 f'espeak{variant}', language, text))
            spoken += len(store.load(path).samples) / store.SAMPLE_RATE
            k += 1
        print(f'{language} {spoken / 60:.1f} min', flush=True)
