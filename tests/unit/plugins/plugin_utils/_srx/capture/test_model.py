# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a capture makes: on record and back, and what of it may be taken away."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.model import Made
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import Filter, Monitor, TraceFile

OUT = Filter("out", source_prefix="10.1.1.7/32", source_port="1024~65535", protocol="tcp", extras=(("tenant", "t1"),))
BACK = Filter("back", destination_prefix="10.1.1.7/32", logical_system="ls1", interface="reth0.0")
THEIRS = Filter("theirs", protocol="udp")
MADE = Made((OUT, BACK), "capture", "before", "node0", keep_file=True)


def monitor(*filters: Filter, running: bool = False, file: str = "capture") -> Monitor:
    return Monitor(running, TraceFile(file) if file else None, {item.name: item for item in filters})


@pytest.mark.parametrize("made", [MADE, Made((OUT,), "capture"), replace(MADE, filters=())])
def test_a_record_holds_all_of_it(made: Made) -> None:
    assert Made.of(json.loads(json.dumps(made.as_dict()))) == made


def test_everything_of_others_is_left() -> None:
    rest = MADE.at_rest(monitor(OUT, BACK, THEIRS, running=True))
    assert rest == monitor(THEIRS, file="before")
    assert replace(MADE, file_before="").at_rest(monitor(OUT)) == monitor(file="capture")


def test_a_monitor_that_writes_another_file_is_another_user_s() -> None:
    assert MADE.used_by_others(monitor(OUT, running=True, file="theirs"))
    assert not MADE.used_by_others(monitor(OUT, running=True))
    assert not MADE.used_by_others(monitor(OUT, file="theirs")), "it is at rest"


def test_a_filter_that_matches_something_else_by_now_is_another_user_s() -> None:
    """The device does not show every criterion."""
    there = monitor(replace(OUT, extras=()), replace(BACK, interface="reth1.0"), THEIRS)
    assert MADE.still_there(there).filters == (OUT,)
    assert MADE.still_there(monitor()).filters == ()
