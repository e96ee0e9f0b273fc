# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RT_FLOW and AppTrack messages in free text, in all layouts that Junos has had -> typed fields. Pure.

Policies and rules may have blanks in their names, so what is in the middle of a line is not found by counting. What holds: the two
`source/port->destination/port`, counters `packets(bytes)`, `protocol(type)` of a denial, `user(roles)`, the number of the protocol, the id of the
session, words of rule types, and that the policy of a denial that is global is `NAME(global)`. From these, names are what is left. Zones have no
blanks. Where names could be cut in several ways, those of rules are taken as short as can be; two names of rules with blanks and no types between
them cannot be distinguished, and the text is returned as not understood. What is behind the interface is read by columns (columns.py).

Layouts: araqne tests (9.x to 11.x), logstash patterns and SRX220 (11.4 to 12.x), Azure Sentinel and SRX1500 (connection tags and rule types,
12.1X47 or 15.1 on), Juniper's System Log Explorer (22.2R1, 26.2R1). `Lsys NAME:` before the words of a logical system: Juniper's test library.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .columns import APPTRACK, CLOSED, CREATED, DENIED, ENDS, Fields, pair, take, take_apptrack, widths
from .fields import NOTHING, layout, typed

_COUNTERS = re.compile(r" (\d{1,20})\((\d{1,20})\) (\d{1,20})\((\d{1,20})\) (\d{1,20})(?=\s|$)")
_DENIED = re.compile(r" (\d{1,3})\((\d{1,5})\)(?=\s|$)")
_INTERFACE = re.compile(r"[a-z]{2,4}-\d+/\d+/\d+(?:[.:]\d+)*|(?:reth|ae|irb|st|lo|vlan|fxp|lt|gr|ip|lsq)\d*\.\d+")
_UNIT = re.compile(r"[A-Za-z.][^\s(]*\.\d{1,5}")  # any interface with its unit
_SYSTEM = re.compile(r"(?:Lsys|Tenant) (\S{1,64}?)", re.IGNORECASE)
# What a message begins with, behind the name of its system.
_SAYS = re.compile(r"\b(?:AppTrack )?(?:session (?:created|denied|closed)|volume update|route update)\b")
# NAME(global) FROM TO of a denial, and FROM TO SESSION behind it of a session.
_GLOBAL = re.compile(r" *([^(]*[^( ]\(global\)) (\S+) (\S+)(?=\s|$)")
_GLOBAL_SESSION = re.compile(r"\([^()\s]*\) \S+ \S+ \d{1,20}(?=\s|$)")
_NAT = tuple(f"nat_{name}" for name in ENDS)
_COUNTED = ("packets_from_client", "bytes_from_client", "packets_from_server", "bytes_from_server", "elapsed_time")
_RULES = ("src_nat_rule_type", "src_nat_rule_name", "dst_nat_rule_type", "dst_nat_rule_name")
_RULE_KINDS = ("source", "destination", "static")
_WIDTHS = {event: sorted(widths(tail), reverse=True) for event, tail in APPTRACK.items()}
_WITHOUT_COUNTERS = ("create", "route_update")


class Pair(NamedTuple):
    """`address/port->address/port` in a text: its four values, and where it is."""

    values: tuple[str, str, str, str]
    start: int
    end: int


def fields(event: str, apptrack: bool, text: str) -> tuple[dict[str, Any], str]:
    """text: of the message, after its name. Fields, and what was not understood of it. Nothing of it: no fields, ""."""
    ends = _pair(text, 0)
    if ends is None:
        return {}, ""
    found: Fields = dict(zip(ENDS, ends.values, strict=True))
    says = _SAYS.search(text, 0, ends.start)
    before = text[: says.start()].strip(" :-") if says else ""
    system = _SYSTEM.fullmatch(before)
    if system:
        found["logical_system_name"], before = system[1], ""
    connect_to = text[ends.end :]
    if event == "deny":
        rest = _denied(found, connect_to)
    else:
        if event == "close":
            found["reason"] = text[: ends.start].rstrip(" :").partition("session closed")[2].strip(" :")
        rest = _session(found, connect_to, event, apptrack)
    if "policy_name" not in found:  # a message that is cut has nothing after what was found
        rest = rest.strip() or text
    names = list(found)
    odd = before if before not in rest else ""
    return typed(layout(names), [found[name] for name in names]), f"{odd} {rest.strip()}".strip()


