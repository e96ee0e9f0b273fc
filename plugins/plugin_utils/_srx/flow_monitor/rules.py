# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the flow monitor: what the device would refuse, silently not do, or not show. A table and its checks. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._engine.problems import Problem
from ..._engine.rules import HOUSE, Finding, Rule, error, problems, rule_table, warning
from ..junos_cli import too_long, word
from ..protocols import port_number, protocol_name
from .model import EXTRAS, ROOT, SHOWN, Filter, Item, Monitor, TraceFile, bytes_of, filter_of
from .plan import satisfies

GUIDE = "Juniper: Monitoring Security Flow Sessions"
HELP = "? capture of vSRX 24.4R1"
YANG = "YANG junos-es-conf-security 24.4, flow-filter-type and flow-traceoptions-object"

RULES: Mapping[str, Rule] = rule_table((
    error("M1", "The name of a filter has 1 to 63 letters, digits, dots, dashes or underscores, and is not the beginning of a keyword.", f"{YANG}; {HELP}"),
    error("M2", "A prefix is an IPv4 or IPv6 address with or without a length.", HELP),
    error("M3", "Both prefixes of a filter are of one family.", HOUSE, overridable=True),
    error("M4", "A port is 1 to 65535 or the keyword of a service; ranges are not known to be taken.", f"{HELP}; unverified"),
    error("M5", "A protocol is 0 to 255 or a name.", HELP),
    error("M6", "Numbers of tags and networks are within their range.", f"{YANG}; VNI 24 bit"),
    error("M7", "What is typed are words of the Junos command line.", "Junos CLI: ? is the help key"),
    error("M8", "A filter is named once.", HOUSE),
    error("M9", "The monitor starts only with a filter.", f"{GUIDE}; {HELP}"),
    error("M10", "The monitor starts only with a trace file.", f"{GUIDE}; {HELP}"),
    error("M11", "The monitor and flow traceoptions exclude each other; traceoptions of others are never stopped.", GUIDE),
    error("M12", "A trace file has 10240 to 1073741824 bytes.", HELP),
    error("M13", "2 to 1000 trace files are kept.", HELP),
    error("M14", "The name of a trace file is a plain file name, it is in /var/log, and is not the beginning of a keyword.", f"{GUIDE}; {HELP}"),
    warning("M15", "logical-system is deprecated in favour of tenant.", YANG),
    warning("M16", "Some criteria are not known to be shown by the device, so they cannot be verified.", "two captures"),
    warning("M17", "Size, number, match and readability of the trace file are never shown, so they cannot be verified.", "two captures"),
    error("M18", "state absent names the filters to remove, or purges.", HOUSE),
    error("M19", "logical_system and root_logical_system exclude each other.", HELP),
    error("M20", "A monitor that another user runs is not stopped, redirected or changed, unless take_over says so.", HOUSE),
    warning("M21", "A filter without a criterion matches every packet: the trace grows fast, and the firewall works for it.", HOUSE),
))  # fmt: skip

LONGEST_NAME = 63
LONGEST_FILE = 255  # YANG allows 1024; a file system does not
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_FILE = re.compile(r"(?!\.)[A-Za-z0-9._-]+")
# What is beside a name on its line. The command line takes a word that begins one of them for it.
_KEYWORDS = (*SHOWN.values(), *EXTRAS.values(), ROOT)
_FILE_KEYWORDS = ("files", "match", "size", "world-readable", "no-world-readable")
RANGES = {"conn_tag": 4294967295, "vxlan_vni": 16777215, "geneve_vni": 16777215}
SIZE, FILES = (10240, 1073741824), (2, 1000)


def wrong_log_name(name: str) -> str:
    """Why this cannot be the name of a file in /var/log; empty when it can."""
    return too_long(name, LONGEST_FILE) or ("" if _FILE.fullmatch(name) else f"not {name!r}")


def _keyword(name: str, keywords: Sequence[str]) -> str:
    return next((word for word in keywords if name and word.startswith(name)), "")


# -- the document by itself -------------------------------------------------------------------------------------------


