"""Whose body it is: mixtures of the CC0 identity targets, and the arms let down."""
from __future__ import annotations

import numpy as np

from .meshes import Array
from .people import Identity, PersonError
from .source import Base, Source

ARM_DEGREES = 22.0
"""how far the arms of the base mesh, held out, are lowered"""


def mixed_identity(source: Source, base: Base, identity: Identity) -> Array:
    """(n, 3) places of the base mesh's vertices for this person. Raises PersonError for a target that is not there."""
    count = len(base.positions)
    result = base.positions.copy()
    for name, weight in _macros(identity) + _details(identity):
        if not source.has_target(name):
            raise PersonError(f'identity: the source data has no target {name!r}')
        result += weight * source.target(name, count)
    return result


def _macros(identity: Identity) -> list[tuple[str, float]]:
    build = f'{identity.muscle}muscle-{identity.weight}weight'
    result = []
    for sex, part in (('female', 1 - identity.sex), ('male', identity.sex)):
        for age, share in identity.ages.items():
            result += [(f'macrodetails/{origin}-{sex}-{age}', part * share * weight)
                       for origin, weight in identity.origins.items()]
            result.append((f'macrodetails/universal-{sex}-{age}-{build}', part * share))
    return [(name, weight) for name, weight in result if weight > 0]


def _details(identity: Identity) -> list[tuple[str, float]]:
    sides = lambda name: [name.replace('*', side) for side in 'lr'] if '*' in name else [name]
    return [(each, weight) for name, weight in identity.details.items() for each in sides(name)]


def lower_arms(source: Source, base: Base, places: Array) -> Array:
    """Turns the arms about the shoulders, blended by the rig's weights; the shoulders themselves go a third of the way."""
    bones = source.bone_weights()
    for sign, side in ((1, 'L'), (-1, 'R')):
        weight = np.zeros(len(places))
        for bone, pairs in bones.items():
            if not bone.endswith(f'.{side}'):
                continue
            share = 1.0 if bone.startswith(('upperarm', 'lowerarm', 'wrist', 'finger', 'metacarpal')) else 0.0
            share = 0.35 if bone == f'shoulder01.{side}' else share
            for vertex, amount in pairs:
                weight[vertex] += share * amount
        joint = places[base.vertices(f'joint-{side.lower()}-shoulder')].mean(0)
        angle = np.radians(-sign * ARM_DEGREES)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        offset = places - joint
        places = places + np.clip(weight, 0, 1)[:, None] * (offset @ turn.T - offset)
    return places
