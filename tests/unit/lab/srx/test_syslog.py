# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sessions are logged and where to: policies, modes, a real collector."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from itertools import islice

import pytest

from lab.srx import flowconfig, syslog
from lab.srx.flows import Table

from .asked import device

POLICIES = """\
set security zones security-zone inside interfaces ge-0/0/1.0
set security zones security-zone outside interfaces ge-0/0/0.0
set security policies from-zone inside to-zone outside policy quiet then permit
set security policies from-zone inside to-zone outside policy ends then permit
set security policies from-zone inside to-zone outside policy ends then log session-close
set security policies from-zone inside to-zone outside policy starts then permit
set security policies from-zone inside to-zone outside policy starts then log session-init
set security policies from-zone outside to-zone inside policy stop then deny
set security policies from-zone outside to-zone inside policy stop then log session-init
"""
STREAM = "set security log mode stream\nset security log stream s1 format sd-syslog\nset security log stream s1 host 192.0.2.9\n"


def scene(text: str) -> flowconfig.Scene:
    return flowconfig.read(line.removeprefix("set ") for line in text.splitlines())


def test_only_policies_that_log_are_logged() -> None:
    own = scene(POLICIES)
    table = Table(own, 300)
    for k, kind in islice(syslog.numbers(table, own), 500):
        policy = table.slots[k % 1024].policy
        assert policy is not None
        assert kind == "DENY" or {"starts": "CREATE", "ends": "CLOSE"}[policy.name] == kind
    assert {kind for _k, kind in islice(syslog.numbers(table, own), 500)} == {"CREATE", "CLOSE", "DENY"}


def test_nothing_is_logged_without_a_policy_that_logs() -> None:
    own = scene("\n".join(line for line in POLICIES.splitlines() if " log " not in line))
    assert list(syslog.numbers(Table(own, 300), own)) == []
    assert list(syslog.numbers(Table(own, 0), scene(POLICIES))) == []


@pytest.mark.parametrize(
    ("release", "generation"),
    [
        ("9.6R1", "9"), ("11.2R4", "9"), ("11.4R1", "11.4"), ("12.1X46-D10", "11.4"), ("12.1X47-D20", "15.1"), ("15.1X49-D100", "15.1"),
        ("18.4R3", "15.1"), ("19.4R1", "19"), ("20.3R1", "20"), ("21.4R3", "21"), ("22.1R1", "21"), ("22.2R1", "22.2"), ("24.4R1-S2.9", "22.2"),
        ("26.2R1", "26.2"), ("27.1R1", "26.2"),
    ],
)  # fmt: skip
def test_a_release_has_its_generation(release: str, generation: str) -> None:
    assert syslog.generation_of(release) == generation


def test_mode_event_writes_files_and_mode_stream_does_not() -> None:
    own = device(f"{POLICIES}set security log mode event\nset system syslog file rt_flow any any\n", syslog_kept=30)
    lines = list(syslog.event_lines(own))
    assert len(lines) == 30 and all(" RT_FLOW: RT_FLOW_SESSION_" in line and not line.startswith("<") for line in lines)
    assert "rt_flow" in syslog.files(own)
    assert list(syslog.event_lines(device(POLICIES + STREAM))) == []
    assert list(syslog.event_lines(device(POLICIES))) == []


async def _received(config: str, wanted: int, seconds: float) -> list[str]:
    """What a collector gets of a device, until it has enough or the time is over."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.setblocking(False)
        own = device(config, syslog_rate=400.0)
        task = loop.create_task(syslog.send(own, "127.0.0.1", collector.getsockname()[1]))
        found: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(found) < wanted:
                    found.append((await loop.sock_recv(collector, 65_535)).decode())
        task.cancel()
    return found


def test_a_collector_receives_structured_lines() -> None:
    lines = asyncio.run(_received(POLICIES + STREAM, 20, 10))
    assert len(lines) == 20
    assert all(line.startswith("<14>1 ") and " fw1 RT_FLOW - RT_FLOW_SESSION_" in line for line in lines)


@pytest.mark.parametrize(
    "config",
    [POLICIES, f"{POLICIES}set security log mode stream\n", STREAM, f"{POLICIES}set security log mode event\n"],
)
def test_without_stream_or_logging_policy_a_collector_receives_nothing(config: str) -> None:
    assert asyncio.run(_received(config, 1, 0.4)) == []
