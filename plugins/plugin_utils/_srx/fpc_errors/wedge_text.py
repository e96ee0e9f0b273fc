# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log lines and alarms that you already have -> wedge conditions, and whether an absence of them means anything. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..chassis import Chassis, parse_hardware
from ..refusals import refusal_in
from ..xml_tree import is_xml, nodes
from .wedges import ALARM_LINE, parse_alarms, wedges

NO_ALARMS = "it has no answer of 'show chassis alarms'"
_TAG = re.compile(r"\s*</?[A-Za-z?]")  # not the priority of a log line, <14>
_COUNT = re.compile(r"^[ \t]*(No|\d{1,4}) alarms? currently active", re.MULTILINE | re.IGNORECASE)


def parse(log: str, alarms: str | None, hardware: str) -> dict[str, Any]:
    """{wedges, complete, broken}: as the module has them, and why no one may take an empty list for a chassis without wedges.

    log: lines of a log, of alarms, or both. alarms: of `show chassis alarms`, text or XML; None where log has them. hardware: of
    `show chassis hardware`, for the kinds of cards; may be empty.
    """
    told = log if alarms is None else alarms
    lines = [line for line in log.splitlines() if not ALARM_LINE.match(line) and not _TAG.match(line)]
    broken = refusal_in(log) or alarms_broken(told)
    return {
        "wedges": wedges(parse_alarms(told), lines, card_kinds(parse_hardware(hardware))),
        "complete": not broken,
        "broken": broken or None,
    }


def card_kinds(chassis: Iterable[Chassis]) -> Mapping[tuple[str, int], str]:
    """Kind of card by node and slot."""
    return {(one.node, slot): card.kind for one in chassis for slot, card in one.cards.items()}


def alarms_broken(text: str) -> str:
    """Why no one may take this for all alarms of a chassis; empty when it is. An answer says itself how many there are.

    >>> alarms_broken("No alarms currently active"), alarms_broken("")
    ('', 'it is empty')
    """
    if not text.strip():
        return "it is empty"
    if refused := refusal_in(text):
        return refused
    if is_xml(text):
        parts, wrong = nodes(text)
        if wrong:
            return wrong
        if not any(True for _node, part in parts for _element in part.all("alarm-information")):
            return NO_ALARMS
        counts = [element.text for _node, part in parts for element in part.all("active-alarm-count")]
    else:
        counts = ["0" if count in ("No", "no") else count for count in _COUNT.findall(text)]
        if not counts:
            return NO_ALARMS
    expected, found = sum(int(count) for count in counts if count.isdecimal()), len(parse_alarms(text))
    return f"it tells of {expected} alarms, {found} were understood" if counts and expected != found else ""
