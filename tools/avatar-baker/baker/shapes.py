"""
Makes the 52 shapes of the source data move as faces do: a smile that lifts the cheeks without creases, lips that stay closed where a shape alone should not part them, lids that meet. The middle of the lips keeps the
source's way, for the motion decoder is calibrated by it.
"""
from __future__ import annotations

import numpy as np

from .lips import close_lips
from .meshes import Array, smooth
from .people import Mouth

STAY_CLOSED = ('mouthSmile', 'mouthPress', 'mouthDimple', 'mouthStretch', 'mouthFrown', 'mouthLeft', 'mouthRight',
               'mouthRollLower', 'mouthRollUpper', 'mouthShrugLower', 'cheekPuff', 'cheekSquint', 'jawForward', 'jawLeft',
               'jawRight', 'noseSneer', 'mouthPucker')
"""shapes that alone leave the lips together"""
SMOOTHED = {'mouthSmile': 26, 'mouthStretch': 12, 'mouthDimple': 14, 'mouthFrown': 10, 'cheekSquint': 8, 'mouthPress': 8,
            'noseSneer': 6, 'cheekPuff': 6}
"""rounds of smoothing of the displacement outside lips and lids"""
SMILE_LIFT, SMILE_WIDTH, SMILE_DEPTH = .74, .70, .85
"""how much of the source's smile is kept upwards, outwards and backwards: it goes as far as a grin"""
CHEEK_LIFT = np.array([0, .0022, .0016])
"""of the cheek's apple with a full smile, metres"""


def natural_shapes(places: Array, faces: Array, cavity: Array, moves: dict[str, Array], masks: dict[str, Array],
                   marks, mouth: Mouth) -> dict[str, Array]:
    """`places` are those of closed lips at rest."""
    loose = _outside_features(places, faces, masks, marks)
    result = {}
    for name, move in moves.items():
        kind = name.removesuffix('Left').removesuffix('Right') if name not in ('mouthLeft', 'mouthRight', 'jawLeft', 'jawRight') else name
        if kind in SMOOTHED:
            move = smooth(move, faces, SMOOTHED[kind], .5 * loose)
        if kind == 'mouthSmile':
            side = 1 if name.endswith('Left') else -1
            move = _drawn_smile(places, marks, side, mouth.drawn_smile / 1000) if mouth.drawn_smile else _smile(places, move, marks, side)
        if kind in STAY_CLOSED:
            move = close_lips(places + move, faces, cavity, masks['lips']) - places
        result[name] = move
    ajar = places + result['jawOpen']
    result['mouthClose'] = close_lips(ajar + result['mouthClose'], faces, cavity, masks['lips']) - ajar
    return result


def _outside_features(places: Array, faces: Array, masks: dict[str, Array], marks) -> Array:
    """(n,) 1 on cheeks, chin and forehead, 0 on lips and lids and in the mouth."""
    features = np.clip(np.maximum(masks['lips'], masks['eyelids']) * 2, 0, 1)
    features = np.maximum(features, (places[:, 2] < marks.lips[2] - .012) & (np.abs(places[:, 0]) < marks.lip_half_width * 1.2)
                          & (np.abs(places[:, 1] - marks.lips[1]) < .03))
    return 1 - np.clip(smooth(features[:, None].astype(float), faces, 3)[:, 0] * 1.3, 0, 1)


DRAWN_WAY = np.array([.50, 1, -.45])
"""of the corner in a drawn smile: outwards, upwards, and back along the cheek"""
DRAWN_REACH = np.array([.017, .015, .030])


def _drawn_smile(places: Array, marks, side: int, lift: float) -> Array:
    corner = marks.lips + [side * marks.lip_half_width, 0, -.008]
    share = np.exp(-(((places - corner) / DRAWN_REACH) ** 2).sum(1))[:, None]
    return share * lift * DRAWN_WAY * [side, 1, 1] + _cheek_lift(places, marks, side)


def _smile(places: Array, move: Array, marks, side: int) -> Array:
    return move * [SMILE_WIDTH, SMILE_LIFT, SMILE_DEPTH] + _cheek_lift(places, marks, side)


def _cheek_lift(places: Array, marks, side: int) -> Array:
    apple = np.array([side * .038, marks.nose[1] + .001, marks.nose[2] - .030])
    offset = (places - apple) / [.021, .017, .035]
    return np.exp(-(offset ** 2).sum(1))[:, None] * CHEEK_LIFT
