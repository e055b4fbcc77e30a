"""One phone map: every engine's phone to a class with a viseme and a mouth shape.

A phone is first brought to IPA (`to_ipa`), then to one of the classes of `CLASSES`. A class says where each articulator
goes (`ARTICULATORS`), how strongly it insists on that (its dominance, 0..1) and which of the 15 visemes it is.
"""

from __future__ import annotations

from dataclasses import dataclass

# The 15 visemes in their usual order.
VISEMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou']
# jaw: how far it drops, 0.5 for a loud /a/. aperture: between the lips. closure: lips pressed. labiodental: lower lip at
# the teeth. rounding: lips narrowed. protrusion: lips forward. spread: corners apart. tip, body: the tongue's height.
ARTICULATORS = ['jaw', 'aperture', 'closure', 'labiodental', 'rounding', 'protrusion', 'spread', 'tip', 'body', 'teeth']


@dataclass(frozen=True)
class PhoneClass:
    viseme: int
    target: tuple[float, ...]  # per articulator, 0..1
    dominance: tuple[float, ...]  # per articulator, 0..1


def _class(viseme: str, target: list[float], dominance: list[float]) -> PhoneClass:
    return PhoneClass(VISEMES.index(viseme), tuple(target), tuple(dominance))


# Order of the columns:        jaw  aper clos labd roun prot spre tip  body teeth
_LIPS_FREE = [.5, .5, 1., 1., .15, .15, .15, .8, .5, .6]
CLASSES: dict[str, PhoneClass] = {
    'sil': _class('sil', [.00, .00, .00, .00, .00, .00, .00, .20, .20, .00], [.6, .6, .8, .8, .4, .4, .4, .4, .4, .6]),
    'p': _class('PP',    [.06, .00, 1.0, .00, .00, .00, .00, .20, .20, .00], [.5, 1., 1., 1., .1, .1, .1, .1, .1, .6]),
    'f': _class('FF',    [.10, .12, .00, 1.0, .00, .00, .10, .20, .20, .20], [.6, .9, 1., 1., .3, .3, .2, .1, .1, .5]),
    'th': _class('TH',   [.16, .20, .00, .00, .00, .00, .10, 1.0, .30, .30], [.5, .6, 1., 1., .2, .2, .2, 1., .5, .6]),
    't': _class('DD',    [.14, .20, .00, .00, .00, .00, .10, .90, .40, .40], [.5, .4, 1., 1., .1, .1, .1, 1., .4, .6]),
    'k': _class('kk',    [.18, .24, .00, .00, .00, .00, .10, .20, 1.0, .20], [.4, .4, 1., 1., .1, .1, .1, .3, 1., .3]),
    'ch': _class('CH',   [.10, .26, .00, .00, .45, .65, .00, .70, .60, .90], [.8, .6, 1., 1., .7, .8, .6, .9, .6, 1.]),
    's': _class('SS',    [.05, .18, .00, .00, .00, .00, .35, .85, .40, 1.0], [.9, .6, 1., 1., .3, .3, .4, 1., .4, 1.]),
    'n': _class('nn',    [.15, .22, .00, .00, .00, .00, .10, .90, .40, .30], [.4, .4, 1., 1., .1, .1, .1, 1., .4, .4]),
    'l': _class('nn',    [.20, .26, .00, .00, .00, .00, .10, 1.0, .30, .20], [.4, .4, 1., 1., .1, .1, .1, 1., .4, .3]),
    'r': _class('RR',    [.16, .22, .00, .00, .45, .40, .00, .55, .60, .30], [.4, .5, 1., 1., .6, .6, .4, .8, .6, .4]),
    'trill': _class('RR', [.16, .24, .00, .00, .05, .00, .10, .90, .40, .30], [.4, .4, 1., 1., .2, .2, .2, 1., .4, .3]),
    'uvular': _class('RR', [.20, .26, .00, .00, .05, .00, .05, .10, .85, .20], [.4, .4, 1., 1., .1, .1, .1, .3, .9, .2]),
    'w': _class('ou',    [.10, .10, .00, .00, 1.0, .85, .00, .10, .70, .10], [.7, .8, 1., 1., 1., 1., .9, .3, .7, .4]),
    'j': _class('ih',    [.12, .20, .00, .00, .00, .00, .65, .30, .90, .40], [.5, .5, 1., 1., .3, .3, .6, .4, .9, .4]),
    'h': _class('kk',    [.20, .26, .00, .00, .00, .00, .05, .15, .30, .10], [.15, .15, 1., 1., .05, .05, .05, .1, .1, .1]),
    'a': _class('aa',    [.55, .62, .00, .00, .00, .00, .15, .10, .10, .00], [.9, .9, 1., 1., .6, .6, .5, .5, .6, .5]),
    'ae': _class('aa',   [.46, .54, .00, .00, .00, .00, .40, .15, .25, .10], [.8, .8, 1., 1., .6, .6, .6, .5, .6, .5]),
    'uh': _class('aa',   [.34, .40, .00, .00, .05, .00, .10, .15, .30, .10], [.6, .6, 1., 1., .4, .4, .4, .4, .5, .4]),
    'e': _class('E',     [.30, .38, .00, .00, .00, .00, .45, .20, .55, .20], [.7, .7, 1., 1., .6, .6, .7, .4, .6, .4]),
    'schwa': _class('E', [.22, .28, .00, .00, .05, .00, .10, .20, .40, .20], [.3, .3, 1., 1., .15, .15, .15, .2, .2, .2]),
    'i': _class('ih',    [.12, .20, .00, .00, .00, .00, .75, .25, .95, .40], [.7, .7, 1., 1., .7, .7, .9, .4, .9, .5]),
    'ih': _class('ih',   [.17, .25, .00, .00, .00, .00, .45, .25, .75, .30], [.6, .6, 1., 1., .5, .5, .6, .4, .7, .4]),
    'back': _class('ih', [.17, .24, .00, .00, .05, .00, .25, .20, .80, .30], [.6, .6, 1., 1., .5, .5, .4, .4, .7, .4]),
    'o': _class('oh',    [.32, .28, .00, .00, .70, .50, .00, .10, .45, .00], [.8, .8, 1., 1., .9, .9, .8, .4, .6, .5]),
    'aw': _class('oh',   [.42, .42, .00, .00, .45, .30, .00, .10, .30, .00], [.8, .8, 1., 1., .8, .8, .7, .4, .6, .5]),
    'u': _class('ou',    [.13, .12, .00, .00, .95, .85, .00, .10, .80, .00], [.8, .8, 1., 1., 1., 1., .9, .4, .8, .5]),
    'uu': _class('ou',   [.18, .18, .00, .00, .65, .50, .00, .10, .65, .00], [.7, .7, 1., 1., .8, .8, .7, .4, .6, .5]),
    'y': _class('ou',    [.12, .12, .00, .00, .90, .85, .00, .25, .90, .10], [.8, .8, 1., 1., 1., 1., .9, .4, .9, .5]),
    'oe': _class('oh',   [.26, .26, .00, .00, .70, .60, .00, .20, .55, .00], [.8, .8, 1., 1., .9, .9, .8, .4, .6, .5]),
    'er': _class('RR',   [.22, .26, .00, .00, .45, .40, .00, .50, .55, .20], [.6, .6, 1., 1., .7, .7, .5, .7, .6, .4]),
}

