# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words of the Junos command line: what may be typed, how a cluster answers. Pure."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@,+*-]*")
_UNTYPABLE = re.compile(r"[^ -~]|[?\"\\]")

# {primary:node0}, {master:0}, {backup}, {linecard:1}: netmiko's juniper_junos strips the same lines. [edit security]
_BANNER = re.compile(
    r"\{(?:primary|secondary|secondary-hold|hold|disabled|ineligible|lost|master|backup|line|linecard)(?::[\w-]+)?\}"
    r"(?P<edit>\[edit[^\]\n]*\])?|\[edit[^\]\n]*\]"
)
_NODE = re.compile(r"^(?P<node>node\d+|fpc\d+):[ \t]*\n-{20,}[ \t]*$", re.MULTILINE)


def word(text: str) -> str:
    """Text as one word of the command line, in quotes where it needs them.

    Raises ValueError for what cannot be typed: control and non-ASCII characters, a quote, a backslash, and ``?``, which
    is the help key wherever it is.

    >>> word("ge-0/0/1.0"), word("guest access")
    ('ge-0/0/1.0', '"guest access"')
    """
    found = _UNTYPABLE.search(text)
    if found or not text:
        wrong = f"the character {found[0]!r} cannot be typed into Junos" if found else "an empty word"
        raise ValueError(f"{text!r}: {wrong}")
    return text if _BARE.fullmatch(text) else f'"{text}"'


def too_long(text: str, most: int) -> str:
    """Why a name has too many characters; empty when it has not.

    >>> too_long("a" * 64, 63), too_long("a" * 63, 63)
    ('it has 64 characters, at most 63 are allowed', '')
    """
    return f"it has {len(text)} characters, at most {most} are allowed" if len(text) > most else ""


def without_banners(text: str) -> str:
    """An answer without the lines that belong to the next prompt: ``{primary:node0}`` and ``[edit]``."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or _BANNER.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def role_of(text: str) -> tuple[str, str]:
    """Role and node of the last banner in a text, empty on a device that is no cluster.

    >>> role_of("{primary:node0}")
    ('primary', 'node0')
    """
    banners = [line.strip() for line in text.split("\n") if line.strip().startswith("{")]
    found = re.match(r"\{([a-z-]+):(node\d+)\}", banners[-1]) if banners else None
    return (found[1], found[2]) if found else ("", "")


def by_node(text: str) -> list[tuple[str, str]]:
    """The parts of a cluster's answer by node; one part without a name where there are no nodes.

    >>> by_node("node0:\\n--------------------------------------------------------------------------\\nTotal: 1\\n")
    [('node0', 'Total: 1')]
    """
    heads = list(_NODE.finditer(text))
    if not heads:
        return [("", text)]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [(head["node"], text[head.end() : end].strip("\n")) for head, end in zip(heads, ends, strict=True)]
