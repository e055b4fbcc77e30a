"""The recogniser's encoder taught to read visemes and articulation off speech with phone times. A teacher, not the product:
it hears both what was and what comes, and is nine times as large."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import data, render, tape, targets, whisper
from .phones import ARTICULATORS, VISEMES
from .prepare import UNLABELLED

BATCH = 24
RATE = 2e-4
SAVE_EVERY = 200  # batches


class Listener(nn.Module):
    def __init__(self, encoder: whisper.Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.viseme = nn.Linear(whisper.WIDTH, len(VISEMES))
        self.articulation = nn.Linear(whisper.WIDTH, len(ARTICULATORS))

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        h = self.encoder(samples)
        return self.viseme(h), self.articulation(h)


def taught(folder: Path, train: tape.Tape, device: torch.device, minutes: float) -> Listener:
    """Teaches for so many minutes, or takes what was taught before (DATA/teacher/listener.pt). Resumable."""
    path = folder / 'teacher/listener.pt'
    model = Listener(whisper.load(folder / 'downloads', device)).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    spent = 0.0
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        model.load_state_dict(saved['model'])
        optimiser.load_state_dict(saved['optimiser'])
        spent = saved['spent']
    generator = torch.Generator(device).manual_seed(7 + int(spent))
    renderer = render.Renderer(train.pcm, train.pcm[train.of_engine('noise').repeat_interleave(targets.SLOT)], generator)
    last, losses, steps = time.monotonic(), [], 0
    while spent < 60 * minutes:
        first = tape.stretches(train, generator, labelled_only=True)
        for k in range(0, max(1, len(first) - BATCH + 1), BATCH):
            progress = min(1.0, spent / (60 * minutes))
            for group in optimiser.param_groups:
                group['lr'] = RATE * min(1.0, progress / 0.05) * (0.02 + 0.49 * (1 + math.cos(math.pi * progress)))
            loss = _step(model, optimiser, renderer, train, render.draw(first[k:k + BATCH], generator))
            losses.append(float(loss))
            now = time.monotonic()
            spent, last, steps = spent + now - last, now, steps + 1
            done = spent >= 60 * minutes
            if done or steps % SAVE_EVERY == 0:
                print(f'listener {spent:.0f}s {steps} loss {np.mean(losses[-SAVE_EVERY:]):.3f}', flush=True)
                partial = path.with_suffix('.tmp')
                torch.save({'model': model.state_dict(), 'optimiser': optimiser.state_dict(), 'spent': spent}, partial)
                partial.rename(path)
            if done:
                break
    return model.eval()


def _step(model: Listener, optimiser, renderer: render.Renderer, train: tape.Tape, drawn: render.Drawn) -> Tensor:
    due = train.targets(drawn.first, drawn.speed)
    device = train.pcm.device
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == 'cuda' or data.half_precision(device)):
        visemes, articulation = model(renderer.samples(drawn))
    loss = F.cross_entropy(visemes.float().flatten(0, 1), due['visemes'].flatten(), label_smoothing=0.05, ignore_index=UNLABELLED)
    loss = loss + 3 * F.binary_cross_entropy_with_logits(articulation.float(), due['articulation'].clamp(0, 1))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.detach()


@torch.no_grad()
def reads(model: Listener, heard: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of visemes [F, 15] and articulation [F, 10] as float16, from its encoder's frames."""
    parts = [(model.viseme(h).softmax(-1), model.articulation(h).sigmoid()) for h in heard.float().split(20_000)]
    return tuple(torch.cat(column).half().cpu().numpy() for column in zip(*parts))
