# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_fpc_error_info: what a live chassis says about errors of its cards. Reads only. I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..chassis import hardware_document, parse_hardware, parse_routing_engine
from ..firewall import Firewall
from ..refusals import REFUSALS
from .counters import parse_fpc_errors
from .device import CONFIGURATION, HARDWARE, VERSION, configured, facts_of
from .model import ALL, FpcErrors, effect, from_groups, to_document
from .rules import Facts, restarting_slots
from .tables import DRIVERS, LEVELS, RESTARTING
from .wedge_text import alarms_broken, card_kinds
from .wedges import Alarm, alarm_document, fabric, fabric_unread, parse_alarms, path_errors, wedges

GATHERED = ("config", "errors", "alarms", "wedges", "fabric", "hardware")
LOG_LINES = 2000

CHASSIS_ALARMS = "show chassis alarms | no-more"
SYSTEM_ALARMS = "show system alarms | no-more"
ENGINE = "show chassis routing-engine | no-more"
FABRIC_SUMMARY = "show chassis fabric summary | no-more"
FABRIC_FPCS = "show chassis fabric fpcs | no-more"
# The words that the parsers of wedges and of path errors look for; the device sends no other lines.
LOG = f'show log messages | match "wedge|loopback|fabric|control|plane" | last {LOG_LINES} | no-more'

# What each answer needs. `display xml` where a model names the tags and no source shows the text.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "config": CONFIGURATION,
    "errors": (),
    "alarms": (CHASSIS_ALARMS, SYSTEM_ALARMS),
    "wedges": (CHASSIS_ALARMS, LOG),
    "fabric": (CHASSIS_ALARMS, LOG, FABRIC_SUMMARY, FABRIC_FPCS),
    "hardware": (ENGINE,),
}


def errors_command(fpc: int | None, *, detail: bool) -> str:
    """fpc: slot, None for all."""
    slot = "" if fpc is None else f" {fpc}"
    return f"show chassis fpc errors{slot}{' detail' if detail else ''} | display xml | no-more"


WORKED_OUT = frozenset({"effective"})  # wrong, not only short, where one of its commands failed


def sources(errors: str) -> Mapping[str, tuple[str, ...]]:
    """What each key of the result is made of. errors: the command that counters are read by."""
    return {
        "config": CONFIGURATION,
        "from_groups": CONFIGURATION,
        "effective": (*CONFIGURATION, HARDWARE),
        "errors": (errors,),
        "alarms": (CHASSIS_ALARMS, SYSTEM_ALARMS),
        "wedges": (CHASSIS_ALARMS, LOG),
        "wedge_detection": (HARDWARE,),
        "fabric": (FABRIC_SUMMARY, FABRIC_FPCS),
        "path_errors": (CHASSIS_ALARMS, LOG),
        "hardware": (HARDWARE,),
        "routing_engines": (ENGINE,),
    }


def inspect(firewall: Firewall, gather: Collection[str], *, detail: bool, fpc: int | None = None) -> dict[str, Any]:
    """The result of the module, in one round trip. What a device refuses to answer, or answers without a word of what was asked,
    is a warning, not a failure: chassis without cards know few of these commands. What is not known is None. Raises ConnectionFailed."""
    errors = errors_command(fpc, detail=detail)
    commands = [HARDWARE, VERSION, *(errors for part in gather if part == "errors")]
    commands += [command for part in GATHERED if part in gather for command in COMMANDS[part]]
    commands = list(dict.fromkeys(commands))
    answers = dict(zip(commands, firewall.attempt(*commands), strict=True))
    refused = {command: refusal.text for command, text in answers.items() if (refusal := REFUSALS.find(text))}
    texts = {command: "" if command in refused else text for command, text in answers.items()}
    facts = facts_of(texts[HARDWARE], texts[VERSION], cluster=bool(firewall.node))
    failed = {command: f"the firewall refused {command!r}: {text}" for command, text in refused.items()}
    for command, why in _unread(texts, errors).items():
        if why and command not in refused:
            failed[command] = f"the answer to {command!r} is not complete: {why}"
    found, warnings = known(_parts(texts, gather, facts, errors), sources(errors), failed)
    result: dict[str, Any] = {"model": next(iter(facts.models), ""), "release": facts.release_text, **found}
    return {**result, "warnings": warnings} if warnings else result


