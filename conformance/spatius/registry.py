"""The checks, in the order they are defined, with the section of the protocol each belongs to."""

from __future__ import annotations

from typing import Awaitable, Callable, NamedTuple, Optional


class Check(NamedTuple):
    section: str
    name: str
    run: Callable[[], Awaitable[None]]
    needs: Optional[str]


class Skipped(Exception):
    """Raised by a check that cannot run here; says why."""


CHECKS: list[Check] = []


def check(section: str, needs: Optional[str] = None):
    """Registers a coroutine as a check; its docstring is its name in the report. `needs`: see run.py."""

    def register(run: Callable[[], Awaitable[None]]):
        CHECKS.append(Check(section, run.__doc__ or run.__name__, run, needs))
        return run

    return register
