# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirrors as an operator keeps them: ansible-playbook with the playbooks and the lab's inventory, on real SSH servers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.sites import ADOPT, SITE, SOURCE, STATUS, Site, sites

RELOAD = SOURCE / "reload.yml"
FIVE = {"local", "remote", "acl", "udf", "l2"}

GONE = {
    "local": {
        "interface TenGigE0/5/0/4 monitor-session cisco-rtp1 ethernet port-level",
        "interface TenGigE0/5/0/17 monitor-session cisco-rtp1 ethernet port-level",
        "monitor-session cisco-rtp1 ethernet",
        "monitor-session cisco-rtp1 ethernet destination interface HundredGigE0/5/0/38",
    },
    "remote": {
        "interface HundredGigE0/1/0/1 monitor-session old ethernet direction rx-only port-level",
        "monitor-session old ethernet",
        "monitor-session old ethernet destination interface tunnel-ip9",
    },
    "acl": set(),
    "udf": set(),
    "l2": {"interface TenGigE0/0/0/21 l2transport monitor-session EASTON ethernet direction tx-only port-level"},
}
COME = {
    "local": {
        "interface TenGigE0/2/0/19 monitor-session ms1 ethernet direction rx-only port-level",
        "monitor-session ms1 ethernet",
        "monitor-session ms1 ethernet destination interface HundredGigE0/2/0/15",
    },
    "remote": {
        "interface HundredGigE0/1/0/1 monitor-session mon1 ethernet direction rx-only port-level",
        "interface HundredGigE0/1/0/2 monitor-session mon1 ethernet port-level",
        "interface tunnel-ip3",
        "interface tunnel-ip3 ipv4 address 15.1.1.1 255.255.255.0",
        "interface tunnel-ip3 tunnel mode gre ipv4",
        "interface tunnel-ip3 tunnel source 172.16.3.24",
        "interface tunnel-ip3 tunnel destination 70.1.1.2",
        "monitor-session mon1 ethernet",
        "monitor-session mon1 ethernet destination interface tunnel-ip3",
    },
    "acl": {
        "ipv4 access-list TM-ACL",
        "ipv4 access-list TM-ACL 10 permit udp 10.1.1.0 0.0.0.255 eq 10 any capture",
        "ipv4 access-list TM-ACL 20 permit udp 10.1.1.0 0.0.0.255 eq 20 any",
        "ipv4 access-list TM-ACL 30 permit ipv4 any any",
        "ipv6 access-list TM-ACL6",
        "ipv6 access-list TM-ACL6 10 permit tcp any host 2001:db8:10::25 eq smtp capture",
        "ipv6 access-list TM-ACL6 20 permit ipv6 any any",
        "interface HundredGigE0/1/0/1 ipv4 access-group TM-ACL ingress",
        "interface HundredGigE0/1/0/1 ipv6 access-group TM-ACL6 ingress",
        "interface HundredGigE0/1/0/1 monitor-session mon1 ethernet direction rx-only port-level",
        "interface HundredGigE0/1/0/1 monitor-session mon1 ethernet direction rx-only port-level acl",
        "monitor-session mon1 ethernet",
        "monitor-session mon1 ethernet destination interface HundredGigE0/1/0/30",
    },
    "udf": {
        "udf udf1 header inner l4 offset 10 length 2",
        "udf udf3 header outer l4 offset 0 length 1",
        "udf udf5 header outer l4 offset 50 length 1",
        (
            "hw-module profile tcam format access-list ipv4 src-addr dst-addr src-port dst-port proto frag-bit precedence"
            " udf1 udf1 udf2 udf3 udf3 udf5 enable-capture"
        ),
        "ipv4 access-list acl1",
        "ipv4 access-list acl1 10 permit ipv4 any any udf udf1 0x1234 0xffff udf3 0x56 0xff capture",
        "ipv4 access-list acl1 30 permit ipv4 any any dscp af11 udf udf5 0x22 0x22 capture",
        "ipv4 access-list acl1 40 permit ipv4 any any",
        "interface TenGigE0/0/0/15 ipv4 access-group acl1 ingress",
        "interface TenGigE0/0/0/15 monitor-session 1 ethernet direction rx-only port-level",
        "interface TenGigE0/0/0/15 monitor-session 1 ethernet direction rx-only port-level acl",
        "interface tunnel-ip3",
        "interface tunnel-ip3 ipv4 address 15.1.1.1 255.255.255.0",
        "interface tunnel-ip3 tunnel mode gre ipv4",
        "interface tunnel-ip3 tunnel source 172.16.3.25",
        "interface tunnel-ip3 tunnel destination 70.1.1.2",
        "monitor-session 1 ethernet",
        "monitor-session 1 ethernet destination interface tunnel-ip3",
    },
    "l2": {"interface TenGigE0/0/0/42 l2transport monitor-session EASTON ethernet port-level"},
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Starts a site with the routers of a specification of inventories/lab."""
    with sites("iosxr", tmp_path) as started:
        yield started


def mirrors_of(site: Site, host: str) -> set[str]:
    """The running configuration, each line with its parents before it."""
    return formal(site.lab.call(site.device(host).running_text))


def formal(text: str) -> set[str]:
    lines: set[str] = set()
    stack: list[tuple[int, str]] = []
    for line in text.splitlines():
        word = line.strip()
        if not word or word.startswith("!"):
            continue
        indent = len(line) - len(line.lstrip())
        while stack and stack[-1][0] >= indent:
            stack.pop()
        stack.append((indent, word))
        lines.add(" ".join(part for _indent, part in stack))
    return lines


def test_site_brings_every_case_of_the_guide_to_its_desired_state(start: Any) -> None:
    site = start()
    before = {host: mirrors_of(site, host) for host in FIVE}

    checked = site.play(SITE, "--check", "--diff", "-vvvv")
    assert (checked.code, checked.having("changed")) == (0, FIVE)
    assert all(mirrors_of(site, host) == before[host] for host in FIVE)
    assert not [line for host in FIVE for line in site.received(host) if re.match("conf|commit", line)]
    assert all(len(site.received(host, "login")) == 1 for host in FIVE)  # a login a task
    assert "+name: ms1" in checked.output
    assert "TASK" in (site.directory / "ansible.log").read_text(
        encoding="utf-8"
    )  # or its search for secrets proves nothing

    done = site.play(SITE, "-vvvv")
    assert (done.code, done.having("changed")) == (0, FIVE)
    assert all(len(site.received(host, "login")) == 2 for host in FIVE)  # it changes and verifies in one session
    for host in FIVE - {"udf"}:
        now = mirrors_of(site, host)
        assert (before[host] - now, now - before[host]) == (GONE[host], COME[host])
    assert "l2vpn xconnect group customers p2p mirrored-elsewhere monitor-session RSPAN" in mirrors_of(site, "l2")
    assert "reload of all line cards, which nothing here does." in done.text
    assert "Waiting until then: access_lists[ipv4 acl1], " in done.text
    assert not any("acl1" in line or "TenGigE0/0/0/15 monitor" in line for line in mirrors_of(site, "udf"))
    assert not [line for host in FIVE for line in site.received(host) if "reload" in line]

    assert site.play(RELOAD).code == 0
    second = site.play(SITE)
    assert (second.code, second.having("changed")) == (0, {"udf"})
    assert mirrors_of(site, "udf") - before["udf"] == COME["udf"]
    assert before["udf"] <= mirrors_of(site, "udf")

    again = site.play(SITE)
    assert (again.code, again.having("changed"), set(again.recap)) == (0, set(), FIVE)

    shown = site.play(STATUS)
    assert shown.code == 0
    assert "6 of 6 mirrors are operational, 5 routers were read." in shown.output
    assert re.search(r"remote +Operational +mon1 +ethernet +both +port +HundredGigE0/1/0/2 +tunnel-ip3\n", shown.output)


def test_only_what_the_document_asks_for_is_sent(start: Any) -> None:
    """In configuration mode a router hears of nothing but the mirrors that go and that come."""
    site = start()
    assert site.play(SITE, "--limit", "remote,l2", "-e", "iosxr_span_commit_label=CHG0012345").code == 0
    for host in ("remote", "l2"):
        sent = [e["text"].strip() for e in site.lab.journal(host) if e["event"] == "command" and e["mode"] == "config"]
        assert "commit label CHG0012345 confirmed 60" in sent
        desired = " ".join(GONE[host] | COME[host])
        frame = re.compile(
            r"show configuration|do show monitor-session status|commit( label \S+ confirmed 60)?|end|root|exit|!"
        )
        for line in sent:
            assert frame.fullmatch(line) or line.removeprefix("no ") in desired, line
    # The move of a source: out of its old session first, in the same commit.
    lines = site.received("remote")
    out, into = (
        next(at for at, line in enumerate(lines) if line.strip().startswith(start))
        for start in ("no monitor-session old", "monitor-session mon1 ethernet direction")
    )
    commits = [at for at, line in enumerate(lines) if line.startswith("commit")]
    assert out < into < commits[0]
    assert len(commits) == 2  # on trial, and its confirmation


LONG_GLOBAL = f"monitor-session future-setting {' '.join(f'value-{number}' for number in range(16))}"


def test_an_adopted_router_changes_nothing_and_is_never_replaced_unasked(start: Any) -> None:
    config = (
        (SOURCE / "acl.cfg")
        .read_text(encoding="utf-8")
        .replace(
            " ipv6 address 2001:db8:1::1/64\n",
            " ipv6 address 2001:db8:1::1/64\n ipv4 access-group HOSTILE ingress\n"
            " monitor-session mon1 ethernet direction rx-only port-level\n  acl\n !\n",
        )
    )
    hostile = "remark {{ lookup('ansible.builtin.pipe', 'touch pwned') }}"
    config = config.replace(
        "ipv4 access-list EDGE-IN",
        f"ipv4 access-list HOSTILE\n 10 {hostile}\n 20 permit udp any any eq 10 capture\n 30 permit ipv4 any any\n!\n"
        "ipv4 access-list EDGE-IN",
    )
    config += (
        "monitor-session mon1 ethernet\n destination interface HundredGigE0/1/0/30\n!\nmonitor-session router-id 9\n"
        f"{LONG_GLOBAL}\n"
    )
    site = start(acl={"config_text": config})
    shutil.rmtree(site.inventory / "host_vars")
    before = {host: mirrors_of(site, host) for host in FIVE}

    adopted = site.play(ADOPT)
    assert (adopted.code, adopted.having("failed")) == (0, set())
    globals_ = yaml.safe_load(site.document("acl").read_text(encoding="utf-8").replace("!unsafe", ""))[
        "iosxr_span_config"
    ]["globals"]
    assert globals_ == sorted(["monitor-session router-id 9", LONG_GLOBAL])
    assert "!unsafe" in site.document("acl").read_text(encoding="utf-8")
    document = yaml.safe_load(site.document("remote").read_text(encoding="utf-8"))["iosxr_span_config"]
    assert document["sessions"][0]["name"] == "old"
    assert document["tunnels"][0]["name"] == "tunnel-ip9"
    assert "interfaces: [HundredGigE0/1/0/1]" in site.document("acl").read_text(encoding="utf-8")

    kept = site.play(SITE, "-vvvv")
    assert (kept.code, kept.having("changed")) == (0, set())
    assert all(mirrors_of(site, host) == before[host] for host in FIVE)

    refused = site.play(ADOPT)
    assert refused.having("failed") == FIVE
    assert "add -e iosxr_span_adopt_overwrite=true" in refused.text
    site.document("local").write_text("iosxr_span_config: {sessions: []}\n", encoding="utf-8")
    told = site.play(ADOPT, "-e", "iosxr_span_adopt_overwrite=true")
    assert (told.code, told.having("changed")) == (0, {"local"})
    backups = list(site.document("local").parent.glob("iosxr_span.yml.*~"))
    assert [backup.read_text(encoding="utf-8") for backup in backups] == ["iosxr_span_config: {sessions: []}\n"]
    assert not list(site.directory.rglob("pwned"))


def test_deleted_removes_every_mirror_and_nothing_else(start: Any) -> None:
    site = start()
    shutil.rmtree(site.inventory / "host_vars")
    before = {host: mirrors_of(site, host) for host in FIVE}
    done = site.play(SITE, "-e", "iosxr_span_state=deleted")
    assert (done.code, done.having("changed")) == (0, {"local", "remote", "l2"})
    for host in FIVE:
        gone = before[host] - mirrors_of(site, host)
        mirrors = {line for line in before[host] if "monitor-session" in line and "l2vpn" not in line}
        assert (gone, mirrors_of(site, host) <= before[host]) == (mirrors, True)
    assert site.play(SITE, "-e", "iosxr_span_state=deleted").having("changed") == set()


def test_merged_moves_a_source_and_keeps_the_rest(start: Any) -> None:
    site = start()
    before = mirrors_of(site, "remote")
    done = site.play(SITE, "--limit", "remote", "-e", "iosxr_span_state=merged")
    assert (done.code, done.having("changed")) == (0, {"remote"})
    moved = {"interface HundredGigE0/1/0/1 monitor-session old ethernet direction rx-only port-level"}
    assert before - mirrors_of(site, "remote") == moved
    assert mirrors_of(site, "remote") - before == COME["remote"]


def test_a_document_that_breaks_rules_is_refused_with_all_of_them(start: Any) -> None:
    site = start("lab_broken.yml")
    before = mirrors_of(site, "broken")
    refused = site.play(SITE, "-vvvv")
    assert (refused.code, refused.having("failed")) == (2, {"broken"})
    message = refused.text.partition("The document breaks rules; nothing was sent:")[2]
    rules = [
        "S1",
        "S3",
        "S5",
        "S6",
        "S7",
        "S10",
        "S11",
        "S12",
        "S13",
        "S14",
        "S17",
        "S20",
        "S22",
        "interface-exists",
        "udf-exists",
    ]
    assert [rule for rule in rules if f"[{rule}]" not in message] == []
    assert mirrors_of(site, "broken") == before
    assert [line for line in site.received("broken") if not line.startswith(("show ", "terminal ", "exit"))] == []


def test_a_mirror_that_does_not_come_up_is_rolled_back_and_the_next_run_converges(start: Any) -> None:
    site = start()
    before = mirrors_of(site, "local")
    site.lab.add_fault("local", {"name": "mirror_down", "at": "ms1", "times": 1})
    failed = site.play(SITE, "--limit", "local", "-e", "iosxr_span_settle=2", "-vvvv")
    assert (failed.code, failed.having("failed")) == (2, {"local"})
    assert "The device is now: rolled back." in failed.text
    assert "sessions[ms1].sources[TenGigE0/2/0/19]" in failed.text
    assert mirrors_of(site, "local") == before

    done = site.play(SITE, "--limit", "local")
    assert (done.code, done.having("changed")) == (0, {"local"})
    assert mirrors_of(site, "local") - before == COME["local"]


def test_a_mirror_that_was_down_before_is_shown_and_fails_only_when_asked_to(start: Any) -> None:
    site = start()
    one = ("--limit", "local")
    assert site.play(SITE, *one).code == 0
    device: Any = site.lab.device("local").device
    site.lab.call(lambda: device.set_link("HundredGigE0/2/0/15", False))

    shown = site.play(SITE, *one)
    assert (shown.code, shown.having("changed")) == (0, set())
    assert "sessions[ms1].sources[TenGigE0/2/0/19]: Not operational (destination not active)." in shown.text
    assert "HundredGigE0/2/0/15 is down." in shown.text
    assert len(site.received("local", "login")) == 2

    required = ("-e", "iosxr_span_require_operational=true")
    asked = site.play(SITE, *one, *required)
    assert (asked.code, asked.having("failed"), asked.having("changed")) == (2, {"local"}, set())
    assert "[operational] sessions[ms1].sources[TenGigE0/2/0/19]: Not operational" in asked.text
    assert "The device is now: unchanged." in asked.text
    assert site.play(SITE, *one, *required, "--check").code == 0
    assert site.play(SITE, *one, *required, "-e", "iosxr_span_verify=false").code == 0
    assert site.play(SITE, *one, *required, "--skip-tags", "iosxr_span_verify").code == 0
    before = len(site.received("local"))
    applied = site.play(SITE, *one, *required, "--tags", "iosxr_span_apply")
    assert applied.code == 0
    assert not [line for line in site.received("local")[before:] if "status" in line]
    before = len(site.received("local"))
    alone = site.play(SITE, *one, *required, "--tags", "iosxr_span_verify")
    assert (alone.code, alone.having("failed")) == (2, {"local"})
    assert "session ms1, TenGigE0/2/0/19: Not operational (destination not active)." in alone.text
    assert any("status" in line for line in site.received("local")[before:])

    table = site.play(STATUS, *one)
    assert "0 of 1 mirrors are operational, 1 router was read." in table.output
    assert "The destination interface or pseudowire is not in the Up state." in table.text
