# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands behind `|`: filters over lines as they come, and what changes how a command prints."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .operational import Refusal, words_of


@dataclass(frozen=True)
class Piped:
    """A command and what is behind its pipes. filters: (name, argument) pairs over lines. inheritance: with comments,
    or without (no-comments)."""

    command: str
    xml: bool = False
    rpc: bool = False
    as_set: bool = False
    compare: bool = False
    inheritance: str = ""
    paging: bool = True
    filters: tuple[tuple[str, str], ...] = ()


def split(line: str) -> Piped:
    """Raises Refusal on a pipe that Junos does not have."""
    parts = _parts(line)
    found: dict[str, Any] = {"paging": True}
    filters: list[tuple[str, str]] = []
    for part in parts[1:]:
        words = words_of(part)
        name, arguments = (words[0], words[1:]) if words else ("", [])
        if name == "display" and arguments:
            if arguments[0] == "xml":
                found["xml"], found["rpc"] = True, arguments[1:] == ["rpc"]
            elif arguments[0] == "set":
                found["as_set"] = True
            elif arguments[0] == "inheritance":
                if arguments[1:] not in ([], ["no-comments"]):
                    raise Refusal("error: this lab knows display inheritance and display inheritance no-comments")
                found["inheritance"] = "no-comments" if arguments[1:] else "comments"
            elif arguments[0] not in ("detail", "omit", "no-more"):
                raise Refusal("syntax error.")
        elif name == "no-more":
            found["paging"] = False
        elif name == "compare":
            found["compare"] = True
        elif name in ("match", "except", "find") and arguments:
            filters.append((name, " ".join(arguments)))
        elif name in ("count", "trim", "hold", "last"):
            filters.append((name, arguments[0] if arguments else ""))
        else:
            raise Refusal("syntax error.")
    return Piped(parts[0].strip(), filters=tuple(filters), **found)


def _parts(line: str) -> list[str]:
    parts, quoted = [""], False
    for char in line:
        quoted ^= char == '"'
        if char == "|" and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines with their ends, whatever the pieces."""
    left = ""
    for piece in pieces:
        left += piece
        if "\n" in left:
            *whole, left = left.split("\n")
            yield from (f"{line}\n" for line in whole)
    if left:
        yield f"{left}\n"


def apply(pieces: Iterable[str], filters: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, argument in filters:
        pieces = _FILTERS[name](lines(pieces), argument)
    return pieces


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        raise Refusal(f"error: invalid regular expression: '{text}'") from None


def _match(found: Iterator[str], argument: str) -> Iterator[str]:
    pattern = _pattern(argument)
    return (line for line in found if pattern.search(line))


def _except(found: Iterator[str], argument: str) -> Iterator[str]:
    pattern = _pattern(argument)
    return (line for line in found if not pattern.search(line))


def _find(found: Iterator[str], argument: str) -> Iterator[str]:
    pattern, on = _pattern(argument), False
    for line in found:
        on = on or bool(pattern.search(line))
        if on:
            yield line


def _count(found: Iterator[str], argument: str) -> Iterator[str]:
    yield f"Count: {sum(1 for _line in found)} lines\n"


def _last(found: Iterator[str], argument: str) -> Iterator[str]:
    yield from deque(found, maxlen=int(argument) if argument.isdecimal() else 10)


def _trim(found: Iterator[str], argument: str) -> Iterator[str]:
    width = int(argument) if argument.isdecimal() else 0
    return (line[width:] or "\n" for line in found)


def _same(found: Iterator[str], argument: str) -> Iterator[str]:
    return found


_FILTERS = {
    "match": _match, "except": _except, "find": _find, "count": _count, "last": _last, "trim": _trim, "hold": _same,
}  # fmt: skip
