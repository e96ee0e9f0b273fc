# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns that free text of session logs ends with, in the order in which releases added them, and the words that belong to each. Pure.

Words are given to columns from left to right. Columns that a release added together are a group, and a group is there as a whole or not at all:
the words of one that does not fit, and all after them, are not understood. So a word is never in the column of another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .fields import NOTHING

ENDS = ("source_address", "source_port", "destination_address", "destination_port")
PEERS = tuple(f"peer_{name}" for name in ENDS)
_PEER_PAIR = "peers"  # one word, four fields

Fields = dict[str, str]
Groups = tuple[tuple[str, ...], ...]

# Juniper's System Log Explorer, 22.2R1 and 26.2R1; what 20.x and 21.x end with: captures of these releases; 19.x: syslog-ng's tests.
APPLICATION = ("application", "nested_application", "encrypted")
_CATEGORY: Groups = (
    ("application_category", "application_sub_category", "application_risk"),
    ("application_characteristics",),
)
_VRF = ("src_vrf_grp", "dst_vrf_grp")
_TUNNEL = ("tunnel_inspection", "tunnel_inspection_policy_set")
_TENANT = ("source_tenant", "destination_service")
_CONTEXT: Groups = (("dst_identity_context_name",), ("dst_identity_context_roles",))
_GBP: Groups = (("gbp_src_tag",), ("gbp_dst_tag",), ("forwarded_for",))
_URL: Groups = (("url_host",), ("url_cat",), ("url_risk",))
_LAST: Groups = (("src_vrf",), ("dst_vrf",))
_COUNTRY: Groups = (("source_country",), ("destination_country",))

CREATED: Groups = (APPLICATION, *_CATEGORY, _VRF, _TUNNEL, _TENANT, *_CONTEXT, *_GBP, *_LAST)
CLOSED: Groups = (
    ("encrypted",), *_CATEGORY, ("secure_web_proxy_session_type", "peer_session_id", _PEER_PAIR), ("hostname",), _VRF, _TUNNEL,
    ("session_flag",), _TENANT, ("user_type",), *_CONTEXT, *_GBP, *_URL, *_LAST,
)  # fmt: skip
DENIED: Groups = (*_CATEGORY, _VRF, _TENANT, ("user_type",), *_CONTEXT, *_COUNTRY, *_GBP, *_URL, *_LAST)


class Tail(NamedTuple):
    """What an AppTrack message ends with: columns that all releases have in this order, and what follows them, by its number of words."""

    first: Groups
    endings: Mapping[int, tuple[str, ...]]


# AppTrack: Juniper's own test library (Toby, syslog_utils), captures of 15.1X49 (CLOSE with three columns behind the uplink), 19.x or 20.x
# (CLOSE with four) and of a CREATE with eight.
_WHO: Groups = (("username", "roles"), ("encrypted",))
_ROUTED: Groups = (("profile_name", "rule_name", "routing_instance"), ("destination_interface_name",))
_CLASS = ("category", "sub_category")
_RULE_TYPE = ("dscp_value", "apbr_rule_type")
_BEGUN = Tail((*_WHO, ("destination_interface_name",), _CLASS, _VRF), {})
APPTRACK: Mapping[str, Tail] = {
    "create": _BEGUN,
    "volume_update": _BEGUN,
    "route_update": Tail(
        (*_WHO, *_ROUTED, _CLASS, ("apbr_policy_name",)),
        {1: ("webfilter_category",), 2: ("webfilter_category", "bypass_status"), 4: (*_VRF, *_RULE_TYPE)},
    ),
    "close": Tail(
        (*_WHO, *_ROUTED, ("uplink_incoming_interface_name", "uplink_tx_bytes", "uplink_rx_bytes")),
        {
            2: _CLASS,
            3: ("multipath_rule_name", *_VRF),
            4: (*_CLASS, "apbr_policy_name", "multipath_rule_name"),
            6: (*_CLASS, "apbr_policy_name", "multipath_rule_name", *_VRF),
            8: (*_CLASS, "apbr_policy_name", "multipath_rule_name", *_VRF, *_RULE_TYPE),
        },
    ),
}


def widths(tail: Tail) -> frozenset[int]:
    """How many words such an end may have, where each column is one word."""
    found, total = {0}, 0
    for group in tail.first:
        total += len(group)
        found.add(total)
    return frozenset(found | {total + count for count in tail.endings})


