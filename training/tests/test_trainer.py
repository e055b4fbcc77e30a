"""Run in the training environment: python -m unittest discover -s tests"""

import base64
import dataclasses
import json
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from trainer import align, features, losses, measure, phones, prepare, render, tape, targets, teacher
from trainer.corpus import g2p
from trainer.corpus.store import Utterance
from trainer.ear import Ear
from trainer.network import MOTION, STRIDE, Network
from trainer.targets import Segment


class Features(unittest.TestCase):
    def test_golden(self):
        golden = json.loads((Path(__file__).parent.parent / 'golden/features.json').read_text())
        pcm = np.frombuffer(base64.b64decode(golden['pcm']), '<i2') / 32768
        np.testing.assert_allclose(features.extract(pcm), golden['features'], atol=1e-4)

    def test_causal_a_frame_needs_no_sample_after_its_end(self):
        rng = np.random.default_rng(1)
        x = 0.1 * rng.standard_normal(16_000)
        cut = x.copy()
        cut[160 * 50:] = 0
        np.testing.assert_array_equal(features.extract(x)[:50], features.extract(cut)[:50])

    def test_gain_changes_little_once_the_level_is_known(self):
        rng = np.random.default_rng(2)
        bursts = np.repeat(rng.uniform(0.01, 1, 60), 1600) * rng.standard_normal(96_000) * 0.2
        loud, soft = features.extract(bursts)[300:], features.extract(bursts * 0.1)[300:]
        self.assertLess(np.abs(loud - soft)[:, :64].mean(), 0.2)


class EarTest(unittest.TestCase):
    def test_hears_what_the_reference_does(self):
        rng = np.random.default_rng(3)
        x = np.repeat(rng.uniform(0.001, 1, 30), 1600) * rng.standard_normal(48_000) * 0.2
        heard = Ear(torch.device('cpu')).features(torch.from_numpy(x[None]).float())[0].numpy()
        np.testing.assert_allclose(heard, features.extract(x), atol=2e-3)


