"""Renders copies of the tapes, every one disturbed anew, and puts the features on the shelf: what training reads.

    python -m trainer.shelve DATA --copies 5 --face-copies 10

Writes DATA/shelf/<part>-<copy>.npz: `x` [N, 1600, 68], and where on the tape each stretch lies: `first` slot, reading `speed`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from . import render, tape, targets
from .ear import Ear

# Streams that go through the ear together: its clock ticks 1600 times whatever their number.
TOGETHER = 512


def write(path: Path, renderer: render.Renderer, ear: Ear, source: tape.Tape, generator: torch.Generator) -> None:
    drawn = render.draw(tape.stretches(source, generator), generator)
    parts = []
    for k in range(0, len(drawn.first), TOGETHER):
        part = drawn.part(slice(k, k + TOGETHER))
        parts.append(ear.features(renderer.samples(part), part.warp).half().cpu().numpy())
    partial = path.with_suffix('.tmp.npz')
    np.savez(partial, x=np.concatenate(parts), first=drawn.first.cpu().numpy(), speed=drawn.speed.cpu().numpy())
    partial.rename(path)
    print(f'{path.name}: {len(drawn.first)} stretches', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--copies', type=int, default=5)
    parser.add_argument('--face-copies', type=int, default=10)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    device = torch.device(args.device)
    out = args.data / 'shelf'
    out.mkdir(exist_ok=True)
    ear = Ear(device)
    train = tape.load(args.data / 'tapes/train.npz', device)
    noise = train.pcm[train.of_engine('noise').repeat_interleave(targets.SLOT)]
    faces = tape.load(args.data / 'tapes/facegood.npz', device)
    for part, source, copies in (('facegood', faces, args.face_copies), ('train', train, args.copies)):
        for copy in range(copies):
            path = out / f'{part}-{copy:02d}.npz'
            if not path.exists():
                generator = torch.Generator(device).manual_seed(1000 * copy + len(part))
                write(path, render.Renderer(source.pcm, noise, generator), ear, source, generator)


if __name__ == '__main__':
    main()