def take(found: Fields, groups: Groups, words: Sequence[str]) -> list[str]:
    """Puts the words into `found`, from left to right. What fits no column comes back.

    >>> found = {}
    >>> take(found, (("src_vrf_grp", "dst_vrf_grp"), ("hostname",)), ["N/A", "red", "NA", "NA", "Off"])
    ['Off']
    >>> found
    {'src_vrf_grp': 'N/A', 'dst_vrf_grp': 'red', 'hostname': 'NA NA'}
    """
    rest = list(words)
    for group in groups:
        fitting = _group(group, rest)
        if fitting is None:
            break
        values, count = fitting
        for name, value in zip(group, values, strict=True):
            found |= dict(zip(PEERS, pair(value) or (), strict=True)) if name == _PEER_PAIR else {name: value}
        rest = rest[count:]
    return rest


def take_apptrack(found: Fields, event: str, words: Sequence[str]) -> list[str]:
    """As `take`, for the end of an AppTrack message."""
    tail = APPTRACK[event]
    rest = take(found, tail.first, words)
    ending = tail.endings.get(len(rest), ())
    if ending and tail.first[-1][-1] in found:
        found |= zip(ending, rest, strict=True)
        return []
    return rest


def pair(text: str) -> tuple[str, str, str, str] | None:
    """`address/port->address/port`, also with a long arrow -> address, port, address, port.

    >>> pair("10.0.0.1/5-->2001:db8::2/443")
    ('10.0.0.1', '5', '2001:db8::2', '443')
    """
    left, arrow, right = text.partition("->")
    source, destination = left.rstrip("-").rpartition("/"), right.rpartition("/")
    if arrow and source[0] and destination[0] and source[2].isdecimal() and destination[2].isdecimal():
        return source[0], source[2], destination[0], destination[2]
    return None


def _group(group: tuple[str, ...], words: Sequence[str]) -> tuple[list[str], int] | None:
    """The value of each column, and how many words they take. None: the words are not that."""
    values, at = [], 0
    for name in group:
        count = _WIDTHS.get(name, _one)(words[at : at + _MOST_WORDS]) if at < len(words) else 0
        if not count:
            return None
        values.append(" ".join(words[at : at + count]))
        at += count
    return values, at


# -- how many words a column has; 0: these are not its

_MOST_WORDS = 60  # of one column; application characteristics are about ten phrases
_NUMBER = re.compile(r"-?\d{1,20}")
_PHRASES = re.compile(r"(?:[A-Za-z][\w-]*(?: [A-Za-z][\w-]*){0,5}; ?)+(?= |$)")


def _one(_words: Sequence[str]) -> int:
    return 1


def _number(words: Sequence[str]) -> int:
    return int(_NUMBER.fullmatch(words[0]) is not None or _says_nothing(words[0]))


def _says_nothing(word: str) -> bool:
    return NOTHING.get(word, "") is None


def _no_state(words: Sequence[str]) -> int:
    """A name. Off is the state of tunnel inspection, so where it is here, columns before it are missing or have further words."""
    return int(words[0] not in ("Off", "On"))


def _hostname(words: Sequence[str]) -> int:
    return 2 if list(words[:2]) == ["NA", "NA"] else 1


def _peers(words: Sequence[str]) -> int:
    return int(pair(words[0]) is not None)


def _characteristics(words: Sequence[str]) -> int:
    """Phrases that end in `;`, or one word. Of phrases that were cut it is not known where they end."""
    text = " ".join(words)
    phrases = _PHRASES.match(text)
    if phrases:
        return len(phrases[0].split())
    if ";" in words[0] or (len(words) > 1 and not _says_nothing(words[0]) and not _says_nothing(words[1])):
        return 0
    return 1


_WIDTHS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "application_risk": _number,
    "application_characteristics": _characteristics,
    "peer_session_id": _number,
    _PEER_PAIR: _peers,
    "hostname": _hostname,
    "src_vrf_grp": _no_state,
    "dst_vrf_grp": _no_state,
    "tunnel_inspection_policy_set": _no_state,
    "uplink_tx_bytes": _number,
    "uplink_rx_bytes": _number,
}
