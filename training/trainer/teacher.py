"""What a speech recogniser's encoder knows, for the network to learn from.

Four things for every 20 ms of tape. What the encoder hears, as principal components. Motion for speech whose face nobody saw:
ridge on the encoder, fitted on the captured clips; the encoder was trained on many voices and languages, so what is read off
it carries over to other speakers better than what is read off log-mel. Each fold has its own ridge, fitted without its clip.
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
PENALTIES = [30_000.0, 100_000.0, 300_000.0, 1_000_000.0]
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


def motion_variants(views: dict[str, list[Tensor]], faces: list[Tensor]) -> list[tuple[str, Tensor, Tensor]]:
    """For each clip left out and for none: which view of the sound, weights and offset. View and penalty are those that do
    best on the last of the clips that are left in."""
    ridges = {name: Ridge(list(zip(clips, faces))) for name, clips in views.items()}
    found = []
    for left in [*range(len(CLIPS)), None]:
        kept = [i for i in range(len(CLIPS)) if i != left]
        check = kept[-1]

        def error(option: tuple[str, float]) -> float:
            weights, offset = ridges[option[0]].fit(kept[:-1], option[1])
            y = faces[check]
            return float((((views[option[0]][check] @ weights + offset) - y).square().mean(0) / (y.var(0) + 1e-4)).mean())

        options = [(name, penalty) for name in views for penalty in PENALTIES]
        errors = [error(option) for option in options]
        name, penalty = options[int(np.argmin(errors))]
        print(f'left out {left}: ' + ', '.join(f'{n} {p:.0f} {e:.3f}' for (n, p), e in zip(options, errors)), flush=True)
        found.append((name, *ridges[name].fit(kept, penalty)))
    return found


def predicted(view: Tensor, models: list[tuple[str, Tensor, Tensor]], views: dict[str, Tensor]) -> np.ndarray:
    """[F, 6, 13] as float16, a block at a time."""
    out = np.zeros((len(view), len(models), len(MOTION)), np.float16)
    for first in range(0, len(view), BLOCK):
        for k, (name, weights, offset) in enumerate(models):
            low, high = max(0, first - 4), first + BLOCK + 4
            x = around(views[name][low:high].float())[first - low:][:BLOCK]
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
    heard = {part: {'recogniser': whisper.whole(pretrained, t.pcm), 'listener': whisper.whole(taught.encoder, t.pcm)}
             for part, t in (('train', train), ('facegood', faces))}
    for views in heard.values():
        views['both'] = torch.cat([views['recogniser'], views['listener']], 1)
    views = {name: [around(view[c].float()) for c in clips] for name, view in heard['facegood'].items()}
    models = motion_variants(views, [faces.motion[c].float() for c in clips])
    generator = torch.Generator(device).manual_seed(1)
    mean, projection = components(heard['train']['recogniser'], train.spoken & ~train.of_engine('noise'), generator)
    for part, t in (('train', train), ('facegood', faces)):
        view = heard[part]['recogniser']
        visemes, articulation = listener.reads(taught, heard[part]['listener'])
        partial = out / f'{part}.tmp.npz'
        np.savez(partial, heard=((view.float() - mean) @ projection).half().cpu().numpy(), visemes=visemes,
                 articulation=articulation, motion=predicted(view, models, heard[part]))
        partial.rename(out / f'{part}.npz')
        print(f'{part}: {len(view)} slots', flush=True)


if __name__ == '__main__':
    main()
