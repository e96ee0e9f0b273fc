# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration tree: nodes that are shared until written, their text forms, and the difference of two trees. Pure.

A frozen tree is never changed: a running configuration, its commits and the candidates of all sessions share nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from . import names

Key = tuple[str | int, ...]


class Step(NamedTuple):
    """One level of a configuration line.

    key: what identifies it among its siblings; a negation removes every sibling whose key starts with it.
    line: its text as printed. mode: the submode that it opens, None for a leaf. keep: leave the line of an existing node
    as it is (a header that was entered again).
    """

    key: Key
    line: str
    mode: str | None = None
    keep: bool = False


class Node:
    """line: own text. children: None for a leaf. owner: the draft that may write this node in place."""

    __slots__ = ("children", "line", "owner")

    def __init__(self, line: str, children: dict[Key, Node] | None = None, owner: object = None) -> None:
        self.line = line
        self.children = children
        self.owner = owner


# Print order of what stands at one level; what is not listed keeps the order of entry at 500. Unverified beyond
# the captures at hand: hw-module before access lists (Cisco guide), access lists before interfaces.
_RANK = {
    "hostname": 1, "clock": 2, "logging": 3, "service": 4, "telnet": 5, "domain": 6, "taskgroup": 7, "usergroup": 8,
    "username": 9, "aaa": 10, "vrf": 11, "line": 12, "vty-pool": 13, "snmp-server": 14, "ntp": 15,
    "hw-module": 30, "hw-module tcam": 31, "udf": 32, "ipv4 access-list": 40, "ipv6 access-list": 41,
    "interface": 60, "router": 700, "l2vpn": 710, "monitor-session": 135, "monitor-session router": 134, "ssh": 800, "end-raw": 900,
    # inside an interface
    "description": 101, "mtu": 103, "bundle": 104, "ipv4 address": 110, "ipv6 address": 112,
    "tunnel": 120, "encapsulation": 130, "rewrite": 131, "l2transport": 140, "shutdown": 740, "ipv4 access-group": 750,
    "ipv6 access-group": 751, "ace": 20, "acl": 22, "mirror": 23, "destination": 102,
}  # fmt: skip
_BY_NAME = {"acl", "mirror", "ipv4 access-list", "ipv6 access-list", "udf", "monitor-session", "monitor-session router", "hw-module tcam", "destination",
            "ipv4 access-group", "ipv6 access-group"}  # fmt: skip


_TUNNEL = {"mode": 0, "source": 1, "destination": 2}


def _order(item: tuple[Key, Node]) -> tuple[object, ...]:
    key = item[0]
    first = str(key[0])
    rank = _RANK.get(first, 500)
    if first == "interface":
        return (rank, names.order(str(key[1])))
    if first == "ace":
        return (rank, key[1])
    if first == "tunnel":
        return (rank, _TUNNEL.get(str(key[1]), 9))
    if first in _BY_NAME:
        return (rank, "\0".join(map(str, key[1:])))
    return (rank,)


def ordered(node: Node) -> list[tuple[Key, Node]]:
    return sorted((node.children or {}).items(), key=_order)


class Draft:
    """A tree under edit. It copies a frozen node when it is first written; freeze() makes the result shareable."""

    def __init__(self, root: Node) -> None:
        self._owner = object()
        self.root = root

    def freeze(self) -> Node:
        self._owner = object()
        return self.root

    def _own(self, node: Node) -> Node:
        if node.owner is self._owner:
            return node
        return Node(node.line, None if node.children is None else dict(node.children), self._owner)

    def set(self, path: Sequence[Step]) -> None:
        """Adds or replaces the line at the end of path; its parents come into being."""
        node = self.root = self._own(self.root)
        for step in path:
            if node.children is None:
                node.children = {}
            key = _numbered(step, node.children)
            child = node.children.get(key)
            if child is None:
                line = step.line if key == step.key else f"{key[1]} {step.line}"
                child = Node(line, {} if step.mode else None, self._owner)
            else:
                child = self._own(child)
                if not step.keep:
                    child.line = step.line
                if step.mode and child.children is None:
                    child.children = {}
            node.children[key] = child
            node = child

    def remove(self, path: Sequence[Step]) -> bool:
        """Removes what path ends at. True when there was something."""
        parents = self._find(path[:-1])
        if parents is None:
            return False
        keys = matching(parents[-1], path[-1])
        if not keys:
            return False
        node = self.root = self._own(self.root)
        for step in path[:-1]:
            children = node.children or {}
            children[step.key] = node = self._own(children[step.key])
        for key in keys:
            del (node.children or {})[key]
        return True

    def _find(self, path: Sequence[Step]) -> list[Node] | None:
        found = [self.root]
        for step in path:
            child = (found[-1].children or {}).get(step.key)
            if child is None:
                return None
            found.append(child)
        return found


def matching(node: Node, step: Step) -> list[Key]:
    """The children that a negation of step removes."""
    children = node.children or {}
    if step.key in children:
        return [step.key]
    if step.key[0] == "text":  # an entry without its number, or a generic line: by words
        wanted = step.line.split()
        return [key for key, child in children.items()
                if _without_number(key, child.line).split()[: len(wanted)] == wanted]  # fmt: skip
    size = len(step.key)
    return [key for key in children if key[:size] == step.key]


def _without_number(key: Key, line: str) -> str:
    return line.partition(" ")[2] if key[0] == "ace" else line