def validate(filters: Sequence[Item], file: Item | None, state: str, purge: bool) -> list[Problem]:
    """What the document breaks, before anything is read."""
    found: list[Finding] = []
    seen: set[str] = set()
    for item in filters:
        where = f"filters[{item['name']}]"
        found += _filter(where, item, state)
        if item["name"] in seen:
            found.append(Finding("M8", where, "this filter is listed twice", "Give each filter a name of its own."))
        seen.add(item["name"])
    if file:
        found += _file(file)
    if state == "absent" and not filters and not purge:
        remedy = "Name the filters to remove, or set purge: true for all of them."
        found.append(Finding("M18", "filters", "nothing is named", remedy))
    if state != "absent" and not filters and purge:
        remedy = "Name the filters to keep, or use state: absent with purge: true if all of them are to be removed."
        found.append(Finding("M18", "filters", "purge without filters would remove every filter", remedy))
    return problems(RULES, found)


def _filter(where: str, item: Item, state: str) -> Iterator[Finding]:
    yield from _named("M1", where, str(item["name"]), _NAME, LONGEST_NAME)
    if state == "absent":
        return
    keyword = _keyword(str(item["name"]), _KEYWORDS)
    if keyword:
        yield Finding("M1", where, f"the device would take it for the keyword {keyword}", "Give it another name.")
    families = set()
    for key in ("source_prefix", "destination_prefix"):
        if item.get(key) is not None:
            try:
                families.add(ipaddress.ip_interface(str(item[key])).version)
            except ValueError:
                yield Finding(
                    "M2",
                    f"{where}.{key}",
                    f"{item[key]!r} is not a prefix",
                    "Write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.",
                )
    if len(families) > 1:
        yield Finding(
            "M3", where, "one prefix is IPv4, the other IPv6: no packet matches", "Make a filter for each family."
        )
    for key, read, rule in (
        ("source_port", port_number, "M4"),
        ("destination_port", port_number, "M4"),
        ("protocol", protocol_name, "M5"),
    ):
        yield from _readable(where, item, key, read, rule)
    for key, most in RANGES.items():
        value = item.get(key)
        if value is not None and not 0 <= int(value) <= most:
            yield Finding(
                "M6", f"{where}.{key}", f"{value} is not between 0 and {most}", "Give a number in that range."
            )
    yield from _typable(where, item)
    given = filter_of(item)
    if not given.extras and not any(getattr(given, key) for key in SHOWN):
        text = "it matches every packet of the firewall"
        yield Finding("M21", where, text, "Give a prefix, a port, a protocol or an interface.")
    if item.get("logical_system") and item.get("root_logical_system"):
        yield Finding("M19", where, "logical_system and root_logical_system are both given", "Leave one of them out.")
    if item.get("logical_system"):
        yield Finding(
            "M15",
            f"{where}.logical_system",
            "newer releases call it deprecated",
            "Use tenant where the release has it.",
        )


def _named(rule: str, where: str, name: str, pattern: re.Pattern[str], most: int) -> Iterator[Finding]:
    """What is wrong with the characters of a name, and with their number."""
    if not pattern.fullmatch(name):
        remedy = "Use letters, digits, dots, dashes, underscores."
        yield Finding(rule, where, f"{name[: most + 1]!r} is not a valid name", remedy)
    if wrong := too_long(name, most):
        yield Finding(rule, where, wrong, f"Shorten the name to {most} characters.")


def _readable(where: str, item: Item, key: str, read: Any, rule: str) -> Iterator[Finding]:
    if item.get(key) is not None:
        try:
            read(str(item[key]))
        except ValueError as wrong:
            yield Finding(
                rule, f"{where}.{key}", str(wrong), "Give one number or name; make a filter for each of several."
            )


def _typable(where: str, item: Item) -> Iterator[Finding]:
    for key in (
        "interface",
        "logical_system",
        "tenant",
        "source_tenant",
        "destination_service",
        "tunnel_inspection_type",
    ):
        if item.get(key) is not None:
            try:
                word(str(item[key]))
            except ValueError as wrong:
                yield Finding("M7", f"{where}.{key}", str(wrong), "Write it as the device prints it.")


