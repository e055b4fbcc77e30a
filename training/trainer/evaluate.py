"""The table: this network beside ridge on log-mel and the signal model, on the same folds in one run.

    python -m trainer.evaluate DATA --facegood FOLDER [--model RUN] [--signal FOLDER] [--hardships]

FACEGOOD figures are leave-one-clip-out (one speaker: within-speaker), from DATA/runs/lively/fold-<clip>.pt; viseme figures are
from the held-out speakers and engine. `--signal` names a folder of <clip>.json written by `visavis motion`.
Each figure has a 95 % interval (blocks of 5 s); gains over ridge are paired.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.signal import resample_poly

from . import facegood, measure, predict, render, ridge, tape, targets
from .corpus import noises
from .corpus.audio import resample
from .ear import Ear
from .network import DELAY, MOTION
from .phones import ARTICULATORS, VISEMES

NAMES = ['opening r, whole', 'opening r, speech', 'rounding r, whole', 'rounding r, speech', 'closure AUC, opening', 'closure AUC, press',
         'velocity ratio, speech']
FUNNEL, PUCKER = MOTION.index('mouthFunnel'), MOTION.index('mouthPucker')
WINDOW = 60 * 16_000  # samples heard at once, each from a fresh state
PRESSING = [MOTION.index(c) for c in ('mouthPress', 'mouthRollLower', 'mouthRollUpper')]


def scores(clip: facegood.Clip, motion: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """One row of NAMES for a clip's predicted motion [frames, 13] on the frames `chosen`."""
    speech = clip.speech[chosen]
    ours, truth = motion[chosen, 0], clip.opening[chosen]
    rounding, round_truth = np.maximum(motion[chosen, FUNNEL], motion[chosen, PUCKER]), clip.rounding[chosen]
    limit = np.quantile(clip.press[clip.speech], 0.85)
    moving = np.flatnonzero(clip.speech[1:] & clip.speech[:-1])
    speed = [np.sqrt(np.mean(np.diff(m)[moving] ** 2)) for m in (motion[:, 0], clip.opening)]
    return np.array([
        measure.correlation(ours, truth), measure.correlation(ours[speech], truth[speech]),
        measure.correlation(rounding, round_truth), measure.correlation(rounding[speech], round_truth[speech]),
        measure.auc(-ours[speech], truth[speech] < 0.03),
        measure.auc(motion[chosen][:, PRESSING].sum(1)[speech], clip.press[chosen][speech] > limit),
        speed[0] / speed[1]])


def aligned(clip: facegood.Clip, motion: np.ndarray) -> tuple[np.ndarray, int]:
    lag = measure.best_lag(motion[:, 0], clip.opening)
    return measure.shift(motion, lag), lag


def signal_motion(path: Path, clip: facegood.Clip) -> np.ndarray:
    """The 13 channels of a file that `visavis motion --fps 30` wrote; opening is jawOpen - mouthClose, as a viewer sees it."""
    written = json.loads(path.read_text('utf8'))
    names, frames = written['channels'], np.array(written['frames'])

    def of(channel: str) -> np.ndarray:
        columns = [names.index(n) for n in (channel, f'{channel}Left', f'{channel}Right') if n in names]
        return frames[:, columns].mean(1)

    motion = np.stack([of(channel) for channel in MOTION], 1)
    motion[:, 0] -= of('mouthClose')
    index = np.clip(np.arange(len(clip.motion)), 0, len(motion) - 1)
    return motion[index]


def facegood_table(folder: Path, runs: Path, signal: Path | None) -> None:
    clips = [facegood.load(folder, name) for name in facegood.CLIPS]
    systems = {'ridge': ridge.leave_one_out(clips)}
    if signal:
        systems['signal model'] = [signal_motion(signal / f'{c.name}.json', c) for c in clips]
    if all((runs / f'fold-{c.name}.pt').exists() for c in clips):
        systems['network'] = [network_motion(predict.load(runs / f'fold-{c.name}.pt'), c) for c in clips]
    fitted = {name: [aligned(c, m) for c, m in zip(clips, motions)] for name, motions in systems.items()}
    lengths = [len(c.motion) for c in clips]

    def mean(name: str, chosen: list[np.ndarray]) -> np.ndarray:
        return np.mean([scores(c, m, i) for c, (m, _), i in zip(clips, fitted[name], chosen)], axis=0)

    for name in fitted:
        print(f'\n{name}: lag {[lag for _, lag in fitted[name]]} frames of 33 ms')
        value, low, high = measure.block_bootstrap(lengths, 30, lambda i, n=name: mean(n, i))
        gain = None
        if name != 'ridge':
            gain = measure.block_bootstrap(lengths, 30, lambda i, n=name: mean(n, i) - mean('ridge', i))
        for k, label in enumerate(NAMES):
            paired = f'   gain {gain[0][k]:+.3f} [{gain[1][k]:+.3f}, {gain[2][k]:+.3f}]' if gain else ''
            print(f'  {label:24s} {value[k]:.3f} [{low[k]:.3f}, {high[k]:.3f}]{paired}')


def network_motion(network, clip: facegood.Clip) -> np.ndarray:
    return predict.at_fps(predict.of_samples(network, clip.samples).motion, clip.fps, len(clip.motion))


