# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a session, a source or a tunnel and never written: it stays on the router in every state, because this collection
could not restore it. Only remove_unsupported removes it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

from .model import Destination, Session, Source, Tunnel
from .parse import Submode, begun, blank

# field -> its key in FEATURES
SESSION_FEATURES = {
    "rx_destination": "rx-tx-destination",
    "tx_destination": "rx-tx-destination",
    "mirror_first": "mirror-first",
    "mirror_interval": "mirror-interval",
    "discard_class": "discard-class",
    "traffic_class": "traffic-class",
    "inject_interface": "inject-interface",
    "rate_limit_rx": "rate-limit",
    "rate_limit_tx": "rate-limit",
    "other": "other",
}
SOURCE_FEATURES = {"mirror_first": "source-mirror-first", "mirror_interval": "mirror-interval", "other": "other"}
GRE_MODES = ("gre ipv4", "gre ipv6")

# First words of lines that no field has -> the field that would overwrite such a line.
_SESSION_PLACES = {
    "destination rx": "rx_destination",
    "destination tx": "tx_destination",
    "destination": "destination",
    "mirror first": "mirror_first",
    "mirror interval": "mirror_interval",
}
_SOURCE_PLACES = {
    "acl ipv4": "acl_ipv4",
    "acl ipv6": "acl_ipv6",
    "acl mpls": "",
    "acl": "acl_name",
    "mirror first": "mirror_first",
    "mirror interval": "mirror_interval",
}


def is_unwritten(destination: Destination | None) -> bool:
    """Whether a destination is of a kind that is never written: anything but an interface."""
    return destination is not None and destination.interface is None


def parts(thing: Session | Source | Tunnel) -> list[str]:
    """The fields of a thing that hold something which is never written."""
    if isinstance(thing, Session):
        fields = [field for field in SESSION_FEATURES if getattr(thing, field) not in (None, ())]
        return (["destination"] if is_unwritten(thing.destination) else []) + fields
    if isinstance(thing, Source):
        return [field for field in SOURCE_FEATURES if getattr(thing, field) not in (None, ())]
    return (["mode"] if _is_foreign(thing.mode) else []) + (["other"] if thing.other else [])


def _is_foreign(mode: str) -> bool:
    """A tunnel mode that is never written; a tunnel without one has nothing to lose."""
    return bool(mode) and mode not in GRE_MODES


def kept(was: Submode | None, new: Submode, said: Collection[str], removes: bool) -> Submode:
    """new, with what the router has of it and is never written, as far as the document does not have it.

    said: the fields that the document has. removes: its remove_unsupported, which leaves nothing but what the document has.
    """
    if was is None:
        return new
    if removes:
        return replace(new, **{field: _empty(field) for field in parts(new) if field not in said})
    found = [field for field in parts(was) if field not in said]
    return implied(replace(new, **{field: getattr(was, field) for field in found}), said)


def implied(thing: Submode, said: Collection[str]) -> Submode:
    """A thing whose fields have what its unknown lines begin with, as the router's have; but for those that the document says."""
    for line in thing.other:
        fields = begun_fields(line, thing)
        whole = begun(thing, line)
        thing = replace(whole, **{field: getattr(thing, field) for field in fields if field in said})
    return thing


def begun_fields(line: str, thing: Submode) -> list[str]:
    """The fields whose line an unknown line goes on with: `acl ipv4 C4 merge-group 5` has acl and acl_ipv4."""
    empty = blank(thing)
    start = begun(empty, line)
    return [each.name for each in dataclass_fields(empty) if getattr(start, each.name) != getattr(empty, each.name)]


def _empty(field: str) -> Any:
    return {"other": (), "mode": GRE_MODES[0]}.get(field)


def lost(was: Submode, new: Submode) -> Iterator[tuple[str, str]]:
    """(field, what the router has there) of everything that is never written and would be removed. What would have to be written
    instead of it is refused by the rule of its feature."""
    for field in parts(was):
        before, after = getattr(was, field), getattr(new, field)
        if field == "other":
            for line in before:
                if line not in after or _is_written_over(line, was, new):
                    yield field, line
        elif before != after and field not in parts(new):
            yield field, said(before)


def said(value: object) -> str:
    """A value for a person."""
    if not isinstance(value, Destination):
        return str(value)
    if value.next_hop is not None:
        return f"next-hop {value.next_hop}" + (f" vrf {value.vrf}" if value.vrf else "")
    if value.interface is not None:
        return f"interface {value.interface}"
    return "pseudowire" if value.pseudowire else f"file {value.file}".rstrip()


def _is_written_over(line: str, was: Submode, new: Submode) -> bool:
    """Whether a line that is kept and a field that is written set the same: the router would let go of the line."""
    fields = {place(line, was), *begun_fields(line, was)} - {""}
    return any(getattr(new, field) not in (None, getattr(was, field)) for field in fields)


def has_destination(session: Session) -> bool:
    """Whether copies go anywhere, be it where an unknown line sends them (`destination udp ...`)."""
    ways = (session.destination, session.rx_destination, session.tx_destination)
    return any(ways) or any(place(line, session).endswith("destination") for line in session.other)


def place(line: str, thing: Session | Source | Tunnel) -> str:
    """The field that sets what an unknown line sets; "" where there is none."""
    if isinstance(thing, Tunnel):
        return ""
    table = _SESSION_PLACES if isinstance(thing, Session) else _SOURCE_PLACES
    words = line.split()
    return table.get(" ".join(words[:2])) or table.get(words[0], "") if words[:2] != ["acl", "mpls"] else ""
