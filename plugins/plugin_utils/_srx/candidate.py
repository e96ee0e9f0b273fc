# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `show | compare` shows of a candidate against what was pasted, and why a commit was rejected. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._engine.operations import Operation
from .._engine.problems import Problem
from .display_set import Path, from_curly, words_of

_PLACE = re.compile(r"^\s*\[edit(?: (?P<path>.*))?\]\s*$")
_CHANGE = re.compile(r"^(?P<sign>[+-])(?P<text>.*)$")
_ERROR = re.compile(r"^\s*error: (?P<text>.+)$")


@dataclass(frozen=True, slots=True)
class Difference:
    """added, removed: whole paths of statements."""

    added: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()


def difference(text: str) -> Difference:
    """Of the text of `show | compare`: a place in brackets, then curly text with + or - in front. Lines with ``!`` (a
    moved or reactivated statement) and all others are left out."""
    found: dict[str, list[Path]] = {"+": [], "-": []}
    place: Path = ()
    block: dict[str, list[str]] = {"+": [], "-": []}

    def close() -> None:
        for sign, lines in block.items():
            found[sign] += from_curly(lines, place)
            lines.clear()

    for line in text.split("\n"):
        head = _PLACE.match(line)
        change = _CHANGE.match(line)
        if head:
            close()
            place = words_of(head["path"] or "")
        elif change:
            block[change["sign"]].append(change["text"])
    close()
    both = set(found["+"]) & set(found["-"])  # of a list that is printed whole, before and after
    added, removed = (tuple(path for path in found[sign] if path not in both) for sign in "+-")
    return Difference(added, removed)


def deviations(lines: Iterable[str], actual: Difference) -> tuple[list[str], list[str]]:
    """What was sent and is not in the candidate, and what is in it and was not sent.

    A leaf with one value that is set again shows its old value as removed; a statement that is deleted shows all that
    was below it.
    """
    typed = [words_of(line) for line in lines]
    sets = [words[1:] for words in typed if words[:1] == ("set",)]
    deletes = [words[1:] for words in typed if words[:1] == ("delete",)]
    added = set(actual.added)
    returned = {path for path in sets if any(path[: len(gone)] == gone for gone in deletes)}
    missing = [f"set {' '.join(path)}" for path in sets if path not in added and path not in returned]
    missing += [
        f"delete {' '.join(gone)}"
        for gone in deletes
        if not any(_below(path, gone) for path in actual.removed) and not any(_below(path, gone) for path in returned)
    ]
    extra = [f"set {' '.join(path)}" for path in actual.added if path not in sets]
    extra += [
        f"delete {' '.join(path)}"
        for path in actual.removed
        if not any(_below(path, gone) for gone in deletes) and not any(path[:-1] == new[:-1] for new in sets)
    ]
    return missing, extra


def _below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def rejections(answer: str, operations: Sequence[Operation]) -> list[Problem]:
    """A problem for each complaint of `commit check`: ``[edit place]``, the quoted statement, the reason; or ``error:`` lines.

    Each is tied to the operation whose line is deepest in that place.
    """
    problems: list[Problem] = []
    place: Path | None = None
    reason: list[str] = []

    def close() -> None:
        if place is not None and reason:
            text = " ".join(reason)
            message = f"the device rejects the candidate at [edit {' '.join(place)}]"
            problems.append(
                Problem("device", _item(place, operations), message, "Fix the statement that it names.", "error", text)
            )
        reason.clear()

    loose: list[str] = []
    for line in answer.split("\n"):
        head, error = _PLACE.match(line), _ERROR.match(line)
        if head:
            close()
            place = words_of(head["path"] or "")
        elif error:
            close()
            place = None
            loose.append(error["text"].strip())
        elif place is not None and line.strip():
            reason.append(line.strip())
    close()
    if problems:
        return problems
    item = operations[0].item if operations else "configuration"
    return [Problem("device", item, "the device rejects the candidate", "", "error", text) for text in loose[:5]]


def _item(place: Path, operations: Sequence[Operation]) -> str:
    best, depth = "configuration", 0
    for operation in operations:
        for line in operation.do:
            words = words_of(line)[1:]
            common = next((at for at, pair in enumerate(zip(words, place, strict=False)) if pair[0] != pair[1]), None)
            size = min(len(words), len(place)) if common is None else common
            if size > depth:
                best, depth = operation.item, size
    return best
