"""What a speech recogniser's encoder knows, for the network to learn from.

Two things: what it hears, as principal components (no face is needed to learn to hear alike), and motion for speech whose
face nobody saw: ridge on the encoder, fitted on the captured clips. The encoder was trained on many voices and languages,
so what is read off it carries over to other speakers better than what is read off log-mel. Each fold has its own ridge,
fitted without its clip; the components are fitted without any clip.

    python -m trainer.teacher DATA --facegood FOLDER

writes DATA/teacher/<engine>/<utterance>.npz: `heard` [T at 50 Hz, 64] and `motion` [T, 6 variants, 13]: one a clip left out,
in order, then one of all clips.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from . import facegood, ridge, whisper
from .corpus import store
from .network import HEARD, MOTION
from .predict import RATE_HZ

CONTEXT = [-4, -2, -1, 0, 1, 2, 4]
PENALTY = 30_000.0
ENGINES = ('kokoro', 'human', 'festival', 'flite', 'espeak')
GAP_S, LONGEST_S = 0.4, 28.0
COMPONENTS_FROM = 40  # chunks


def around(heard: np.ndarray) -> np.ndarray:
    """[T, 7 * 384]: the encoder's frames around each time."""
    index = np.clip(np.arange(len(heard))[:, None] + np.array(CONTEXT), 0, len(heard) - 1)
    return heard[index].reshape(len(heard), -1)


def at_50(clip: facegood.Clip) -> np.ndarray:
    at = np.arange(int(np.ceil(len(clip.samples) / store.SAMPLE_RATE * RATE_HZ))) / RATE_HZ
    frames = np.arange(len(clip.motion)) / clip.fps
    return np.stack([np.interp(at, frames, column) for column in clip.motion.T], 1)


def fit(encoder: whisper.Encoder, clips: list[facegood.Clip]):
    """Six ridges: each clip left out in order, then all clips. Also the encoder's view of each clip."""
    seen = []
    for clip in clips:
        due = at_50(clip)
        seen.append((around(encoder.whole(clip.samples))[:len(due)], due))
    models = []
    for left in [*range(len(clips)), None]:
        kept = [s for i, s in enumerate(seen) if i != left]
        models.append(ridge.fit(np.concatenate([x for x, _ in kept]), np.concatenate([y for _, y in kept]), PENALTY))
    return models, [x for x, _ in seen]


def chunks(paths: list[Path]):
    """Utterances gathered into stretches of up to 30 s: [(path, first frame, frames)] and the samples."""
    where, parts, at = [], [], 0
    for path in paths:
        samples = store.load(path).samples[:int(LONGEST_S * store.SAMPLE_RATE)] / 32768
        frames = -(-len(samples) // whisper.SAMPLES_A_FRAME)
        length = frames + int(GAP_S * RATE_HZ)
        if at + length > whisper.CHUNK_S * RATE_HZ:
            yield where, np.concatenate(parts)
            where, parts, at = [], [], 0
        where.append((path, at, frames))
        parts.append(np.pad(samples, (0, length * whisper.SAMPLES_A_FRAME - len(samples))))
        at += length
    if where:
        yield where, np.concatenate(parts)


def components(encoder: whisper.Encoder, paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Mean [384] and projection [384, 64]; half whitened, so that what varies more still counts more; mean variance 1."""
    seen = []
    for number, (where, samples) in enumerate(chunks(paths)):
        if number == COMPONENTS_FROM:
            break
        seen.append(encoder.chunk(samples)[:where[-1][1] + where[-1][2]])
    x = np.concatenate(seen)
    mean = x.mean(0)
    variance, basis = np.linalg.eigh(np.cov((x - mean).T))
    chosen = np.argsort(variance)[::-1][:HEARD]
    projection = basis[:, chosen] / variance[chosen] ** 0.25
    return mean, projection / np.sqrt((((x - mean) @ projection) ** 2).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    encoder = whisper.Encoder(args.data / 'downloads', args.threads)
    out = args.data / 'teacher'
    paths = [p for e in ENGINES for p in sorted((args.data / e).glob('*.npz'))]
    random.Random(1).shuffle(paths)
    out.mkdir(exist_ok=True)
    kept = out / 'components.npz'
    if not kept.exists():
        mean, projection = components(encoder, paths)
        np.savez(kept, mean=mean, projection=projection)
    with np.load(kept) as saved:
        mean, projection = saved['mean'], saved['projection']
    models, _ = fit(encoder, [facegood.load(args.facegood, name) for name in facegood.CLIPS])
    weights = np.concatenate([w for w, _, _ in models], 1).astype(np.float32)
    offset = np.concatenate([mean_y - mean_x @ w for w, mean_x, mean_y in models]).astype(np.float32)
    left = [p for p in paths if not target(out, p).exists()]
    for number, (where, samples) in enumerate(chunks(left)):
        heard = encoder.chunk(samples)
        motion = (around(heard) @ weights + offset).clip(0, 1).reshape(len(heard), len(models), -1).astype(np.float16)
        parts = ((heard - mean) @ projection).astype(np.float16)
        for path, at, frames in where:
            place = target(out, path)
            place.parent.mkdir(exist_ok=True)
            np.savez(place, heard=parts[at:at + frames], motion=motion[at:at + frames])
        if number % 50 == 0:
            print(f'{number * whisper.CHUNK_S / 60:.0f} min of speech, {len(MOTION)} channels', flush=True)


def target(out: Path, utterance: Path) -> Path:
    return out / utterance.parent.name / utterance.name


if __name__ == '__main__':
    main()
