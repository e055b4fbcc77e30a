"""
People: one JSON file each, parsed totally into frozen dataclasses. A mistake names the file, the place in it and what to do.
The meaning of every entry stands beside it below; README.md has the tour.
"""
from __future__ import annotations

import dataclasses
import difflib
import json
import re
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .arkit import ARKIT_NAMES


class PersonError(Exception):
    """A person's file is wrong; the message says where and how."""


class Colour(str):
    """'#rrggbb', sRGB."""

    @property
    def srgb(self) -> np.ndarray:
        return np.array([int(self[i:i + 2], 16) / 255 for i in (1, 3, 5)])

    @property
    def linear(self) -> np.ndarray:
        s = self.srgb
        return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True)
class Identity:
    """Who this is, as mixtures of MakeHuman's CC0 targets."""

    sex: float = 0.0
    """0 woman .. 1 man"""
    ages: dict[str, float] = field(default_factory=lambda: {'young': 1.0})
    """parts of baby, child, young, old; they add up to 1"""
    origins: dict[str, float] = field(default_factory=lambda: {'caucasian': 1.0})
    """parts of african, asian, caucasian; they add up to 1"""
    muscle: str = 'average'
    weight: str = 'average'
    """min, average or max"""
    details: dict[str, float] = field(default_factory=dict)
    """detail targets by their path in the source data, as 'nose/nose-hump-incr': 0.3; '*' stands for both sides, l and r"""


@dataclass(frozen=True)
class Stylise:
    """Cartoon proportions by bending space around the face; all shapes follow. 1 leaves things as they are."""

    eyes: float = 1.0
    """size of the eyes with their lids"""
    head: float = 1.0
    """size of the skull against the shoulders"""
    nose: float = 1.0
    """size of the nose"""
    mouth: float = 1.0
    """width of the mouth"""
    jaw: float = 1.0
    """width of the lower face"""
    neck: float = 1.0
    """thickness of the neck"""


@dataclass(frozen=True)
class Skin:
    base: Colour
    warm: Colour
    blush: Colour
    under: Colour
    """below the eyes"""
    lid: Colour
    lip: Colour
    blush_amount: float = 0.3
    lid_amount: float = 0.3
    lip_amount: float = 0.7
    gloss: float = 1.0
    """of the lips, 0 dry .. 1.5"""
    roughness: float = 0.0
    """added to that of average skin, -0.2 .. 0.2"""
    relief: float = 0.8
    """depth of pores and of the fine lines"""
    variation: float = 1.0
    """of colour: blood, pigment. 0 is a doll"""
    wrinkles: float = 0.0
    """0 none .. 1 those of an old face"""
    freckles: float = 0.0
    stubble: Colour | None = None
    stubble_amount: float = 0.0
    liner: Colour = Colour('#1c0f0d')
    """along the lash line"""
    liner_amount: float = 0.4


@dataclass(frozen=True)
class Eyes:
    iris: Colour
    ring: Colour
    """around the pupil"""
    size: float = 0.40
    """angle of the iris' edge from the middle of the eyeball, radians"""
    pupil: float = 0.36
    """radius against that of the iris"""
    lash_length: float = 6.5
    """millimetres, of the longest upper ones"""
    lash_amount: float = 1.0
    lash_colour: Colour = Colour('#140d0b')


@dataclass(frozen=True)
class Brows:
    colour: Colour
    curve: list[list[float]]
    """points from the nose outwards: x against that of the eye's middle, y in millimetres above the eyes"""
    width: float = 3.2
    """half the height in millimetres"""
    amount: float = 1.0
    """how dense"""
    paint: float = 0.4
    """how strongly the skin below is tinted"""


@dataclass(frozen=True)
class Hair:
    style: str
    root: Colour
    tip: Colour
    options: dict[str, float] = field(default_factory=dict)
    """of the style; see baker/hair"""


@dataclass(frozen=True)
class Cloth:
    colour: Colour
    style: str = 'pullover'
    options: dict[str, float] = field(default_factory=dict)
    """of the style; see baker/cloth.py"""


