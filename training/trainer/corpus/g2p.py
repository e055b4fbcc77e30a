"""Text to the phoneme strings that Kokoro was trained on (the misaki set), without GPL code: rules and dictionaries."""

from __future__ import annotations

import random
import re

MANDARIN_INITIAL = dict(
    b='p', p='pʰ', m='m', f='f', d='t', t='tʰ', n='n', l='l', g='k', k='kʰ', h='x', j='ʨ', q='ʨʰ', x='ɕ',
    zh='ꭧ', ch='ꭧʰ', sh='ʂ', r='ɻ', z='ʦ', c='ʦʰ', s='s')
# '0' marks where the tone goes.
MANDARIN_FINAL = {
    'a': 'a0', 'o': 'wo0', 'e': 'ɤ0', 'ê': 'ɛ0', 'i': 'i0', 'u': 'u0', 'v': 'y0', 'ai': 'ai0', 'ei': 'ei0', 'ao': 'au0',
    'ou': 'ou0', 'an': 'a0n', 'en': 'ə0n', 'ang': 'a0ŋ', 'eng': 'ə0ŋ', 'ong': 'ʊ0ŋ', 'ia': 'ja0', 'ie': 'je0',
    'iao': 'jau0', 'iu': 'jou0', 'iou': 'jou0', 'ian': 'jɛ0n', 'in': 'i0n', 'iang': 'ja0ŋ', 'ing': 'i0ŋ',
    'iong': 'jʊ0ŋ', 'ua': 'wa0', 'uo': 'wo0', 'uai': 'wai0', 'ui': 'wei0', 'uei': 'wei0', 'uan': 'wa0n',
    'un': 'wə0n', 'uen': 'wə0n', 'uang': 'wa0ŋ', 'ueng': 'wə0ŋ', 've': 'ɥe0', 'van': 'ɥɛ0n', 'vn': 'y0n', 'er': 'ɚ0'}
MANDARIN_TONE = {'1': '→', '2': '↗', '3': '↓', '4': '↘', '5': ''}
MANDARIN_PAUSE = {'，': ',', '、': ',', '。': '.'}


def mandarin(text: str) -> str:
    import jieba
    from pypinyin import Style, pinyin

    jieba.setLogLevel(60)
    out = []
    for word in jieba.cut(text):
        if not re.match(r'[\u4e00-\u9fff]', word):
            out.append(MANDARIN_PAUSE.get(word, ''))
            continue
        initials = pinyin(word, style=Style.INITIALS, strict=True)
        finals = pinyin(word, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True)
        syllables = (_mandarin_syllable(i[0], f[0]) for i, f in zip(initials, finals))
        out.append(' ' + ''.join(syllables))
    return ''.join(out).strip(' ,.') + '.'


def _mandarin_syllable(initial: str, final: str) -> str:
    tone = final[-1] if final[-1:].isdigit() else '5'
    final = final.rstrip('12345')
    if final == 'i' and initial in ('z', 'c', 's', 'zh', 'ch', 'sh', 'r'):
        body = 'ɨ0'
    else:
        body = MANDARIN_FINAL.get(final, '')
    return MANDARIN_INITIAL.get(initial, '') + body.replace('0', MANDARIN_TONE[tone])


# Longest match first; the orthographies of both languages are all but phonemic.
SPANISH = [
    ('ch', 'ʧ'), ('ll', 'ʝ'), ('rr', 'r'), ('qu(?=[eéií])', 'k'), ('gu(?=[eéií])', 'ɡ'), ('gü', 'ɡw'), ('c(?=[eéií])', 'θ'),
    ('g(?=[eéií])', 'x'), ('[iy](?=[aáeéoóuú])', 'j'), ('u(?=[aáeéiíoó])', 'w'), ('á', 'ˈa'), ('é', 'ˈe'), ('í', 'ˈi'),
    ('ó', 'ˈo'), ('ú', 'ˈu'), ('ü', 'u'), ('ñ', 'ɲ'), ('j', 'x'), ('v', 'b'), ('z', 'θ'), ('c', 'k'), ('q', 'k'), ('h', ''),
    (r'(?<=\b)r', 'r'), ('r', 'ɾ'), ('y', 'i'), ('x', 'ks'), ('g', 'ɡ'), ('w', 'w'), ('([abdefiklmnopstu])', r'\1')]
