"""Training, by the clock: a run has so many minutes, and its learning rate falls to nothing over them. Resumable. Without a GPU the
clock is that of the processor, so that runs are equal on a busy machine.

    python -m trainer.train DATA --out DATA/runs/trunk.pt --minutes 30                        the trunk, on speech alone
    python -m trainer.train DATA --out DATA/runs/face/fold-2_01.pt --start DATA/runs/read/fold-2_01.pt --minutes 4 --leave 2_01
    python -m trainer.train DATA --out DATA/runs/face/final.pt --start DATA/runs/read/final.pt --minutes 4 --leave none
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
from .network import DELAY, Network, parameters

EMA = 0.998
FACE_COPIES = 100  # all there are
SAVE_EVERY_S = 60
SAY_EVERY = 100  # batches
# A step that took longer was a pause of the machine and is not counted.
LONGEST_STEP_S = 20


def batches(args: argparse.Namespace, device: torch.device, steps: int):
    """Speech; with `--leave`, captured stretches beside it (all clips but the one left out)."""
    if args.leave is None:
        return data.endless(data.Shelf(args.data, 'train', device, args.copies), args.batch, args.seed + steps)
    # The teacher of this fold did not see its clip either: variants are in the order of the clips, then the one of all.
    variant = [*CLIPS, 'none'].index(args.leave)
    seen = round(args.captured * args.batch)
    captured = data.endless(data.Shelf(args.data, 'facegood', device, FACE_COPIES, args.leave, variant), seen, args.seed + steps + 1)
    spoken = data.endless(data.Shelf(args.data, 'train', device, args.copies, variant=variant), args.batch - seen, args.seed + steps)
    return (data.joined(*pair) for pair in zip(spoken, captured))


def rate(progress: float, peak: float) -> float:
    warm = min(1.0, progress / 0.04)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))


def run(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    device = torch.device(args.device)
    network = Network().to(device)
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    spent, steps = 0.0, 0
    if args.out.exists():
        saved = torch.load(args.out, weights_only=True, map_location=device)
        network.load_state_dict(saved['network'])
        average.load_state_dict(saved['average'])
        optimiser.load_state_dict(saved['optimiser'])
        spent, steps = saved['spent'], saved['steps']
    elif args.start:
        for model in (network, average):
            model.load_state_dict(torch.load(args.start, weights_only=True, map_location=device)['average'])
    print(f'{args.out.name}: {parameters(network)} parameters, {spent:.0f} s done', flush=True)
    generator = torch.Generator(device).manual_seed(args.seed + steps)
    source = batches(args, device, steps)
    last, saved_at, sums = clock(args), time.monotonic(), {}
    done = spent >= 60 * args.minutes
    while not done:
        for group in optimiser.param_groups:
            group['lr'] = rate(min(1.0, spent / (60 * args.minutes)), args.rate)
        parts = step(network, optimiser, next(source), generator, args.delay)
        keep = min(EMA, (steps + 1) / (steps + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)
        steps += 1
        now = clock(args)
        spent, last = spent + min(now - last, LONGEST_STEP_S), now
        sums = {k: 0.98 * sums.get(k, v) + 0.02 * v for k, v in parts.items()}
        done = spent >= 60 * args.minutes
        if done or steps % SAY_EVERY == 0:
            print(f'{args.out.name} {steps} {spent:.0f}s ' + ' '.join(f'{k} {float(v):.3f}' for k, v in sums.items()), flush=True)
        if done or time.monotonic() - saved_at > SAVE_EVERY_S:
            saved_at = time.monotonic()
            save(args.out, network, average, optimiser, spent, steps)


def clock(args: argparse.Namespace) -> float:
    return time.process_time() / args.threads if args.device == 'cpu' else time.monotonic()


def step(network: Network, optimiser, batch: dict[str, torch.Tensor], generator: torch.Generator, delay: int):
    device = batch['x'].device
    network.train()
    with torch.autocast(device.type, torch.bfloat16, enabled=data.half_precision(device)):
        outputs = network(data.disturb(batch['x'], generator))
    loss, parts = losses.total(outputs, batch, delay)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return parts


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
    parser.add_argument('--copies', type=int, default=5, help='of the speech on the shelf')
    parser.add_argument('--captured', type=float, default=0.5, help='share of captured stretches in a batch, with --leave')
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--delay', type=int, default=DELAY, help='to compare look-aheads: 1 is 60 ms, 0 is 40, -1 is 20')
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_float32_matmul_precision('high')
    run(args)


if __name__ == '__main__':
    main()
