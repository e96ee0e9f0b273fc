# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Junos configuration: a tree of statements, fed by `set` lines or by curly text, printed as either.

A statement may be several words (`from-zone trust to-zone untrust`, `policy allow-web`). What is a list and what a leaf
with one value is a table, enough for what the lab's firewalls carry; the rest of Junos is taken word by word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .operational import words_of

# Lists: the word, and how many words with it name an entry.
LISTS = {
    "from-zone": 4, "policy": 2, "fpc": 2, "unit": 2, "security-zone": 2, "rule-set": 2, "rule": 2, "address": 2,
    "redundancy-group": 2, "node": 2, "user": 2, "stream": 2, "address-book": 2, "packet-filter": 2, "group": 2,
    "address-set": 2, "host": 2, "filter": 2, "term": 2,
}  # fmt: skip
# `file` and `host` are lists below system syslog only, `address` carries nothing below it below an interface.
SYSLOG_LISTS = {"file": 2, "host": 2, "user": 2}
# Leaves with one value: setting one again replaces it. Two words are a leaf below that parent only.
LEAVES = {
    "threshold", "host-name", "version", "mode", "format", "description", "route-change-timeout", "mss", "severity",
    "syn-flood-protection-mode", "encrypted-password", "class", "reth-count", "priority", "session-timeout", "ssh-rsa",
    "early-ageout", "low-watermark", "high-watermark", "tcp-initial-timeout", "size", "files", "root-authentication",
    "source-address-translation", "time-zone", "domain-name", "rate-limit", "trace-level", "category",
}  # fmt: skip
# Lists that are ordered by the user; the order of everything else means nothing.
ORDERED = {"policy", "rule", "term", "action"}
_SINGLE = {("stream", "host"), ("traceoptions", "file")}


