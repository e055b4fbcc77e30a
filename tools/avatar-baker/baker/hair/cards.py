"""Hair as cards: strips along strands that grow from the scalp, comb aside and fall. Simplest form."""
from __future__ import annotations

import numpy as np
import scipy.ndimage as ndimage
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from ..body import Body
from ..meshes import Array, Mesh, unit
from ..people import Person
from . import HairResult, hairline

COLUMNS = 4


def grow_cards(body: Body, person: Person) -> HairResult:
    scalp = hairline(person.hair.options)
    rng = np.random.default_rng(person.seed + 14)
    strands, layer = _strands(body, person, scalp, rng)
    mesh = _cards(strands, layer, person, rng)
    finish = {'Hair': dict(alphaMode='MASK', alphaCutoff=.3, doubleSided=True,
                           pbrMetallicRoughness=dict(metallicFactor=0, roughnessFactor=.55),
                           extensions=dict(KHR_materials_specular=dict(specularFactor=.55)))}
    return HairResult([mesh], scalp, {'Hair': _texture(rng)}, finish)


class _Skin:
    """Signed distance to the skin and its normal."""

    def __init__(self, body: Body):
        self._tree, self._body = cKDTree(body.positions), body

    def __call__(self, places: Array) -> tuple[Array, Array]:
        distance, near = self._tree.query(places, k=4)
        weight = 1 / (distance + 1e-5)
        weight = (weight / weight.sum(1, keepdims=True))[..., None]
        normal = unit((self._body.normals[near] * weight).sum(1))
        return ((places - (self._body.positions[near] * weight).sum(1)) * normal).sum(1), normal