# IPA symbol to class. Length, stress and tone marks are no symbols: `to_ipa` takes them off.
_BY_CLASS = {
    'sil': ['_'], 'p': list('pbmɓ'), 'f': list('fvɸβʋɱ'), 'th': list('θð'), 't': list('tdʈɖɗ'), 'k': list('kɡcɟqxɣχɠ'),
    'ch': list('ʃʒɕʑʂʐʧʤꭧʨʥ'), 's': list('szʦʣɬ'), 'n': list('nɲɳ'), 'l': list('lʎɫɭ'), 'r': list('ɹɻ'), 'trill': list('rɾɽ'),
    'uvular': list('ʁʀ'), 'w': list('wʍɥ'), 'j': list('jʝɰ'), 'h': list('hɦʔçħʕ'), 'a': list('aɑɐ'), 'ae': ['æ'], 'uh': ['ʌ'],
    'e': list('eɛ'), 'schwa': list('əᵊɘ'), 'i': ['i'], 'ih': list('ɪᵻ'), 'back': list('ɨɯɤ'), 'o': list('oɵ'), 'aw': list('ɔɒ'),
    'u': list('uʉ'), 'uu': ['ʊ'], 'y': list('yʏ'), 'oe': list('øœ'), 'er': list('ɚɜɝ'), 'ng': ['ŋɴ'],
}
CLASS_OF = {symbol: name for name, symbols in _BY_CLASS.items() for group in symbols for symbol in group}
CLASS_OF['ŋ'] = CLASS_OF['ɴ'] = 'k'

