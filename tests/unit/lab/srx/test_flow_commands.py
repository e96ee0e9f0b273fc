# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device's flow commands: what its specification and configuration make of them."""

from __future__ import annotations

import re

import pytest

from lab.srx.flow_commands import attach, table_of
from lab.srx.monitor import Filter, TraceFile
from lab.srx.operational import Refusal, Unknown
from lab.terminal import Hangup

from .asked import device, text, tree

CONFIG = """\
set interfaces reth0 unit 0 family inet address 203.0.113.10/24
set interfaces reth1 unit 0 family inet address 10.1.1.1/24
set interfaces reth1 unit 0 family inet6 address 2001:db8:1::1/64
set security zones security-zone inside interfaces reth1.0
set security zones security-zone outside interfaces reth0.0
set security policies from-zone inside to-zone outside policy out match source-address any
set security policies from-zone inside to-zone outside policy out match destination-address any
set security policies from-zone inside to-zone outside policy out match application any
set security policies from-zone inside to-zone outside policy out then permit
set security nat source rule-set rs from zone inside
set security nat source rule-set rs to zone outside
set security nat source rule-set rs rule r1 match source-address 0.0.0.0/0
set security nat source rule-set rs rule r1 then source-nat interface
"""


def test_a_table_has_the_size_and_the_names_that_were_asked_for() -> None:
    own = device(CONFIG, sessions=321)
    shown = text(own, "show security flow session")
    assert shown.endswith("Total sessions: 321\n") and "Policy name: out/4," in shown and "If: reth0.0," in shown
    assert tree(own, "show security flow session").findtext("flow-session-information/displayed-session-count") == "321"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"release": "12.1X46-D10"}, ", Valid\n  In: 10."), ({"session_layout": "9x"}, ";tcp, If: "), ({"session_layout": "15"}, ", Valid\n"),
        ({"release": "24.4R1"}, "Session State: Valid"), ({"model": "srx5400"}, "Flow Sessions on FPC0 PIC1:"), ({"cluster": True}, "HA State: Backup"),
    ],
)  # fmt: skip
def test_layout_by_release_model_and_option(options: dict[str, object], words: str) -> None:
    assert words in text(device(CONFIG, **options), "show security flow session")


def test_shape_by_option() -> None:
    own = device(CONFIG, xml_shape="wrapped")
    assert (
        tree(own, "show security flow session").find("security-flow-information/flow-session-information") is not None
    )
    own = device(CONFIG, xml_shape="siblings", release="15.1X49-D100")
    assert [each.tag for each in tree(own, "show security flow session summary")] == [
        "flow-session-information", "flow-session-summary-information", "flow-session-information",
    ]  # fmt: skip


def test_words_are_refused_with_the_devices_text() -> None:
    with pytest.raises(Refusal, match=r"not within range \(1\.\.65535\)"):
        text(device(CONFIG), "show security flow session source-port 99999")
    for words, index in (("nonsense 1", 4), ("brief node 0", 5), ("nat source-port", 6)):
        with pytest.raises(Unknown) as found:
            text(device(CONFIG), f"show security flow session {words}")
        assert found.value.index == index
    with pytest.raises(Unknown):
        text(device(CONFIG, start_identifier=False), "show security flow session start-identifier 5")


def test_cleared_sessions_stay_away() -> None:
    own = device(CONFIG, sessions=100)
    with pytest.raises(Unknown):
        text(own, "clear security flow session")
    one = re.findall(r"Session ID: (\d+)", text(own, "show security flow session"))[0]
    assert text(own, f"clear security flow session session-identifier {one}") == "1 active sessions cleared\n"
    assert text(own, "show security flow session").endswith("Total sessions: 99\n")
    assert text(own, "clear security flow session all") == "99 active sessions cleared\n"
    assert "Sessions-in-use: 0\n" in text(own, "show security flow session summary")


def test_clearing_all_may_end_the_login() -> None:
    own = device(CONFIG, clear_ends_session=True)
    with pytest.raises(Hangup):
        text(own, "clear security flow session all")
    assert text(own, "show security flow session") == "Total sessions: 0\n"


def test_status_shows_traceoptions() -> None:
    assert "Flow tracing status: off" in text(device(CONFIG), "show security flow status")
    own = device(f"{CONFIG}set security flow traceoptions file t\nset security flow traceoptions flag basic-datapath\n")
    assert "Flow tracing status: on\n    Flow tracing options: basic-datapath" in text(own, "show security flow status")
    assert (
        tree(own, "show security flow status").findtext("flow-status-all/flow-trace-option/flow-trace-status") == "on"
    )


def test_statistics_gates_and_central_point() -> None:
    own = device(CONFIG, model="srx5400", sessions=40)
    assert text(own, "show security flow statistics").count("    Current sessions: ") == 3
    assert len(tree(own, "show security flow statistics").findall("flow-statistics-all")) == 3
    assert text(own, "show security flow gate") == "Total gates: 0\n"
    assert tree(own, "show security flow cp-session summary").findtext("*/displayed-session-count") == "40"


def test_translated_sessions_have_the_address_that_interfaces_show() -> None:
    own = device(CONFIG)
    assert re.search(r"^reth0\.0 +up +up +inet +203\.0\.113\.10/24$", text(own, "show interfaces terse"), re.MULTILINE)
    shown = text(own, "show security flow session nat extensive")
    addresses = {end for end in re.findall(r"Out: \S+ --> ([\d.]+)/", shown) if end.startswith("203.")}
    assert addresses == {"203.0.113.10"}


def test_an_address_that_the_interface_had_before() -> None:
    own = device(CONFIG, stale_nat=3, stale_nat_address="203.0.113.99")
    assert len(re.findall(r"Out: \S+ --> 203\.0\.113\.99/", text(own, "show security flow session"))) == 3
    assert table_of(own) is table_of(own)


def test_a_commit_that_moves_the_egress_interface_renews_sessions_but_for_the_stale_ones() -> None:
    for stale in (0, 4):
        own = device(CONFIG, stale_nat=stale, stale_nat_seconds=60.0)
        attach(own)
        before = len(re.findall(r"Out: \S+ --> 203\.0\.113\.10/", text(own, "show security flow session")))
        assert before > 20
        root = own.running.copy()
        root.delete(["interfaces", "reth0", "unit", "0", "family", "inet", "address", "203.0.113.10/24"])
        root.set(["interfaces", "reth0", "unit", "0", "family", "inet", "address", "203.0.113.77/24"])
        own.store(root, "lab", "cli")
        shown = text(own, "show security flow session")
        assert len(re.findall(r"Out: \S+ --> 203\.0\.113\.10/", shown)) == stale
        assert len(re.findall(r"Out: \S+ --> 203\.0\.113\.77/", shown)) == before - stale
        own.reboot()
        assert "203.0.113.10/" not in text(own, "show security flow session")


def test_a_running_monitor_traces_packets_and_shows_in_status() -> None:
    own = device(CONFIG, packets_per_second=1e6)
    own.monitor.define(Filter("f1", (("source-prefix", "10.1.1.7/32"),)))
    own.monitor.file = TraceFile("t1", size=10_000_000)
    own.monitor.start()
    assert "Flow tracing status: on\n    Flow tracing options: basic-datapath" in text(own, "show security flow status")
    lines = own.log("t1")
    assert lines and any("matched filter f1:" in line and "<10.1.1.7/" in line for line in lines)
    own.monitor.stop()
    assert "Flow tracing status: off" in text(own, "show security flow status")
