"""Hair, beard and brows on a head of clay."""
import unittest

import numpy as np
from scipy.spatial import cKDTree

from baker.brows import brows
from baker.hair import STYLES, grow
from baker.hair.skull import Hairline, Skull
from baker.people import PersonError
from baker.surface import Surface
from head_of_clay import clay_body, clay_person, jaw_drop

TRIANGLES = 25_000
DEEPEST = 0.0025
"""how far below the skin hair may reach, metres: roots and the inner edges of cards, which nobody sees"""
VERTICES = 6
"""of a card of the beard"""
BODY = clay_body()
SKULL = Skull(BODY)


class Styles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.grown = {style: grow(BODY, clay_person(style)) for style in STYLES}

    def test_same_again(self):
        for style, first in self.grown.items():
            again = grow(BODY, clay_person(style))
            self.assertEqual(len(first.meshes), len(again.meshes), style)
            for a, b in zip(first.meshes, again.meshes):
                for part in ('positions', 'normals', 'faces', 'uv', 'colours'):
                    self.assertTrue(np.array_equal(getattr(a, part), getattr(b, part)), f'{style} {a.name} {part}')
            self.assertEqual(first.images['Hair'].tobytes(), again.images['Hair'].tobytes(), style)

    def test_budget(self):
        for style, result in self.grown.items():
            self.assertLessEqual(sum(len(m.faces) for m in result.meshes), TRIANGLES, style)
            self.assertLessEqual(len(result.meshes), 2, style)
            self.assertGreater(sum(len(m.faces) for m in result.meshes), 1000, style)

    def test_sound_meshes(self):
        for style, result in self.grown.items():
            for mesh in result.meshes:
                self.assertTrue(np.isfinite(mesh.positions).all(), style)
                np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6, err_msg=style)
                self.assertTrue((mesh.uv > -1e-9).all() and (mesh.uv < 1 + 1e-9).all(), style)
                self.assertTrue((mesh.colours >= 0).all() and (mesh.colours <= 1.5).all(), style)
                self.assertLess(mesh.faces.max(), len(mesh.positions), style)
                self.assertEqual(mesh.colours.shape[1], 3 if mesh.material == 'Hair' else 4, style)

    def test_nothing_in_the_head(self):
        for style, result in self.grown.items():
            for mesh in result.meshes:
                away, _ = SKULL.distance(mesh.positions)
                self.assertGreater(away.min(), -DEEPEST, f'{style} {mesh.name}')

    def test_face_stays_free(self):
        """Nothing hangs before the eyes, nose and mouth."""
        for style, result in self.grown.items():
            for mesh in result.meshes:
                x, y, z = mesh.positions.T
                before = (np.abs(x) < 0.04) & (y < 0.03) & (y > -0.09) & (z > 0.06)
                self.assertFalse(before.any(), f'{style} {mesh.name}')

    def test_options(self):
        with self.assertRaisesRegex(PersonError, 'afro'):
            grow(BODY, clay_person('afro'))
        with self.assertRaisesRegex(PersonError, 'lenght'):
            grow(BODY, clay_person('bob', lenght=0.1))
        longer = grow(BODY, clay_person('bob', length=0.16))
        self.assertLess(longer.meshes[0].positions[:, 1].min(), self.grown['bob'].meshes[0].positions[:, 1].min() - 0.03)

    def test_grey(self):
        saturation = lambda m: float(np.ptp(m.colours[:, :3], axis=1).mean() / m.colours[:, :3].mean())
        for style in ('bob', 'swept', 'bun', 'coils', 'cartoon'):
            grey = grow(BODY, clay_person(style, grey=0.8))
            self.assertLess(saturation(grey.meshes[0]), 0.6 * saturation(self.grown[style].meshes[0]), style)


class Scalp(unittest.TestCase):
    def test_roots_lie_in_the_scalp(self):
        roots = SKULL.roots(np.random.default_rng(3), 0.008, inset=0.004)
        self.assertGreater(len(roots), 200)
        self.assertGreaterEqual(SKULL.scalp(roots).min(), 0.004)
        self.assertLess(np.abs(SKULL.distance(roots)[0]).max(), 0.001)
        gaps, _ = cKDTree(roots).query(roots, k=2)
        self.assertGreaterEqual(gaps[:, 1].min(), 0.008)

    def test_hairline(self):
        receding = Skull(BODY, Hairline(temples=0.02))
        corner = np.array([[0.05, 0.062, 0.045]])
        self.assertLess(receding.scalp(corner)[0], SKULL.scalp(corner)[0] - 0.004)
        face = BODY.positions[(BODY.positions[:, 2] > 0.06) & (BODY.positions[:, 1] < 0.06)]
        self.assertLess(SKULL.scalp(face).max(), 0)


class Follows(unittest.TestCase):
    """Hair on the face moves as the skin below it does."""

    def test_beard(self):
        plain, bearded = (grow(BODY, clay_person('coils', beard=b)) for b in (0.0, 0.004))
        self.assertEqual(plain.meshes[1].morphs, {})
        soft = bearded.meshes[1]
        roots = (soft.positions[0::VERTICES] + soft.positions[1::VERTICES]) / 2
        moves = soft.morphs['jawOpen'].reshape(-1, VERTICES, 3)
        self.assertGreater(jaw_drop(roots).max(), 0.01)
        wrong = np.abs(-moves[:, 0, 1] - jaw_drop(roots))
        self.assertLess(wrong.mean(), 0.0004)
        self.assertLess(wrong.max(), 0.005, 'the kink of the formula between two rings of clay')
        np.testing.assert_array_equal(moves, np.repeat(moves[:, :1], VERTICES, 1), 'a card keeps its shape')
        self.assertNotIn('cheekPuff', soft.morphs)

    def test_brows(self):
        mesh = brows(BODY, Surface(BODY), clay_person())
        _, near = cKDTree(BODY.positions).query(mesh.positions)
        self.assertGreater(mesh.morphs['browInnerUp'][:, 1].max(), 0.004)
        np.testing.assert_allclose(mesh.morphs['browInnerUp'], BODY.morphs['browInnerUp'][near], atol=0.0015)
        away, _ = SKULL.distance(mesh.positions)
        self.assertTrue((away > -0.0003).all() and (away < 0.0015).all(), 'strips lie on the skin')


if __name__ == '__main__':
    unittest.main()