def _file(item: Item) -> Iterator[Finding]:
    yield from _named("M14", "file.name", str(item["name"]), _FILE, LONGEST_FILE)
    keyword = _keyword(str(item["name"]), _FILE_KEYWORDS)
    if keyword:
        yield Finding(
            "M14", "file.name", f"the device would take it for the keyword {keyword}", "Give it another name."
        )
    try:
        size = None if item.get("size") is None else bytes_of(str(item["size"]))
    except ValueError as wrong:
        size = None
        yield Finding("M12", "file.size", str(wrong), "Write 1048576, 1024k or 1m.")
    if size is not None and not SIZE[0] <= size <= SIZE[1]:
        yield Finding(
            "M12", "file.size", f"{size} bytes are not between {SIZE[0]} and {SIZE[1]}", "Write 1048576, 1024k or 1m."
        )
    files = item.get("files")
    if files is not None and not FILES[0] <= files <= FILES[1]:
        yield Finding(
            "M13", "file.files", f"{files} is not between {FILES[0]} and {FILES[1]}", "The device keeps 3 by default."
        )
    if item.get("match"):
        try:
            word(str(item["match"]))
            re.compile(str(item["match"]))
        except (ValueError, re.error, OverflowError, RecursionError) as wrong:
            yield Finding(
                "M7", "file.match", str(wrong), "Without ? and backslash: write x{0,1} for x?, [.] for a dot."
            )


# -- against the device -----------------------------------------------------------------------------------------------


def check(
    current: Monitor,
    desired: Monitor,
    named: Sequence[Filter],
    file: TraceFile | None,
    *,
    changes: bool,
    forced: bool = False,
    foreign: str = "",
) -> list[Problem]:
    """Every broken rule of the resulting state. changes: something will be sent; forced: the trace file in any case; foreign: why
    the monitor that runs is another user's."""
    findings = [*_startable(current, desired, changes), *_unverifiable(current, named, None if forced else file)]
    if foreign and changes:
        findings.append(
            Finding("M20", "state", foreign, "Ask who, wait, or set take_over: true, which stops and changes it.")
        )
    return problems(RULES, findings)


def _startable(current: Monitor, desired: Monitor, changes: bool) -> Iterator[Finding]:
    if not desired.running:
        return
    if not desired.filters:
        yield Finding("M9", "filters", "the monitor would start without a filter", "Name at least one.")
    if desired.file is None:
        yield Finding("M10", "file", "the monitor would start without a trace file", "Give file.name.")
    if current.traceoptions and changes:  # what runs and stays as it is is not started again
        yield Finding(
            "M11",
            "state",
            "flow traceoptions are configured and active on this firewall",
            "Ask who needs them; deactivate security flow traceoptions, commit, and run again.",
        )
    elif current.tracing and not current.running:
        yield Finding(
            "M11",
            "state",
            "flow tracing is on, and not by the monitor",
            "See who switched it on: show security flow status, show configuration security flow traceoptions.",
        )


def _unverifiable(current: Monitor, named: Sequence[Filter], file: TraceFile | None) -> Iterator[Finding]:
    for item in named:
        there = current.filters.get(item.name)
        hidden = [key for key, _value in item.extras if there and key not in dict(there.extras)]
        if there and hidden and satisfies(there, item):  # else it is created again, with all of them
            text = f"cannot verify {', '.join(hidden)}: the device does not show it of this filter"
            yield Finding(
                "M16",
                f"filters[{item.name}]",
                text,
                "Remove the filter first (state: absent) to be sure that it is set.",
            )
    if file and current.file and file.name == current.file.name:
        given = [key for key in ("size", "files", "match", "world_readable") if getattr(file, key) not in (None, "")]
        if given:
            text = f"cannot verify {', '.join(given)}: the device shows the name of the trace file only"
            yield Finding("M17", "file", text, "Set force_file: true once when one of them has changed.")
