# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts site.yml goes to: those of which something is desired, wherever that is written; who is left is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.sites import SITE, STATUS, Run, Site, sites

FIVE = {"local", "remote", "acl", "udf", "l2"}
NO_MIRRORS = {"iosxr_span_config": {"sessions": []}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with sites("iosxr", tmp_path) as start:
        yield start()


def checked(site: Site, *options: str, playbook: Path = SITE) -> Run:
    done = site.play(playbook, "--check", *options)
    assert "Could not match supplied host pattern" not in done.output
    assert done.code == 0
    return done


def visited(site: Site, *options: str, playbook: Path = SITE) -> set[str]:
    """The routers that got a login in a run."""
    before = {host: len(site.received(host, "login")) for host in FIVE}
    checked(site, *options, playbook=playbook)
    return {host for host in FIVE if len(site.received(host, "login")) > before[host]}


def test_each_host_with_a_document_and_the_others_are_named(site: Site) -> None:
    site.document("local").unlink()
    site.document("acl").write_text("iosxr_span_config: {sessions: []}\n", encoding="utf-8")
    done = checked(site)
    assert set(done.recap) == FIVE
    assert "Nothing is desired of local: none of these variables is set for them. iosxr: iosxr_span_config" in done.text
    assert {host for host in FIVE if site.received(host, "login")} == FIVE - {"local"}
    limited = checked(site, "--limit", "remote")
    assert set(limited.recap) == {"remote"} and "Nothing is desired" not in limited.output
    assert "Nothing is desired of local" in checked(site, "--limit", "local").output
    assert visited(site, "--limit", "local") == set()


def test_what_is_desired_of_all_hosts_at_once_counts(site: Site) -> None:
    for host in FIVE:
        site.document(host).unlink()
    assert visited(site) == set()
    assert visited(site, "-e", json.dumps(NO_MIRRORS)) == FIVE
    assert visited(site, "-e", "iosxr_span_state=deleted") == FIVE
    ours = site.directory / "ours.yml"
    ours.write_text(json.dumps([{"import_playbook": str(SITE), "vars": NO_MIRRORS}]), encoding="utf-8")
    assert visited(site, playbook=ours) == FIVE
    (site.inventory / "host_vars" / "udf" / "mirrors.yml").write_text("iosxr_span_state: deleted\n", encoding="utf-8")
    assert visited(site) == {"udf"}


def test_without_any_of_our_groups_there_is_nothing_to_do(site: Site) -> None:
    others = site.directory / "others.yml"
    others.write_text("all: {hosts: {web1: {ansible_connection: local}}}\n", encoding="utf-8")
    for playbook in (SITE, STATUS):
        done = site.play(playbook, "-i", str(others), "--limit", "web1")
        assert (done.code, done.recap) == (0, {})
        assert "Could not match supplied host pattern" not in done.output


@pytest.mark.parametrize("option", ["--list-tasks", "--list-hosts", "--syntax-check"])
def test_it_can_be_looked_at_without_a_run(site: Site, option: str) -> None:
    done = site.play(SITE, option)
    assert done.code == 0 and "ERROR" not in done.output
    assert option != "--list-hosts" or all(f"      {host}\n" in done.output for host in FIVE)


def test_one_task_a_router(site: Site) -> None:
    """Each further task, also one that is skipped, costs a process a host."""
    recap: dict[str, Any] = checked(site).recap
    assert {(row["ok"], row["skipped"]) for row in recap.values()} == {(1, 0)}