def viseme_table(network, heldout: tape.Tape, delay: int = DELAY) -> list[dict]:
    """Frame accuracy of the 15 visemes and closures found, for each held-out speaker, engine and language; only frames of
    utterances count, not the gaps between them."""
    reels = [_read(network, heldout, r, delay) for r in range(len(heldout.speaker))]
    print(f'\nvisemes ({len(VISEMES)}), all frames of utterances / sounding ones, share of the commonest; '
          '/m b p/ shown at <= .15 and <= .30 false per s')
    rows = []
    groups = [('speaker ', heldout.speaker), ('engine ', heldout.engine), ('language ', heldout.language)]
    for label, column in groups:
        for value in np.unique(column):
            chosen = [reel for reel, own in zip(reels, column) if own == value]
            right, visemes, closure, truth = (np.concatenate(parts) for parts in zip(*chosen))
            sounding = visemes > 0
            found = [measure.closures_found(closure[None], truth[None], predict.RATE_HZ, f) for f in (.15, .30)]
            rows.append({'group': label.strip(), 'value': str(value), 'all': round(float(right.mean()), 3),
                         'sounding': round(float(right[sounding].mean()), 3), 'bilabials15': round(found[0], 3),
                         'bilabials30': round(found[1], 3), 'minutes': round(len(right) / predict.RATE_HZ / 60, 1)})
            commonest = np.bincount(visemes, minlength=len(VISEMES)).max() / len(visemes)
            print(f'  {label + value:28s} {right.mean():.3f} / {right[sounding].mean():.3f}, {commonest:.2f}   '
                  f'{found[0]:.2f} {found[1]:.2f}   ({len(right) / predict.RATE_HZ / 60:.0f} min)')
    return rows


def _read(network, heldout: tape.Tape, reel: int, delay: int) -> tuple[np.ndarray, ...]:
    """Within a reel's utterances: whether the viseme is right, the viseme, the closure output, the closure due."""
    first, last = heldout.first[reel], heldout.first[reel + 1]
    samples = heldout.pcm[first * targets.SLOT:last * tape.SLOT].float() / 32768
    windows = torch.nn.functional.pad(samples, (0, -len(samples) % WINDOW)).reshape(-1, WINDOW)
    found = predict.of_features(network, Ear(torch.device('cpu')).features(windows).numpy(), delay)
    spoken = heldout.spoken[first:last].numpy()
    closed = ARTICULATORS.index('closure')
    flat = [p.reshape(-1, p.shape[-1])[:len(spoken)][spoken] for p in (found.visemes, found.articulation)]
    visemes = heldout.visemes[first:last].numpy()[spoken]
    truth = heldout.articulation[first:last, closed].float().numpy()[spoken]
    return flat[0].argmax(-1) == visemes, visemes, flat[1][:, closed], truth


def stillness(network, clips: list[facegood.Clip]) -> None:
    """Root mean square speed of the mouth in sound that is no speech, against that in speech."""
    def speed(samples: np.ndarray) -> float:
        found = predict.of_samples(network, samples)
        return float(np.mean(np.diff(found.motion, axis=0) ** 2))
    spoken = np.mean([speed(c.samples) for c in clips])
    print('\nmotion in sound that is no speech, rms speed against speech:')
    for kind in (noises.music, noises.hum, noises.coloured, noises.machine, noises.clicks, noises.sweep):
        made = [kind(np.random.default_rng([77, k])) for k in range(6)]
        quiet = np.mean([speed(0.2 * x / np.abs(x).max()) for x in made])
        print(f'  {kind.__name__:10s} {np.sqrt(quiet / spoken):.3f}')


def hardships(runs: Path, clips: list[facegood.Clip]) -> None:
    """Opening and rounding under noise, telephone, mu-law and gain: means over the clips, each by the fold that left it out."""
    def noisy(snr: float):
        def apply(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
            loud = np.sqrt(np.mean(x[np.abs(x) > 0.02] ** 2))
            return x + noises.shape_noise(rng, len(x)) * loud * 10 ** (-snr / 20)
        return apply

    conditions = {
        'clean': lambda x, rng: x, 'SNR 20 dB': noisy(20), 'SNR 10 dB': noisy(10), 'SNR 0 dB': noisy(0),
        '8 kHz': lambda x, rng: resample(resample_poly(x, 1, 2), 8000),
        'mu-law': lambda x, rng: render.mu_law(torch.from_numpy(x)).numpy(), 'gain -20 dB': lambda x, rng: 0.1 * x,
        'gain +20 dB, clipped': lambda x, rng: np.clip(10 * x, -1, 1)}
    print('\nunder hardship: opening r whole / speech, rounding r whole')
    for name, change in conditions.items():
        rows = []
        for k, clip in enumerate(clips):
            changed = replace(clip, samples=change(clip.samples, np.random.default_rng([5, k])))
            motion = network_motion(predict.load(runs / f'fold-{clip.name}.pt'), changed)
            rows.append(scores(clip, motion, np.arange(len(motion)))[:3])
        print(f'  {name:22s} ' + ' '.join(f'{v:.3f}' for v in np.mean(rows, axis=0)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--facegood', type=Path, required=True)
    parser.add_argument('--runs', type=Path, help='folder of fold-<clip>.pt (default: DATA/runs/lively)')
    parser.add_argument('--model', type=Path, help='run whose visemes and stillness are measured')
    parser.add_argument('--signal', type=Path)
    parser.add_argument('--out', type=Path, help='where the viseme figures are written for bench:motion, as JSON')
    parser.add_argument('--hardships', action='store_true')
    args = parser.parse_args()
    runs = args.runs or args.data / 'runs/lively'
    facegood_table(args.facegood, runs, args.signal)
    if args.model:
        network = predict.load(args.model)
        visemes = viseme_table(network, tape.load(args.data / 'tapes/heldout.npz', torch.device('cpu')))
        if args.out:
            args.out.write_text(json.dumps({'visemes': visemes}, indent=1) + '\n')
        stillness(network, [facegood.load(args.facegood, name) for name in facegood.CLIPS])
    if args.hardships:
        hardships(runs, [facegood.load(args.facegood, name) for name in facegood.CLIPS])


if __name__ == '__main__':
    main()
