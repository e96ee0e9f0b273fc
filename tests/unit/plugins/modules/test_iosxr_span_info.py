# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of iosxr_span_info says what the code returns."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.filter import parse_monitor_session_status
from ansible_collections.mspplus.netsec.plugins.modules import iosxr_span, iosxr_span_info
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import documented_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Tunnel
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.counters import SourceCounters
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.reachability import (
    NextHop,
    Route,
    tunnel_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.troubleshooting import DIAGNOSTICS

OPTIONS = documented_options(Path(iosxr_span_info.__file__))
RETURNED = yaml.safe_load(iosxr_span_info.RETURN)


def test_every_diagnostic_can_be_asked_for():
    assert OPTIONS["diagnostics"]["choices"] == list(DIAGNOSTICS)


def test_platforms_are_those_of_the_module_that_writes():
    assert OPTIONS["platform"] == documented_options(Path(iosxr_span.__file__))["platform"]


def test_sessions_have_the_form_of_the_filter():
    of_filter = yaml.safe_load(parse_monitor_session_status.RETURN)["_value"]["contains"]
    of_module = RETURNED["sessions"]["contains"]
    assert set(of_module) == set(of_filter)
    assert set(of_module["sources"]["contains"]) == set(of_filter["sources"]["contains"])


def test_every_counter_is_documented():
    assert list(RETURNED["counters"]["contains"]) == [field.name for field in fields(SourceCounters)]


def test_every_key_of_a_tunnel_is_documented():
    route = Route(True, "70.1.1.0/24", "static", next_hops=(NextHop("10.0.0.2", "HundredGigE0/0/0/1.1"),))
    document = tunnel_document(Tunnel("tunnel-ip3", destination="70.1.1.2"), route, ())
    contains = RETURNED["tunnels"]["contains"]
    assert set(document) == set(contains)
    assert set(document["next_hops"][0]) == set(contains["next_hops"]["contains"])
    assert [set(problem) for problem in document["problems"]] == [
        {field.name for field in fields(Problem)} - {"assumption"}
    ] * 2


@pytest.mark.parametrize("name", RETURNED)
def test_every_sample_uses_documented_keys_only(name: str):
    def unknown(sample: Any, returned: dict[str, Any]) -> list[str]:
        contains = returned.get("contains", {})
        items = (sample if isinstance(sample, list) else [sample]) if contains else []
        found = [key for item in items for key in item if key not in contains]
        known = [(value, contains[key]) for item in items for key, value in item.items() if key in contains]
        return found + [key for value, below in known for key in unknown(value, below)]

    assert unknown(RETURNED[name].get("sample", []), RETURNED[name]) == []
