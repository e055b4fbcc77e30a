"""What a speech recogniser's encoder knows, for the network to learn from.

Four things for every 20 ms of tape. What the encoder hears, as principal components. Motion for speech whose face nobody saw:
ridge on the encoder as it is and as listener.py taught it, fitted on the captured clips; the encoder was trained on many voices
and languages, so what is read off it carries over to other speakers better than what is read off log-mel. Each fold has its own
ridge, fitted without its clip.
And visemes and articulation as a copy of the encoder reads them that was taught on the speech with phone times (listener.py):
the only labels that recordings of people have, and a second opinion on all others.

    python -m trainer.teacher DATA

writes DATA/teacher/<part>.npz: `heard` [F, 64], `visemes` [F, 15] (probabilities), `articulation` [F, 10], `motion`
[F, 6, 13]: one variant a clip left out, in order, then one of all clips.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import listener, tape, whisper
from .facegood import CLIPS
from .network import HEARD, MOTION

CONTEXT = [-4, -2, -1, 0, 1, 2, 4]
PENALTIES = [10_000.0, 30_000.0, 100_000.0, 300_000.0]
COMPONENTS_FROM = 60_000  # slots
BLOCK = 20_000


def around(heard: Tensor) -> Tensor:
    """[T, 7 * width]: the encoder's frames around each time."""
    index = torch.arange(len(heard), device=heard.device)[:, None] + torch.tensor(CONTEXT, device=heard.device)
    return heard[index.clamp(0, len(heard) - 1)].flatten(1)


def components(heard: Tensor, spoken: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mean [384] and projection [384, 64]; half whitened, so that what varies more still counts more; mean variance 1."""
    chosen = torch.nonzero(spoken)[:, 0]
    chosen = chosen[torch.randperm(len(chosen), generator=generator, device=chosen.device)[:COMPONENTS_FROM]]
    x = heard[chosen].float()
    mean = x.mean(0)
    variance, basis = torch.linalg.eigh(torch.cov((x - mean).T))
    variance, basis = variance.flip(0)[:HEARD], basis.flip(1)[:, :HEARD]
    projection = basis / variance ** 0.25
    return mean, projection / ((x - mean) @ projection).square().mean().sqrt()


class Ridge:
    """Least squares with a penalty, from the normal equations of separate clips, so that any of them can be left out."""

    def __init__(self, pairs: list[tuple[Tensor, Tensor]]) -> None:
        self._sums = [self._of(x.double(), y.double()) for x, y in pairs]

    @staticmethod
    def _of(x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return x.T @ x, x.T @ y, x.sum(0), y.sum(0), torch.tensor(float(len(x)), device=x.device)

    def fit(self, kept: list[int], penalty: float) -> tuple[Tensor, Tensor]:
        """Weights and offset."""
        xx, xy, x, y, n = (sum(self._sums[i][k] for i in kept) for k in range(5))
        mean_x, mean_y = x / n, y / n
        centred = xx - n * torch.outer(mean_x, mean_x) + penalty * torch.eye(len(xx), device=xx.device)
        weights = torch.linalg.solve(centred, xy - n * torch.outer(mean_x, mean_y))
        return weights.float(), (mean_y - mean_x @ weights).float()


def motion_variants(clips: list[Tensor], faces: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """For each clip left out and for none: weights and offset. Each channel has the penalty with which it agrees best on the
    last of the clips that are left in."""
    ridge = Ridge(list(zip(clips, faces)))
    found = []
    for left in [*range(len(CLIPS)), None]:
        kept = [i for i in range(len(CLIPS)) if i != left]
        check = kept[-1]
        agreement = []
        for penalty in PENALTIES:
            weights, offset = ridge.fit(kept[:-1], penalty)
            agreement.append(_correlations(clips[check] @ weights + offset, faces[check]))
        best = torch.stack(agreement).argmax(0)
        fitted = [ridge.fit(kept, penalty) for penalty in PENALTIES]
        channels = range(len(MOTION))
        found.append((torch.stack([fitted[best[c]][0][:, c] for c in channels], 1),
                      torch.stack([fitted[best[c]][1][c] for c in channels])))
        print(f'left out {left}: ' + ', '.join(f'{name} {PENALTIES[best[c]]:.0f}' for c, name in enumerate(MOTION)), flush=True)
    return found


def _correlations(a: Tensor, b: Tensor) -> Tensor:
    a, b = a - a.mean(0), b - b.mean(0)
    return (a * b).mean(0) / (a.square().mean(0) * b.square().mean(0) + 1e-12).sqrt()


def predicted(view: Tensor, models: list[tuple[Tensor, Tensor]]) -> np.ndarray:
    """[F, 6, 13] as float16, a block at a time."""
    out = np.zeros((len(view), len(models), len(MOTION)), np.float16)
    reach = max(CONTEXT)
    for first in range(0, len(view), BLOCK):
        low = max(0, first - reach)
        x = around(view[low:first + BLOCK + reach].float())[first - low:][:BLOCK]
        for k, (weights, offset) in enumerate(models):
            out[first:first + len(x), k] = (x @ weights + offset).clamp(0, 1).half().cpu().numpy()
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--minutes', type=float, default=20, help='of teaching the listener')
    args = parser.parse_args()
    device = torch.device(args.device)
    out = args.data / 'teacher'
    out.mkdir(exist_ok=True)
    train, faces = tape.load(args.data / 'tapes/train.npz', device), tape.load(args.data / 'tapes/facegood.npz', device)
    pretrained = whisper.load(args.data / 'downloads', device)
    taught = listener.taught(args.data, train, device, args.minutes)
    clips = [slice(int(a), int(b)) for a, b in zip(faces.first, faces.first[1:])]
    heard = {part: torch.cat([whisper.whole(pretrained, t.pcm), whisper.whole(taught.encoder, t.pcm)], 1)
             for part, t in (('train', train), ('facegood', faces))}
    models = motion_variants([around(heard['facegood'][c].float()) for c in clips], [faces.motion[c].float() for c in clips])
    generator = torch.Generator(device).manual_seed(1)
    recogniser, own = slice(whisper.WIDTH), slice(whisper.WIDTH, None)
    mean, projection = components(heard['train'][:, recogniser], train.spoken & ~train.of_engine('noise'), generator)
    for part, view in heard.items():
        visemes, articulation = listener.reads(taught, view[:, own])
        partial = out / f'{part}.tmp.npz'
        np.savez(partial, heard=((view[:, recogniser].float() - mean) @ projection).half().cpu().numpy(), visemes=visemes,
                 articulation=articulation, motion=predicted(view, models))
        partial.rename(out / f'{part}.npz')
        print(f'{part}: {len(view)} slots', flush=True)


if __name__ == '__main__':
    main()