def known(
    parts: Mapping[str, Any], made_of: Mapping[str, tuple[str, ...]], failed: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The parts, None where nothing is known, and what to tell about each command that failed (command: why).

    A part is None when none of its commands gave anything, or when what is left of them gave nothing: an empty list would say
    that there is nothing. One that has entries keeps them and is told to be incomplete.
    """
    found: dict[str, Any] = {}
    lost: dict[str, list[str]] = {}
    for key, value in parts.items():
        missed = [command for command in made_of.get(key, ()) if command in failed]
        unknown = bool(missed) and (not value or key in WORKED_OUT or len(missed) == len(made_of[key]))
        found[key] = None if unknown else value
        for command in missed:
            lost.setdefault(command, []).append(f"{key} is {'null' if unknown else 'not complete'}")
    warnings = [f"{why}; {', '.join(lost[command])}" if command in lost else why for command, why in failed.items()]
    return found, warnings


def _unread(texts: Mapping[str, str], errors: str) -> dict[str, str]:
    """Why an answer that is no refusal says nothing, by command; empty where it says something."""
    found: dict[str, str] = {}
    if errors in texts:
        found[errors] = parse_fpc_errors(texts[errors])["broken"] or ""
    for command in (CHASSIS_ALARMS, SYSTEM_ALARMS):
        if command in texts:
            found[command] = alarms_broken(texts[command])
    if FABRIC_SUMMARY in texts:
        found[FABRIC_SUMMARY], found[FABRIC_FPCS] = fabric_unread(texts[FABRIC_SUMMARY], texts[FABRIC_FPCS])
    if ENGINE in texts:
        found[ENGINE] = "" if parse_routing_engine(texts[ENGINE]) else "it names no Routing Engine"
    if not any(one.model or one.cards for one in parse_hardware(texts[HARDWARE])):
        found[HARDWARE] = "it names no chassis"
    return found


def _parts(texts: Mapping[str, str], gather: Collection[str], facts: Facts, errors: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "config" in gather:
        state = configured(*(texts[command] for command in CONFIGURATION))
        found |= {"config": to_document(state), "effective": effective(state, facts), "from_groups": from_groups(state)}
    if "errors" in gather:
        read = parse_fpc_errors(texts[errors])
        found["errors"] = read["fpcs"]
        found |= {"errors_unparsed": read["unparsed"]} if read["unparsed"] and texts[errors].strip() else {}
    alarms = parse_alarms(texts.get(CHASSIS_ALARMS, ""))
    if "alarms" in gather:
        found["alarms"] = alarm_document(_once([*alarms, *parse_alarms(texts[SYSTEM_ALARMS])]))
    kinds = card_kinds(facts.chassis)
    if "wedges" in gather:
        found["wedges"] = wedges(alarms, texts[LOG], kinds)
        found["wedge_detection"] = _detection(facts)
    if "fabric" in gather:
        found["fabric"] = fabric(texts[FABRIC_SUMMARY], texts[FABRIC_FPCS])
        found["path_errors"] = path_errors(alarms, texts[LOG], kinds)
    if "hardware" in gather:
        found["hardware"] = hardware_document(parse_hardware(texts[HARDWARE]))
        found["routing_engines"] = parse_routing_engine(texts[ENGINE])
    return found


def _once(alarms: list[Alarm]) -> list[Alarm]:
    return list(dict.fromkeys(alarms))


def _detection(facts: Facts) -> list[dict[str, Any]]:
    """Which drivers are watched, card by card."""
    return [
        {
            **({"node": one.node} if one.node else {}),
            "fpc": card.slot,
            "card": card.kind or "unknown",
            "drivers": [row.name for row in DRIVERS if card.kind in row.cards],
        }
        for one in facts.chassis
        for card in one.cards.values()
    ]


def effective(state: FpcErrors, facts: Facts) -> list[dict[str, Any]]:
    """What counts for each FPC that is there: its own settings, those of all FPCs, defaults; and what that would restart."""
    restarting = restarting_slots(facts) - {ALL}
    found = []
    for slot in facts.slots:
        row: dict[str, Any] = {"fpc": slot, "card": next((card.kind for card in facts.cards(slot)), "") or "unknown"}
        for level in LEVELS:
            threshold, actions, origin = effect(state, slot, level)
            row[level] = {
                "threshold": threshold,
                "actions": list(actions),
                "origin": origin,
                "restarts_chassis": slot in restarting and bool(RESTARTING.intersection(actions)),
            }
        found.append(row)
    return found
