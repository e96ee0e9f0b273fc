# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of srx_capture and of its role, and that the documentation says what the code does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.action.srx_capture import BOUNDS, ActionModule
from ansible_collections.mspplus.netsec.plugins.modules import srx_capture, srx_flow_monitor
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError, documented_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import ENDINGS
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import TraceFile, file_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_trace import summary_of

OPTIONS = documented_options(Path(srx_capture.__file__))
RETURNED = yaml.safe_load(srx_capture.RETURN)
ROLE = Path(__file__).parents[4] / "roles" / "srx_capture"
ONE: list[dict[str, Any]] = [{"name": "out", "protocol": "tcp"}]


def validated(**options: Any) -> dict[str, Any]:
    return ActionModule.arguments.validated({"filters": ONE, **options})


def test_what_is_not_given_is_bounded() -> None:
    options = validated()
    assert (options["duration"], options["interval"], options["limit"]) == (30, 5, 100)
    assert (options["with_others"], options["keep_file"], options["dest"], options["stop_after"]) == (
        False,
        False,
        None,
        None,
    )
    assert file_of(options["file"]) == TraceFile("mspplus-capture", 1024 * 1024, 2)
    assert validate(ONE, options["file"], "started", purge=False) == []


def test_a_file_that_is_given_in_part_keeps_its_other_bounds() -> None:
    assert file_of(validated(file={"size": "20k"})["file"]) == TraceFile("mspplus-capture", 20480, 2)


@pytest.mark.parametrize(
    ("option", "low", "high"),
    [("duration", 1, 3600), ("interval", 1, 600), ("limit", 1, 100_000), ("stop_after", 1, 10_000_000)],
)
def test_numbers_are_within_their_range(option: str, low: int, high: int) -> None:
    for number in (low, high):
        assert validated(**{option: number})[option] == number
    for number in (low - 1, high + 1, -1):
        with pytest.raises(ArgumentError, match=f"{option} must be {low} to {high}, not {number}"):
            validated(**{option: number})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ArgumentError) as wrong:
        validated(filters=[], duration=0, limit=0)
    assert wrong.value.messages == [
        "filters must have at least one entry",
        "duration must be 1 to 3600, not 0",
        "limit must be 1 to 100000, not 0",
    ]


def test_a_capture_without_filters_is_refused() -> None:
    """It would trace every packet of the firewall."""
    with pytest.raises(ArgumentError, match="filters must have at least one entry"):
        validated(filters=[])


@pytest.mark.parametrize(
    ("filters", "file", "rule"),
    [
        ([{"name": "a b", "protocol": "tcp"}], {}, "M1"),
        ([{"name": "out", "source_prefix": "10.1.1.999"}], {}, "M2"),
        ([{"name": "out", "source_port": "70000"}], {}, "M4"),
        (ONE * 2, {}, "M8"),
        (ONE, {"size": "1k"}, "M12"),
        (ONE, {"files": 1}, "M13"),
        (ONE, {"name": "../etc/passwd"}, "M14"),
        (ONE, {"name": "a b"}, "M14"),
        (ONE, {"name": "a?"}, "M14"),
    ],
)
def test_what_the_monitor_would_refuse_is_refused(
    filters: list[dict[str, Any]], file: dict[str, Any], rule: str
) -> None:
    options = validated(filters=filters, file=file)
    assert [problem.rule for problem in validate(filters, options["file"], "started", purge=False)] == [rule]


def test_filters_are_those_of_the_flow_monitor() -> None:
    assert set(OPTIONS["filters"]["suboptions"]) == set(
        documented_options(Path(srx_flow_monitor.__file__))["filters"]["suboptions"]
    )


def test_the_documentation_names_every_bound() -> None:
    for option, (low, high) in BOUNDS.items():
        assert f"{low} to {high}" in str(OPTIONS[option]["description"]), option


def test_samples_have_the_keys_of_the_code() -> None:
    assert set(RETURNED["files"]["sample"]) == set(ENDINGS)
    assert set(RETURNED["summary"]["sample"]) == set(summary_of(()))


def test_the_role_offers_every_option() -> None:
    arguments = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    named = arguments["argument_specs"]["main"]["options"]
    assert {name.removeprefix("srx_capture_") for name in named} == set(OPTIONS)
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    for name, value in defaults.items():
        if name != "srx_capture_dest":
            assert OPTIONS[name.removeprefix("srx_capture_")]["default"] == value == named[name]["default"], name