# Diphthongs are two symbols; a phone's time is shared among its symbols.
ARPABET = {
    'aa': 'ɑ', 'ae': 'æ', 'ah': 'ʌ', 'ao': 'ɔ', 'aw': 'aʊ', 'ax': 'ə', 'ay': 'aɪ', 'b': 'b', 'ch': 'ʧ', 'd': 'd', 'dh': 'ð',
    'dx': 'ɾ', 'eh': 'ɛ', 'el': 'l', 'em': 'm', 'en': 'n', 'er': 'ɚ', 'ey': 'eɪ', 'f': 'f', 'g': 'ɡ', 'hh': 'h', 'hv': 'h',
    'ih': 'ɪ', 'iy': 'i', 'jh': 'ʤ', 'k': 'k', 'l': 'l', 'm': 'm', 'n': 'n', 'nx': 'n', 'ng': 'ŋ', 'ow': 'oʊ', 'oy': 'ɔɪ', 'p': 'p',
    'r': 'ɹ', 's': 's', 'sh': 'ʃ', 't': 't', 'th': 'θ', 'uh': 'ʊ', 'uw': 'u', 'v': 'v', 'w': 'w', 'y': 'j', 'z': 'z', 'zh': 'ʒ',
    'pau': '_', 'h#': '_', 'brth': '_', '#': '_', 'ssil': '_'}
ROMANCE = {
    'E': 'ɛ', 'O': 'ɔ', 'J': 'ɲ', 'L': 'ʎ', 'S': 'ʃ', 'Z': 'ʒ', 'tS': 'ʧ', 'dZ': 'ʤ', 'ts': 'ʦ', 'dz': 'ʣ', 'ng': 'ŋ', 'ax': 'ə',
    'rr': 'r', 'r': 'ɾ', 'g': 'ɡ', 'pau': '_', '#': '_'}
CZECH = {'c': 'ʦ', 'ch': 'x', 'c~': 'ʧ', 'd~': 'ɟ', 'n~': 'ɲ', 'r~': 'r', 'r~*': 'r', 's~': 'ʃ', 't~': 'c', 'z~': 'ʒ', 'g': 'ɡ',
         '#': '_'}
FINNISH = {'7': 'ø', '@': 'æ', 'N': 'ŋ', 'g': 'ɡ', '#': '_', 'D': 'd'}
RUSSIAN = {
    'aa': 'a', 'ae': 'e', 'ay': 'ɪ', 'ee': 'e', 'ii': 'i', 'oo': 'o', 'uu': 'u', 'ur': 'ʊ', 'yy': 'ɨ', 'y': 'ɨ', 'ch': 'ʧ', 'sch': 'ʃ',
    'sh': 'ʃ', 'zh': 'ʒ', 'c': 'ʦ', 'g': 'ɡ', 'h': 'x', 'hh': 'x', 'pau': '_', 'a': 'ɐ'}
KOKORO = {'A': 'eɪ', 'I': 'aɪ', 'O': 'oʊ', 'Q': 'əʊ', 'W': 'aʊ', 'Y': 'ɔɪ', 'T': 'ɾ', 'S': 'ʃ'}
# Marks of espeak-ng's phoneme events that are no IPA.
ESPEAK = {'g': 'ɡ', 'tʃ': 'ʧ', 'dʒ': 'ʤ', 'ts': 'ʦ', 'dz': 'ʣ', 'tɕ': 'ʨ', 'dʑ': 'ʥ', 'ss': 's', 'sx': 'ɕ', '??': '_'}
_FESTIVAL = {'en': ARPABET, 'it': ROMANCE, 'ca': ROMANCE, 'cs': CZECH, 'fi': FINNISH, 'ru': RUSSIAN}


def to_ipa(phone: str, engine: str, language: str) -> str:
    """The phone's IPA symbols that have a class: '' for a mark that is no sound of its own, '_' for silence."""
    if engine == 'flite':
        return ARPABET.get(phone, '_')
    if engine == 'festival':
        return _festival(phone, language)
    if engine == 'kokoro':
        return '_' if phone in ',.;:!?—…' else _known(KOKORO.get(phone, phone))
    if engine == 'piper':
        return '_' if phone in ',.;:!?_' and phone else _known(ESPEAK.get(phone, phone))
    if phone.startswith('(') or phone == '':
        return '_'
    return _known(ESPEAK.get(phone, phone).replace('tʃ', 'ʧ').replace('dʒ', 'ʤ'))


def _festival(phone: str, language: str) -> str:
    table = _FESTIVAL[language]
    if phone in table:
        return table[phone]
    bare = phone.rstrip('1:~_*')
    if bare in table:
        return table[bare]
    if language == 'ru' and len(bare) == 2 and bare[0] == bare[1]:
        bare = bare[0]  # a palatalised consonant is written twice
    return table.get(bare) or _known(bare) or '_'


def _known(symbols: str) -> str:
    return ''.join(s for s in symbols if s in CLASS_OF)
