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
from integration.sites import ADOPT, ROOT, SITE, STATUS, Run, Site, sites

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
    assert "Nothing is desired of local: iosxr_span_config is not set." in done.text
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
    for playbook in (SITE, STATUS, ADOPT, ROOT / "playbooks" / "capture.yml"):
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


def test_a_misspelt_variable_and_an_empty_file_are_the_last_word_of_a_run(site: Site) -> None:
    text = site.document("local").read_text(encoding="utf-8").replace("iosxr_span_config", "iosxr_span_confg")
    site.document("local").write_text(text, encoding="utf-8")
    site.document("acl").write_text("# iosxr_span_config: {}\n", encoding="utf-8")
    (site.inventory / "host_vars" / "l2" / "more.yml").write_text("iosxr_span_comit_label: CHG1\n", encoding="utf-8")
    done = checked(site)
    said = done.text.partition("PLAY [Say what is written for hosts, but does nothing]")[2]
    assert "Nothing is desired of local, acl: iosxr_span_config is not set." in said
    assert "iosxr_span_confg (local) is read by no role: is iosxr_span_config meant?" in said
    assert "iosxr_span_comit_label (l2) is read by no role: is iosxr_span_commit_label meant?" in said
    assert "host_vars/acl/iosxr_span.yml sets nothing: it is empty, or all of it is commented out." in said
    assert "PLAY [Say" not in checked(site, "--tags", "iosxr_span").text.partition("TASK [Hosts")[2]
    assert "Is iosxr_span meant?" in checked(site, "--tags", "iosxr_spam").text
    assert "Each role is a tag: iosxr_span, srx_policy_log" in checked(site, "--tags", "mirrors").text


def test_a_canary_goes_alone_and_where_it_fails_no_other_host_is_touched(site: Site) -> None:
    site.lab.add_fault("udf", "wrong_password")
    failed = site.play(SITE, "--check", "-e", "netsec_canary=udf")
    assert (failed.code != 0, set(failed.recap), failed.having("unreachable")) == (True, {"udf"}, {"udf"})
    assert not [host for host in FIVE - {"udf"} if site.received(host, "login")]
    # In the inventory, for a group.
    (site.inventory / "group_vars" / "iosxr.yml").write_text("netsec_canary: [udf]\n", encoding="utf-8")
    again = site.play(SITE, "--check")
    assert (set(again.recap), again.having("unreachable")) == ({"udf"}, {"udf"})
    other = checked(site, "-e", "netsec_canary=acl", "--limit", "all:!udf")
    assert set(other.recap) == FIVE - {"udf"}
    assert other.output.count("PLAY [Bring the traffic mirrors") == 2
    wrong = site.play(SITE, "--check", "-e", "netsec_canary=ac1")
    assert wrong.code != 0 and "netsec_canary names ac1: the inventory has no such host" in wrong.text


def test_a_file_that_is_no_yaml_is_told_with_a_host_that_has_it(site: Site) -> None:
    """Core says what is wrong, and neither where nor whose it is."""
    site.document("acl").write_text("iosxr_span_config:\n  sessions:\n   - name: x\n  - y\n", encoding="utf-8")
    failed = site.play(SITE, "--check")
    assert failed.code != 0 and "the variables of acl cannot be read: YAML parsing failed" in failed.text
    assert "`yamllint` on the directory of the inventory names the file and the line." in failed.text
    assert set(checked(site, "--limit", "local").recap) == {"local"}, "a file of another host does not end a run"


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (("-e", "netsec_canaries=udf"), "netsec_canaries is read by nothing: is netsec_canary meant?"),
        (("-e", "netsec_serail=1"), "netsec_serail is read by nothing: is netsec_serial meant?"),
        (("--skip-tags", "iosxr_spam"), "so nothing would be skipped: is iosxr_span meant?"),
    ],
)
def test_a_misspelt_brake_ends_the_run_before_the_first_host(site: Site, mistake: tuple[str, ...], told: str) -> None:
    failed = site.play(SITE, "--check", *mistake)
    assert failed.code != 0 and told in failed.text
    assert not [host for host in FIVE if site.received(host, "login")]


def test_batches_and_how_many_may_fail(site: Site) -> None:
    (site.inventory / "host_vars" / "local" / "more.yml").write_text("iosxr_span_settle: never\n", encoding="utf-8")
    run = site.play(SITE, "--check", "-e", "netsec_serial=2")
    assert run.output.count("PLAY [Bring the traffic mirrors") == 3
    assert (run.having("failed"), set(run.recap)) == ({"local"}, FIVE)
    stopped = site.play(SITE, "--check", "-e", "netsec_serial=2", "-e", "netsec_max_fail_percentage=10")
    assert stopped.output.count("PLAY [Bring the traffic mirrors") == 1
    assert stopped.having("failed") == {"local"} and len(stopped.recap) == 2
    wrong = site.play(SITE, "--check", "-e", "netsec_serial=few")
    assert wrong.code != 0 and "netsec_serial has 'few'" in wrong.text
