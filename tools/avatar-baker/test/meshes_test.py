"""Subdivision without cracks, clean clips, and lips that close."""
import unittest

import numpy as np

from baker.lips import close_lips, seen_gap
from baker.meshes import catmull_clark, clip, smooth, triangles

GRID = [(i + 5 * j, i + 1 + 5 * j, i + 6 + 5 * j, i + 5 + 5 * j) for j in range(4) for i in range(4)]
PLACES = np.array([(i, j, 0.1 * i * j) for j in range(5) for i in range(5)], float)


def open_edges(faces) -> int:
    edges = np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    return int((np.unique(edges, axis=0, return_counts=True)[1] == 1).sum())


class Subdivision(unittest.TestCase):
    def test_neighbours_of_the_chosen_take_its_vertices_in(self):
        chosen = np.array([i in (5, 6, 9, 10) for i in range(16)])
        fine = catmull_clark(len(PLACES), GRID, chosen)
        self.assertEqual(open_edges(triangles(fine.polygons)), 16)
        self.assertEqual(len(fine.polygons), 12 + 16)

    def test_goes_the_same_way_with_places_and_displacements(self):
        fine = catmull_clark(len(PLACES), GRID)
        move = np.random.default_rng(1).normal(size=PLACES.shape)
        np.testing.assert_allclose(fine(PLACES + move), fine(PLACES) + fine(move), atol=1e-12)
        np.testing.assert_allclose(fine(np.ones((25, 1))), 1)

    def test_a_clip_ends_on_its_line(self):
        places, faces = clip(PLACES, triangles(GRID), PLACES[:, 0] - 1.3)
        self.assertAlmostEqual(places[np.unique(faces), 0].min(), 1.3)

    def test_smoothing_keeps_what_has_no_weight(self):
        weight = np.zeros(25)
        weight[12] = .5
        moved = smooth(PLACES ** 2, triangles(GRID), 3, weight) != PLACES ** 2
        self.assertEqual(np.unique(np.nonzero(moved)[0]).tolist(), [12])


class Lips(unittest.TestCase):
    def setUp(self):
        """Two ledges with a slit of 1 mm between them and a wall behind it."""
        def plate(y0, y1, z0, z1):
            return np.array([(x, y, z) for y, z in ((y0, z0), (y1, z1)) for x in np.linspace(-.02, .02, 9)])
        strips = [plate(.020, .0005, .09, .09), plate(.0005, .0005, .09, .07), plate(-.0005, -.0005, .07, .09), plate(-.0005, -.020, .09, .09),
                  plate(.02, -.02, .05, .05)]
        strip = [(i + 1, i, i + 9, i + 10) for i in range(8)]
        self.places = np.vstack(strips)
        self.faces = np.vstack([triangles(strip) + 18 * n for n in range(5)])
        self.cavity = np.arange(len(self.faces)) >= 64
        self.mask = (np.arange(len(self.places)) < 72).astype(float)

    def gap(self, places) -> float:
        return seen_gap(places, self.faces, self.cavity, np.array([0, .005]), 0)[0].max()

    def test_a_slit_is_seen_and_closed(self):
        self.assertAlmostEqual(self.gap(self.places), .001, delta=.0002)
        closed = close_lips(self.places, self.faces, self.cavity, self.mask)
        self.assertEqual(self.gap(closed), 0)


if __name__ == '__main__':
    unittest.main()
