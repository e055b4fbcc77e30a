"""From the corpus to tapes: every speaker's utterances one after the other, with what they should show 50 times a second.

    python -m trainer.prepare DATA --facegood FOLDER

Writes DATA/tapes/<part>.npz; parts: `train` (and noises), `facegood` (a reel a clip), `heldout` (speakers of HELDOUT).
A tape is cut into reels, one a speaker and language. Training draws its stretches from them and disturbs them (render.py).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import arousal, augment, facegood, targets
from .corpus import store
from .network import MOTION
from .phones import ARTICULATORS, CLASSES
from .render import LONGEST
from .targets import SLOT

ENGINES = ('kokoro', 'human', 'flite', 'festival', 'espeak', 'piper', 'noise')
# Speakers no training sees: of each engine one or more, of several languages.
HELDOUT = {'kokoro-af_nova', 'kokoro-am_puck', 'kokoro-bf_emma', 'kokoro-zf_xiaoyi', 'kokoro-zm_yunxi', 'kokoro-em_alex', 'rms',
           'ked', 'machac', 'pc', 'espeak+f5', 'joe'}
UNLABELLED = -1
# So many utterances have been through Opus, once, before anything else happens to them.
CODED_SHARE = 0.2


@dataclass
class Reel:
    """Sound and targets of one speaker; F slots of 20 ms."""

    speaker: str
    engine: str
    language: str
    pcm: np.ndarray  # int16 [320 F]
    visemes: np.ndarray  # int8 [F], UNLABELLED where nobody knows
    articulation: np.ndarray  # float16 [F, 10]
    motion: np.ndarray  # float16 [F, 13], captured faces only
    arousal: np.ndarray  # float16 [F]
    starts: np.ndarray  # int32: slots where an utterance begins
    spoken: np.ndarray  # bool [F]: inside an utterance


def reel_of(key: tuple[str, str, str], paths: list[Path], coded: bool) -> Reel:
    """All utterances of one speaker in a seeded order, 0.2 to 1 s apart."""
    speaker, engine, language = key
    rng = random.Random(f'{speaker}-{language}')
    paths = sorted(paths)
    rng.shuffle(paths)
    pieces = [_piece(path, coded and rng.random() < CODED_SHARE) for path in paths]
    gaps = [0 if engine == 'noise' else int(rng.uniform(0.2, 1.0) * targets.RATE_HZ) for _ in pieces]
    # A stretch that begins with the last utterance ends in the reel, too.
    slots = sum(gaps) + sum(len(p[1]) for p in pieces[:-1]) + max(len(pieces[-1][1]), LONGEST)
    reel = empty(key, slots)
    at = 0
    for gap, (samples, visemes, articulation, excited) in zip(gaps, pieces):
        at += gap
        end = at + len(visemes)
        reel.pcm[at * SLOT:at * SLOT + len(samples)] = samples
        reel.visemes[at:end], reel.articulation[at:end], reel.arousal[at:end] = visemes, articulation, excited
        reel.spoken[at:end] = True
        reel.starts = np.append(reel.starts, np.int32(at))
        at = end
    return reel


def empty(key: tuple[str, str, str], slots: int) -> Reel:
    unknown = key[1] in ('human', 'facegood')
    return Reel(*key, np.zeros(slots * SLOT, np.int16), np.full(slots, UNLABELLED if unknown else 0, np.int8),
                np.tile(np.array(CLASSES['sil'].target, np.float16), (slots, 1)), np.zeros((slots, len(MOTION)), np.float16),
                np.zeros(slots, np.float16), np.zeros(0, np.int32), np.zeros(slots, bool))


def _piece(path: Path, coded: bool):
    """Samples, visemes, articulation and arousal of an utterance, in whole slots."""
    utterance = store.load(path)
    samples = utterance.samples
    if coded:
        kbit_s = random.Random(path.stem).choice([10, 16, 24, 32])
        samples = store.to_int16(augment.opus(samples / 32768, kbit_s))
    slots = -(-len(samples) // SLOT)
    if utterance.phones:
        parts = targets.segments(utterance)
        aligned = path.parent.parent / 'aligned' / path.parent.name / f'{path.stem}.npy'
        if aligned.exists() and utterance.speaker not in HELDOUT:
            parts = targets.moved(parts, np.load(aligned))
        visemes, articulation = targets.curves(parts, slots / targets.RATE_HZ)
    else:
        visemes, articulation = np.full(slots, UNLABELLED), np.tile(CLASSES['sil'].target, (slots, 1))
    whole = np.pad(samples, (0, slots * SLOT - len(samples)))
    excited = np.zeros(slots) if utterance.engine == 'noise' else arousal.curve(whole / 32768)
    return samples, visemes[:slots], articulation[:slots, :len(ARTICULATORS)], excited


def reel_of_clip(clip: facegood.Clip) -> Reel:
    slots = len(clip.samples) // SLOT
    reel = empty((clip.name, 'facegood', 'zh'), slots)
    at, frames = np.arange(slots) / targets.RATE_HZ, np.arange(len(clip.motion)) / clip.fps
    reel.pcm = store.to_int16(clip.samples[:slots * SLOT])
    reel.motion = np.stack([np.interp(at, frames, column) for column in clip.motion.T], 1).astype(np.float16)
    reel.arousal = arousal.curve(clip.samples[:slots * SLOT]).astype(np.float16)
    reel.starts = np.zeros(1, np.int32)
    reel.spoken[:] = True
    return reel


def write(path: Path, reels: list[Reel]) -> None:
    """One tape of all reels, uncompressed; `first` holds the slot where each reel begins, and the end of the last."""
    first = np.concatenate([[0], np.cumsum([len(r.visemes) for r in reels])])
    columns = {name: np.concatenate([getattr(r, name) for r in reels])
               for name in ('pcm', 'visemes', 'articulation', 'motion', 'arousal', 'spoken')}
    starts = np.concatenate([r.starts + f for r, f in zip(reels, first)])
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix('.tmp.npz')
    np.savez(partial, **columns, starts=starts, first=first, speaker=[r.speaker for r in reels],
             engine=[r.engine for r in reels], language=[r.language for r in reels])
    partial.rename(path)
    print(f'{path.name}: {len(reels)} reels, {first[-1] / targets.RATE_HZ / 3600:.2f} h', flush=True)


def groups(data: Path) -> dict[tuple[str, str, str], list[Path]]:
    """Files of each speaker, engine and language."""
    found: dict[tuple[str, str, str], list[Path]] = {}
    for engine in ENGINES:
        for path in sorted((data / engine).glob('*.npz')):
            with np.load(path) as saved:
                key = (str(saved['speaker']), str(saved['engine']), str(saved['language']))
            found.setdefault(key, []).append(path)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--processes', type=int, default=2)
    args = parser.parse_args()
    jobs = [(key, paths, key[0] not in HELDOUT and key[1] != 'noise') for key, paths in groups(args.data).items()]
    with multiprocessing.Pool(args.processes) as pool:
        reels = pool.starmap(reel_of, jobs, chunksize=1)
    out = args.data / 'tapes'
    for made in (args.data / 'shelf', args.data / 'teacher'):  # from other tapes: their slots no longer mean the same
        shutil.rmtree(made, ignore_errors=True)
    write(out / 'heldout.npz', [r for r in reels if r.speaker in HELDOUT])
    write(out / 'facegood.npz', [reel_of_clip(facegood.load(args.facegood, name)) for name in facegood.CLIPS])
    write(out / 'train.npz', [r for r in reels if r.speaker not in HELDOUT])


if __name__ == '__main__':
    main()
