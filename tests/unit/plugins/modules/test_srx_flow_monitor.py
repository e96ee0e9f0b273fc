# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of srx_flow_monitor and srx_flow_monitor_info, and that their documentation says what the code does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.modules import srx_flow_monitor, srx_flow_monitor_info
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    documented_options,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import overridable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
    EXTRAS,
    SHOWN,
    Filter,
    Monitor,
    TraceFile,
    file_of,
    filter_of,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import (
    RULES,
    validate,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_trace import summary_of

OPTIONS = documented_options(Path(srx_flow_monitor.__file__))
NOTES = yaml.safe_load(srx_flow_monitor.DOCUMENTATION)["notes"]
RETURNED = yaml.safe_load(srx_flow_monitor_info.RETURN)
MONITOR = Arguments(Path(srx_flow_monitor.__file__))
INFO = Arguments(Path(srx_flow_monitor_info.__file__))


def test_every_criterion_is_an_option():
    assert set(OPTIONS["filters"]["suboptions"]) == {"name", "root_logical_system", *SHOWN, *EXTRAS}
    assert set(OPTIONS["file"]["suboptions"]) == set(TraceFile.__dataclass_fields__)


def test_the_rules_that_may_be_downgraded_are_named():
    said = next(note for note in NOTES if "O(warn_only)" in note)
    assert [rule for rule in RULES if f"V({rule})" in said] == sorted(overridable(RULES))


def test_nothing_given_is_everything_default():
    assert MONITOR.validated({}) == {
        "state": "started",
        "filters": [],
        "file": None,
        "purge": False,
        "force_file": False,
        "take_over": False,
        "warn_only": [],
        "progress": True,
    }
    assert INFO.validated({}) == {"events": False, "file": None, "limit": 100, "timeout": 120}


def test_a_criterion_is_typed_and_what_is_left_out_is_none():
    given = {"name": "f", "source_port": 443, "conn_tag": "5", "protocol": 6, "root_logical_system": "yes"}
    found = without_none(MONITOR.validated({"filters": [given], "file": {"name": "t", "size": 20480, "files": "3"}}))
    assert found["filters"] == [
        {"name": "f", "source_port": "443", "conn_tag": 5, "protocol": "6", "root_logical_system": True}
    ]
    assert filter_of(found["filters"][0]) == Filter("f", source_port="443", protocol="tcp", extras=(("conn_tag", "5"),))
    assert file_of(found["file"]) == TraceFile("t", 20480, 3)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"state": "running"}, "state"),
        ({"filters": [{"source_port": 1}]}, "name"),
        ({"filters": [{"name": "f", "conn_tag": "many"}]}, "conn_tag"),
        ({"filters": [{"name": "f", "tunnel_inspection_type": "mpls"}]}, "tunnel_inspection_type"),
        ({"filters": [{"name": "f", "port": 1}]}, "port"),
        ({"file": {"size": "1m"}}, "name"),
        ({"purge": "perhaps"}, "purge"),
        ({"filter": []}, "filter"),
    ],
)
def test_a_wrong_argument_is_named(wrong: dict[str, Any], said: str):
    with pytest.raises(ArgumentError, match=said):
        MONITOR.validated(wrong)


def test_examples_break_no_rule():
    for task in yaml.safe_load(srx_flow_monitor.EXAMPLES):
        found = without_none(MONITOR.validated(task["mspplus.netsec.srx_flow_monitor"] or {}))
        assert validate(found["filters"], found.get("file"), found["state"], found["purge"]) == []
    for task in yaml.safe_load(srx_flow_monitor_info.EXAMPLES):
        if "mspplus.netsec.srx_flow_monitor_info" in task:
            INFO.validated(task["mspplus.netsec.srx_flow_monitor_info"] or {})


def test_samples_have_the_form_of_the_code():
    sample = yaml.safe_load(srx_flow_monitor.RETURN)["after"]["sample"]
    (item,) = sample["filters"]
    made = Monitor(sample["running"], TraceFile(sample["file"]), {item["name"]: filter_of(item)})
    assert to_document(made) == sample
    assert set(RETURNED["summary"]["sample"]) == set(summary_of(()))
    assert set(RETURNED) == {"monitor", "tracing", "traceoptions", "node", "events", "summary"}
