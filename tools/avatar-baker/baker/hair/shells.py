"""Cropped hair as shells: the scalp repeated outwards with ever fewer hairs. Simplest form."""
from __future__ import annotations

import numpy as np
import scipy.ndimage as ndimage
from PIL import Image

from ..body import Body
from ..meshes import Mesh, compact
from ..people import Person
from . import HairResult, hairline


def grow_shells(body: Body, person: Person) -> HairResult:
    options, scalp = person.hair.options, hairline(person.hair.options)
    count, length, side = int(options.get('shells', 10)), options.get('len', .016), options.get('side', .35)
    inside = (scalp(body.positions)[body.faces].min(1) > -.002) & (body.masks['ears'][body.faces].max(1) < .3)
    used, faces = compact(body.faces[inside & ~body.cavity])
    place, normal = body.positions[used], body.normals[used]
    edge = np.clip(scalp(place) / .016, 0, 1)
    crown = np.clip((place[:, 1] - .035) / .05, 0, 1)
    reach = length * (.25 + .75 * edge) * (side + (1 - side) * crown)
    angle = np.arctan2(place[:, 0], place[:, 2])
    uv = np.c_[angle / (2 * np.pi) * 11, place[:, 1] * 30]
    layers = np.arange(1, count + 1) / count
    colour = [person.hair.root.linear * (1 - t) + person.hair.tip.linear * t for t in layers]
    tint = np.vstack([np.c_[np.tile(c * (.35 + .65 * t), (len(used), 1)), edge ** .6 * (1 - .8 * t ** 1.2)]
                      for c, t in zip(colour, layers)])
    mesh = Mesh('Hair', 'Hair', np.vstack([place + normal * (reach * t)[:, None] for t in layers]), np.tile(normal, (count, 1)),
                np.vstack([faces + i * len(used) for i in range(count)]), np.tile(uv, (count, 1)), tint)
    finish = {'Hair': dict(alphaMode='MASK', alphaCutoff=.28, doubleSided=True,
                           pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.9),
                           extensions=dict(KHR_materials_specular=dict(specularFactor=.45)))}
    return HairResult([mesh], scalp, {'Hair': _grain(person.seed, options.get('grain', 2.0))}, finish)


def _grain(seed: int, size: float) -> Image.Image:
    x = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(512, 512)), size, mode='wrap')
    x = np.argsort(np.argsort(x.ravel())).reshape(512, 512) / x.size
    return Image.fromarray(np.dstack([140 + 115 * x] * 3 + [255 * x]).astype('u1'))
