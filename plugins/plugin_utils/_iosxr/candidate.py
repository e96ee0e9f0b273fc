# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a candidate configuration shows, compared with what was pasted; and what the device said of it. Pure.

Source of the layouts: captures of `show configuration` and `show configuration failed` (cisco.iosxr, netmiko issues).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .._engine.operations import Operation
from .._engine.problems import Problem
from .refusals import REFUSALS
from .span.model import Family
from .span.parse import NOISE, read_entry

# Beside what parse knows as noise: "root", "exit" and "!" move the parser and configure nothing.
_FRAME = re.compile(r"(?:Building configuration\.\.\.|!.*|end|root|exit)?$")
_REJECTED = re.compile(r"^\s*!!%\s*(?P<text>.*)$")

Path = tuple[str, ...]


def paths(lines: Iterable[str]) -> Iterator[Path]:
    """Each configuration line with the lines above it, by indentation: ("interface X", "mtu 9000")."""
    stack: list[tuple[int, str]] = []
    for line in lines:
        text = " ".join(line.split())
        if _FRAME.match(text) or NOISE.match(text):
            if text == "root":
                stack.clear()
            continue
        indent = len(line) - len(line.lstrip(" "))
        while stack and stack[-1][0] >= indent:
            stack.pop()
        stack.append((indent, text))
        yield tuple(item for _indent, item in stack)


def comparable(path: Path) -> Path:
    """The same for every form in which XR prints or takes a line: free word order, the default class, one-line acl."""
    whole: list[str] = []
    for line in path:
        negation, words = ("no ", line.split()[1:]) if line.startswith("no ") else ("", line.split())
        submode = next((index for index, word in enumerate(words) if index > 1 and word in ("acl", "mirror")), None)
        if words[:1] == ["monitor-session"]:
            head = [word for word in words[2:submode] if word != "ethernet"]
            whole.append(f"{negation}{' '.join([*words[:2], *sorted(head)])}")
            if submode is not None:
                whole.append(" ".join(words[submode:]))
        elif words[:5] == ["hw-module", "profile", "tcam", "format", "access-list"]:
            whole.append(f"{negation}{' '.join([*words[:6], *sorted(words[6:])])}")
        elif (
            words[:1]
            and words[0].isdigit()
            and not negation
            and path[0].startswith(("ipv4 access-list", "ipv6 access-list"))
        ):
            whole.append(_entry(line, "ipv4" if path[0].startswith("ipv4") else "ipv6"))
        else:
            whole.append(line)
    return tuple(whole)


def _entry(line: str, family: Family) -> str:
    """An entry with its match in the one form that all forms of the same match have."""
    ace = read_entry(family, line.split())
    return line if ace is None else f"{ace.sequence} {ace}"


def differences(sent: Sequence[str], candidate: str, running: str = "") -> tuple[list[str], list[str]]:
    """What was sent and is not in the candidate, and what is in the candidate and was not sent.

    A candidate shows a net change. So what the router has already (running, as it prints it) need not be shown, nor
    need a negation whose place something else takes; and a whole line may follow `no` where a key was enough.
    """
    ours = {step for path in paths(sent) for step in _steps(comparable(path))}
    added = {path for path in ours if not any(line.startswith("no ") for line in path)}
    removed = {_place(path): path for path in ours - added if path[-1].startswith("no ")}
    retaken = {_place(path) for path in added}
    seen = {step for path in paths(candidate.splitlines()) for step in _steps(comparable(path))}
    there = {_keyed(path) for path in seen}.union(_keyed(comparable(path)) for path in paths(running.splitlines()))
    gone = {_place(path) for path in seen if path[-1].startswith("no ")}
    missing = [path for path in added if _keyed(path) not in there]
    missing += [path for place, path in removed.items() if place not in gone | retaken]
    extra = [
        path
        for path in seen
        if path not in ours
        and not (path[-1].startswith("no ") and any(_place(path[:end]) in removed for end in range(1, len(path) + 1)))
    ]
    return [" / ".join(path) for path in sorted(missing)], [" / ".join(path) for path in sorted(extra)]


def _steps(path: Path) -> list[Path]:
    """The path and all its parents: one line may open a submode and set something in it."""
    return [path[:end] for end in range(1, len(path) + 1)]


def _place(path: Path) -> tuple[Path, str]:
    """What identifies a line: where it is and, of its words, the key.

    A sequence number for an entry, a destination's side, else two words; but an interface has one attachment a class
    (the native key until 7.6.1), so there any other attachment may take the place of the one that went.
    """
    return tuple(_key(line, bool(index)) for index, line in enumerate(path[:-1])), _key(path[-1], len(path) > 1)


def _key(line: str, inside: bool) -> str:
    words = line.removeprefix("no ").split()
    alone = words[0].isdigit() or (inside and words[0] in ("monitor-session", "destination"))
    return words[0] if alone and words[1:2] not in (["rx"], ["tx"]) else " ".join(words[:2])


def _keyed(path: Path) -> tuple[Path, str]:
    return _place(path)[0], path[-1]


def rejections(failed: str, operations: Sequence[Operation]) -> list[Problem]:
    """The texts of `show configuration failed`, each tied to the item of the document whose line it is under."""
    owner = {comparable(path): operation.item for operation in operations for path in paths(operation.do)}
    problems: list[Problem] = []
    lines = failed.splitlines()
    path: Path = ()
    for index, line in enumerate(lines):
        rejected = _REJECTED.match(line)
        if not rejected:
            path = next(reversed(list(paths(_since_root(lines[: index + 1])))), path) if line.strip() else path
            continue
        text = rejected["text"].strip()
        problems.append(
            Problem(
                "device", _owner(path, owner), f"the router refused: {' / '.join(path)}", _remedy(text), "error", text
            )
        )
    return problems


def _since_root(lines: Sequence[str]) -> Sequence[str]:
    for index in range(len(lines) - 1, -1, -1):
        if lines[index][:1] not in (" ", "!", ""):
            return lines[index:]
    return lines


def _owner(path: Path, owner: dict[Path, str]) -> str:
    desired = comparable(path) if path else ()
    for length in range(len(desired), 0, -1):
        if desired[:length] in owner:
            return owner[desired[:length]]
    return " / ".join(path) or "commit"


def _remedy(text: str) -> str:
    refusal = REFUSALS.find(f"!!% {text}")
    return refusal.remedy if refusal else "Change the item, or the configuration that it conflicts with."
