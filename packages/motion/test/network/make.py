"""A tiny untrained network with the interface of the trained one, for tests: motion.onnx and motion.json in this folder.

    PYTHONPATH=training python packages/motion/test/network/make.py
"""

import json
from pathlib import Path

import onnx
import torch
from trainer import export
from trainer.network import Network

torch.manual_seed(1)
network = Network(width=8, dilations=(1, 2)).eval()
with torch.no_grad():
    network.motion.weight.mul_(3)  # visible motion from what was never trained
path = Path(__file__).parent / 'motion.onnx'
onnx.save(export.build(network), path)
path.with_suffix('.json').write_text(json.dumps(export.manifest(network, path) | {'id': 'tiny'}, indent=2) + '\n')
