# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session with a sensor, over a door that plays a dialogue: what was sent, and what came back for it."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    Dropped,
    Timeout,
    Unreachable,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor

SHA1 = "4A:2B:79:A0:82:8B:65:3A:83:B5:D9:50:C0:8E:F6:C6:B0:30:47:BB"
DIGITS = SHA1.replace(":", "").lower()
ADD = "Would you like to add this to the trusted certificate table for this host?[yes]: "


class Dialogue:
    """A sensor that answers what is sent with the next of its texts. None: it hangs up; "": it is silent. opens: why opening fails, "" where
    it does not."""

    platform = "cisco_ips"
    base_prompt = "s1"

    def __init__(self, *answers: str | None, opens: list[str] | None = None) -> None:
        self._answers = list(answers)
        self._opens = opens or []
        self._pieces: list[str] = []
        self.sent: list[str] = []
        self.closes = 0

    def open(self) -> None:
        failure = self._opens.pop(0) if self._opens else ""
        if failure:
            raise Unreachable(failure)

    def close(self) -> None:
        self.closes += 1

    def send(self, text: str) -> None:
        self.sent.append(text.rstrip("\n"))
        answer = self._answers.pop(0)
        if answer is None:
            raise Dropped("s1: the device closed the session unexpectedly.")
        self._pieces += [f"{text.rstrip()}\r\n", *answer]

    def receive(self, timeout: float) -> str:
        if not self._pieces:
            raise Timeout("nothing came")
        return self._pieces.pop(0)


EXEC, CONFIG = "s1# ", "s1(config)# "


def test_reads_are_sent_one_at_a_time_and_come_without_the_wheel() -> None:
    door = Dialogue(f"Generating current config: |\x08/\r\n! a\r\n{EXEC}", f"12:00:00 UTC Sat Nov 28 2026\r\n{EXEC}")
    configuration, clock = Sensor(door, 1.0).read("show configuration", "show clock")
    assert configuration.strip() == "! a"
    assert clock.strip() == "12:00:00 UTC Sat Nov 28 2026"
    assert door.sent == ["show configuration", "show clock"]


def test_a_refused_read_names_its_command_and_the_kind() -> None:
    door = Dialogue(
        "Error: Cannot communicate with mainApp (getVersion).\r\nWould you like to run cidDump?[no]: ", EXEC
    )
    with pytest.raises(ApplyFailed, match=r"show version.*still starting"):
        Sensor(door, 1.0).read("show version")
    assert door.sent == ["show version", "no"]


def test_a_connection_of_another_platform_is_refused() -> None:
    door = Dialogue()
    door.platform = "cisco_ios"
    with pytest.raises(ApplyFailed, match="ansible_network_os: cisco_ips"):
        Sensor(door, 1.0)


def test_a_password_is_typed_at_its_prompt_once() -> None:
    door = Dialogue("Password: ", f"********\r\n{EXEC}")
    Sensor(door, 1.0).copy("https://ops@10.0.0.5/a.lic", "license-key", "canary")
    assert door.sent == ["copy https://ops@10.0.0.5/a.lic license-key", "canary"]


def test_a_second_question_for_a_password_ends_the_session() -> None:
    door = Dialogue("Password: ", "\r\nPassword: ")
    with pytest.raises(ApplyFailed, match="Password") as failed:
        Sensor(door, 1.0).copy("https://ops@10.0.0.5/a.lic", "license-key", "canary")
    assert door.sent.count("canary") == 1
    assert door.closes == 1
    assert "canary" not in str(failed.value)


def test_an_unknown_question_is_never_answered() -> None:
    door = Dialogue(CONFIG, "Reformat the disk? [no]: ")
    with pytest.raises(ApplyFailed, match="Reformat the disk"):
        Sensor(door, 1.0).upgrade("https://10.0.0.5/a.pkg")
    assert door.sent == ["configure terminal", "upgrade https://10.0.0.5/a.pkg"]
    assert door.closes == 1


def test_an_upgrade_is_confirmed_and_configuration_mode_is_left() -> None:
    door = Dialogue(
        CONFIG,
        "Warning: Executing this command will apply a signature update.\r\nContinue with upgrade? []: ",
        f"\r\nBroadcast message from root\r\nUpdate complete.\r\n{CONFIG}",
        EXEC,
    )
    said = Sensor(door, 1.0).upgrade("https://10.0.0.5/a.pkg")
    assert not said.dropped
    assert "Update complete." in said.text
    assert door.sent[2:] == ["yes", "exit"]


def test_a_refused_upgrade_says_why_and_leaves_the_mode() -> None:
    door = Dialogue(
        CONFIG, "Continue with upgrade? []: ", f"Error: execUpgradeSoftware : Connect failed [4,111]\r\n{CONFIG}", EXEC
    )
    with pytest.raises(ApplyFailed, match="does not reach the server") as failed:
        Sensor(door, 1.0).upgrade("https://10.0.0.5/a.pkg")
    assert failed.value.device_state == "unchanged"
    assert door.sent[-1] == "exit"


