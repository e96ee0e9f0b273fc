# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the grammar of access control entries shows to be wrong: protocols, addresses and their lengths, ports, codes. Pure.

Options that the tables do not know are not judged: releases differ in them. Ranges: YANG Cisco-IOS-XR-ipv4-acl-datatypes 7.0.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from ..aces import (
    DSCP,
    MESSAGES,
    OPERATORS,
    PORT_ALIASES,
    PORTS,
    PRECEDENCE,
    TCP_FLAGS,
    WITH_PORTS,
    Match,
    parsed_match,
)
from ..model import Family
from .view import is_address

_ADDRESSING = frozenset({"any", "host", "net-group"})
# option -> (highest number, names of its numbers)
_OPTIONS: Mapping[str, tuple[int, Mapping[int, str]]] = {
    "dscp": (63, DSCP),
    "precedence": (7, PRECEDENCE),
    "packet-length": (65535, {}),
    "ttl": (255, {}),
}
_PORT_NUMBERS = {
    protocol: {**PORT_ALIASES, **{name: number for number, name in table.items()}} for protocol, table in PORTS.items()
}


def flaws(family: Family, match: str) -> list[str]:
    """What no router takes of a match text in its normal form; empty when nothing is seen.

    >>> flaws("ipv4", "tcp 10.0.0.0/33 any eq 70000")
    ["'10.0.0.0/33' is not an IPv4 address or network", "70000 is not a port, 0 to 65535"]
    """
    parts = parsed_match(family, match)
    return list(_flaws(family, parts))


def _flaws(family: Family, parts: Match) -> Iterator[str]:
    if not parts.protocol:
        first = parts.options[0][0]
        if first not in _ADDRESSING and not is_address(first.partition("/")[0]):  # the protocol may be left out
            yield f"{first!r} is not a protocol of {_title(family)} access lists"
        return
    if family == "ipv4" and parts.protocol == "icmpv6":  # IPv6 lists take the names of IPv4's protocols
        yield "'icmpv6' is not a protocol of IPv4 access lists"
    if parts.protocol.isdecimal() and int(parts.protocol) > 255:
        yield f"{parts.protocol} is not a protocol, 0 to 255"
    for side, address in (("source", parts.source), ("destination", parts.destination)):
        yield from _address_flaws(family, side, address)
    for ports in (parts.source_port, parts.destination_port):
        yield from _value_flaws(ports, "a port", 65535, _PORT_NUMBERS.get(parts.protocol, {}))
    for place, option in enumerate(parts.options):
        if option[0] in _OPTIONS:
            highest, names = _OPTIONS[option[0]]
            values = option[1:] if option[1:2] and option[1] in OPERATORS else ("eq", *option[1:])
            numbers = {name: number for number, name in names.items()}
            yield from _value_flaws(values, f"a value of {option[0]}", highest, numbers)
        elif option[0] in OPERATORS and place == 0 and parts.protocol not in WITH_PORTS:
            yield f"{parts.protocol} has no ports, so {option[0]!r} does not belong here"
        elif option[0].lstrip("+-") in TCP_FLAGS and parts.protocol != "tcp":
            yield f"{parts.protocol} has no flags, so {option[0]!r} does not belong here"
        elif option[0].isdecimal() and place == (parts.protocol in MESSAGES) and parts.options[0][0] not in OPERATORS:
            yield f"{option[0]} does not belong here"
    yield from _message_flaws(parts)


def _title(family: Family) -> str:
    return "IPv4" if family == "ipv4" else "IPv6"


def _address_flaws(family: Family, side: str, words: tuple[str, ...]) -> Iterator[str]:
    """words: as normal_match() leaves them."""
    kind = ipaddress.IPv4Network if family == "ipv4" else ipaddress.IPv6Network
    match words:
        case ():
            yield f"it has no {side}"
        case ("any",) | ("net-group", _):
            return
        case ("host" | "net-group",):
            yield f"{words[0]!r} of the {side} names nothing"
        case ("host", address):
            if not is_address(address) or (":" in address) != (family == "ipv6"):
                yield f"{address!r} is not an {_title(family)} address"
        case (address, wildcard):
            for text in (address, wildcard):
                if not is_address(text):
                    yield f"{text!r} is not an {_title(family)} address"
        case (network, *_):
            try:
                kind(network, strict=False)
            except ValueError:
                yield f"{network!r} is not an {_title(family)} address or network"


def _value_flaws(words: tuple[str, ...], what: str, highest: int, names: Mapping[str, int]) -> Iterator[str]:
    """words: an operator and its values; a group of ports has a name. names: of numbers."""
    if not words or words[0] == "port-group":
        return
    operator, *values = words
    missing = OPERATORS[operator] - len(values)
    if missing:
        yield f"{operator!r} needs {OPERATORS[operator]} {'values' if OPERATORS[operator] > 1 else 'value'}"
    numbers = [int(value) if value.isdecimal() else names.get(value.lower(), 0) for value in values]
    for value in values:
        if value.isdecimal() and int(value) > highest:
            yield f"{value} is not {what}, 0 to {highest}"
        elif not value.isdecimal() and value.lower() not in names:
            yield f"{value!r} is not {what} that the router has a name for"
    if operator == "range" and len(numbers) == 2 and numbers[0] > numbers[1]:
        yield f"the range {values[0]} to {values[1]} is empty"


def _message_flaws(parts: Match) -> Iterator[str]:
    if parts.protocol not in MESSAGES or not parts.options:
        return
    for number in parts.options[0]:
        if number.isdecimal() and int(number) > 255:
            yield f"{number} is not a type or code of {parts.protocol}, 0 to 255"