@dataclass(frozen=True)
class Mouth:
    """Lengths in millimetres."""

    teeth_back: float = 1.5
    """how far the rows stand behind where the source data has them"""
    teeth_up: float = 0.0
    """raises the upper row"""
    teeth_size: float = 1.0
    teeth_colour: Colour = Colour('#f3ead9')
    tongue_up: float = 0.0
    """raises the tongue, which must clear the lower teeth when it comes out"""
    drawn_smile: float = 0.0
    """how far the corners go up in a smile as one draws it, without folds, instead of the source's; 0 for people"""


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    version: str
    description: str
    """of the voice that suits, for a manifest: age, sex, manner"""
    language: str
    skin: Skin
    eyes: Eyes
    brows: Brows
    hair: Hair
    cloth: Cloth
    identity: Identity = Identity()
    stylise: Stylise | None = None
    mouth: Mouth = Mouth()
    rest: dict[str, float] = field(default_factory=dict)
    """shapes that are part of the neutral face, by ARKit name"""
    shaping: dict[str, object] = field(default_factory=dict)
    """gains, ceilings and couplings, as the manifest has them"""
    framing: dict[str, object] = field(default_factory=dict)
    texture: int = 1024
    """edge of the skin's colour texture in pixels"""
    seed: int = 7


def read_person(path: Path) -> Person:
    """Raises PersonError."""
    try:
        data = json.loads(path.read_text())
    except FileNotFoundError:
        known = ', '.join(sorted(p.stem for p in path.parent.glob('*.json')))
        raise PersonError(f'there is no {path}; people: {known}') from None
    except ValueError as error:
        raise PersonError(f'{path}: not JSON: {error}') from None
    person = _Parser(str(path)).value(Person, data, '')
    _check(person, path)
    return person


def _check(person: Person, path: Path) -> None:
    def wrong(what: str) -> typing.NoReturn:
        raise PersonError(f'{path}: {what}')

    if not re.fullmatch(r'[a-z][a-z0-9-]{0,31}', person.id):
        wrong('id: use small letters, digits and hyphens, at most 32')
    if person.id != path.stem:
        wrong(f'id: {person.id!r} differs from the name of the file')
    for place, parts in (('ages', person.identity.ages), ('origins', person.identity.origins)):
        if abs(sum(parts.values()) - 1) > 1e-6:
            wrong(f'identity.{place}: the parts add up to {sum(parts.values())}, not to 1')
    for name in person.rest:
        if name not in ARKIT_NAMES:
            wrong(f'rest: {name!r} is no ARKit name{_hint(name, ARKIT_NAMES)}')
    if len(person.brows.curve) < 4 or any(len(point) != 2 for point in person.brows.curve):
        wrong('brows.curve: give at least four points [x, y]')
    if person.texture not in (512, 1024, 2048):
        wrong('texture: 512, 1024 or 2048')


class _Parser:
    """Values to dataclasses by their annotations: float, int, str, Colour, dict, list, other dataclasses, `X | None`."""

    def __init__(self, file: str):
        self._file = file

    def _wrong(self, place: str, what: str) -> typing.NoReturn:
        raise PersonError(f'{self._file}: {place or "the file"}: {what}')

    def value(self, kind, data, place: str):
        if isinstance(kind, types.UnionType):
            return None if data is None else self.value(kind.__args__[0], data, place)
        if dataclasses.is_dataclass(kind):
            return self._record(kind, data, place)
        if kind is Colour:
            return self._colour(data, place)
        if kind in (float, int):
            return self._number(kind, data, place)
        origin = typing.get_origin(kind) or kind
        if origin is object:
            return data
        if not isinstance(data, origin):
            self._wrong(place, f'{data!r} is no {origin.__name__}')
        arguments = typing.get_args(kind)
        if origin is dict:
            return {key: self.value(arguments[1], item, f'{place}.{key}') for key, item in data.items()}
        if origin is list:
            return [self.value(arguments[0], item, f'{place}[{i}]') for i, item in enumerate(data)]
        return data

    def _number(self, kind, data, place: str):
        if isinstance(data, bool) or not isinstance(data, (int, float)) or not np.isfinite(data):
            self._wrong(place, f'{data!r} is no number')
        if kind is int and data != int(data):
            self._wrong(place, f'{data!r} is no whole number')
        return kind(data)

    def _colour(self, data, place: str) -> Colour:
        if not isinstance(data, str) or not re.fullmatch('#[0-9a-f]{6}', data):
            self._wrong(place, f'{data!r} is no colour; write it as "#c08a6e"')
        return Colour(data)

    def _record(self, kind, data, place: str):
        if not isinstance(data, dict):
            self._wrong(place, 'must be an object {...}')
        hints = typing.get_type_hints(kind)
        for key in data:
            if key not in hints:
                self._wrong(_at(place, key), f'is not known{_hint(key, hints)}')
        for f in dataclasses.fields(kind):
            needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
            if needed and f.name not in data:
                self._wrong(_at(place, f.name), 'is missing')
        return kind(**{key: self.value(hints[key], item, _at(place, key)) for key, item in data.items()})


def _at(place: str, key: str) -> str:
    return f'{place}.{key}' if place else key


def _hint(name: str, known) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f'; did you mean {near[0]!r}?' if near else ''
