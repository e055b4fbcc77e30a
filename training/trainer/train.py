"""Training, by the clock: a run has so many minutes, and its learning rate falls to nothing over them. Resumable.

    python -m trainer.train DATA --out DATA/runs/trunk.pt --minutes 30                        the trunk, on speech alone
    python -m trainer.train DATA --out DATA/runs/fold-2_01.pt --start DATA/runs/trunk.pt --minutes 4 --leave 2_01
    python -m trainer.train DATA --out DATA/runs/final.pt --start DATA/runs/trunk.pt --minutes 6 --leave none
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import torch

from . import data, losses
from .facegood import CLIPS
from .network import Network, parameters

EMA = 0.995
SAVE_EVERY_S = 60
# A step that took longer was a pause of the machine and is not counted.
LONGEST_STEP_S = 20


def batches(args: argparse.Namespace):
    """Speech strips; with `--leave`, captured strips beside them (all clips but the one left out)."""
    folder = args.data / 'strips'
    if args.leave is None:
        yield from data.endless(folder, 'train-*.npz', args.batch, args.seed)
    seen = round(args.captured * args.batch)
    captured = data.endless(folder, 'facegood-*.npz', seen, args.seed + 1,
                            keep=lambda s: s.speaker != args.leave)
    # The teacher of this fold did not see its clip either: variants are in the order of the clips, then the one of all.
    variant = [*CLIPS, 'none'].index(args.leave)
    spoken = data.endless(folder, 'train-*.npz', args.batch - seen, args.seed, variant=variant)
    while True:
        yield data.joined(next(spoken), next(captured))


def rate(progress: float, peak: float) -> float:
    warm = min(1.0, progress / 0.04)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))


def run(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    network = Network()
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    spent, steps = 0.0, 0
    if args.out.exists():
        saved = torch.load(args.out, weights_only=True)
        network.load_state_dict(saved['network'])
        average.load_state_dict(saved['average'])
        optimiser.load_state_dict(saved['optimiser'])
        spent, steps = saved['spent'], saved['steps']
    elif args.start:
        for model in (network, average):
            model.load_state_dict(torch.load(args.start, weights_only=True)['average'])
    print(f'{parameters(network)} parameters, {spent:.0f} s done', flush=True)
    short = torch.cpu._is_avx512_bf16_supported()  # without it bfloat16 is emulated, and slower
    generator = torch.Generator().manual_seed(args.seed + steps)
    last, saved_at, sums = time.monotonic(), time.monotonic(), {}
    for batch in batches(args):
        for group in optimiser.param_groups:
            group['lr'] = rate(min(1.0, spent / (60 * args.minutes)), args.rate)
        network.train()
        with torch.autocast('cpu', torch.bfloat16, enabled=short):
            outputs = network(data.disturb(batch['x'], generator))
        loss, parts = losses.total(outputs, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(EMA, (steps + 1) / (steps + 10))
            for a, b in zip(average.parameters(), network.parameters()):
                a.lerp_(b, 1 - keep)
        steps += 1
        now = time.monotonic()
        spent, last = spent + min(now - last, LONGEST_STEP_S), now
        sums = {k: 0.98 * sums.get(k, v) + 0.02 * v for k, v in parts.items()}
        if steps % 20 == 0:
            print(f'{steps} {spent:.0f}s ' + ' '.join(f'{k} {v:.3f}' for k, v in sums.items()), flush=True)
        done = spent >= 60 * args.minutes
        if done or now - saved_at > SAVE_EVERY_S:
            saved_at = now
            save(args.out, network, average, optimiser, spent, steps)
        if done:
            return


def save(path: Path, network, average, optimiser, spent: float, steps: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.tmp')
    torch.save({'network': network.state_dict(), 'average': average.state_dict(), 'optimiser': optimiser.state_dict(),
                'spent': spent, 'steps': steps}, partial)
    partial.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--start', type=Path)
    parser.add_argument('--minutes', type=float, default=30)
    parser.add_argument('--leave', help='clip that is not trained on, or "none"; without it captured motion is not used')
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--captured', type=float, default=0.5, help='share of captured strips in a batch, with --leave')
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run(args)


if __name__ == '__main__':
    main()
