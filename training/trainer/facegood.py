"""Real face motion with its audio: five clips of one speaker, as ARKit weights. See SOURCES.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .corpus.audio import read_wav
from .corpus.store import SAMPLE_RATE
from .network import MOTION

CLIPS = ['2_01', '2_02', '2_03', '2_04', '2_05']
# The capture's own error of synchronisation, taken out; the natural lag of the face (about 33 ms) stays.
LATE_FRAMES = {'2_05': 1}
SPEECH_DBFS = -42
# ARKit channel: groups of solver channels; the mean of a group, and the largest of the groups.
GROUPS = {
    'jawOpen': [['mouth_stretch_c']],
    'mouthFunnel': [['mouth_funnel_dl', 'mouth_funnel_dr', 'mouth_funnel_ul', 'mouth_funnel_ur'], ['mouth_oh_c']],
    'mouthPucker': [['mouth_pucker_l', 'mouth_pucker_r'], ['mouth_oo_c']],
    'mouthSmile': [['mouth_lipCornerPull_l', 'mouth_lipCornerPull_r'], ['mouth_lipCornerPullOpen_l', 'mouth_lipCornerPullOpen_r']],
    'mouthStretch': [['mouth_lipStretch_l', 'mouth_lipStretch_r']],
    'mouthLowerDown': [['mouth_lowerLipDepress_l', 'mouth_lowerLipDepress_r']],
    'mouthUpperUp': [['mouth_upperLipRaise_l', 'mouth_upperLipRaise_r']],
    'mouthPress': [['mouth_press_l', 'mouth_press_r']],
    'mouthRollLower': [['mouth_suck_dl', 'mouth_suck_dr']],
    'mouthRollUpper': [['mouth_suck_ul', 'mouth_suck_ur']],
    'mouthDimple': [['mouth_dimple_l', 'mouth_dimple_r']],
    'mouthShrugUpper': [['mouth_chinRaise_u']],
    'noseSneer': [['nose_wrinkle_l', 'nose_wrinkle_r']],
}


@dataclass
class Clip:
    name: str
    samples: np.ndarray  # floats at 16 kHz
    fps: int
    motion: np.ndarray  # [frames, 13] in the order of network.MOTION
    rounding: np.ndarray  # [frames]
    press: np.ndarray  # [frames]
    speech: np.ndarray  # [frames] bool

    @property
    def opening(self) -> np.ndarray:
        return self.motion[:, MOTION.index('jawOpen')]


def load(folder: Path, name: str) -> Clip:
    data = json.loads((folder / f'{name}.json').read_text('utf8'))
    samples = read_wav(str(folder / f'{name}.wav'))
    frames = np.array(data['frames'])[LATE_FRAMES.get(name, 0):]
    columns = {channel: frames[:, i] for i, channel in enumerate(data['names'])}

    def mean(group: list[str]) -> np.ndarray:
        return np.mean([columns[c] for c in group if c in columns] or [np.zeros(len(frames))], axis=0)

    motion = np.stack([np.max([mean(group) for group in GROUPS[channel]], axis=0) for channel in MOTION], 1)
    rounding = np.max([columns[c] for c in ('mouth_funnel_dl', 'mouth_oh_c', 'mouth_pucker_l')], axis=0)
    press = sum(columns[c] for c in ('mouth_press_l', 'mouth_suck_dl', 'mouth_suck_ul'))
    return Clip(name, samples, data['fps'], motion, rounding, press, _speech(samples, len(frames), data['fps']))


def _speech(samples: np.ndarray, count: int, fps: int) -> np.ndarray:
    """Frames whose level within 20 ms is above -42 dBFS."""
    power = np.concatenate([[0], np.cumsum(samples.astype(np.float64) ** 2)])
    centre = np.round(np.arange(count) * SAMPLE_RATE / fps).astype(int)
    first, last = np.clip(centre - 320, 0, len(samples)), np.clip(centre + 320, 0, len(samples))
    mean = (power[last] - power[first]) / np.maximum(1, last - first)
    return 10 * np.log10(mean + 1e-12) > SPEECH_DBFS
