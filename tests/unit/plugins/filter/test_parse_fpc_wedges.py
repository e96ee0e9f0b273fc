# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wedge conditions from texts: the same as the module reads, and no text without an answer is a chassis without wedges."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.filter.parse_fpc_wedges import EXAMPLES, RETURN, FilterModule
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.wedges import parse_alarms, wedges

ALARMS = """\
2 alarms currently active
Alarm time               Class  Description
2026-11-21 04:00:00 UTC  Major  FPC 0 TOE irreversible wedge condition
2026-11-21 04:00:02 UTC  Minor  PEM 1 Not OK
"""
LOG = """\
Nov 21 03:59:58  core fpc0 TOE(0): irreversible wedge condition detected
<14>Nov 21 04:10:00  core fpc7 XMCHIP(0): transient wedge condition detected
"""
XML = """\
<rpc-reply><alarm-information><alarm-summary><active-alarm-count>1</active-alarm-count></alarm-summary>
<alarm-detail><alarm-time>2026-11-21 04:00:00 UTC</alarm-time><alarm-class>Major</alarm-class>
<alarm-description>FPC 0 TOE irreversible wedge condition</alarm-description></alarm-detail>
</alarm-information></rpc-reply>
"""
HARDWARE = """\
Hardware inventory:
Item             Version  Part number  Serial number     Description
Chassis                                JN1234F4CAGA      SRX5800
FPC 0            REV 12   750-044175   CABC1234          SRX5k SPC II
FPC 7            REV 05   750-061262   CABD5678          SRX5k IOC II
"""


def parse(source: object, **options: object) -> Any:
    return FilterModule().filters()["parse_fpc_wedges"](source, **options)


def test_the_same_as_the_module_reads_whatever_way_the_texts_come() -> None:
    expected = wedges(parse_alarms(ALARMS), LOG, {("", 0): "SPC2", ("", 7): "IOC2"})
    assert [(row["fpc"], row["driver"], row["kind"], row["alarm"], row["log_lines"]) for row in expected] == [
        (0, "TOE", "irreversible", True, 1),
        (7, "XM", "transient", False, 1),
    ]
    for found in (
        parse(LOG + ALARMS, hardware=HARDWARE),
        parse(ALARMS + LOG, hardware=HARDWARE.splitlines()),
        parse((ALARMS + LOG).splitlines(), hardware=HARDWARE),
        parse(LOG, alarms=ALARMS, hardware=HARDWARE),
        parse(LOG.splitlines(), alarms=XML, hardware=HARDWARE),
        parse(XML + LOG, hardware=HARDWARE),
    ):
        assert found == {"wedges": expected, "complete": True, "broken": None}
    plain = parse(LOG + ALARMS)["wedges"]
    assert [row.get("card") for row in plain] == [None, None] and "detected_on_this_card" not in plain[0]


def test_the_keys_are_documented() -> None:
    documented = yaml.safe_load(RETURN)["_value"]["contains"]
    found = parse(f"node0:\n{'-' * 74}\n{ALARMS}", hardware=HARDWARE)
    assert set(found) == set(documented)
    for row in (*found["wedges"], *parse(LOG + ALARMS, hardware=HARDWARE)["wedges"]):
        assert set(row) <= set(documented["wedges"]["contains"])


@pytest.mark.parametrize(
    ("log", "alarms", "broken"),
    [
        ("", None, "it is empty"),
        (LOG, None, "no answer of 'show chassis alarms'"),
        (LOG, "", "it is empty"),
        ("", "No alarms currently active\n", None),
        (LOG, f"node0:\n{'-' * 74}\nNo alarms currently active\n\nnode1:\n{'-' * 74}\n{ALARMS}", None),
        ("error: permission denied: messages\n", ALARMS, "the device refused"),
        (LOG, "error: command is not valid on the srx345\n", "the device refused"),
        (LOG, "\n".join(ALARMS.splitlines()[:3]), "it tells of 2 alarms, 1 were understood"),
        (LOG, XML[:200], "the XML ends in the middle"),
        (LOG, XML.replace(">1<", ">2<"), "it tells of 2 alarms, 1 were understood"),
        (LOG, "<rpc-reply><output>nothing</output></rpc-reply>", "no answer of 'show chassis alarms'"),
        (LOG, "<rpc-reply><alarm-information><alarm-summary><no-active-alarms/></alarm-summary></alarm-information></rpc-reply>", None),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_says_so(log: str, alarms: str | None, broken: str | None) -> None:
    found = parse(log, alarms=alarms)
    assert found["complete"] is (broken is None)
    assert found["broken"] is None if broken is None else broken in found["broken"]


def test_the_texts_of_the_examples_are_understood() -> None:
    first, second = yaml.safe_load(EXAMPLES)
    found = parse(first["vars"]["output"])
    assert [(row["fpc"], row["driver"], row["first_seen"]) for row in found["wedges"]] == [
        (0, "TOE", "2026-11-21 04:00:00 UTC")
    ]
    assert found["complete"]
    assert parse(second["vars"]["log"], alarms=second["vars"]["alarms"]) == {
        "wedges": [],
        "complete": True,
        "broken": None,
    }


@pytest.mark.parametrize("options", [{"alarms": 5}, {"hardware": {"a": 1}}, {"alarms": [1]}])
def test_anything_else_is_a_clear_error(options: dict[str, object]) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{next(iter(options))} needs the text"):
        parse("", **options)
    for source in (None, 5, {"a": 1}, b"FPC 0", [1, 2]):
        with pytest.raises(AnsibleFilterError, match="_input needs the text"):
            parse(source)


TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from([*ALARMS.splitlines(), *LOG.splitlines(), *XML.splitlines(), "node0:", "-" * 74])
)


@given(TEXTS, st.none() | TEXTS, st.none() | TEXTS)
def test_it_never_fails_because_of_a_text(source: object, alarms: object, hardware: object) -> None:
    assert set(parse(source, alarms=alarms, hardware=hardware)) == {"wedges", "complete", "broken"}
