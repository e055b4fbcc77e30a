"""From the corpus to training strips of 12 s: features and targets, and as many augmented copies as wanted.

    python -m trainer.prepare DATA --facegood FOLDER --copies 3

A strip is one speaker's utterances with gaps, or twelve seconds of noise, or of a captured clip. Writes
DATA/strips/<part>-<copy>.npz; parts: `train` and `facegood` (copy 0
clean, 1.. augmented; a captured strip's speaker is its clip), `heldout` (speakers of HELDOUT; copy 0: clean).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import arousal, augment, facegood, features, targets
from .corpus import store
from .network import HEARD, MOTION
from .phones import ARTICULATORS

SECONDS = 12
SAMPLES = SECONDS * store.SAMPLE_RATE
FRAMES, OUTPUTS = SECONDS * 100, SECONDS * targets.RATE_HZ
GROUP = 64
# Speakers no training sees: of each engine one or more, of several languages.
HELDOUT = {'kokoro-af_nova', 'kokoro-am_puck', 'kokoro-bf_emma', 'kokoro-zf_xiaoyi', 'kokoro-zm_yunxi', 'kokoro-em_alex', 'rms',
           'ked', 'machac', 'pc', 'espeak+f5', 'joe'}
UNLABELLED = -1
VARIANTS = 6


@dataclass
class Item:
    """A stretch of sound with what it should show at 50 Hz; absent targets are None."""

    samples: np.ndarray
    visemes: np.ndarray | None = None
    articulation: np.ndarray | None = None
    motion: np.ndarray | None = None
    pseudo: np.ndarray | None = None  # the teacher's motion, one variant a fold: [T, 6, 13]
    heard: np.ndarray | None = None  # what the teacher hears: [T, 64]
    voiced: bool = True


@dataclass
class Strip:
    items: list[Item] = field(default_factory=list)
    speaker: str = ''
    engine: str = ''
    language: str = ''


def of_utterance(path: Path) -> tuple[store.Utterance, Item]:
    utterance = store.load(path)
    seconds = len(utterance.samples) / store.SAMPLE_RATE
    item = Item(utterance.samples / 32768, voiced=utterance.engine != 'noise')
    taught = path.parent.parent / 'teacher' / path.parent.name / path.name
    if taught.exists():
        with np.load(taught) as saved:
            item.pseudo, item.heard = saved['motion'], saved['heard']
    if not utterance.phones:
        return utterance, item
    parts = targets.segments(utterance)
    aligned = path.parent.parent / 'aligned' / path.parent.name / f'{path.stem}.npy'
    if aligned.exists() and utterance.speaker not in HELDOUT:
        parts = targets.moved(parts, np.load(aligned))
    item.visemes, item.articulation = targets.curves(parts, seconds)
    return utterance, item


def strips_of(folder: Path, rng: random.Random) -> list[Strip]:
    """All utterances of an engine, in strips of one speaker and language."""
    by_speaker: dict[tuple[str, str, str], list[Item]] = {}
    for path in sorted(folder.glob('*.npz')):
        utterance, item = of_utterance(path)
        by_speaker.setdefault((utterance.speaker, utterance.engine, utterance.language), []).append(item)
    strips = []
    for key, items in by_speaker.items():
        rng.shuffle(items)
        while items:
            strip, left = Strip([], *key), SAMPLES
            while items and (not strip.items or len(items[-1].samples) < left * 0.9):
                strip.items.append(items.pop())
                left -= len(strip.items[-1].samples) + 8000
            strips.append(strip)
    return strips


def strips_of_clip(clip: facegood.Clip) -> list[Strip]:
    at = np.arange(int(len(clip.samples) / store.SAMPLE_RATE * targets.RATE_HZ)) / targets.RATE_HZ
    frames = np.arange(len(clip.motion)) / clip.fps
    motion = np.stack([np.interp(at, frames, column) for column in clip.motion.T], 1)
    hop = SAMPLES // 2
    found = []
    for start in range(0, len(clip.samples) - SAMPLES // 2, hop):
        first = start * targets.RATE_HZ // store.SAMPLE_RATE
        item = Item(clip.samples[start:start + SAMPLES], motion=motion[first:first + OUTPUTS])
        found.append(Strip([item], clip.name, 'facegood', 'zh'))
    return found


def render(strip: Strip, seed: int, noises: list[Item] | None):
    """Samples of a strip, the warp of its mel bank, and its targets on the grid k / 50 s; augmented where `noises` is given."""
    rng = np.random.default_rng(seed)
    voice = augment.draw_voice(rng) if noises is not None else augment.Voice(1.0, 1.0)
    whole = strip.engine in ('facegood', 'noise')
    x = np.zeros(SAMPLES)
    visemes = np.full(OUTPUTS, UNLABELLED if strip.engine in ('facegood', 'human') else 0, np.int8)
    articulation = np.tile(_rest(), (OUTPUTS, 1))
    motion, voiced = np.zeros((OUTPUTS, len(MOTION))), np.zeros(OUTPUTS, np.int8)
    pseudo = np.zeros((OUTPUTS, VARIANTS * len(MOTION)), np.float16)
    heard = np.zeros((OUTPUTS, HEARD), np.float16)
    at = 0 if whole else int(rng.uniform(0.1, 0.8) * store.SAMPLE_RATE)
    for item in strip.items:
        if at >= SAMPLES:
            break
        spoken = augment.resample(item.samples, voice.speed)[:SAMPLES - at]
        x[at:at + len(spoken)] = spoken
        slots = np.arange(int(np.ceil(at / 320)), min(OUTPUTS, (at + len(spoken)) // 320))
        source = (slots * 320 - at) / 320 * voice.speed  # in outputs of the item
        if item.visemes is not None:
            near = np.clip(np.round(source).astype(int), 0, len(item.visemes) - 1)
            visemes[slots] = item.visemes[near]
            articulation[slots] = _sample(item.articulation, source)
            voiced[slots] = item.voiced & (item.visemes[near] > 0)
        if item.motion is not None:
            motion[slots] = _sample(item.motion, source)
        if item.pseudo is not None:
            pseudo[slots] = _sample(item.pseudo.reshape(len(item.pseudo), -1).astype(np.float32), source)
            heard[slots] = _sample(item.heard.astype(np.float32), source)
        at += len(spoken) + int(rng.uniform(0.2, 1.0) * store.SAMPLE_RATE)
    excited = np.zeros(OUTPUTS) if strip.engine == 'noise' else arousal.curve(x)
    if noises is not None:
        x = augment.channel(x, rng, _disturbance(rng, noises))
    return x, voice.warp, visemes, articulation, motion, voiced, pseudo, heard, excited.astype(np.float16)


def _rest() -> np.ndarray:
    from .phones import CLASSES
    return np.array(CLASSES['sil'].target)


def _sample(curve: np.ndarray, at: np.ndarray) -> np.ndarray:
    index = np.arange(len(curve))
    return np.stack([np.interp(at, index, column) for column in curve.T], 1)


def _disturbance(rng: np.random.Generator, noises: list[Item]) -> np.ndarray | None:
    """Music or other recorded noise, half of the time."""
    if rng.random() < 0.5:
        return None
    samples = noises[int(rng.integers(len(noises)))].samples
    return np.resize(samples, SAMPLES)


def features_of(rendered: list[tuple]) -> np.ndarray:
    parts = [features.analyse(x, features.mel_bank(warp)) for x, warp, *_ in rendered]
    stacked = tuple(np.stack(column) for column in zip(*parts))
    return features.normalise(stacked, features.initial_state(len(rendered))).astype(np.float16)


def write(path: Path, strips: list[Strip], seed: int, noises: list[Item] | None) -> None:
    """One copy of all strips, in one uncompressed file."""
    columns: list[list[np.ndarray]] = [[] for _ in range(8)]
    for first in range(0, len(strips), GROUP):
        rendered = [render(s, seed * 1_000_003 + first + i, noises) for i, s in enumerate(strips[first:first + GROUP])]
        columns[0].append(features_of(rendered))
        for column, values in zip(columns[1:], list(zip(*rendered))[2:]):
            column.append(np.stack(values).astype(np.int8 if values[0].dtype == np.int8 else np.float16))
    x, visemes, articulation, motion, voiced, pseudo, heard, excited = (np.concatenate(c) for c in columns)
    taught = [bool(s.items) and all(i.pseudo is not None for i in s.items) for s in strips]
    partial = path.with_suffix('.tmp.npz')
    np.savez(partial, x=x, visemes=visemes, articulation=articulation, motion=motion, voiced=voiced,
             pseudo=pseudo, heard=heard, arousal=excited, taught=taught,
             speaker=[s.speaker for s in strips], engine=[s.engine for s in strips], language=[s.language for s in strips])
    partial.rename(path)
    print(f'{path.name}: {len(strips)} strips, {len(strips) * SECONDS / 3600:.2f} h', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--copies', type=int, default=3)
    parser.add_argument('--processes', type=int, default=2)
    args = parser.parse_args()
    out = args.data / 'strips'
    out.mkdir(exist_ok=True)
    rng = random.Random(1)
    speech = [s for e in ('kokoro', 'human', 'flite', 'festival', 'espeak', 'piper') for s in strips_of(args.data / e, rng)]
    quiet = strips_of(args.data / 'noise', rng)
    noises = [item for strip in quiet for item in strip.items]
    train = [s for s in speech if s.speaker not in HELDOUT] + quiet
    heldout = [s for s in speech if s.speaker in HELDOUT]
    clips = [s for name in facegood.CLIPS for s in strips_of_clip(facegood.load(args.facegood, name))]
    jobs = [(out / f'{part}-{copy}.npz', strips, copy, noises if copy else None)
            for part, strips, copies in (('train', train, args.copies), ('facegood', clips, args.copies), ('heldout', heldout, 0))
            for copy in range(copies + 1)]
    left = [job for job in jobs if not job[0].exists()]
    # Forked one by one, so that the strips are shared and not sent.
    running: list[multiprocessing.Process] = []
    for job in left:
        if len(running) == args.processes:
            _finish(running.pop(0))
        running.append(multiprocessing.get_context('fork').Process(target=write, args=job))
        running[-1].start()
    for process in running:
        _finish(process)


def _finish(process: multiprocessing.Process) -> None:
    process.join()
    if process.exitcode:
        raise SystemExit(f'a copy was not written: its process ended with {process.exitcode}')


if __name__ == '__main__':
    main()