def _pair(text: str, start: int) -> Pair | None:
    for _attempt in range(4):  # an arrow in a name is not far from the real one
        arrow = text.find("->", start)
        if arrow < 0:
            return None
        begin = text.rfind(" ", max(start, arrow - 100), arrow) + 1
        end = text.find(" ", arrow)
        end = len(text) if end < 0 else end
        values = pair(text[begin:end])
        if values:
            return Pair(values, begin, end)
        start = arrow + 2
    return None


# -- a denial: TAG? SERVICE PROTOCOL(TYPE) POLICY FROM TO [APPLICATION NESTED] [USER(ROLES) INTERFACE [ENCRYPTED [REASON SESSION COLUMNS...]]]


def _denied(found: Fields, text: str) -> str:
    kind = _DENIED.search(text)
    if kind is None:
        return text
    _service(found, text[: kind.start()].split())
    found["protocol_id"], found["icmp_type"] = kind.groups()
    rest = text[kind.end() :]
    placed = _GLOBAL.match(rest)
    if placed and not _INTERFACE.fullmatch(placed[2]):  # USER(global) INTERFACE is a user
        found |= zip(_PLACE, placed.groups(), strict=True)
        rest = rest[placed.end() :]
    before, roles, after = _user(rest)
    words = before.split()
    least = 0 if "policy_name" in found else 3
    if roles is None:
        if len(words) > least and _INTERFACE.fullmatch(words[-1]):
            found["packet_incoming_interface"] = words.pop()
        return _placed_policy(found, words, text)
    user = words.pop() if words and not before.endswith(" ") else ""
    if len(words) < least:  # of a global policy that was cut
        return text
    if "  " not in before.strip() and len(words) >= least + 2:  # two blanks in a row: there is no application
        *words, found["application"], found["nested_application"] = words
    found["username"], found["roles"] = user, roles
    rest = _placed_policy(found, words, text)
    return rest or _denied_tail(found, _interface(found, after))


_PLACE = ("policy_name", "source_zone_name", "destination_zone_name")


def _placed_policy(found: Fields, words: list[str], text: str) -> str:
    """POLICY FROM TO, unless they are known. text: comes back where the words are not that."""
    if "policy_name" in found:
        return " ".join(words)
    if len(words) < 3:
        return text
    found["policy_name"] = " ".join(words[:-2])
    found["source_zone_name"], found["destination_zone_name"] = words[-2:]
    return ""


def _denied_tail(found: Fields, words: list[str]) -> str:
    if words:
        found["encrypted"] = words[0]
    session = next((index for index, word in enumerate(words) if index and word.isdecimal()), len(words))
    if session > 1:
        found["reason"] = " ".join(words[1:session])
    if session == len(words):
        return ""
    found["session_id"] = words[session]
    return " ".join(take(found, DENIED, words[session + 1 :]))


# -- a session: TAG? SERVICE NAT-PAIR TAG? RULES PROTOCOL POLICY FROM TO SESSION [COUNTERS] and a tail


def _session(found: Fields, text: str, event: str, apptrack: bool) -> str:
    nat = _pair(text, 0)
    if nat is None:
        return text
    words = text[: nat.start].split()
    if apptrack and len(words) >= 3:
        *words, found["application"], found["nested_application"] = words
    _service(found, words)
    found |= zip(_NAT, nat.values, strict=True)
    connect_to = text[nat.end :]
    counters = _COUNTERS.search(connect_to)
    if counters:
        found |= zip(_COUNTED, counters.groups(), strict=True)
        where, tail = connect_to[: counters.start()].split(), connect_to[counters.end() :]
    elif event not in _WITHOUT_COUNTERS:
        return connect_to
    else:
        where, tail = _up_to_tail(connect_to, _WIDTHS[event]) if apptrack else _up_to_session(connect_to)
    if where and where[0].startswith("0x"):
        found["nat_connection_tag"] = where.pop(0)
    if not _placed(found, where):
        return connect_to
    if apptrack:
        return " ".join(take_apptrack(found, event, tail.split()))
    return _created_tail(found, tail) if event == "create" else _closed_tail(found, tail)


def _service(found: Fields, words: list[str]) -> None:
    if words and words[0].startswith("0x"):
        found["connection_tag"], *words = words
    if words:
        found["service_name"] = " ".join(words)


