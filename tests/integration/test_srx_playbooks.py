# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firewalls as an operator keeps them: ansible-playbook with the playbooks and the lab's inventory, on real SSH servers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.sites import ROOT, SITE, STATUS, Site, sites

CAPTURE = ROOT / "playbooks" / "capture.yml"
THREE = {"branch", "pair", "core"}
WRITES = re.compile(r"(configure|set (?!cli)|delete|commit|rollback|monitor|clear|file delete)\b")
PAIR = "security policies from-zone trust to-zone untrust policy"
COME = {
    "branch": {
        f"set {PAIR} allow-web then log session-close",
        f"set {PAIR} deny-rest then log session-init",
        "set security policies from-zone untrust to-zone trust policy inbound-mail then log session-init",
        "set security policies from-zone untrust to-zone trust policy inbound-mail then log session-close",
    },
    "pair": {
        f"set {PAIR} allow-out then log session-close",
        "set security policies global policy log-all then log session-init",
    },
    "core": {
        "set security policies from-zone dmz to-zone untrust policy dmz-out then log session-close",
        "set chassis fpc 0 error fatal threshold 1",
        "set chassis fpc 0 error fatal action alarm",
        "set chassis fpc 0 error fatal action get-state",
        "set chassis fpc 0 error major threshold 1",
        "set chassis fpc 0 error major action alarm",
        "set chassis fpc 1 error minor threshold 10",
    },
}
GONE = {
    "branch": {f"set {PAIR} allow-web then log session-init"},
    "pair": set(),
    "core": {"set chassis fpc 1 error minor threshold 5"},
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    with sites("srx", tmp_path) as started:
        yield started


def carried(site: Site, host: str) -> set[str]:
    return set(site.lab.call(site.device(host).running_lines))


def written(site: Site, host: str) -> list[str]:
    return [line for line in site.received(host) if WRITES.match(line)]


def test_site_brings_every_firewall_to_its_desired_state(start: Any) -> None:
    site = start()
    before = {host: carried(site, host) for host in THREE}

    checked = site.play(SITE, "--check", "--diff", "-vvvv")
    assert (checked.code, checked.having("changed")) == (0, THREE)
    assert [line for host in THREE for line in written(site, host)] == []
    assert "+running: true" in checked.output

    done = site.play(SITE, "-vvvv")
    assert (done.code, done.having("changed")) == (0, THREE)
    for host in THREE:
        now = carried(site, host)
        assert (now - before[host], before[host] - now) == (COME[host], GONE[host])
    assert site.device("branch").monitor.running and set(site.device("branch").monitor.filters) == {
        "client-out",
        "client-back",
    }
    assert set(site.device("pair").monitor.filters) == {"server"} and not site.device("core").monitor.filters
    assert set(
        re.findall(r"(\w+): \[L3\] config: nothing on this firewall would send or store the lines", done.text)
    ) == {"pair"}

    typed = {host: written(site, host) for host in THREE}
    again = site.play(SITE)
    assert (again.code, again.having("changed"), set(again.recap)) == (0, set(), THREE)
    assert {host: written(site, host) for host in THREE} == typed
    assert "branch: [M17] file: cannot verify size, files" in again.text

    shown = site.play(STATUS)
    assert shown.code == 0
    assert re.search(
        r"branch +running +stream siem +1 of 3 +500 of 4194304 +client-trace +client-out,client-back", shown.output
    )
    assert re.search(r"pair +running \(node0\) +NONE +1 of 2 +300 of \d+ +server-trace +server\n", shown.output)
    assert re.search(r"core +stopped +stream siem +1 of 1 +\d+ of \d+ +- +-\n", shown.output)
    assert shown.output.index("- pair ") < shown.output.index("- branch ")  # logs that go nowhere come first
    assert {(host, row["ok"]) for host, row in shown.recap.items()} == {("branch", 2), ("pair", 1), ("core", 1)}
    assert "3 firewalls were read." in shown.output


def test_a_tag_of_a_role_changes_what_that_role_keeps_and_nothing_else(start: Any) -> None:
    site = start()
    before = {host: carried(site, host) for host in THREE}
    assert site.play(SITE, "--tags", "srx_flow_monitor", "--limit", "branch").having("changed") == {"branch"}
    assert site.device("branch").monitor.running and carried(site, "branch") == before["branch"]
    cards = {line for line in COME["core"] if line.startswith("set chassis")}
    assert site.play(SITE, "--tags", "srx_policy_log", "--limit", "core").having("changed") == {"core"}
    assert (carried(site, "core") - before["core"], before["core"] - carried(site, "core")) == (
        COME["core"] - cards,
        set(),
    )
    assert site.play(SITE, "--tags", "srx_fpc_error_action", "--limit", "core").having("changed") == {"core"}
    assert (carried(site, "core") - before["core"], before["core"] - carried(site, "core")) == (
        COME["core"],
        GONE["core"],
    )


def test_a_reboot_wipes_the_monitor_and_the_next_run_makes_it_again(start: Any) -> None:
    site = start()
    assert site.play(SITE, "--limit", "branch").code == 0
    site.lab.call(site.device("branch").reboot)
    assert not site.device("branch").monitor.filters
    again = site.play(SITE, "--limit", "branch")
    assert (again.code, again.recap["branch"]["changed"]) == (0, 1)
    assert site.device("branch").monitor.running and len(site.device("branch").monitor.filters) == 2


def test_a_capture_is_three_files_on_the_controller_and_nothing_on_the_firewall(start: Any) -> None:
    site = start()
    done = site.play(CAPTURE, "--limit", "core", "-e", "srx_capture_duration=1", "-vvvv")
    assert (done.code, done.having("failed")) == (0, set())
    folder = site.inventory / ".netsec_captures"
    told = done.text.rpartition("files: ")[2].replace(",", " ").replace("'", " ").split()
    assert {str(folder / name) for name in ("core.log", "core.jsonl", "core.txt")} == {*told[:3]}
    assert sorted(path.name for path in folder.iterdir()) == ["core.jsonl", "core.log", "core.txt"]
    packets = [json.loads(line) for line in (folder / "core.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {packet["filter"] for packet in packets} == {"server-out", "server-back"}
    monitor = site.device("core").monitor
    assert not monitor.running and not monitor.filters and not site.device("core").files


def test_a_capture_beside_the_inventory_is_not_read_as_inventory(start: Any) -> None:
    """With `-i DIRECTORY` Ansible takes the files in there for lists of hosts with variables, which may be templates."""
    site = start()
    hostile = "stranger ansible_host={{lookup('ansible.builtin.pipe','touch\\u0020pwned')}}"
    site.device("core").traced = lambda _start, count: [hostile]
    assert site.play(CAPTURE, "--limit", "core", "-e", "srx_capture_duration=1").code == 0
    assert "stranger" in (site.inventory / ".netsec_captures" / "core.log").read_text(encoding="utf-8")
    looked = site.play(CAPTURE, "-i", str(site.inventory), "--list-hosts")
    assert looked.code == 0 and "core" in looked.output
    assert "stranger" not in looked.output and "netsec_captures" not in looked.output


def test_what_a_device_writes_is_never_run_nor_ends_the_play(start: Any) -> None:
    """A trace is text of a stranger: templates, control sequences, bytes of no character set."""
    site = start()
    device = site.device("core")
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch pwned') }} \x1b[2J {% for %} \u2028 \udcff"
    head = "Nov 21 10:00:00 10:00:00.1:CID-0:RT:"
    lines = [f"{head}<10.3.0.20/5->192.0.2.1/443;6> matched filter server-out:", f"{head}  packet dropped, {hostile}"]
    device.traced = lambda _start, count: lines * count
    done = site.play(CAPTURE, "--limit", "core", "-e", "srx_capture_duration=1 srx_capture_dest=shared/core", "-vvvv")
    assert (done.code, done.having("failed")) == (0, set())
    summary = (site.directory / "shared" / "core.txt").read_text(encoding="utf-8")
    assert "touch pwned" in summary and "\x1b" not in summary
    assert not list(site.directory.rglob("pwned"))
    monitor = device.monitor
    assert not monitor.running and not monitor.filters and not device.files


def test_a_capture_in_check_mode_sends_reads_only_and_keeps_the_mode_of_a_directory(start: Any) -> None:
    site = start()
    folder = site.directory / "kept"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    options = ("--limit", "core", "-e", f"srx_capture_duration=1 srx_capture_dest={folder}/core")
    checked = site.play(CAPTURE, "--check", *options)
    assert (checked.code, checked.having("changed")) == (0, {"core"}) and written(site, "core") == []
    assert list(folder.iterdir()) == []
    wrong = site.play(CAPTURE, *options, "-e", f"srx_capture_dest={folder}/ srx_capture_interval=0")
    assert wrong.having("failed") == {"core"} and "interval must be 1 to 600, not 0" in wrong.text
    assert site.play(CAPTURE, *options).code == 0
    assert folder.stat().st_mode & 0o777 == 0o755 and len(list(folder.iterdir())) == 3


def test_a_firewall_that_cannot_be_reached_is_named_and_the_others_are_shown(start: Any) -> None:
    site = start()
    site.lab.add_fault("pair", "wrong_password")
    shown = site.play(STATUS)
    assert shown.having("unreachable") == {"pair"}
    assert "2 firewalls were read, 1 firewall not reached." in shown.output and "not reached: pair: " in shown.output
