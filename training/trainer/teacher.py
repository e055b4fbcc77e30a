"""Motion for speech whose face nobody saw: ridge on a speech recogniser's encoder, fitted on the captured clips.

The encoder (Moonshine tiny, MIT; English, not streaming, 13 MB) was trained on many voices, so what ridge reads off it
carries over to other speakers better than what it reads off log-mel. Each fold has its own ridge, fitted without its clip.

    python -m trainer.teacher DATA --facegood FOLDER --minutes 90

writes DATA/teacher/<engine>/<utterance>.npy, [T at 50 Hz, 6 variants, 13]: one a clip left out, in order, then one of all clips.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from . import facegood, ridge
from .corpus import store
from .network import MOTION
from .predict import RATE_HZ

HOP, OFFSET = 384, 447  # samples of 16 kHz: encoder frame j is centred on 384 j + 447
CONTEXT = [-4, -2, -1, 0, 1, 2, 4]
CHUNK_S, MARGIN_S = 8.0, 1.0
PENALTY = 300.0


class Encoder:
    def __init__(self, downloads: Path) -> None:
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = downloads / 'moonshine/moonshine_voice/assets/tiny-en/encoder_model.ort'
        self._session = ort.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """[T at 50 Hz, 7 * 288]: the encoder's frames around each time, chunk by chunk with margins."""
        count = int(np.ceil(len(samples) / store.SAMPLE_RATE * RATE_HZ))
        at = np.arange(count) / RATE_HZ
        out = np.zeros((count, 288), np.float32)
        for first in np.arange(0, len(samples) / store.SAMPLE_RATE, CHUNK_S):
            start = max(0, int((first - MARGIN_S) * store.SAMPLE_RATE))
            end = min(len(samples), int((first + CHUNK_S + MARGIN_S) * store.SAMPLE_RATE))
            piece = samples[start:end].astype(np.float32)
            piece = np.pad(piece, (0, max(0, 8000 - len(piece))))[None]
            hidden = self._session.run(None, {'input_values': piece, 'attention_mask': np.ones(piece.shape, np.int64)})[0][0]
            chosen = np.flatnonzero((at >= first) & (at < first + CHUNK_S))
            position = ((at[chosen] * store.SAMPLE_RATE - start) - OFFSET) / HOP
            low = np.clip(np.floor(position).astype(int), 0, len(hidden) - 2)
            share = np.clip(position - low, 0, 1)[:, None]
            out[chosen] = hidden[low] * (1 - share) + hidden[low + 1] * share
        index = np.clip(np.arange(count)[:, None] + np.array(CONTEXT), 0, count - 1)
        return out[index].reshape(count, -1)


def at_50(clip: facegood.Clip) -> np.ndarray:
    at = np.arange(int(np.ceil(len(clip.samples) / store.SAMPLE_RATE * RATE_HZ))) / RATE_HZ
    frames = np.arange(len(clip.motion)) / clip.fps
    return np.stack([np.interp(at, frames, column) for column in clip.motion.T], 1)


def fit(encoder: Encoder, clips: list[facegood.Clip]):
    """Six ridges: each clip left out in order, then all clips. Also the encoder's view of each clip."""
    seen = [(encoder(c.samples), at_50(c)) for c in clips]
    models = []
    for left in [*range(len(clips)), None]:
        kept = [s for i, s in enumerate(seen) if i != left]
        models.append(ridge.fit(np.concatenate([x for x, _ in kept]), np.concatenate([y for _, y in kept]), PENALTY))
    return models, [x for x, _ in seen]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--minutes', type=float, default=90, help='of each engine')
    args = parser.parse_args()
    encoder = Encoder(args.data / 'downloads')
    models, _ = fit(encoder, [facegood.load(args.facegood, name) for name in facegood.CLIPS])
    for engine in ('kokoro', 'flite', 'festival'):
        paths, spoken = sorted((args.data / engine).glob('*.npz')), 0.0
        random.Random(1).shuffle(paths)
        for path in paths:
            out = args.data / 'teacher' / engine / f'{path.stem}.npy'
            samples = store.load(path).samples / 32768
            spoken += len(samples) / store.SAMPLE_RATE
            if spoken > args.minutes * 60:
                break
            if out.exists():
                continue
            seen = encoder(samples)
            motion = np.stack([ridge.predict(m, seen) for m in models], 1).clip(0, 1)
            out.parent.mkdir(parents=True, exist_ok=True)
            np.save(out, motion.astype(np.float16))
        print(f'{engine}: {min(spoken / 60, args.minutes):.0f} min, {len(MOTION)} channels', flush=True)


if __name__ == '__main__':
    main()