def _up_to_session(text: str) -> tuple[list[str], str]:
    """Words up to the id of the session, the text after it: user(roles), an interface or nothing."""
    policy = _GLOBAL_SESSION.search(text)
    if policy:
        return text[: policy.end()].split(), text[policy.end() :]
    before, opened, _roles = text.partition("(")
    words = before.split()
    last = len(words) - (2 if opened and not before.endswith(" ") else 1)  # of `41 joe(`, `41  (`, `41`
    for index in (last, *range(len(words) - 1, -1, -1)):
        if 0 <= index < len(words) and words[index].isdecimal():
            return words[: index + 1], " ".join(words[index + 1 :]) + text[len(before.rstrip()) :]
    return words, ""


def _up_to_tail(text: str, counts: list[int]) -> tuple[list[str], str]:
    """The same of an AppTrack message. counts: of words that may follow, most first."""
    words = text.split()
    behind = [count for count in counts if count < len(words)]
    for index in (*(len(words) - count - 1 for count in behind), *range(len(words) - 1, -1, -1)):
        if words[index].isdecimal() and _placed({}, words[: index + 1]):  # the name of a policy may be a number, too
            return words[: index + 1], " ".join(words[index + 1 :])
    return words, ""


MOST_WORDS = 120  # names have 63 characters, so few blanks; bounds what a hostile line costs


def _placed(found: Fields, words: list[str]) -> bool:
    """RULES PROTOCOL POLICY FROM TO SESSION."""
    if not 6 <= len(words) <= MOST_WORDS or not words[-1].isdecimal():
        return False
    head = words[:-3]
    for index in range(2, len(head) - 1):
        if head[index].isdecimal() and int(head[index][:4]) < 256:
            rules = _rules(head[:index])
            if rules is not None:
                found |= rules
                found["protocol_id"], found["policy_name"] = head[index], " ".join(head[index + 1 :])
                found["source_zone_name"], found["destination_zone_name"], found["session_id"] = words[-3:]
                return True
    return False


def _rules(words: list[str]) -> Fields | None:
    """Names of both rules, with their types where the layout has them. None: not these words, or nothing says where one ends."""
    if len(words) >= 4 and (first := _type(words, 0)):
        for index in range(first + 1, len(words) - 1):
            second = _type(words, index)
            if second and index + second < len(words):
                parts = (words[:first], words[first:index], words[index : index + second], words[index + second :])
                return dict(zip(_RULES, (" ".join(part) for part in parts), strict=True))
    if len(words) == 2 or NOTHING.get(words[0], "") is None:
        source, destination = words[:1], words[1:]
    elif NOTHING.get(words[-1], "") is None:
        source, destination = words[:-1], words[-1:]
    else:
        return None
    return {_RULES[1]: " ".join(source), _RULES[3]: " ".join(destination)}


def _type(words: list[str], index: int) -> int:
    """How many words the type of a rule has that starts here; 0: none does."""
    if NOTHING.get(words[index], "") is None:
        return 1
    return 2 if words[index] in _RULE_KINDS and words[index + 1 : index + 2] == ["rule"] else 0


# -- tails


def _user(text: str) -> tuple[str, str | None, str]:
    """Text before `(roles)`, the roles (None: there are none), text after."""
    before, opened, connect_to = text.partition("(")
    roles, closed, after = connect_to.partition(")")
    return (before, roles, after) if opened and closed else (text, None, "")


def _interface(found: Fields, text: str) -> list[str]:
    words = text.split()
    if words:
        found["packet_incoming_interface"] = words.pop(0)
    return words


def _alone(found: Fields, text: str) -> str:
    """What is behind a session of 9.x: an interface or nothing."""
    words = text.split()
    if len(words) == 1 and _UNIT.fullmatch(words[0]):
        found["packet_incoming_interface"] = words.pop()
    return " ".join(words)


def _created_tail(found: Fields, text: str) -> str:
    before, roles, after = _user(text)
    if roles is None:
        return _alone(found, text)
    found["username"], found["roles"] = before.strip(), roles
    return " ".join(take(found, CREATED, _interface(found, after)))


def _closed_tail(found: Fields, text: str) -> str:
    before, roles, after = _user(text)
    words = before.split()
    if roles is None:
        return _alone(found, text)
    if len(words) > 1:
        found["application"] = words[0]
    if len(words) > 2:
        found["nested_application"] = words[1]
    found["username"], found["roles"] = " ".join(words[2:] or words[-1:]), roles
    return " ".join(take(found, CLOSED, _interface(found, after)))
