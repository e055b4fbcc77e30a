"""Clothes on a body of clay."""
import unittest

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from baker.cloth import sew
from baker.cloth.fabric import weave
from baker.cloth.garments import GARMENTS
from baker.meshes import vertex_normals
from baker.people import PersonError
from baker.rig import skin_weights
from head_of_clay import clay_body, clay_person

TRIANGLES = 20_000
BODY = clay_body()
NECK_SHARE = 0.4
"""of a turn of the head, that the neck takes"""


def turned(places, degrees):
    """Places after the head has turned about the upright, by linear blend skinning."""
    joints, weights = skin_weights(BODY, places)
    result = np.zeros_like(places)
    neck = np.radians(degrees) * NECK_SHARE
    for joint, (angle, pivot) in enumerate(((0, BODY.landmarks.neck), (neck, BODY.landmarks.neck), (np.radians(degrees), BODY.landmarks.head))):
        c, s = np.cos(angle), np.sin(angle)
        moved = (places - pivot) @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T + pivot
        result += weights[:, joint:joint + 1] * moved
    return result


class Garments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sewn = {style: sew(BODY, clay_person(cloth=style)) for style in GARMENTS}

    def test_same_again(self):
        for style, first in self.sewn.items():
            again = sew(BODY, clay_person(cloth=style))
            for part in ('positions', 'normals', 'faces', 'uv', 'colours'):
                self.assertTrue(np.array_equal(getattr(first.meshes[0], part), getattr(again.meshes[0], part)), f'{style} {part}')
            self.assertEqual(first.images['Cloth'].tobytes(), again.images['Cloth'].tobytes(), style)

    def test_one_mesh_in_budget(self):
        for style, result in self.sewn.items():
            self.assertEqual([m.material for m in result.meshes], ['Cloth'], style)
            self.assertLessEqual(len(result.meshes[0].faces), TRIANGLES, style)
            self.assertTrue(np.isfinite(result.meshes[0].positions).all(), style)
            np.testing.assert_allclose(np.linalg.norm(result.meshes[0].normals, axis=1), 1, atol=1e-6, err_msg=style)

    def test_no_skin_pokes_through_in_turns(self):
        """Outside of all skin that is shown below the neckline, but for the throat, there is cloth, however the head is turned."""
        for style, result in self.sewn.items():
            edge = GARMENTS[style](BODY, clay_person().cloth, 7).edge(BODY.positions)
            below = np.flatnonzero(~result.hides & (edge > 0.004) & (edge < 0.05) & (np.abs(BODY.positions[:, 0]) < 0.15))
            below = below[(np.abs(BODY.positions[below, 0]) > 0.03) | (BODY.positions[below, 2] < 0)]
            self.assertGreater(len(below), 50, style)
            for degrees in (-35, 0, 35):
                skin = turned(BODY.positions, degrees)
                normals = vertex_normals(skin, BODY.faces)
                cloth = trimesh.Trimesh(turned(result.meshes[0].positions, degrees), result.meshes[0].faces, process=False)
                starts = skin[below] - normals[below] * 0.0005
                hits, rays, _ = cloth.ray.intersects_location(starts, normals[below], multiple_hits=False)
                far = np.full(len(below), np.inf)
                far[rays] = np.linalg.norm(hits - starts[rays], axis=1)
                self.assertLess(far.max(), 0.06, f'{style} {degrees}')

    def test_covers_what_it_hides(self):
        """Skin that is left out lies below cloth."""
        for style, result in self.sewn.items():
            hidden = BODY.positions[result.hides & (BODY.positions[:, 1] > -0.24) & (np.abs(BODY.positions[:, 0]) < 0.15)]
            far, _ = cKDTree(result.meshes[0].positions).query(hidden)
            self.assertGreater(len(hidden), 100, style)
            self.assertLess(far.max(), 0.03, style)

    def test_unknown_style(self):
        with self.assertRaisesRegex(PersonError, 'kimono'):
            sew(BODY, clay_person(cloth='kimono'))

    def test_weaves_repeat(self):
        """The last row and column go on in the first: no step is larger there than inside."""
        for kind in ('knit', 'plain', 'fleece'):
            image = np.asarray(weave(kind)[0], float)
            for axis in (0, 1):
                inside = np.abs(np.diff(image, axis=axis)).max()
                edge = np.abs(np.take(image, 0, axis) - np.take(image, -1, axis)).max()
                self.assertLessEqual(edge, inside * 1.05, kind)


if __name__ == '__main__':
    unittest.main()