def _numbered(step: Step, children: dict[Key, Node]) -> Key:
    """An access control entry without a number gets the last one plus ten."""
    if step.key == ("ace", 0):
        last = max((int(key[1]) for key in children if key[0] == "ace"), default=0)
        return ("ace", last - last % 10 + 10)
    return step.key


# -- text forms


def lines_of(node: Node, indent: int = 0) -> Iterator[str]:
    """The node and all below it, as `show running-config` prints them."""
    yield " " * indent + node.line
    if node.children is not None:
        for _key, child in ordered(node):
            yield from lines_of(child, indent + 1)
        if "\n" not in node.line:
            yield " " * indent + "!"


def hierarchical(root: Node) -> Iterator[str]:
    for _key, node in ordered(root):
        yield from lines_of(node)


def formal(node: Node, prefix: str = "") -> Iterator[str]:
    """One whole line for each node, headers too."""
    for _key, child in ordered(node):
        line = f"{prefix}{child.line}"
        yield line
        if child.children:
            yield from formal(child, f"{line} ")


class Change(NamedTuple):
    """sign: "+" added, "-" removed, "#" only something below changed, "~" its own line changed."""

    key: Key
    sign: str
    node: Node
    old: Node | None
    below: list[Change]


def changes(old: Node, new: Node) -> list[Change]:
    """What turns old into new, in print order."""
    if old is new:
        return []
    before, after = old.children or {}, new.children or {}
    found = [Change(key, "-", node, node, []) for key, node in before.items() if key not in after]
    for key, node in after.items():
        was = before.get(key)
        if was is None:
            found.append(Change(key, "+", node, None, []))
        elif was is not node:
            below = changes(was, node)
            if was.line != node.line:
                found.append(Change(key, "~", node, was, below))
            elif below:
                found.append(Change(key, "#", node, was, below))
    return sorted(found, key=lambda change: _order((change.key, change.node)))


# How many words of a line name it, for `no` in front of it; the others have one. The number of an entry is its name.
_NAME_WORDS = {
    "interface": 9, "monitor-session": 2, "monitor-session router": 2, "udf": 2, "hw-module tcam": 6, "ipv4 access-list": 3, "ipv6 access-list": 3,
    "ipv4 access-group": 4, "ipv6 access-group": 4, "ipv4 address": 9, "ipv6 address": 9, "tunnel": 2, "mirror": 2, "router": 9,
    "line": 9, "text": 9, "acl": 9, "bundle": 2, "rate-limit": 2, "username": 2, "vrf": 2, "service-policy": 9, "raw": 9,
}  # fmt: skip


def as_commands(found: Sequence[Change], indent: int = 0, short: bool = False) -> Iterator[str]:
    """As `show configuration` prints a candidate.

    A removed line stands whole behind `no`, or with short only by what names it; which of them a router does is unverified.
    """
    blank = " " * indent
    for change in found:
        if change.sign == "-":
            size = _NAME_WORDS.get(str(change.key[0]), 1) if short else 999
            yield f"{blank}no {' '.join(change.node.line.split(' ')[:size])}"
        elif change.sign == "+":
            yield from lines_of(change.node, indent)
        else:
            yield blank + change.node.line
            yield from as_commands(change.below, indent + 1, short)
            if change.node.children is not None:
                yield blank + "!"


def as_diff(found: Sequence[Change], indent: int = 0) -> Iterator[str]:
    """As `show commit changes diff` prints: a sign, two blanks, the line. Column widths are unverified."""
    blank = " " * indent
    for change in found:
        if change.sign in "+-":
            for line in lines_of(change.node, indent):
                yield f"   {line}" if line.strip() == "!" else f"{change.sign}  {line}"
            continue
        if change.sign == "~" and change.old is not None:
            yield f"-  {blank}{change.old.line}"
            yield f"+  {blank}{change.node.line}"
        else:
            yield f"#  {blank}{change.node.line}"
        yield from as_diff(change.below, indent + 1)
        if change.node.children is not None:
            yield f"   {blank}!"


RAW_BLOCKS = ("route-policy", "prefix-set", "as-path-set", "community-set", "policy-map", "class-map")


def from_indented(text: str, steps_of: Callable[[list[Step], str], list[Step]]) -> Node:
    """A start state: any line is kept, the indentation makes the tree. steps_of(parents, line) names each line."""
    draft = Draft(Node("", {}))
    stack: list[tuple[int, list[Step]]] = []
    raw: list[str] = []
    for line in text.expandtabs().splitlines():
        words = line.strip()
        if raw:
            raw.append(line.rstrip())
            if words.startswith("end-"):
                draft.set([Step(("raw", raw[0]), "\n".join(raw))])
                raw = []
            continue
        if not words or words.startswith(("!", "Building config")) or words in ("end", "root"):
            continue
        indent = len(line) - len(line.lstrip(" "))
        if indent == 0 and words.split()[0] in RAW_BLOCKS:
            raw, stack = [line.rstrip()], []
            continue
        while stack and stack[-1][0] >= indent:
            stack.pop()
        parents = [step for _indent, steps in stack for step in steps]
        steps = steps_of(parents, words)
        draft.set([*parents, *steps])
        stack.append((indent, [step._replace(keep=True) for step in steps]))
    if raw:
        draft.set([Step(("raw", raw[0]), "\n".join(raw))])
    return draft.freeze()
