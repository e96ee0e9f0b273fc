# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide of dropped flows, as a reader walks it: its plays, as they stand there, against the lab's firewalls."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
import yaml
from integration.eventually import eventually
from integration.sites import ROOT, Run, Site, sites

GUIDE = (ROOT / "docs" / "guide_who_drops_this_flow.md").read_text(encoding="utf-8")
PLAYS = ("session", "logs", "read_log", "capture", "watch", "look", "cards")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """A lab, and a folder with the files that the guide tells to save, the log by the command of the guide."""
    directory = tmp_path_factory.mktemp("guide")
    folder = directory / "build" / "guide"
    folder.mkdir(parents=True)
    for name in ("complaint", *PLAYS):
        block = re.search(rf"`build/guide/{name}\.yml`:\n\n```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
        assert block, f"the guide does not say what {name}.yml is"
        (folder / f"{name}.yml").write_text(block[1], encoding="utf-8")
    command = re.search(
        r"^\$ python (tests/lab/srx/generate\.py .*?) > build/guide/srx\.log$", GUIDE, re.MULTILINE | re.DOTALL
    )
    assert command
    words = command[1].replace("\\\n", " ").split()
    with (folder / "srx.log").open("wb") as log:
        run([sys.executable, *words], cwd=ROOT, stdout=log, check=True, timeout=60)
    with sites("srx", directory) as start:
        yield start(), folder


def walk(reader: tuple[Site, Path], play: str) -> Run:
    site, folder = reader
    return site.play(folder / f"{play}.yml", "-e", f"@{folder / 'complaint.yml'}")


def complaint(reader: tuple[Site, Path]) -> dict[str, Any]:
    return yaml.safe_load((reader[1] / "complaint.yml").read_text(encoding="utf-8"))


def traced(site: Site) -> list[str]:
    """The monitor's trace file by now, as if somebody on the firewall looked at it."""
    branch = site.device("branch")
    site.lab.call(branch.monitor.write_out)
    return list(branch.files.get("why", ()))


def test_1_there_is_no_session_of_the_flow(reader):
    done = walk(reader, "session")
    assert done.code == 0, done.output
    assert "0 sessions of this flow; 500 of 4194304 in use" in done.text


def test_2_who_keeps_silent_logs_from_then_on(reader):
    done = walk(reader, "logs")
    assert done.code == 0, done.output
    assert "deny-rest (deny) lacks session-init; lines go to stream siem" in done.text
    assert done.having("changed") == {"branch"}
    again = walk(reader, "logs")
    assert again.having("changed") == set()
    assert "deny-rest (deny) lacks" not in again.text


def test_3_the_log_names_the_policy(reader):
    done = walk(reader, "read_log")
    assert done.code == 0, done.output
    assert "deny by deny-rest, trust to untrust: Denied by policy (policy)" in done.text
    assert "fin: 35" in done.text
    assert "WARNING" not in done.output


def test_4_the_capture_tells_the_fate_of_packets_and_leaves_nothing(reader):
    site, folder = reader
    done = walk(reader, "capture")
    assert done.code == 0, done.output
    assert "reason: denied by policy" in done.text
    assert complaint(reader)["server"] in (folder / "branch.log").read_text(encoding="utf-8")
    assert {path.name for path in folder.glob("branch.*")} == {"branch.log", "branch.jsonl", "branch.txt"}
    assert "monitor security flow stop" in site.received("branch")


def test_5_a_monitor_stays_behind_and_is_taken_away(reader):
    done = walk(reader, "watch")
    assert done.code == 0 and done.having("changed") == {"branch"}, done.output
    assert walk(reader, "watch").having("changed") == set()
    eventually(lambda: traced(reader[0]), lambda lines: any("denied by policy" in line for line in lines))
    done = walk(reader, "look")
    assert done.code == 0, done.output
    assert "denied by policy" in done.text
    assert done.having("changed") == {"branch"}


def test_6_cards_are_read(reader):
    done = walk(reader, "cards")
    assert done.code == 0, done.output
    assert done.having("changed") == set()
