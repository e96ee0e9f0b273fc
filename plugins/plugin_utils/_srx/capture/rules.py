# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of a capture: when a firewall is free for one. A table and its checks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..._engine.problems import Problem
from ..._engine.rules import HOUSE, Finding, Rule, error, problems, rule_table
from ..flow_monitor.model import Filter, Monitor, TraceFile

GUIDE = "Juniper: Monitoring Security Flow Sessions"
MANY = 10  # filters of others that an error names

RULES: Mapping[str, Rule] = rule_table((
    error("C1", "No other user captures.", HOUSE),
    error("C2", "The monitor and flow traceoptions exclude each other.", GUIDE),
    error("C3", "Packets of filters of others are captured only where with_others allows it.", HOUSE),
    error("C4", "The filters of a capture are its own: they are removed when it ends.", HOUSE),
    error("C5", "The trace file of a capture is its own: it is removed when the capture ends.", HOUSE),
    error("C6", "A controller captures once at a time on a firewall.", HOUSE),
    error("C7", "A capture has a guard, which logs in before it begins.", HOUSE),
    error("C8", "What an earlier capture left is removed on the node where it is.", HOUSE),
))  # fmt: skip


def check(
    before: Monitor, filters: Sequence[Filter], file: TraceFile, existing: Collection[str], *, with_others: bool
) -> list[Problem]:
    """Why a firewall is not free for a capture. existing: names of files in /var/log that the trace file would write over."""
    return problems(RULES, _findings(before, {item.name for item in filters}, file, existing, with_others))


def _findings(
    before: Monitor, ours: set[str], file: TraceFile, existing: Collection[str], with_others: bool
) -> Iterator[Finding]:
    if before.running:
        text = "the monitor runs already: another user captures"
        yield Finding("C1", "device", text, "Ask who, wait, or stop it: srx_flow_monitor with state: stopped.")
    if before.traceoptions or (before.tracing and not before.running):
        text = "flow tracing is on, and not by the monitor: flow traceoptions exclude it"
        yield Finding("C2", "device", text, "Ask who needs them; deactivate security flow traceoptions and commit.")
    others = sorted(set(before.filters) - ours)
    if others and not with_others:
        text = f"there are filters of others ({', '.join(others[:MANY])}); their packets would be captured too"
        yield Finding("C3", "device", text, "Set with_others: true, or remove them with srx_flow_monitor.")
    for name in sorted(ours & set(before.filters)):
        text = "there is a filter of this name already, and it would be removed afterwards"
        yield Finding("C4", f"filters[{name}]", text, "Give it another name.")
    if existing:
        text = f"/var/log/{file.name} exists already"
        yield Finding("C5", "file.name", text, "Give another name, or delete it on the device (file delete).")


def busy_elsewhere(who: str) -> list[Problem]:
    """Another run of this controller has the firewall. who: its process, in words."""
    text = f"another run of this controller ({who}) is capturing there"
    remedy = "Wait until it has ended. Its guard cleans up after it, however it ends."
    return problems(RULES, [Finding("C6", "device", text, remedy)])


def unguarded(why: str) -> list[Problem]:
    """There is no guard."""
    text = f"the guard that would clean up after a capture that is cut short could not log in: {why}"
    remedy = "A capture needs two logins at once. Let this user have them: system services ssh connection-limit, limits of a jump host."
    return problems(RULES, [Finding("C7", "device", text, remedy)])


def left_on_another_node(made: str, there: str, here: str, device: str) -> list[Problem]:
    """made: what an earlier capture left on the node there; here: the node of this session; "" on a standalone device."""
    text = f"an earlier capture left {made} on {there or 'the device'}, and this session is one on {here or 'another node'}"
    remedy = (
        f"Log in to {there or 'that one'}, or clean up there and delete the record of {device} in the state folder."
    )
    return problems(RULES, [Finding("C8", "device", text, remedy)])
