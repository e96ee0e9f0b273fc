# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable with everything below it commented out is null: modules refuse it, roles of several tasks before the first one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.sites import ROOT, SITE, Site, sites

CAPTURE = ROOT / "playbooks" / "capture.yml"
LINES = re.compile(r"(configure|set (?!cli)|delete|commit|rollback|monitor|clear|file delete)\b")

IOSXR, SRX, SDWAN = ("iosxr",), ("srx",), ("sdwan", "sdwan_center")
SPAN, LOGS, CARDS, MONITOR = "iosxr_span", "srx_policy_log", "srx_fpc_error_action", "srx_flow_monitor"
CAPTURED, HOSTED = "srx_capture", "sdwan_hosted_firewall"
SOURCES = {"sessions": [{"name": "ms1", "destination": {"interface": "HundredGigE0/2/0/15"}, "sources": None}]}
ACTIONS = [{"fpc": 0, "major": {"threshold": 1, "actions": None}}]
POLICIES = {"connection_match_type": "symmetric", "site_policies": [{"site": "berlin", "policies": None}]}
CLIENT = {"name": "client-out", "source_prefix": "10.1.1.7"}

# kinds of the lab, host, playbook, role, its variables, what is said of the null: the module names the path, and a role
# that has several tasks its variable, before the first one
CASES: list[tuple[tuple[str, ...], str, Path, str, dict[str, Any], str]] = [
    (IOSXR, "local", SITE, SPAN, {"config": None}, "config is null"),
    (IOSXR, "local", SITE, SPAN, {"config": None, "state": "deleted"}, "config is null"),
    (IOSXR, "local", SITE, SPAN, {"config": {"sessions": None}}, "config.sessions is null"),
    (IOSXR, "local", SITE, SPAN, {"config": SOURCES}, ".sources is null"),
    (SRX, "branch", SITE, LOGS, {"config": None, "state": "overridden"}, "config is null"),
    (SRX, "branch", SITE, LOGS, {"config": None, "state": "deleted"}, "config is null"),
    (SRX, "core", SITE, CARDS, {"config": None}, "config is null"),
    (SRX, "core", SITE, CARDS, {"config": None, "state": "deleted"}, "config is null"),
    (SRX, "core", SITE, CARDS, {"config": ACTIONS, "state": "replaced"}, ".actions is null"),
    (SRX, "branch", SITE, MONITOR, {"filters": None, "purge": True}, "filters is null"),
    (SRX, "branch", SITE, MONITOR, {"filters": None, "state": "absent"}, "filters is null"),
    (SRX, "branch", SITE, MONITOR, {"filters": [CLIENT], "file": None}, "file is null"),
    (SRX, "core", CAPTURE, CAPTURED, {"filters": None, "file": None}, "filters is null"),
    (SDWAN, "mcn", SITE, HOSTED, {"redirect_config": None}, "sdwan_hosted_firewall_redirect_config is null"),
    (SDWAN, "mcn", SITE, HOSTED, {"redirect_config": None, "state": "absent"}, "sdwan_hosted_firewall_redirect_config is null"),
    (SDWAN, "mcn", SITE, HOSTED, {"redirect_config": POLICIES, "redirect_state": "overridden"}, ".policies is null"),
    (SDWAN, "center", SITE, HOSTED, {"sites": None, "state": "absent", "force": True}, "sdwan_hosted_firewall_sites is null"),
    (SDWAN, "center", SITE, HOSTED, {"collectors": None}, "sdwan_hosted_firewall_collectors is null"),
]  # fmt: skip


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with sites(request.param, tmp_path) as started:
        yield started


def written(site: Site, host: str) -> list[str]:
    """Commands and requests that could change something."""
    commands = [line for line in site.received(host) if LINES.match(line)]
    requests = [text for text in site.received(host, "request") if not text.startswith("GET ") and "login" not in text]
    return commands + requests


@pytest.mark.parametrize(
    ("start", "host", "playbook", "role", "given", "words"),
    [pytest.param(*case, id="-".join((case[3], *case[4]))) for case in CASES],
    indirect=["start"],
)
def test_a_null_is_refused_by_its_name_and_nothing_is_written(
    start: Any, host: str, playbook: Path, role: str, given: dict[str, Any], words: str
) -> None:
    site: Site = start()
    variables = json.dumps({f"{role}_{name}": value for name, value in given.items()})
    done = site.play(playbook, "--limit", host, "--tags", role, "-e", variables)
    assert (done.code, done.having("failed")) == (2, {host})
    assert words in done.text
    assert written(site, host) == []


@pytest.mark.parametrize(
    ("start", "host", "role", "given"),
    [
        pytest.param(IOSXR, "local", SPAN, {"config": "{{ mirors }}", "state": "deleted"}, id=SPAN),
        pytest.param(SRX, "branch", MONITOR, {"filters": "{{ filtres }}", "state": "stopped"}, id=MONITOR),
    ],
    indirect=["start"],
)
def test_a_name_that_is_wrong_is_not_a_document_that_was_left_out(
    start: Any, host: str, role: str, given: dict[str, str]
) -> None:
    """Left out, with these states, is all there is: every mirror, whatever monitor runs."""
    site: Site = start()
    variables = site.inventory / "host_vars" / host / "zz_last.yml"
    variables.parent.mkdir(parents=True, exist_ok=True)
    variables.write_text(json.dumps({f"{role}_{name}": value for name, value in given.items()}), encoding="utf-8")
    done = site.play(SITE, "--limit", host, "--tags", role)
    assert (done.code, done.having("failed")) == (2, {host})
    assert "is undefined" in done.text
    assert written(site, host) == []


@pytest.mark.parametrize("start", [IOSXR], indirect=True)
def test_a_file_of_variables_that_was_commented_out_keeps_the_mirrors(start: Any) -> None:
    """As an operator does it: not an extra variable, but the file of the host."""
    site: Site = start()
    before = site.lab.call(site.device("local").running_text)
    document = site.document("local")
    lines = document.read_text(encoding="utf-8").splitlines()
    first = lines.index("iosxr_span_config:")
    document.write_text("\n".join(lines[: first + 1] + [f"# {line}" for line in lines[first + 1 :]]) + "\n")
    done = site.play(SITE, "--limit", "local")
    assert (done.code, done.having("failed")) == (2, {"local"})
    assert "config is null: nothing, or only comments, is written below it" in done.text
    assert site.lab.call(site.device("local").running_text) == before
