# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The netmiko driver and the connection on the lab's sensors: prompts, notices, modes, the wheel, users who land in a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.sensor_tasks import PASSWORD, sensor
from integration.ssh_system import door_to, refused

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.netmiko_driver import CiscoIps
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor
from lab.server import Lab

Open = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    doors: list[Any] = []

    def make(lab: Lab, **options: Any) -> Any:
        given = {"remote_user": "lab", "password": PASSWORD, "network_os": "cisco_ips", **options}
        doors.append(door_to(lab, tmp_path, "s1", **given))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


def driver(lab: Lab, **more: Any) -> CiscoIps:
    given = {"host": "127.0.0.1", "port": lab.device("s1").port, "username": "lab", "password": PASSWORD}
    return CiscoIps(device_type="cisco_ips", **given, **more)


@pytest.mark.parametrize("status", ["valid", "none", "expired", "invalid"])
def test_a_login_finds_the_prompt_behind_any_notice_and_sends_one_line(
    lab: StartLab, opened: Open, status: str
) -> None:
    started = lab(sensor(license=status))
    door = opened(started)
    door.open()
    assert (door.base_prompt, door.platform) == ("s1", "cisco_ips")
    sent = [entry["text"] for entry in started.journal("s1") if entry["event"] == "command"]
    assert sent == ["terminal length 0"]


def test_the_account_service_is_refused_in_one_line(lab: StartLab, opened: Open) -> None:
    text = refused(opened(lab(sensor(role="service"))))
    assert "Linux shell" in text and "role administrator" in text


def test_raw_takes_a_line_and_gives_its_answer_without_the_wheel(lab: StartLab, opened: Open) -> None:
    door = opened(lab(sensor(spinner=30)), action="ansible.builtin.raw")
    code, output, _error = door.exec_command("show configuration")
    assert code == 0
    assert output.decode().startswith("! ---")
    assert b"Generating" not in output and b"\x08" not in output
    code, output, error = door.exec_command("show nonsense")
    assert code == 1 and b"Invalid command" in error


def test_a_host_name_of_many_characters_is_whole_in_each_mode(lab: StartLab, opened: Open) -> None:
    name = "a-sensor-with-a-long-name-in-berlin-0001"
    session = Sensor(opened(lab(sensor())), 10.0)
    session.change_service("host", ["network-settings", f"host-name {name}"])
    session.reopen()
    assert session.name == name
    with session.configure_terminal():
        assert session.mode == "config"
    assert session.mode == ""


def test_a_service_mode_is_applied_or_left_alone(lab: StartLab, opened: Open) -> None:
    session = Sensor(opened(lab(sensor())), 10.0)
    session.change_service("interface", ["bypass-mode off"])
    assert "bypass-mode off" in session.read("show configuration")[0]
    with pytest.raises(ApplyFailed, match="refused 'engine nonsense'"):
        session.change_service(
            "signature-definition sig0", ["signatures 2004 0", "alert-severity high", "engine nonsense"]
        )
    assert session.mode == ""
    assert "signatures 2004" not in session.read("show configuration")[0]


def test_a_viewer_reads_and_is_told_what_it_may_not(lab: StartLab, opened: Open) -> None:
    session = Sensor(opened(lab(sensor(role="viewer"))), 10.0)
    assert "Version 7.1(7)E4" in session.read("show version")[0]
    with pytest.raises(ApplyFailed, match="does not know the command"):
        session.generate_key()


def test_a_sensor_that_boots_says_so(lab: StartLab, opened: Open) -> None:
    started = lab(sensor(minute_seconds=0.4))
    device = started.device("s1").device
    session = Sensor(opened(started), 10.0)
    started.call(device.reboot)
    assert session.wait_for_return(30.0, lambda _what: None, interval=0.1)
    with pytest.raises(ApplyFailed, match="still starting"):
        session.read("show version")


# -- the driver in a script of someone else's ---------------------------------------------------------------------------


def test_the_driver_reads_and_changes_modes_as_netmikos_own_do(lab: StartLab) -> None:
    started = lab(sensor(license="none", spinner=20))
    with driver(started) as session:
        assert session.base_prompt == "s1"
        assert session.check_enable_mode() and session.enable() == ""
        assert "Generating" not in session.send_command("show configuration", read_timeout=20)
        session.config_mode()
        assert session.check_config_mode()
        session.exit_config_mode()
        assert not session.check_config_mode()
        assert session.send_command("show clock").strip()


@pytest.mark.parametrize(("reply", "kept"), [("no", False), ("yes", True)])
def test_the_driver_leaves_a_service_mode_as_it_is_told(lab: StartLab, reply: str, kept: bool) -> None:
    started = lab(sensor())
    with driver(started) as session:
        session.config_mode()
        session.send_command("service interface", r"\(config-int\)#")
        session.send_command("bypass-mode off", r"\(config-int\)#")
        session.exit_config_mode(apply=reply)
        assert ("bypass-mode off" in session.send_command("show configuration", read_timeout=20)) == kept


@pytest.mark.parametrize(("reply", "kept"), [("no", False), ("yes", True)])
def test_the_driver_applies_a_set_of_lines_at_its_end(lab: StartLab, reply: str, kept: bool) -> None:
    with driver(lab(sensor())) as session:
        session.send_config_set(["service interface", "bypass-mode off"], apply=reply)
        assert not session.check_config_mode()
        assert ("bypass-mode off" in session.send_command("show configuration", read_timeout=20)) == kept


def test_the_driver_refuses_a_shell(lab: StartLab) -> None:
    with pytest.raises(Exception, match="Linux shell"):
        driver(lab(sensor(role="service")))