def test_a_reboot_that_drops_the_session_is_no_failure() -> None:
    door = Dialogue(CONFIG, "Continue with upgrade? []: ", None)
    said = Sensor(door, 1.0).upgrade("https://10.0.0.5/a.pkg")
    assert said.dropped
    assert "Continue with upgrade?" in said.text
    assert Sensor(Dialogue("Continue with reset? []: ", None), 1.0).reset().dropped


def test_whoever_waits_is_told_of_the_silence() -> None:
    waited: list[float] = []
    door = Dialogue(CONFIG, "Applying update.\r\n")
    assert Sensor(door, 1.0).upgrade("https://10.0.0.5/a.pkg", "", 12.0, waited.append).dropped
    assert waited == [5.0, 10.0, 15.0]


@pytest.mark.parametrize("line", ["a\nb", "b\x1bc"])
def test_a_control_character_never_leaves(line: str) -> None:
    door = Dialogue(CONFIG, "s1(config-hos)# ")
    with pytest.raises(ValueError, match="control character"):
        Sensor(door, 1.0).change_service("host", [line])
    assert door.sent == ["configure terminal", "service host"]


def test_a_service_mode_is_applied_when_it_is_left() -> None:
    door = Dialogue(
        CONFIG, "s1(config-hos)# ", "s1(config-hos-net)# ", "s1(config-hos)# ", "Apply Changes:?[yes]: ", CONFIG, EXEC
    )
    Sensor(door, 1.0).change_service("host", ["network-settings"])
    assert door.sent == ["configure terminal", "service host", "network-settings", "exit", "exit", "yes", "exit"]


def test_a_refused_line_applies_nothing() -> None:
    door = Dialogue(
        CONFIG,
        "s1(config-hos)# ",
        "% Invalid command at '^' marker.\r\ns1(config-hos)# ",
        "Apply Changes:?[yes]: ",
        CONFIG,
        EXEC,
    )
    with pytest.raises(ApplyFailed, match="does not know the command"):
        Sensor(door, 1.0).change_service("host", ["frobnicate"])
    assert door.sent[3:] == ["exit", "no", "exit"]


def test_changes_that_the_sensor_does_not_apply_are_an_error() -> None:
    door = Dialogue(
        CONFIG, "s1(config-hos)# ", "Apply Changes:?[yes]: ", f"Error: editConfigDelta : refused\r\n{CONFIG}", EXEC
    )
    with pytest.raises(ApplyFailed, match="editConfigDelta"):
        Sensor(door, 1.0).change_service("host", [])


def test_a_host_is_trusted_by_its_fingerprint_only() -> None:
    shown = f"Certificate SHA1 fingerprint is {SHA1}\r\n{ADD}"
    door = Dialogue(CONFIG, shown, f"Certificate ID: 10.0.0.5:8443 successfully added\r\n{CONFIG}", EXEC)
    assert Sensor(door, 1.0).trust_tls_host("10.0.0.5", 8443, {"SHA1": DIGITS}) == "10.0.0.5:8443"
    assert door.sent[1:3] == ["tls trusted-host ip-address 10.0.0.5 port 8443", "yes"]


@pytest.mark.parametrize("shown", [f"SHA1: {SHA1}\r\n{ADD}", ADD, f"MD5: {'00:' * 15}00\r\n{ADD}"])
def test_a_host_with_another_certificate_is_not_trusted(shown: str) -> None:
    door = Dialogue(CONFIG, shown, CONFIG, EXEC)
    with pytest.raises(ApplyFailed, match="sees another one"):
        Sensor(door, 1.0).trust_tls_host("10.0.0.5", 443, {"SHA1": "ab" * 20, "MD5": "00" * 16})
    assert door.sent[1:3] == ["tls trusted-host ip-address 10.0.0.5", "no"]


def test_a_new_certificate_tells_its_fingerprints() -> None:
    door = Dialogue(f"MD5: {'0A:' * 15}0A\r\nSHA1: {SHA1}\r\n{EXEC}")
    assert Sensor(door, 1.0).generate_key() == {"MD5": "0a" * 16, "SHA1": DIGITS}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_sensor_that_comes_back_is_logged_in_to_again() -> None:
    door = Dialogue(opens=["", "refused", "refused", ""])
    assert Sensor(door, 1.0).wait_for_return(600, lambda _what: None, clock=Clock())


def test_a_wait_for_a_sensor_ends() -> None:
    door = Dialogue(opens=["", *["connection refused"] * 100])
    sensor, clock = Sensor(door, 1.0), Clock()
    assert not sensor.wait_for_return(60, lambda _what: None, clock=clock)
    assert clock.now <= 61
    assert sensor.last_failure == "connection refused"
