"""Paints the skin: colour, relief and roughness, from each texel's place on the body, CC0 masks and seeded noise."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .beard import beard_shade
from .body import Body, mouth_region
from .lids import Rim
from .meshes import Array
from .people import Colour, Person
from .source import Source
from .texels import Texels
from .wrinkles import wrinkle_relief


@dataclass(frozen=True)
class Canvas:
    """What the painting goes by."""

    body: Body
    person: Person
    texels: Texels
    rims: list[Rim]
    lips: Array
    """(size, size) soft mask"""
    lids: Array
    ears: Array
    scalp: Array
    """0 bare .. 1 under hair"""
    brow: Array
    """0..1: how strongly the brows tint the skin"""


@dataclass(frozen=True)
class SkinImages:
    """(size, size, 3) and 0..1 each."""

    colour: Array
    """sRGB"""
    normal: Array
    """half the size"""
    surface: Array
    """occlusion, roughness, metal; half the size"""


def canvas(source: Source, body: Body, person: Person, texels: Texels, rims: list[Rim], scalp, brow) -> Canvas:
    """`scalp` and `brow` take places (..., 3): metres inside the hairline, and 0..1."""
    inside = scalp(texels.place) + .0010 * texels.noise(600, 8)
    lips = texels.sample(source.mask('lips')) * mouth_region(body.landmarks, texels.place)
    lids = texels.sample(source.mask('eyelids')) * (_from_eyes(body, texels.place) < LID_REACH)
    return Canvas(body, person, texels, rims, texels.blur(lips, .0008), lids, texels.sample(source.mask('ears')),
                  1 / (1 + np.exp(-np.clip(inside / .0030, -30, 30))), brow(texels.place))


LID_REACH = 2.3
"""the lids' mask counts so far from the middle of an eye, against its radius; beyond it has strays"""


def _from_eyes(body: Body, places: Array) -> Array:
    return np.minimum(*(np.linalg.norm(places - eye.centre, axis=-1) / eye.radius for eye in body.eyes.values()))


def paint_skin(canvas: Canvas) -> SkinImages:
    half = replace(canvas, texels=canvas.texels.halved, **{name: getattr(canvas, name)[::2, ::2]
                                                           for name in ('lips', 'lids', 'ears', 'scalp', 'brow')})
    shade = _shade(half)
    surface = np.stack([shade, _roughness(half, shade), 0 * shade], -1)
    return SkinImages(canvas.texels.spread(_lit_colour(canvas)).clip(0, 1), half.texels.spread(_normal(half)) * .5 + .5,
                      half.texels.spread(surface).clip(0, 1))


def _shade(canvas: Canvas) -> Array:
    """Openness, 1 on open skin. Lips are measured closed, and must not show their dark seam when they part."""
    shade = np.clip(canvas.texels.openness / .85, 0, 1)
    return np.maximum(shade, .82 * np.clip(canvas.lips * 1.4, 0, 1))


def _lit_colour(canvas: Canvas) -> Array:
    shade = _shade(canvas)
    # Light that scatters in a crease comes back red: blue and green darken first.
    colour = _colour(canvas) * np.stack([shade ** .30, shade ** .55, shade ** .58], -1)
    # Half a step of noise before rounding to 8 bits keeps slow gradients from banding.
    return colour + np.random.default_rng(canvas.person.seed).uniform(-.5, .5, colour.shape) / 255


def _mix(colour: Array, other: Colour, weight: Array) -> Array:
    weight = np.clip(weight, 0, 1)[..., None]
    return colour * (1 - weight) + other.srgb * weight