ITALIAN = [
    ('gli(?=[aeoàèò])', 'ʎ'), ('gli', 'ʎi'), ('gn', 'ɲ'), ('sci(?=[aouàòù])', 'ʃ'), ('sc(?=[eièéì])', 'ʃ'),
    ('cci(?=[aouàòù])', 'tʧ'), ('cc(?=[eièéì])', 'tʧ'), ('ggi(?=[aouàòù])', 'dʤ'), ('gg(?=[eièéì])', 'dʤ'),
    ('ci(?=[aouàòù])', 'ʧ'), ('c(?=[eièéì])', 'ʧ'), ('gi(?=[aouàòù])', 'ʤ'), ('g(?=[eièéì])', 'ʤ'), ('ch', 'k'),
    ('gh', 'ɡ'), ('qu', 'kw'), ('zz', 'tʦ'), ('z', 'ʦ'), ('i(?=[aeouàèéòù])', 'j'), ('u(?=[aeioàèéìò])', 'w'),
    ('à', 'ˈa'), ('è', 'ˈɛ'), ('é', 'ˈe'), ('ì', 'ˈi'), ('ò', 'ˈɔ'), ('ù', 'ˈu'), ('h', ''), ('c', 'k'), ('g', 'ɡ'),
    ('j', 'j'), ('x', 'ks'), ('y', 'i'), ('([abdefiklmnoprstuvw])', r'\1')]
VOWEL = 'aeiouɛɔ'


def spanish(text: str) -> str:
    return _by_rules(text, SPANISH)


def italian(text: str) -> str:
    return _by_rules(text, ITALIAN)


def _by_rules(text: str, rules: list[tuple[str, str]]) -> str:
    compiled = [(re.compile(pattern), output) for pattern, output in rules]
    words = []
    for word in re.findall(r"[^\W\d_]+|,", text.lower()):
        at, out = 0, ''
        while at < len(word):
            for pattern, output in compiled:
                match = pattern.match(word, at)
                if match:
                    out += match.expand(output) if '\\' in output else output
                    at = match.end()
                    break
            else:
                at += 1
        words.append(out if 'ˈ' in out else _stress_penult(out))
    return ' '.join(words).replace(' ,', ',').strip(' ,') + '.'


def _stress_penult(word: str) -> str:
    """Stress on the last vowel but one; words of one syllable stay as they are."""
    vowels = [i for i, c in enumerate(word) if c in VOWEL]
    if len(vowels) < 2:
        return word
    at = vowels[-2] if word[-1] in VOWEL + 'ns' else vowels[-1]
    return word[:at] + 'ˈ' + word[at:]


JAPANESE_ONSET = ['', 'k', 's', 't', 'n', 'h', 'm', 'j', 'ɾ', 'w', 'ɡ', 'ʣ', 'd', 'b', 'p', 'kj', 'ɕ', 'ʨ', 'ɲ', 'ç', 'mj', 'ɾj', 'bj']


def japanese_like(rng: random.Random) -> str:
    """Words of random morae: the sounds of Japanese without its sense."""
    words = []
    for _ in range(rng.randint(5, 9)):
        word = ''
        for _ in range(rng.randint(2, 4)):
            onset = rng.choice(JAPANESE_ONSET)
            vowel = rng.choice('aoɯ') if onset in ('w', 'j') or onset.endswith('j') else rng.choice('aiɯeo')
            word += onset + vowel + rng.choices(['', 'ɴ', 'ː'], [8, 1, 1])[0]
        words.append(word)
    comma = rng.randint(2, len(words) - 2)
    return ' '.join(words[:comma]) + ', ' + ' '.join(words[comma:]) + '.'
