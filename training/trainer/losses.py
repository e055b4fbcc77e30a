"""What the network is asked for. Squared error alone shrinks motion, so agreement and variance are asked for as well."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .network import DELAY, Outputs
from .phones import ARTICULATORS

CONTACTS = [ARTICULATORS.index('closure'), ARTICULATORS.index('labiodental')]
CURVES = [i for i in range(len(ARTICULATORS)) if i not in CONTACTS]
# Standard deviations in the corpus, so that every channel weighs the same.
CURVE_SD = torch.tensor([.11, .14, .21, .19, .18, .25, .21, .25])
HEARD_WEIGHT = 2.0
MOTION_SD = torch.tensor([.13, .12, .03, .03, .03, .06, .03, .04, .05, .04, .03, .03, .03])


def concordance(predicted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Lin's coefficient per channel over a batch [B, T, C], frames weighted by `weight` [B, T]."""
    w = (weight / weight.sum().clamp(min=1))[..., None]
    mp, mw = (predicted * w).sum((0, 1)), (wanted * w).sum((0, 1))
    dp, dw = predicted - mp, wanted - mw
    both = (dp * dw * w).sum((0, 1))
    return 2 * both / ((dp ** 2 * w).sum((0, 1)) + (dw ** 2 * w).sum((0, 1)) + (mp - mw) ** 2 + 1e-5)


def liveliness(predicted: Tensor, wanted: Tensor, sd: Tensor) -> Tensor:
    """How far the root mean square speed of each channel is from what it should be: squared log ratio, over a batch."""
    speed = ((predicted.diff(dim=1) / sd) ** 2).mean((0, 1)) + 1e-3
    due = ((wanted.diff(dim=1) / sd) ** 2).mean((0, 1)) + 1e-3
    return (0.5 * torch.log(speed / due)).pow(2).mean()


def curves_loss(predicted: Tensor, wanted: Tensor, sd: Tensor) -> Tensor:
    error = ((predicted - wanted) / sd).pow(2).mean()
    moved = ((predicted.diff(dim=1) - wanted.diff(dim=1)) / sd).pow(2).mean()
    agreement = 1 - concordance(predicted, wanted, torch.ones(predicted.shape[:2])).mean()
    return error + moved + agreement + 0.2 * liveliness(predicted, wanted, sd)


def total(outputs: Outputs, batch: dict[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
    visemes, articulation, voice, arousal, motion, heard = (o.float()[:, DELAY:] for o in outputs)
    due = {k: batch[k][:, :-DELAY] for k in ('visemes', 'articulation', 'motion', 'voiced', 'heard', 'arousal')}
    spoken = batch['labelled']
    parts: dict[str, Tensor] = {}
    if spoken.any():
        parts['viseme'] = F.cross_entropy(visemes[spoken].flatten(0, 1), due['visemes'][spoken].flatten(), label_smoothing=0.05)
        a, b = articulation[spoken], due['articulation'][spoken]
        parts['contact'] = 2 * F.binary_cross_entropy(a[..., CONTACTS].clamp(1e-5, 1 - 1e-5), b[..., CONTACTS].clamp(0, 1))
        parts['curves'] = curves_loss(a[..., CURVES], b[..., CURVES], CURVE_SD)
        parts['voice'] = 0.3 * F.binary_cross_entropy_with_logits(voice[spoken], due['voiced'][spoken].float())
    parts['arousal'] = 4 * (arousal - due['arousal']).pow(2).mean()
    known = due['heard'].abs().sum(-1) > 0
    if known.any():
        parts['heard'] = HEARD_WEIGHT * (heard[known] - due['heard'][known]).pow(2).mean()
    # A face that was seen, then one that a teacher imagines or that must rest.
    for name, chosen, weight in (('motion', batch['captured'], 1.0), ('taught', batch['has_motion'] & ~batch['captured'], 0.5)):
        if chosen.any():
            parts[name] = weight * curves_loss(motion[chosen], due['motion'][chosen], MOTION_SD)
    loss = torch.stack(list(parts.values())).sum()
    return loss, {name: float(value.detach()) for name, value in parts.items()}
