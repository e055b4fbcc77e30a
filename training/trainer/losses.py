"""What the network is asked for. Squared error alone shrinks motion, so agreement and variance are asked for as well."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .network import DELAY, Outputs
from .phones import ARTICULATORS, VISEMES

CONTACTS = [ARTICULATORS.index('closure'), ARTICULATORS.index('labiodental')]
CURVES = [i for i in range(len(ARTICULATORS)) if i not in CONTACTS]
# Standard deviations in the corpus, so that every channel weighs the same.
CURVE_SD = torch.tensor([.11, .14, .21, .19, .18, .25, .21, .25])
MOTION_SD = torch.tensor([.13, .12, .03, .03, .03, .06, .03, .04, .05, .04, .03, .03, .03])
HEARD_WEIGHT = 2.0
# How much the phone times count where a teacher that hears both sides has an opinion too.
LABEL_SHARE = 0.6
SMOOTHING = 0.05


@dataclass(frozen=True)
class Curves:
    """How much each fault of a curve weighs beside its squared error."""

    speed: float  # squared error of the movement from output to output
    agreement: float
    lively: float


ARTICULATION = Curves(speed=1.0, agreement=1.0, lively=0.2)
MOTION = Curves(speed=0.3, agreement=0.5, lively=0.1)


def concordance(predicted: Tensor, wanted: Tensor) -> Tensor:
    """Lin's coefficient per channel over a batch [B, T, C]."""
    mp, mw = predicted.mean((0, 1)), wanted.mean((0, 1))
    dp, dw = predicted - mp, wanted - mw
    both = (dp * dw).mean((0, 1))
    return 2 * both / (dp.square().mean((0, 1)) + dw.square().mean((0, 1)) + (mp - mw) ** 2 + 1e-5)


def liveliness(predicted: Tensor, wanted: Tensor, sd: Tensor) -> Tensor:
    """How far the root mean square speed of each channel is from what it should be: squared log ratio, over a batch."""
    speed = ((predicted.diff(dim=1) / sd) ** 2).mean((0, 1)) + 1e-3
    due = ((wanted.diff(dim=1) / sd) ** 2).mean((0, 1)) + 1e-3
    return (0.5 * torch.log(speed / due)).pow(2).mean()


def curves_loss(predicted: Tensor, wanted: Tensor, sd: Tensor, weigh: Curves) -> Tensor:
    sd = sd.to(predicted.device)
    error = ((predicted - wanted) / sd).pow(2).mean()
    moved = ((predicted.diff(dim=1) - wanted.diff(dim=1)) / sd).pow(2).mean()
    agreement = 1 - concordance(predicted, wanted).mean()
    return error + weigh.speed * moved + weigh.agreement * agreement + weigh.lively * liveliness(predicted, wanted, sd)


def opinions(due: dict[str, Tensor], labelled: Tensor) -> tuple[Tensor, Tensor]:
    """Viseme probabilities and articulation that are due: labels and the teacher's view mixed; the teacher's alone where
    nobody labelled. Contacts of labelled speech are the labels'."""
    share = torch.where(labelled, LABEL_SHARE, 0.0)[:, None, None]
    hard = F.one_hot(due['visemes'].clamp(min=0), len(VISEMES)).float()
    visemes = share * hard + (1 - share) * due['taught_visemes']
    articulation = share * due['articulation'] + (1 - share) * due['taught_articulation']
    contacts = torch.zeros(len(ARTICULATORS), dtype=torch.bool, device=labelled.device)
    contacts[CONTACTS] = True
    articulation = torch.where(contacts & labelled[:, None, None], due['articulation'], articulation)
    return (1 - SMOOTHING) * visemes + SMOOTHING / len(VISEMES), articulation


def total(outputs: Outputs, batch: dict[str, Tensor], delay: int = DELAY) -> tuple[Tensor, dict[str, Tensor]]:
    """The sum, and its parts. `delay` as in network.py: output j shows time 20 (j - delay) ms."""
    count = batch['visemes'].shape[1]
    shown, timed = slice(max(0, delay), count + min(0, delay)), slice(max(0, -delay), count - max(0, delay))
    visemes, articulation, voice, arousal, motion, heard = (o.float()[:, shown] for o in outputs)
    flags = ('labelled', 'captured', 'noise', 'shown', 'x')
    due = {k: v if k in flags else v[:, timed] for k, v in batch.items()}
    wanted, curves = opinions(due, batch['labelled'])
    parts = {
        'viseme': -(wanted * visemes.log_softmax(-1)).sum(-1).mean(),
        'contact': 3 * F.binary_cross_entropy(articulation[..., CONTACTS].clamp(1e-5, 1 - 1e-5), curves[..., CONTACTS].clamp(0, 1)),
        'curves': curves_loss(articulation[..., CURVES], curves[..., CURVES], CURVE_SD, ARTICULATION),
        'voice': 0.3 * F.binary_cross_entropy_with_logits(voice, 1 - wanted[..., 0]),
        'arousal': 4 * (arousal - due['arousal']).pow(2).mean()}
    known = ~batch['noise']
    parts['heard'] = HEARD_WEIGHT * (heard[known] - due['taught_heard'][known]).pow(2).mean()
    # A face that was seen, then one that a teacher imagines or that must rest.
    if batch['captured'].any():
        parts['motion'] = 1.5 * curves_loss(motion[batch['captured']], due['motion'][batch['captured']], MOTION_SD, MOTION)
    imagined = torch.where(batch['noise'][:, None, None], due['motion'], due['taught_motion'])
    chosen = batch['shown'] | batch['noise']
    if chosen.any():
        parts['taught'] = 0.5 * curves_loss(motion[chosen], imagined[chosen], MOTION_SD, MOTION)
    return torch.stack(list(parts.values())).sum(), {name: value.detach() for name, value in parts.items()}
