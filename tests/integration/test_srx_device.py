# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session on a lab SRX: the fast login of Junos, prompts of clusters, what belongs to an answer and what does not."""

from __future__ import annotations

import pytest
from integration.conftest import StartLab
from integration.firewalls import firewall, open_door, sent

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, Dropped, Timeout
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall

CONFIG = "set system host-name fw1\nset security policies global policy p match source-address any\n"
QUIET = ["set cli screen-width 511", "set cli complete-on-space off", "set cli screen-length 0"]


def srx(**options: object) -> dict[str, object]:
    return {"name": "fw1", "kind": "srx", "config_text": CONFIG, "password": "CANARY-lab-password", **options}


def test_a_login_takes_three_commands_in_one_write(lab: StartLab) -> None:
    started = lab(srx())
    assert firewall(started).read("show configuration | display set") == [
        "set system host-name fw1\nset security policies global policy p match source-address any"
    ]
    assert sent(started) == [*QUIET, "show configuration | display set"]


@pytest.mark.parametrize("csh", [True, False])
def test_root_is_led_from_the_shell_to_the_command_line(lab: StartLab, csh: bool) -> None:
    started = lab(srx(username="root", csh=csh))
    session = firewall(started)
    assert "JUNOS Software Release" in session.read("show version")[0]
    assert sent(started)[:2] == ["cli", QUIET[0]]
    assert (session.node, session.role) == ("", "")


@pytest.mark.parametrize(("node", "role"), [("node0", "primary"), ("node1", "secondary")])
def test_the_prompt_of_a_cluster_tells_node_and_role(lab: StartLab, node: str, role: str) -> None:
    session = firewall(lab(srx(cluster=True, node=node, role=role)))
    answer = session.read("show security flow session summary", "show version")[1]
    assert (session.node, session.role) == (node, role)
    assert "{" not in answer and answer.count("JUNOS Software Release") == 2


def test_a_command_that_the_device_refuses_is_named(lab: StartLab) -> None:
    with pytest.raises(ApplyFailed, match=r"refused 'show nonsense': unknown command\."):
        firewall(lab(srx())).read("show version", "show nonsense")


def test_a_read_in_configuration_mode_is_sent_with_run(lab: StartLab) -> None:
    started = lab(srx(cluster=True))
    session = firewall(started)
    session.cli.ask("configure private", ())
    assert "JUNOS" in session.read("show version")[0]
    assert sent(started)[-1] == "run show version"


def test_a_big_answer_streams(lab: StartLab) -> None:
    session = firewall(lab(srx(sessions=20_000)))
    pieces = list(session.stream("show security flow session", 60, 10**9))
    assert len(pieces) > 10
    assert "".join(pieces).count("Session ID: ") == 20_000
    assert "Total sessions: 20000" in pieces[-1]
    assert "JUNOS" in session.read("show version")[0]


def test_a_stream_that_is_given_up_does_not_answer_the_next_command(lab: StartLab) -> None:
    session = firewall(lab(srx(sessions=20_000)))
    pieces = session.stream("show security flow session", 60, 10**9)
    next(pieces)
    pieces.close()
    session.reopen()
    assert session.read("show version")[0].startswith("Hostname: ")


def test_a_link_that_drops_or_hangs_is_said(lab: StartLab) -> None:
    started = lab(srx(faults=[{"name": "drop", "at": "^show version", "times": 1}]))
    session = firewall(started)
    with pytest.raises(Dropped, match="closed the session"):
        session.read("show version")
    started.add_fault("fw1", {"name": "hang", "at": "^show version"})
    session = firewall(started, read_timeout=0.5)
    with pytest.raises(Timeout, match=r"'show version' for 0\.5 s; ansible_netmiko_read_timeout"):
        session.read("show version")


def test_a_connection_of_another_platform_is_refused(lab: StartLab) -> None:
    started = lab({"name": "edge1", "kind": "iosxr", "config_text": "hostname edge1\n"})
    door = open_door(started, "edge1")
    door.set_option("platform", "cisco_xr")
    with pytest.raises(ApplyFailed, match="speaks cisco_xr, not Junos"):
        Firewall(door, 5.0)