def _colour(canvas: Canvas) -> Array:
    skin, texels = canvas.person.skin, canvas.texels
    colour = np.ones((texels.size, texels.size, 3)) * skin.base.srgb
    colour = _mottle(colour, canvas)
    colour = _blood(colour, canvas)
    colour = _mix(colour, skin.warm, .55 * canvas.ears)
    colour = _mix(colour, skin.lid, skin.lid_amount * texels.blur(canvas.lids, .0018))
    if skin.freckles:
        colour = _freckles(colour, canvas)
    if skin.stubble:
        colour = _mix(colour, skin.stubble, skin.stubble_amount * beard_shade(canvas.body, texels, canvas.lips))
    colour = _paint_lips(colour, canvas)
    colour = _under_hair(colour, canvas)
    colour = _mix(colour, canvas.person.brows.colour, canvas.person.brows.paint * canvas.brow)
    return _eye_line(colour, canvas)


def _under_hair(colour: Array, canvas: Canvas) -> Array:
    """The scalp, darker than the hair: no gap between strands shines."""
    weight = (.9 * canvas.scalp * (1 - canvas.ears))[..., None]
    return colour * (1 - weight) + canvas.person.hair.root.srgb * .76 * weight


def _mottle(colour: Array, canvas: Canvas) -> Array:
    """Pigment and blood vary from millimetres to centimetres."""
    texels, amount = canvas.texels, canvas.person.skin.variation
    fine = .40 * texels.noise(90, 1) + .30 * texels.noise(220, 2) + .30 * texels.noise(700, 3)
    colour = colour * (1 + .022 * amount * fine[..., None] * np.array([.7, 1, 1.15]))
    colour = _mix(colour, canvas.person.skin.warm, .09 * amount * np.clip(texels.noise(50, 4), 0, 2))
    pores = np.clip(texels.grain(.8, 15) - 1.2, 0, 1.5)
    return colour * (1 - .035 * amount * pores[..., None] * np.array([.8, 1, 1.1]))


def _blood(colour: Array, canvas: Canvas) -> Array:
    skin, texels, marks = canvas.person.skin, canvas.texels, canvas.body.landmarks
    eye, nose, lips = canvas.body.eyes['Left'].centre[0], marks.nose, marks.lips
    uneven = 1 + .25 * texels.noise(120, 16)
    cheeks = texels.pair((eye + .009, (nose[1] + 0) * 1.02, nose[2] - .028), (.022, .017, .04))
    colour = _mix(colour, skin.blush, skin.blush_amount * cheeks * uneven)
    colour = _mix(colour, skin.blush, .55 * skin.blush_amount * texels.blob(nose, (.015, .013, .022)) * uneven)
    colour = _mix(colour, skin.blush, .35 * skin.blush_amount * texels.blob(marks.chin, (.015, .011, .03)) * uneven)
    colour = _mix(colour, skin.under, .30 * texels.pair((eye * .97, -.0150, .075), (.014, .0050, .03)))
    colour = _mix(colour, skin.warm, .40 * texels.pair((.011, nose[1] - .002, nose[2] - .012), (.008, .008, .016)))
    return _mix(colour, skin.warm, .25 * texels.blob((0, lips[1], lips[2]), (.034, .017, .03)))


def _freckles(colour: Array, canvas: Canvas) -> Array:
    texels, nose = canvas.texels, canvas.body.landmarks.nose
    where = texels.blob((0, nose[1] + .008, nose[2] - .02), (.045, .016, .05))
    spots = np.clip(texels.noise(420, 21) - 1.0, 0, 1) + np.clip(texels.noise(750, 22) - 1.3, 0, 1)
    return _mix(colour, canvas.person.skin.warm, canvas.person.skin.freckles * where * spots)


def _paint_lips(colour: Array, canvas: Canvas) -> Array:
    skin, texels, lips = canvas.person.skin, canvas.texels, canvas.body.landmarks.lips
    tone = np.ones_like(colour) * skin.lip.srgb
    tone = tone * (1 + .05 * (texels.noise(260, 17) * .6 + texels.noise(900, 18) * .4)[..., None])
    tone = tone * (1 - .06 * _lip_lines(texels)[..., None])
    # Fuller colour towards the seam, paler at the border: a painted outline is what makes lips look stuck on.
    height = np.abs(texels.place[..., 1] - lips[1])
    inner = np.exp(-(height / .0075) ** 2)
    tone = tone * (1 - .16 * inner[..., None] * np.array([.7, 1, 1]))
    weight = np.clip(canvas.lips * 1.05, 0, 1) ** 1.3 * (.72 + .28 * inner) * skin.lip_amount
    return colour * (1 - weight[..., None]) + tone * weight[..., None]


