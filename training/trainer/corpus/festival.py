"""Speech by festival's voices in six languages, with its own segment times."""

from __future__ import annotations

import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from . import store, texts
from .audio import read_wav

# Voice: language, the encoding festival reads, the speaker (the same name as in other engines where it is the same person).
VOICES = {
    'kal_diphone': ('en', 'ascii', 'kal'), 'ked_diphone': ('en', 'ascii', 'ked'),
    'cmu_us_slt_arctic_hts': ('en', 'ascii', 'slt'),
    'lp_diphone': ('it', 'iso-8859-1', 'lp'), 'pc_diphone': ('it', 'iso-8859-1', 'pc'),
    'czech_dita': ('cs', 'iso-8859-2', 'dita'), 'czech_krb': ('cs', 'iso-8859-2', 'krb'),
    'czech_machac': ('cs', 'iso-8859-2', 'machac'), 'czech_ph': ('cs', 'iso-8859-2', 'ph'),
    'msu_ru_nsh_clunits': ('ru', 'utf-8', 'nsh'), 'upc_ca_ona_hts': ('ca', 'iso-8859-15', 'ona'),
    'suo_fi_lj_diphone': ('fi', 'iso-8859-1', 'lj'), 'hy_fi_mv_diphone': ('fi', 'iso-8859-1', 'mv'),
}
BATCH = 25
SCRIPT = '''
(define (speak text name)
  (let ((u (utt.synth (eval (list 'Utterance 'Text text)))))
    (utt.save.wave u (string-append name ".wav"))
    (format t "==%s\\n" name)
    (mapcar (lambda (s) (format t "%s %f\\n" (item.name s) (item.feat s "end"))) (utt.relation.items u 'Segment))))
(voice_{voice})
(Parameter.set 'Duration_Stretch {stretch:.2f})
'''


def build(out: Path, downloads: Path, minutes: float, seed: int = 3) -> None:
    """`minutes` of speech by each voice, in batches of one speaking rate each."""
    for number, (voice, (language, encoding, speaker)) in enumerate(VOICES.items()):
        rng = random.Random(f'{seed}-{voice}')
        lines = texts.sentences(language, downloads)
        at, spoken, batch = (3500 + 400 * number if language == 'en' else 0), 0.0, 0
        while spoken < minutes * 60 and batch * BATCH < len(lines):
            picked = [lines[(at + batch * BATCH + i) % len(lines)] for i in range(BATCH)]
            names = [out / f'{speaker}-{batch:02d}-{i:02d}.npz' for i in range(BATCH)]
            stretch = rng.choice([0.85, 0.95, 1.0, 1.1, 1.25])
            if not names[0].exists():
                for index, utterance in _speak(voice, picked, encoding, speaker, language, stretch):
                    store.save(names[index], utterance)
            spoken += sum(len(store.load(n).samples) / store.SAMPLE_RATE for n in names if n.exists())
            batch += 1
        print(f'{voice} {spoken / 60:.1f} min', flush=True)


def _speak(voice, lines, encoding, speaker, language, stretch):
    with tempfile.TemporaryDirectory() as folder:
        script = SCRIPT.replace('{voice}', voice).replace('{stretch:.2f}', f'{stretch:.2f}')
        calls = [f'(speak "{line}" "{folder}/{i}")' for i, line in enumerate(lines)]
        path = Path(folder, 'speak.scm')
        path.write_bytes((script + '\n'.join(calls)).encode(encoding, 'ignore'))
        printed = subprocess.run(['festival', '-b', str(path)], capture_output=True, timeout=600).stdout.decode(encoding, 'replace')
        for part in printed.split('==')[1:]:
            name, *rows = part.strip().split('\n')
            pairs = [row.split() for row in rows if len(row.split()) == 2]
            wav = Path(name + '.wav')
            if not pairs or not wav.exists():
                continue
            samples = read_wav(str(wav))
            ends = np.array([float(end) for _, end in pairs])
            index = int(wav.stem)
            yield index, store.Utterance(store.to_int16(samples), [p for p, _ in pairs], ends, 'festival', speaker,
                                         language, lines[index])