def reel(speaker: str, engine: str, slots: int, first_viseme: int) -> prepare.Reel:
    made = prepare.empty((speaker, engine, 'en'), slots)
    made.pcm[:] = np.random.default_rng(slots).integers(-9000, 9000, slots * targets.SLOT)
    made.visemes[:] = first_viseme
    made.articulation[:] = np.linspace(0, 1, slots)[:, None]
    made.starts = np.array([0, slots // 2], np.int32)
    made.spoken[:] = True
    return made


class Tapes(unittest.TestCase):
    def setUp(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        prepare.write(folder / 'tapes/train.npz', [reel('a', 'flite', 1500, 3), reel('b', 'noise', 1100, 0)])
        self.tape = tape.load(folder / 'tapes/train.npz', torch.device('cpu'))

    def test_stretches_lie_in_one_reel_however_fast_they_are_read(self):
        for seed in range(30):
            generator = torch.Generator().manual_seed(seed)
            drawn = render.draw(tape.stretches(self.tape, generator), generator)
            first = drawn.first.numpy()
            last = np.ceil(first + (render.OUTPUTS - 1) * drawn.speed.numpy()).astype(int)
            self.assertTrue((self.tape.reel_of(first) == self.tape.reel_of(last)).all())
            self.assertEqual(set(self.tape.reel_of(first)), {0, 1})

    def test_a_reel_of_one_utterance_is_seen_everywhere(self):
        whole = dataclasses.replace(self.tape, starts=np.array([0, 1500]))
        first = np.concatenate([tape.stretches(whole, torch.Generator().manual_seed(seed)).numpy() for seed in range(30)])
        self.assertLess(float((first == 0).mean()), 0.1)

    def test_targets_of_a_faster_reading_come_earlier(self):
        due = self.tape.targets(torch.tensor([100, 100]), torch.tensor([1.0, 1.2]))
        self.assertAlmostEqual(float(due['articulation'][0, 120, 0]), float(due['articulation'][1, 100, 0]), places=3)
        self.assertEqual(due['visemes'].unique().tolist(), [3])

    def test_a_clean_stretch_is_the_tape_itself_and_a_seed_gives_the_same_again(self):
        def rendered(clean: bool):
            renderer = render.Renderer(self.tape.pcm, self.tape.pcm, torch.Generator().manual_seed(4))
            one = torch.ones(3)
            return renderer.samples(render.Drawn(torch.tensor([0, 7, 100]), one, one, torch.tensor([clean] * 3)))
        own = self.tape.pcm[7 * targets.SLOT:][:render.SAMPLES] / 32768
        torch.testing.assert_close(rendered(True)[1], own)
        self.assertGreater(float((rendered(False)[1] - own).abs().max()), 1e-3)
        torch.testing.assert_close(rendered(False), rendered(False))


class Teaching(unittest.TestCase):
    def test_a_ridge_without_a_clip_has_not_seen_it(self):
        rng = torch.Generator().manual_seed(5)
        pairs = [(torch.randn(60, 4, generator=rng), torch.randn(60, 2, generator=rng)) for _ in range(3)]
        spoilt = [*pairs[:2], (pairs[2][0], 100 * pairs[2][1])]
        torch.testing.assert_close(teacher.Ridge(pairs).fit([0, 1], 10.0), teacher.Ridge(spoilt).fit([0, 1], 10.0))

    def test_the_teacher_speaks_alone_where_nobody_labelled_and_never_of_labelled_contacts(self):
        shape, count = (2, 5), len(phones.ARTICULATORS)
        due = {'visemes': torch.full(shape, 1), 'taught_visemes': torch.full((*shape, 15), 1 / 15),
               'articulation': torch.ones(*shape, count), 'taught_articulation': torch.zeros(*shape, count)}
        visemes, articulation = losses.opinions(due, torch.tensor([True, False]))
        torch.testing.assert_close(visemes.sum(-1), torch.ones(shape))
        self.assertGreater(float(visemes[0, 0, 1]), 0.5)
        torch.testing.assert_close(visemes[1], torch.full((5, 15), 1 / 15))
        self.assertEqual(articulation[0, 0, phones.ARTICULATORS.index('closure')], 1)
        self.assertEqual(float(articulation[1].max()), 0)

    def test_a_perfect_answer_costs_less_than_a_flat_one(self):
        torch.manual_seed(6)
        wanted = torch.rand(2, 40, len(MOTION)) * losses.MOTION_SD
        perfect = losses.curves_loss(wanted, wanted, losses.MOTION_SD, losses.MOTION)
        flat = losses.curves_loss(wanted.mean((0, 1)).expand_as(wanted), wanted, losses.MOTION_SD, losses.MOTION)
        self.assertLess(float(perfect), 0.1 * float(flat))


class Targets(unittest.TestCase):
    def test_lips_meet_in_every_p_whatever_surrounds_it(self):
        for neighbour in phones.CLASSES:
            parts = [Segment(neighbour, 0, .2, 'a'), Segment('p', .2, .26, 'b'), Segment(neighbour, .26, .5, 'a')]
            if neighbour == 'p':
                continue
            _, art = targets.curves(parts, .5)
            held = art[11:13]
            self.assertTrue((held[:, phones.ARTICULATORS.index('closure')] > 0.99).all(), neighbour)
            self.assertTrue((held[:, phones.ARTICULATORS.index('aperture')] < 0.01).all(), neighbour)

    def test_rounding_comes_before_its_sound(self):
        parts = [Segment('t', 0, .3, 't'), Segment('u', .3, .5, 'u')]
        _, art = targets.curves(parts, .5)
        self.assertGreater(art[12, phones.ARTICULATORS.index('rounding')], 0.3)

    def test_marks_share_their_time_and_segments_leave_no_gap(self):
        for mark, end in (('ˈ', .3), (' ', .35), ('↗', .325), ('ː', .4)):
            u = Utterance(np.zeros(16_000, np.int16), ['_', 't', mark, 'ɑ', '_'], np.array([.2, .3, .4, .6, 1.0]), 'kokoro', 'x', 'en')
            parts = targets.segments(u)
            self.assertEqual([p.symbol for p in parts], ['_', 't', 'ɑ', '_'])
            self.assertTrue(all(abs(a.end - b.start) < 1e-6 for a, b in zip(parts, parts[1:])))
            self.assertAlmostEqual(parts[1].end, end, places=5)

    def test_every_table_leads_to_a_class(self):
        for table in (phones.ARPABET, phones.ROMANCE, phones.CZECH, phones.FINNISH, phones.RUSSIAN, phones.KOKORO):
            for symbols in table.values():
                self.assertTrue(all(phones.CLASS_OF[s] in phones.CLASSES for s in symbols), symbols)


class Phonemes(unittest.TestCase):
    def test_spanish_and_italian(self):
        self.assertEqual(g2p.spanish('Considerando que'), 'konsideɾˈando ke.')
        self.assertEqual(g2p.italian('gli gnocchi'), 'ʎi ɲˈokki.')


class Alignment(unittest.TestCase):
    def test_boundaries_follow_the_likelihood_within_the_slack(self):
        visemes = [phones.CLASSES[n].viseme for n in ('sil', 'a', 's', 'sil')]
        true_ends = [10, 20, 30, 40]
        likelihood = np.full((40, 15), -9.0)
        for v, start, end in zip(visemes, [0, *true_ends], true_ends):
            likelihood[start:end, v] = 0
        guess = [Segment('sil', 0, .24, '_'), Segment('a', .24, .36, 'a'), Segment('s', .36, .64, 's'), Segment('sil', .64, .8, '_')]
        np.testing.assert_allclose(align.boundaries(likelihood, guess, 50), [.2, .4, .6, .8])


class Streaming(unittest.TestCase):
    def test_steps_of_40_ms_give_what_the_whole_gives(self):
        torch.manual_seed(1)
        network = Network(width=16).eval()
        x = torch.randn(2, 20 * STRIDE, features.FEATURES)
        with torch.no_grad():
            whole = network(x).motion
            state, parts = network.initial_state(2), []
            for s in range(20):
                h, state = network.trunk(x[:, s * STRIDE:(s + 1) * STRIDE], state)
                parts.append(network.heads(h).motion)
        self.assertLess(float((torch.cat(parts, 1) - whole).abs().max()), 1e-5)


class Measures(unittest.TestCase):
    def test_auc(self):
        self.assertEqual(measure.auc(np.array([.1, .4, .35, .8]), np.array([False, False, True, True])), .75)

    def test_closures_found_counts_false_ones(self):
        truth = np.zeros((1, 500))
        truth[0, 100:104] = truth[0, 300:304] = 1
        score = truth.copy()
        self.assertEqual(measure.closures_found(score, truth, 50, .15), 1)
        score[0, [20, 40, 60, 150, 200, 220, 250, 350, 400, 450]] = 1
        self.assertEqual(measure.closures_found(score, truth, 50, .15), 0)


if __name__ == '__main__':
    unittest.main()
