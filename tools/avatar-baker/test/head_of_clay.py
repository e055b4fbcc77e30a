"""A small body made of formulas, so that tests need no download: head, neck and shoulders of revolution, ears by a mask."""
from __future__ import annotations

import numpy as np

from baker.body import Body, Eye, Helper, Landmarks
from baker.meshes import vertex_normals
from baker.people import Brows, Cloth, Colour, Eyes, Hair, Person, Skin

RINGS, SPOKES = 56, 48
# height, half width, half depth, middle's z
_PROFILE = np.array([
    (-.330, .215, .090, -.030), (-.275, .212, .088, -.030), (-.230, .205, .082, -.032), (-.195, .180, .074, -.036),
    (-.165, .110, .066, -.040), (-.140, .062, .058, -.040), (-.115, .052, .054, -.034), (-.090, .054, .062, -.020),
    (-.060, .062, .082, -.005), (-.020, .070, .090, -.002), (.030, .072, .092, -.003), (.065, .064, .082, -.006),
    (.090, .044, .056, -.010), (.102, .020, .026, -.012), (.105, .0005, .0005, -.013)])


def clay_body() -> Body:
    positions, quads = _revolved(np.linspace(-.275, .105, RINGS))
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    x, y, z = positions.T
    aside, front = np.abs(x), z > 0
    masks = {'ears': ((aside > .066) & (y > -.045) & (y < .006) & (np.abs(z + .005) < .02)).astype(float),
             'lips': (front & (aside < .022) & (np.abs(y + .062) < .007)).astype(float), 'eyelids': np.zeros(len(x))}
    up, out = np.array([0, 1.0, 0]), np.array([0, 0, 1.0])
    lift = .008 * front * np.exp(-((y - .028) / .02) ** 2)
    drop = jaw_drop(positions)
    morphs = {'browInnerUp': lift[:, None] * up, 'jawOpen': -drop[:, None] * up - .3 * drop[:, None] * out, 'cheekPuff': np.zeros((len(x), 3))}
    marks = Landmarks(lips=np.array([0, -.062, z[front & (np.abs(y + .062) < .006)].max()]), lip_half_width=.022, nose=np.array([0, -.03, .09]),
                      chin=np.array([0, -.094, .05]), crown=.105, neck=np.array([0, -.138, -.050]), head=np.array([0, -.086, -.032]))
    eyes = {side: Eye(np.array([s * .030, 0, .062]), .013) for side, s in (('Left', 1), ('Right', -1))}
    tights, polygons = _revolved(np.linspace(-.320, -.072, 22), 32)
    return Body(positions, faces, vertex_normals(positions, faces), np.zeros((len(faces), 3, 2)), np.zeros(len(faces), bool), morphs, masks,
                {'tights': Helper(tights, polygons, {})}, eyes, marks)


def jaw_drop(places):
    """(n,) metres by which jawOpen lowers the skin at `places`."""
    y, z = places[:, 1], places[:, 2]
    return .020 * np.clip((-.045 - y) / .02, 0, 1) * np.clip(z / .03, 0, 1) * np.clip((y + .14) / .03, 0, 1)


def _revolved(heights, spokes: int = SPOKES):
    wide, deep, middle = (np.interp(heights, _PROFILE[:, 0], _PROFILE[:, k]) for k in (1, 2, 3))
    turn = np.linspace(0, 2 * np.pi, spokes, endpoint=False)
    rings = np.stack([wide[:, None] * np.sin(turn), np.repeat(heights[:, None], spokes, 1), middle[:, None] + deep[:, None] * np.cos(turn)], -1)
    number = np.arange(rings.size // 3).reshape(len(heights), spokes)
    beside = np.roll(number, -1, 1)
    quads = np.stack([number[:-1], beside[:-1], beside[1:], number[1:]], -1).reshape(-1, 4)
    return rings.reshape(-1, 3), [tuple(q) for q in quads.tolist()]


def clay_person(style: str = 'bob', cloth: str = 'pullover', **options: float) -> Person:
    skin = {name: Colour('#c09070') for name in ('base', 'warm', 'blush', 'under', 'lid', 'lip')}
    curve = [[.5, 24.0], [.8, 27.0], [1.1, 28.5], [1.4, 26.0]]
    return Person('clay', 'Clay', '1.0.0', 'a test', 'en', Skin(**skin), Eyes(Colour('#4a2f1a'), Colour('#7d5527')),
                  Brows(Colour('#3a271b'), curve), Hair(style, Colour('#33211a'), Colour('#7a5236'), dict(options)),
                  Cloth(Colour('#2f4a5f'), cloth, {}))
