# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands behind `|`: include, exclude, begin, count, utility egrep, head, tail, wc."""

from __future__ import annotations

import re

from .words import Invalid, choose

FILTERS = ("include", "exclude", "begin", "count", "utility", "section")


def split(line: str) -> tuple[str, list[str]]:
    """The command and its filters: `show x | include "a|b"` -> ("show x", ['include "a|b"'])."""
    if "|" not in line:
        return line, []
    at = line.find(" |")
    if at < 0:
        return line, []
    command, rest = line[:at], line[at + 1 :]
    parts: list[str] = []
    for part in _unquoted_pipes(rest):
        parts.append(part.strip())
    return command, parts


def _unquoted_pipes(text: str) -> list[str]:
    """Cuts at each `|` that starts a filter; one inside quotes or inside an expression (`a|b`) does not."""
    parts: list[str] = []
    quoted = False
    start = 1
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "|" and at and not quoted and text[at - 1] == " ":
            word = text[at + 1 :].split()[:1]
            if word and len(word[0]) > 1 and choose(word[0], FILTERS):
                parts.append(text[start:at])
                start = at + 1
    return [*parts, text[start:]]


def apply(text: str, filters: list[str]) -> str:
    """Raises Invalid (index unknown: 0) for a filter or expression that is none."""
    for item in filters:
        name, _blank, argument = item.partition(" ")
        found = choose(name, FILTERS)
        if found is None:
            raise Invalid(0)
        text = _filtered(text, found, argument.strip())
    return text


def _filtered(text: str, name: str, argument: str) -> str:
    if name == "utility":
        tool, _blank, argument = argument.partition(" ")
        return _utility(text, tool, argument.strip())
    pattern = _pattern(argument)
    lines = text.splitlines()
    if name == "include":
        kept = [line for line in lines if pattern.search(line)]
    elif name == "exclude":
        kept = [line for line in lines if not pattern.search(line)]
    elif name == "begin":
        start = next((at for at, line in enumerate(lines) if pattern.search(line)), len(lines))
        kept = lines[start:]
    elif name == "section":
        kept = _sections(lines, pattern)
    else:
        return f"Number of lines matching regexp = {sum(1 for line in lines if pattern.search(line))}\n"
    return "".join(f"{line}\n" for line in kept)


def _sections(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in lines:
        if not line.startswith((" ", "!")):
            inside = bool(pattern.search(line))
        if inside:
            kept.append(line)
    return kept


def _pattern(argument: str) -> re.Pattern[str]:
    if len(argument) > 1 and argument[0] == argument[-1] == '"':
        argument = argument[1:-1]
    if not argument or len(argument) > 1000:
        raise Invalid(0)
    try:
        return re.compile(argument)
    except re.error:
        raise Invalid(0) from None


def _utility(text: str, tool: str, argument: str) -> str:
    lines = text.splitlines()
    words = argument.split()
    if tool == "egrep":
        invert = "-v" in words[:-1]
        ignore = "-i" in words[:-1]
        while argument.startswith("-"):
            argument = argument.partition(" ")[2].strip()
        pattern = _pattern(argument)
        if ignore:
            pattern = re.compile(pattern.pattern, re.IGNORECASE)
        return "".join(f"{line}\n" for line in lines if bool(pattern.search(line)) != invert)
    if tool in ("head", "tail"):
        digits = next((word.lstrip("-n") for word in words if word.lstrip("-n").isdecimal()), "10")
        count = int(digits[:9])
        return "".join(f"{line}\n" for line in (lines[:count] if tool == "head" else lines[-count:] if count else []))
    if tool == "wc":
        return f"{len(lines)}\n"
    raise Invalid(0)
