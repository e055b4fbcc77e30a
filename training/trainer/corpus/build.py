"""Makes the corpus: about five hours of speech by four engines, as much by recorded people, and noises. Resumable; what is there is
not made again.

    python -m trainer.corpus.build DATA [--only flite festival ...] [--kokoro-minutes 60]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import espeak, fetch, festival, flite, human, kokoro, noises, piper

MINUTES_PER_FLITE_VOICE = 25
MINUTES_PER_FESTIVAL_VOICE = 6
MINUTES_PER_ESPEAK_LANGUAGE = 2
NOISE_MINUTES = 30
PIPER_MINUTES = 6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('data', type=Path)
    parser.add_argument('--only', nargs='+', metavar='ENGINE')
    parser.add_argument('--kokoro-minutes', type=float, default=60)
    args = parser.parse_args()
    data, downloads = args.data, args.data / 'downloads'
    fetch.fetch(downloads)
    steps = {
        'noise': lambda: noises.build(data / 'noise', NOISE_MINUTES),
        'flite': lambda: flite.build(data / 'flite', downloads, MINUTES_PER_FLITE_VOICE),
        'festival': lambda: festival.build(data / 'festival', downloads, MINUTES_PER_FESTIVAL_VOICE),
        'espeak': lambda: espeak.build(data / 'espeak', downloads, MINUTES_PER_ESPEAK_LANGUAGE),
        'piper': lambda: piper.build(data / 'piper', downloads, PIPER_MINUTES),
        'human': lambda: human.build(data / 'human', downloads),
        'kokoro': lambda: kokoro.build(data / 'kokoro', downloads, args.kokoro_minutes),
    }
    for name, step in steps.items():
        if not args.only or name in args.only:
            print(name, flush=True)
            step()


if __name__ == '__main__':
    main()