def _roots(body: Body, scalp, count: int, rng) -> Array:
    inside = (scalp(body.positions)[body.faces].min(1) > -.002) & (body.masks['ears'][body.faces].max(1) < .3)
    faces = body.faces[inside & ~body.cavity]
    corners = body.positions[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = rng.choice(len(faces), count, p=area / area.sum())
    return (corners[chosen] * rng.dirichlet((1, 1, 1), count)[..., None]).sum(1)


def _strands(body: Body, person: Person, scalp, rng) -> tuple[Array, Array]:
    options, skin = person.hair.options, _Skin(body)
    long = person.hair.style in ('bob', 'long')
    count, steps = int(options.get('n', 800)), int(options.get('seg', 11))
    part = options.get('part', .016)
    root = _roots(body, scalp, count, rng)
    layer = rng.random(count)
    side = np.where(root[:, 0] > part, 1., -1.)
    end = options.get('end', -.095) + rng.normal(size=count) * .007
    place = root + skin(root)[1] * (.0015 + .005 * layer[:, None])
    points, heading = [root, place], None
    for step in range(steps - 1):
        distance, normal = skin(place)
        flow = _fall(place, root, side, part) if long else _comb(place, root, step, options)
        flow = flow - normal * (flow * normal).sum(1, keepdims=True) * np.clip(1 - (distance - .005) / .022, 0, 1)[:, None]
        heading = unit(flow) if heading is None else unit(.4 * heading + .6 * unit(flow))
        stride = options.get('len', .17) / steps * np.where(place[:, 1] < end, .1, 1.)
        if not long:
            stride = stride * np.interp(root[:, 1], [-.05, .02, .07], [.28, .45, 1.])
        place = place + heading * stride[:, None]
        distance, normal = skin(place)
        t = (step + 1) / (steps - 1)
        want = .005 + .010 * layer * np.clip(t * 4, 0, 1) + .005 * np.sin(np.pi * np.clip(t * 1.2, 0, 1))
        near = np.where(place[:, 1] > -.055, .45, 0.)
        place = place + normal * (np.clip(want - distance, 0, .02) - near * np.clip(distance - want, 0, .05))[:, None]
        points.append(place)
    strands = np.stack(points, 1)
    for _ in range(2):
        strands[:, 1:-1] = .5 * strands[:, 1:-1] + .25 * (strands[:, :-2] + strands[:, 2:])
    return strands, layer


def _fall(place: Array, root: Array, side: Array, part: float) -> Array:
    crown = np.clip((place[:, 1] - .005) / .075, 0, 1)
    away = np.where(np.abs(root[:, 0] - part) < .09, side, np.sign(root[:, 0]))
    front = np.c_[away * crown, np.full(len(place), -.75), (-.35 * np.clip((root[:, 2] - .01) / .05, 0, 1) - .12) * (crown > .05)]
    back = np.c_[.55 * np.clip(place[:, 0] * 22, -1, 1) * crown, np.full(len(place), -1.), -.5 * crown]
    share = np.clip((-.005 - root[:, 2]) / .04, 0, 1)[:, None]
    return front * (1 - share) + back * share


def _comb(place: Array, root: Array, step: int, options) -> Array:
    top = np.clip((place[:, 1] - .045) / .035, 0, 1)
    lift = options.get('lift', .25) * top * (root[:, 2] > .025) * (step < 3)
    return np.c_[options.get('sweep', .55) * top + .10 * np.sign(place[:, 0]), -.85 * (1 - top) + lift, -.55 - .3 * top]


def _cards(strands: Array, layer: Array, person: Person, rng) -> Mesh:
    count, steps, _ = strands.shape
    along = unit(np.gradient(strands, axis=1))
    outward = strands - np.array([0, .035, 0])
    outward[..., 1] *= .5
    outward = unit(outward)
    outward = unit(outward - along * (outward * along).sum(2, keepdims=True))
    across = np.cross(along, outward)
    width = person.hair.options.get('w', .007) * (.8 + .5 * rng.random(count))
    column = np.where(layer > .8, 2 + (rng.random(count) > .5), rng.random(count) > .5).astype(int)
    s = np.linspace(0, 1, steps)
    tone = np.clip(1 + rng.normal(size=count) * .1, .7, 1.3) * (.55 + .45 * np.clip(layer * 1.3, 0, 1))
    colour = person.hair.root.linear * (1 - s[:, None]) + person.hair.tip.linear * s[:, None]
    half = width[:, None] * np.interp(s, [0, .15, .7, 1], [.75, 1, .95, .55])
    rows = []
    for u in (-1, 0, 1):
        place = strands + across * (u * half)[..., None] - outward * (.22 * half * u * u)[..., None]
        uv = np.stack(np.broadcast_arrays((column[:, None] + .5 + .47 * u) / COLUMNS, 1 - s), -1)
        rows.append((place, unit(outward * .85 + across * u * .45), uv, colour * tone[:, None, None]))
    place, normal, uv, tint = (np.stack(x, 2) for x in zip(*rows))
    number = np.arange(count * steps * 3).reshape(count, steps, 3)
    a, b, c, d = (number[:, i:steps - 1 + i, j:2 + j].ravel() for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
    return Mesh('Hair', 'Hair', place.reshape(-1, 3), normal.reshape(-1, 3), np.vstack([np.c_[a, b, c], np.c_[b, d, c]]),
                uv.reshape(-1, 2), tint.reshape(-1, 3))


def _texture(rng, size: int = 512) -> Image.Image:
    alpha, tone = Image.new('L', (size * 2, size * 2)), Image.new('L', (size * 2, size * 2))
    draw, draw_tone = ImageDraw.Draw(alpha), ImageDraw.Draw(tone)
    wide = size // COLUMNS
    for column, hairs in enumerate((150, 110, 80, 55)):
        for _ in range(hairs):
            t, wave, phase = rng.random(), rng.normal() * 3, rng.random() * 6
            length = size * np.clip((.62 + .36 * (1 - abs(2 * t - 1)) ** .6) * (.85 + .2 * rng.random()), .3, .985)
            x = column * wide + 6 + t * (wide - 12)
            s = np.linspace(0, 1, 26)
            xs = x + wave * np.sin(phase + 3 * s) * s + (column * wide + wide / 2 - x) * .35 * s ** 2.2
            shade = int(np.clip(165 + rng.normal() * 26, 90, 255))
            for i in range(25):
                line = [(xs[i] * 2, s[i] * length * 2), (xs[i + 1] * 2, s[i + 1] * length * 2)]
                thick = max(1, round((3.4 if column < 2 else 2.6) * (1 - s[i] * .75) * 1.4))
                draw.line(line, fill=255, width=thick)
                draw_tone.line(line, fill=shade, width=thick)
    a = np.asarray(alpha.resize((size, size), Image.LANCZOS), 'f4')
    light = np.asarray(tone.resize((size, size), Image.LANCZOS), 'f4')
    light = np.where(a > 8, light / np.maximum(a / 255, .05), 150).clip(0, 255)
    light = np.where(a > 8, light, ndimage.gaussian_filter(light, 6))
    return Image.fromarray(np.dstack([light, light, light, a]).astype('u1'))
