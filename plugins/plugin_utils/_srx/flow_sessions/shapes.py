# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of sessions that a table prints over and over, as expressions learnt from the first of each kind. Pure.

Devices print the same words in the same order; only the values differ. One match of a whole session is several times
cheaper than reading it word by word. Who learns a shape answers for it: it admits only what the careful reader of the same
layout reads the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .model import Raw

PIECE = 64 * 1024  # characters that are worth a look
MOST_SHAPES = 32  # a table has as many as it has kinds of sessions, about a dozen
MOST_TRIES = 200  # learning costs as much as reading a few hundred sessions; a table that fits no shape is read without


class Shape(NamedTuple):
    """match: the whole text of one session -> its values, in the order of keys."""

    match: Callable[[str], re.Match[str] | None]
    keys: tuple[str, ...]


class Shapes:
    """Those of one answer; the one that fitted last is tried first."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._tries = 0

    def raw(self, text: str) -> Raw | None:
        """The session of a text that fits a shape."""
        for shape in self._shapes:
            found = shape[0](text)
            if found:
                if shape is not self._shapes[0]:
                    self._shapes.remove(shape)
                    self._shapes.insert(0, shape)
                return dict(zip(shape[1], found.groups(), strict=False))  # as many, by construction
        return None

    def learn(self, shape: Shape | None) -> None:
        self._tries += 1
        if shape:
            self._shapes.insert(0, shape)

    @property
    def full(self) -> bool:
        """Whether nothing is to be learnt any more."""
        return len(self._shapes) >= MOST_SHAPES or self._tries >= MOST_TRIES


def larger(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that are worth a look each, whatever it comes in."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
