# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration groups: what `apply-groups` makes of a configuration, and what `| display inheritance` prints of that.

Source: Juniper, "Use Configuration Groups to Quickly Configure Devices": a statement of the configuration itself goes before that of
a group, a group that is applied further inside before one further outside, the first of a list before the second; lists of values
are joined; a wildcard in angle brackets (`*`, `?`, `[...]`, `[!...]`) meets objects that are there and makes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from .tree import LEAVES, Node

Statement = tuple[str, ...]
Scopes = Mapping[str, Sequence[Node]]  # group -> its subtrees that meet a place
APPLY, EXCEPT, GROUPS = ("apply-groups",), ("apply-groups-except",), ("groups",)


def effective(root: Node, member: str = "") -> Node:
    """The configuration with what its groups bring, without the groups; each node that a group brought names it. member: of a
    cluster, for the group `${node}`."""
    groups = root.children.get(GROUPS)
    if groups is None:
        return root
    scopes = {key[0]: [node] for key, node in groups.children.items() if not node.inactive}
    return _expanded(root, scopes, (), member)


def _expanded(node: Node, scopes: Scopes, applied: Sequence[str], member: str, brought_by: str = "") -> Node:
    said = {key: _names(node, key, member) for key in (APPLY, EXCEPT)}
    here = [*said[APPLY], *(name for name in applied if name not in said[APPLY])]
    here = [name for name in here if name in scopes and name not in said[EXCEPT]]
    found = Node(inactive=node.inactive, group=brought_by)
    for key, child in node.children.items():
        if key not in (APPLY, EXCEPT, GROUPS):
            found.children[key] = (
                child.copy() if child.inactive else _expanded(child, _below(scopes, key), here, member)
            )
    for name in here:
        for source in scopes[name]:
            for key, child in source.children.items():
                if not (child.inactive or _is_wild(key) or key in found.children or _is_set(found, key)):
                    found.children[key] = _expanded(Node(), _below(scopes, key), here, member, name)
    return found


def _names(node: Node, key: Statement, member: str) -> list[str]:
    said = node.children.get(key)
    if said is None or said.inactive:
        return []
    return [member if name[0] == "${node}" else name[0] for name, child in said.children.items() if not child.inactive]


def _below(scopes: Scopes, key: Statement) -> dict[str, list[Node]]:
    return {
        name: [
            child
            for node in nodes
            for pattern, child in node.children.items()
            if not child.inactive and _meets(pattern, key)
        ]
        for name, nodes in scopes.items()
    }


def _is_wild(key: Statement) -> bool:
    return any(word.startswith("<") and word.endswith(">") for word in key)


def _meets(pattern: Statement, key: Statement) -> bool:
    return len(pattern) == len(key) and all(
        fnmatchcase(word, wild[1:-1]) if wild.startswith("<") and wild.endswith(">") else wild == word
        for wild, word in zip(pattern, key, strict=True)
    )


def _is_set(node: Node, key: Statement) -> bool:
    """A leaf has one value."""
    return key[0] in LEAVES and len(key) == 2 and any(other[0] == key[0] for other in node.children)


def comments(statement: Statement, node: Node, indent: str = "") -> Iterator[str]:
    """What stands in front of a statement that a group brings."""
    if node.group:
        yield from (
            f"{indent}##",
            f"{indent}## '{statement[-1]}' was inherited from group '{node.group}'",
            f"{indent}##",
        )
