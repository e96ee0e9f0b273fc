# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of RT_FLOW: how they are called here, which hold numbers, which words mean nothing. Pure.

Sources: Juniper: Monitoring Security Flow Sessions (tables 1 to 3), syslog-ng's junos source, SC4S tests, Azure Sentinel samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

EVENTS = {
    f"{name}{tail}": event
    for name, event in (
        ("RT_FLOW_SESSION_CREATE", "create"),
        ("RT_FLOW_SESSION_CLOSE", "close"),
        ("RT_FLOW_SESSION_DENY", "deny"),
        ("APPTRACK_SESSION_CREATE", "create"),
        ("APPTRACK_SESSION_CLOSE", "close"),
        ("APPTRACK_SESSION_VOL_UPDATE", "volume_update"),
        ("APPTRACK_SESSION_ROUTE_UPDATE", "route_update"),
    )
    for tail in ("", "_LS")
}
"""Name of the message -> event. `_LS` is the message of a logical system."""

OWN = (
    "event", "tag", "time", "naive", "stamp", "start", "end", "host", "nat_applied", "reason_class", "reason_meaning", "unparsed",
)  # fmt: skip
"""Keys that are not Junos's: a key of a line that is called so gets an underscore."""

ALWAYS = (
    "event", "tag", "time", "naive", "start", "end", "host", "session_id", "nat_applied", "icmp_type", "reason", "reason_class", "reason_meaning",
)  # fmt: skip
"""Keys that every session log has, null where it does not show them; they come first."""

NUMBERS = frozenset({
    "source_port", "destination_port", "nat_source_port", "nat_destination_port", "connection_tag", "nat_connection_tag", "protocol_id",
    "icmp_type", "session_id", "session_id_32", "packets_from_client", "bytes_from_client", "packets_from_server", "bytes_from_server", "elapsed_time",
    "application_risk", "peer_session_id", "peer_source_port", "peer_destination_port",
})  # fmt: skip
AS_PRINTED = frozenset({"policy_name", "source_zone_name", "destination_zone_name"})
"""Names that an operator chose: one that is called None keeps that name."""

NOTHING: dict[str, str | None] = {
    "": None, "None": None, "N/A": None, "N/A ": None, "No ": "No", "Yes ": "Yes", "UNKNOWN ": "UNKNOWN",
}  # fmt: skip
"""What Junos prints where there is nothing: None up to 12.x, N/A since. UNKNOWN is its answer and stays. Some values end with a blank."""
_BLANK = (None,) * len(ALWAYS)


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of a line in their order, called as here. every: with what is always there. numbers, texts: which are typed, which may say nothing."""

    names: tuple[str, ...]
    every: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[str, ...]


def layout(keys: Iterable[str]) -> Layout:
    """Keys as Junos prints them -> how a line with them is typed."""
    names = [_name(key) for key in keys]
    if "session_id" not in names:  # 64 bits and a name of its own since about 20.x
        names = ["session_id" if name == "session_id_32" else name for name in names]
    found = dict.fromkeys(names)
    numbers = tuple(name for name in found if name in NUMBERS)
    return Layout(
        tuple(names),
        (*ALWAYS, *names),
        numbers,
        tuple(name for name in found if name not in NUMBERS and name not in AS_PRINTED),
    )


def _name(key: str) -> str:
    name = key.replace("-", "_")
    return f"{name}_" if name in OWN else name


def typed(form: Layout, values: Sequence[str]) -> dict[str, Any]:
    """As many values as names -> key and value, with room for what is always there.

    What is not a number stays text, or is null where there is nothing.
    """
    record: dict[str, Any] = dict(zip(form.every, (*_BLANK, *values), strict=True))
    try:
        for name in form.numbers:
            record[name] = int(record[name])
    except ValueError:
        for name in form.numbers:
            record[name] = _number(record[name])
    for name in form.texts:
        value = record[name]
        if value in NOTHING:
            record[name] = NOTHING[value]
    return record


MOST_DIGITS = 20  # of 64 bits; what is longer is no number of a firewall, and JSON cannot hold it


def _number(value: str | int) -> int | str | None:
    if isinstance(value, int):
        return value
    if len(value) > MOST_DIGITS:
        return value
    try:
        return int(value, 16) if value[:2] == "0x" else int(value)  # connection tags of free text are hexadecimal
    except ValueError:
        return NOTHING.get(value, value)
