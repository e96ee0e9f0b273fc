# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the command line of IOS XR takes as a name, a number, an address: each value of a document, checked. Pure.

Every function gives the normal form of a value or raises ValueError with a plain reason. Nothing passes that could end
a line, begin a comment, ask for help or leave a submode, whatever is in the document.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from ..names import UnknownKind, interface_name, kind
from .parse import ACL_WORDS, GLOBALS, NO_LISTS, mirror_interval, printed_global

LARGEST = 10**20
OTHER_LENGTH = 512  # characters

_WORDS_REFUSED = frozenset('!?|"\\')
_UDF_NAME = re.compile(r"[a-z0-9A-Z][-_.:a-z0-9A-Z]*", re.ASCII)
_QUALIFIER = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_LOCATION = re.compile(r"[0-9A-Za-z]{1,8}(?:/[0-9A-Za-z]{1,8}){0,3}", re.ASCII)
_INTERVAL = re.compile(r"[0-9]{1,6}[kK]?", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}", re.ASCII)
_MODE = re.compile(r"[a-z0-9]+(?: [a-z0-9]+){0,3}|", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9./:_ -]{0,200}", re.ASCII)
_OTHER = re.compile(r"[ -~]+", re.ASCII)
# Words that leave a submode or act at once, so no line of a submode may begin with one.
_ACTING = frozenset({
    "abort", "clear", "commit", "copy", "delete", "describe", "do", "end", "exit", "format", "interface", "load",
    "monitor-session", "no", "pwd", "reload", "rollback", "root", "show",
})  # fmt: skip


def text(value: Any) -> str:
    """A number counts as text, true and false do not. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be text")
    return str(value)


def word(longest: int) -> Callable[[Any], str]:
    """A name of up to that many characters, one word."""

    def checked(value: Any) -> str:
        name = text(value)
        if name and (not _OTHER.fullmatch(name) or " " in name or _WORDS_REFUSED & set(name)):
            raise ValueError(f'{name[:80]!r} must be printable ASCII without blanks and without any of ! ? | " \\')
        if not 1 <= len(name) <= longest:
            raise ValueError(f"must have 1 to {longest} characters, not {len(name)}")
        return name

    return checked


_name = word(OTHER_LENGTH)  # how long a name of each kind may be is a rule


def session_name(value: Any) -> str:
    name = _name(value)
    if name.lower() in GLOBALS:
        raise ValueError(f"{name!r} is a router-wide setting, not a session")
    return name


def access_list_name(value: Any) -> str:
    name = _name(value)
    if name.lower() in ACL_WORDS | NO_LISTS | {"common"}:
        raise ValueError(f"{name!r} is a keyword of the command itself")
    return name


def udf_name(value: Any) -> str:
    name = text(value)
    if not _UDF_NAME.fullmatch(name) or len(name) > OTHER_LENGTH:
        raise ValueError(f"{name[:80]!r} must be 1 to 16 letters, digits or - _ . : and begin with a letter or digit")
    return name


def interface(value: Any) -> str:
    """The full name of an interface in any printed form; one of a type that the table does not have as it is written, without blanks.
    Raises ValueError."""
    try:
        return interface_name(text(value))
    except UnknownKind as unknown:
        return unknown.name


def tunnel_ip(value: Any) -> str:
    """The full name of a tunnel-ip interface. Raises ValueError."""
    name = interface(value)
    if kind(name) != "tunnel-ip":
        raise ValueError(f"{name} is not a tunnel-ip interface")
    return name


def hexadecimal(value: Any) -> int:
    """``"0x1f"``, ``"31"`` or 31."""
    if isinstance(value, str) and _HEX.fullmatch(value):
        return int(value, 16)
    return integer(value)


def integer(value: Any) -> int:
    """A whole number; its range is a rule. Raises ValueError, also for one that no line has room for."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    raise ValueError("must be a number")


def address(value: Any) -> str:
    return str(ipaddress.ip_address(_plain_address(value)))


def ipv4_interface(value: Any) -> str:
    """``15.1.1.1/24``; a mask is taken too."""
    written = _plain_address(value)
    if "/" not in written:
        raise ValueError("needs a prefix length, such as 15.1.1.1/24")
    return str(ipaddress.IPv4Interface(written))


def tunnel_source(value: Any) -> str:
    """An address or an interface."""
    try:
        return address(value)
    except ValueError:
        return interface(value)


def _plain_address(value: Any) -> str:
    written = text(value)
    if isinstance(value, int) or not written.isascii() or "%" in written or len(written) > 64:
        raise ValueError("must be an IP address")
    return written


def _pattern(pattern: re.Pattern[str], desired: str) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        written = text(value)
        if not pattern.fullmatch(written):
            raise ValueError(f"{written[:80]!r} must be {desired}")
        return written

    return checked


_qualifier = _pattern(_QUALIFIER, "the name of a field, such as src-addr")
_mode = _pattern(_MODE, "a tunnel mode, such as gre ipv4")
_interval = _pattern(_INTERVAL, "an interval such as 512 or 1K")
_place = _pattern(_LOCATION, "a location such as 0/0/CPU0")
_file = _pattern(_FILE, "words such as size 1024 format pcapng")


def qualifier(value: Any) -> str:
    return _lower(_qualifier, value)


def tunnel_mode(value: Any) -> str:
    return " ".join(_lower(_mode, value).split())


def interval(value: Any) -> str:
    """One of the router's words: ``1k`` and ``1024`` -> ``1K``."""
    return mirror_interval(_interval(value))


def _lower(check: Callable[[Any], str], value: Any) -> str:
    """Keywords have no letter case; the router prints small letters."""
    return check(text(value).lower())


def location(value: Any) -> str:
    return _place(value).upper()


def file(value: Any) -> str:
    """The words of a file destination, as the router prints them: small letters, numbers without leading zeros."""
    return " ".join(str(int(word)) if _DECIMAL.fullmatch(word) else word.lower() for word in _file(value).split())


def router_wide(value: Any) -> str:
    """A router-wide setting of monitor-session, as the router prints it. It is compared, never sent."""
    line = text(value)
    words = line.split()
    if words[:1] != ["monitor-session"] or len(line) > OTHER_LENGTH or not _OTHER.fullmatch(line):
        raise ValueError(f"{line[:80]!r} is not a line such as monitor-session router-id 9")
    return printed_global(words)


def other_line(known: Callable[[list[str]], object]) -> Callable[[Any], str]:
    """A line of a submode that no field knows. known(words): not None where a field does."""

    def checked(value: Any) -> str:
        line = text(value)
        words = line.split()
        if not words or len(line) > OTHER_LENGTH or not _OTHER.fullmatch(line) or "?" in line or line.strip()[0] == "!":
            raise ValueError(f"{line[:80]!r} must be one line of printable ASCII, without ? and not a comment")
        if words[0] in _ACTING:
            raise ValueError(f"{words[0]!r} is not a line of this submode")
        if known(words) is not None:
            raise ValueError(f"{line[:80]!r} has a key of its own")
        return " ".join(words)

    return checked
