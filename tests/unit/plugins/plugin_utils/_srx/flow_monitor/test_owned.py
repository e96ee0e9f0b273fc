# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor: what determines a plan, and what of the firewall a document may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import fingerprint
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
    Filter,
    Monitor,
    TraceFile,
    file_of,
    filter_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.plan import Document, owned, whose

STATES = ("started", "stopped", "present", "absent")
OUT, THEIRS = Filter("out", "10.1.1.7/32"), Filter("theirs")
ASKED = Document([OUT], TraceFile("trace", 20480))
NOW = Monitor(True, TraceFile("old"), {"out": OUT, "theirs": THEIRS})


def desired(**changes: Any) -> str:
    return fingerprint(replace(ASKED, **changes).as_dict())


def test_what_the_device_writes_alike_determines_a_plan_alike() -> None:
    typed = filter_of({"name": "out", "source_prefix": "10.1.1.7", "destination_prefix": "0.0.0.0/0"})
    assert desired(filters=[typed]) == desired()
    assert desired(file=file_of({"name": "trace", "size": "20k", "match": ""})) == desired()


@pytest.mark.parametrize(
    "change",
    [
        {"filters": [replace(OUT, protocol="tcp")]},
        {"filters": [replace(OUT, extras=(("conn_tag", "5"),))]},
        {"filters": [OUT, THEIRS]},
        {"file": TraceFile("trace", 20480, 3)},
        {"file": None},
        {"state": "present"},
        {"state": "absent"},
        {"purge": True},
        {"force_file": True},
        {"take_over": True},
    ],
)
def test_what_is_asked_for_determines_a_plan(change: dict[str, Any]) -> None:
    assert desired(**change) != desired()


@pytest.mark.parametrize(
    ("changes", "theirs"),
    [
        ({}, True),  # another file
        ({"file": TraceFile("old")}, False),
        ({"file": TraceFile("old", 20480), "filters": [Filter("new")]}, False),
        ({"file": None}, False),  # out is ours
        ({"file": None, "filters": [Filter("new")]}, True),
        ({"file": None, "filters": [Filter("new")], "purge": True}, True),
        ({"file": None, "filters": [], "state": "stopped"}, False),  # says no more than to stop it
        ({"file": None, "filters": [], "state": "absent", "purge": True}, False),
        ({"state": "stopped"}, True),
        ({"state": "present"}, True),
        ({"state": "absent"}, False),  # removes a filter of ours, and sets no file
    ],
)
def test_a_monitor_that_runs_is_somebody_elses_by_its_file_or_else_by_its_filters(
    changes: dict[str, Any], theirs: bool
) -> None:
    asked = replace(ASKED, **changes)
    said = "the monitor runs already, with filters out, theirs into old: another user captures"
    assert whose(NOW, asked) == (said if theirs else "")
    assert whose(replace(NOW, running=False), asked) == ""


def test_what_a_state_does_not_look_at_determines_nothing() -> None:
    assert desired(state="absent", filters=[Filter("out")], file=None, force_file=True) == desired(state="absent")
    assert desired(file=None, force_file=True) == desired(file=None)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("purge", [False, True])
def test_only_what_a_document_may_change_is_owned(state: str, purge: bool) -> None:
    asked = replace(ASKED, state=state, purge=purge)

    def print_of(**changes: Any) -> str:
        return fingerprint(owned(replace(NOW, **changes), asked))

    start = print_of()
    assert (print_of(filters={"out": OUT}) != start) == purge
    assert print_of(filters={"out": replace(OUT, protocol="tcp"), "theirs": THEIRS}) != start
    assert print_of(filters={"theirs": THEIRS}) != start
    assert print_of(filters={"theirs": THEIRS, "out": OUT}) == start  # in another order
    assert (print_of(file=TraceFile("other")) != start) == (state != "absent")
    assert (print_of(running=False) != start) == (state != "present")
    assert print_of(tracing=True, traceoptions=True) == start


def test_a_trace_file_that_the_document_does_not_name_is_not_owned() -> None:
    asked = replace(ASKED, file=None)
    assert owned(NOW, asked) == owned(replace(NOW, file=None), asked)