@dataclass
class Node:
    """children: statement -> node, in the order in which they were made. group: that brought it, see groups.py."""

    children: dict[tuple[str, ...], Node] = field(default_factory=dict)
    inactive: bool = False
    group: str = ""

    def copy(self) -> Node:
        return Node({key: child.copy() for key, child in self.children.items()}, self.inactive, self.group)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Node)
            and self.inactive == other.inactive
            and self.children.keys() == other.children.keys()
            and self.ordered == other.ordered
            and all(other.children[key] == child for key, child in self.children.items())
        )

    @property
    def ordered(self) -> list[tuple[str, ...]]:
        """The entries whose order means something, in it."""
        return [statement for statement in self.children if statement[0] in ORDERED]

    __hash__ = None  # type: ignore[assignment]

    # -- editing

    def set(self, words: Sequence[str]) -> None:
        node = self
        for statement in statements(words):
            if statement[0] in LEAVES and len(statement) == 2:
                for other in [key for key in node.children if key[0] == statement[0] and key != statement]:
                    del node.children[other]
            node = node.children.setdefault(statement, Node())

    def find(self, words: Sequence[str]) -> Node | None:
        node = self
        for statement in statements(words):
            found = node.children.get(statement)
            if found is None:
                return None
            node = found
        return node

    def delete(self, words: Sequence[str]) -> bool:
        """Whether something was there. A leaf may be named without its value, a list without its key."""
        way = [self]
        path = statements(words)
        for statement in path[:-1]:
            found = way[-1].children.get(statement)
            if found is None:
                return False
            way.append(found)
        last = path[-1] if path else ()
        gone = [key for key in way[-1].children if key[: len(last)] == last]
        for key in gone:
            del way[-1].children[key]
        # A container that held nothing else goes with its last statement.
        for parent, statement in zip(reversed(way[:-1]), reversed(path[:-1]), strict=False):
            if gone and not parent.children[statement].children and statement[0] not in LISTS:
                del parent.children[statement]
            else:
                break
        return bool(gone)

    # -- printing

    def paths(self, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """The words of each `set` line."""
        for statement, child in self.children.items():
            here = (*above, *statement)
            if child.children:
                yield from child.paths(here)
            else:
                yield here

    def lines(self, above: Sequence[str] = (), command: str = "set ", heads: Heads | None = None) -> Iterator[str]:
        """As `| display set` prints them, with `deactivate` lines where they belong. heads: what stands before a statement."""
        for statement, child in self.children.items():
            here = (*above, *statement)
            text = " ".join(map(quoted, here))
            yield from heads(statement, child, "") if heads else ()
            if child.children:
                yield from child.lines(here, command, heads)
            else:
                yield f"{command}{text}"
            if child.inactive and command:
                yield f"deactivate {text}"

    def curly(self, depth: int = 0, heads: Heads | None = None) -> Iterator[str]:
        for statement, child in self.children.items():
            yield from curly(statement, child, depth, heads)


Heads = Callable[[tuple[str, ...], Node, str], Iterable[str]]
"""(statement, node, indentation) -> lines."""


def curly(statement: tuple[str, ...], node: Node, depth: int = 0, heads: Heads | None = None) -> Iterator[str]:
    indent = "    " * depth
    yield from heads(statement, node, indent) if heads else ()
    mark = "inactive: " if node.inactive else ""
    text = " ".join(map(quoted, statement))
    if not node.children:
        yield f"{indent}{mark}{text};"
        return
    yield f"{indent}{mark}{text} {{"
    yield from node.curly(depth + 1, heads)
    yield f"{indent}}}"


def quoted(word: str) -> str:
    if re.fullmatch(r"<[^\s\"]+>", word):  # a wildcard of a group
        return word
    return word if word and not re.search(r"[\s;{}\[\]#\"$|&<>*?!']", word) else f'"{word}"'


def statements(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of one path, cut into statements.

    >>> statements("security policies from-zone a to-zone b policy p then deny".split())[2:4]
    [('from-zone', 'a', 'to-zone', 'b'), ('policy', 'p')]
    """
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        word = words[at]
        parent = found[-1][0] if found else ""
        size = _size(word, parent, words, at)
        found.append(tuple(words[at : at + size]))
        at += size
    return found


def _size(word: str, parent: str, words: Sequence[str], at: int) -> int:
    if (parent, word) in _SINGLE:
        return 2
    if "syslog" in words[:at] and parent == "syslog" and word in SYSLOG_LISTS:
        return SYSLOG_LISTS[word]
    if word in LISTS and not (word == "address" and parent == "family"):
        return LISTS[word] if not (word == "host" and parent not in ("syslog", "stream")) else 1
    if word in ("source-address", "destination-address", "application", "action", "flag") and at + 1 < len(words):
        return 2
    return 2 if word in LEAVES and at + 1 < len(words) else 1


def from_text(text: str) -> Node:
    """A start state: `set`, `deactivate` lines, or curly text; `#` lines are comments. Raises ValueError."""
    root = Node()
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "/*"))]
    if any(line.endswith("{") for line in lines):
        lines = list(_from_curly(lines))
    for line in lines:
        words = words_of(line)
        if words[0] == "set" and len(words) > 1:
            root.set(words[1:])
        elif words[0] == "deactivate":
            found = root.find(words[1:])
            if found is None:
                raise ValueError(f"no such statement: {line}")
            found.inactive = True
        else:
            raise ValueError(f"neither set nor deactivate: {line}")
    return root


def _from_curly(lines: Iterable[str]) -> Iterator[str]:
    above: list[str] = []
    marked: list[str] = []
    for line in lines:
        inactive = line.startswith("inactive: ")
        text = line.removeprefix("inactive: ").rstrip("{; ").strip()
        if line == "}":
            if not above:
                raise ValueError("a } too many")
            above.pop()
            continue
        path = " ".join([*above, text])
        if line.endswith("{"):
            above.append(text)
        elif found := re.fullmatch(r"(.*?) \[ (.*) \]", path):
            yield from (f"set {found[1]} {word}" for word in words_of(found[2]))
        else:
            yield f"set {path}"
        if inactive:
            marked.append(f"deactivate {path}")
    yield from marked


def compare(old: Node, new: Node, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What `show | compare` prints: the place in brackets, then lines with + and - as curly text."""
    hunk: list[str] = []
    for statement, child in old.children.items():
        if statement not in new.children:
            hunk += [f"-{line}" for line in curly(statement, child, 0)]
    for statement, child in new.children.items():
        if statement not in old.children:
            hunk += [f"+{line}" for line in curly(statement, child, 0)]
        elif child.inactive != old.children[statement].inactive:
            hunk.append(f"!{'inactive: ' if child.inactive else 'active: '}{' '.join(statement)} {{ ... }}")
    if hunk:
        yield f"[edit{' ' if path else ''}{' '.join(map(quoted, path))}]"
        yield from (f"{line[0]}   {line[1:]}" for line in hunk)
    common = [statement for statement in old.children if statement in new.children]
    if not hunk and old.ordered != new.ordered:
        yield f"[edit{' ' if path else ''}{' '.join(map(quoted, path))}]"
        yield from (f"!   {' '.join(statement)} {{ ... }}" for statement in new.children)
    for statement in common:
        yield from compare(old.children[statement], new.children[statement], (*path, *statement))