def _lip_lines(texels: Texels) -> Array:
    """0..1: the fine upright furrows of lips."""
    wave = np.abs(np.sin(texels.place[..., 0] * 780 + texels.noise(90, 6) * 2.6 + texels.place[..., 1] * 120))
    return np.clip((wave - .76) / .24, 0, 1) * np.clip(.6 + .5 * texels.noise(160, 19), 0, 1)


def _eye_line(colour: Array, canvas: Canvas) -> Array:
    """Liner at the roots of the lashes, and the wet pink rim between them and the eyeball."""
    skin = canvas.person.skin
    for rim in canvas.rims:
        distance = canvas.texels.near(rim.places, LINE_REACH)
        strength = skin.liner_amount * (1 if rim.upper else .45)
        colour = _mix(colour, skin.liner, strength * np.exp(-(distance / (.0016 if rim.upper else .0010)) ** 2))
        colour = _mix(colour, skin.blush, .55 * _wet(canvas, rim, distance))
    return colour


LINE_REACH = .006
"""beyond this far from the lids' rims, metres, nothing is painted for their sake"""


def _wet(canvas: Canvas, rim: Rim, distance: Array) -> Array:
    """0..1 on the lid's edge, between lashes and eyeball."""
    eye = canvas.body.eyes[rim.side]
    away = np.linalg.norm(canvas.texels.place - eye.centre, axis=-1)
    root = np.linalg.norm(rim.places - eye.centre, axis=1).mean()
    return np.clip((root - .0004 - away) / .0008, 0, 1) * (distance < .004)


def _relief(canvas: Canvas) -> Array:
    """Height of the fine relief, in texels at a size of 1024."""
    texels, skin, marks = canvas.texels, canvas.person.skin, canvas.body.landmarks
    pores = -np.clip(texels.grain(.9, 11) - .5, 0, 3) * .12 + texels.grain(1.7, 12) * .07
    coarse = texels.pair((.020, marks.nose[1] - .004, marks.nose[2] - .03), (.022, .018, .04)) + texels.blob(marks.nose, (.02, .02, .03))
    height = pores * (.75 + .6 * np.clip(coarse, 0, 1)) * (1 - .8 * canvas.lips) * (1 - .7 * canvas.scalp)
    height = height - canvas.lips * _lip_lines(texels) * .10 - canvas.lips * texels.noise(140, 13) * .03
    return skin.relief * height + (skin.wrinkles * wrinkle_relief(canvas.body, texels) if skin.wrinkles else 0)


def _normal(canvas: Canvas) -> Array:
    size = canvas.texels.size
    down, right = np.gradient(canvas.texels.blur(_relief(canvas), .0001) * size / 1024)
    normal = np.stack([-right, down, np.ones_like(right)], -1)
    return normal / np.linalg.norm(normal, axis=-1, keepdims=True)


def _roughness(canvas: Canvas, shade: Array) -> Array:
    texels, skin, nose = canvas.texels, canvas.person.skin, canvas.body.landmarks.nose
    rough = .56 + .03 * texels.noise(250, 14) + skin.roughness
    rough = rough - .10 * texels.blob(nose, (.014, .03, .03)) - .05 * texels.blob((0, .045, nose[2] - .015), (.04, .02, .04))
    rough = rough - .20 * skin.gloss * canvas.lips + .12 * canvas.scalp
    rough = rough + (1 - rough) * np.clip((.55 - shade) / .4, 0, 1)
    for rim in canvas.rims:
        rough = rough - (rough - .12) * _wet(canvas, rim, texels.near(rim.places, LINE_REACH))
    return rough
