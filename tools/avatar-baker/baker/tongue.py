"""
The tongue: rests behind the lower teeth, goes most of the way with the jaw, and comes out between the teeth. It has one shape
beside ARKit's: `tongueRise`, which clients that know it drive from tongueOut, so that the tip goes over the lower teeth and
not through them.
"""
from __future__ import annotations

import numpy as np

from .body import Body
from .meshes import Array, Mesh, catmull_clark, triangles, vertex_normals
from .people import Person

SCALE = np.array([.92, .62, .92])
DOWN, BACK = .0050, .0065
"""from where the source data has it: below the edge of the lower teeth, behind them"""
WITH_JAW = .88
"""how much of the jaw's way the tongue's tip goes: it stays nearer the palate, and so is seen in an open mouth"""
TIP = .045
"""length of the part that moves by itself"""
OUT = np.array([0, .0035, .0350])
"""of the tip, at full tongueOut: over the lower teeth and past the lips"""
ARCH = .0050
"""how much the middle of the moving part rises on the way over the teeth"""
RISE = np.array([0, .0060, .0030])
"""of the tip, at full tongueRise: behind the upper teeth, as in l and n"""


def tongue(body: Body, person: Person) -> Mesh:
    helper = body.helpers['tongue']
    fine = catmull_clark(len(helper.positions), helper.polygons)
    faces = triangles(fine.polygons)
    still = fine(helper.positions)
    centre = still.mean(0)
    place = (still - centre) * SCALE + centre - [0, DOWN - person.mouth.tongue_up / 1000, BACK]
    # 0 at the root .. 1 at the tip
    front = np.clip((place[:, 2] - (place[:, 2].max() - TIP)) / TIP, 0, 1)[:, None]
    morphs = {name: fine(helper.morphs[name]) * (1 - (1 - WITH_JAW) * front)
              for name in ('jawOpen', 'jawForward', 'jawLeft', 'jawRight')}
    morphs['tongueOut'] = front ** 1.3 * OUT + ARCH * np.sin(np.pi * front) * [0, 1, 0] - _flatten(place, front)
    morphs['tongueRise'] = front ** 1.2 * RISE
    normals = vertex_normals(place, faces)
    shade = np.clip((place[:, 2:] - (place[:, 2].max() - .05)) / .055, .12, .9)
    # A furrow down the middle, and a paler, drier back.
    shade = shade * (1 - .18 * np.exp(-(place[:, :1] / .0016) ** 2) * np.clip(normals[:, 1:2], 0, 1))
    return Mesh('Tongue', 'Tongue', place, normals, faces, None, np.tile(shade, (1, 3)), morphs,
                {name: vertex_normals(place + move, faces) - normals for name, move in morphs.items()})


def _flatten(place: Array, front: Array) -> Array:
    """A tongue that is put out grows thinner towards its tip."""
    middle = place[:, 1:2] - np.interp(place[:, 2], *_midline(place))[:, None]
    return front * middle * .35 * np.array([0, 1, 0])


def _midline(place: Array) -> tuple[Array, Array]:
    """Heights of the middle of the tongue by depth."""
    depth = np.linspace(place[:, 2].min(), place[:, 2].max(), 12)
    near = [np.abs(place[:, 2] - z) < .006 for z in depth]
    return depth, np.array([(place[n, 1].max() + place[n, 1].min()) / 2 for n in near])


def tongue_material() -> dict:
    return dict(pbrMetallicRoughness=dict(baseColorFactor=[.50, .16, .155, 1], metallicFactor=0, roughnessFactor=.36))
