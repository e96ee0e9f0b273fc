# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's Cisco IPS sensor as OpenSSH and paramiko see it: its CLI, its modes, its certificates, its reboots."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Any

import paramiko
import pytest
from integration.eventually import eventually
from integration.sensor_terminal import (
    PASSWORD,
    SERIAL,
    OpenSsh,
    StartSensors,
    answers,
    openssh,
    sensors,
    updates,
    well,
)

from lab import inventory
from lab.server import Lab

__all__ = ["openssh", "sensors"]  # fixtures
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

# As captured of 7.1(7)E4, blanks at the ends included; the serial number is ours.
CAPTURED = "".join(
    f"{line:<54}\n"
    for line in (
        "Host:",
        "    Realm Keys          key1.0",
        "Signature Definition:",
        "    Signature Update    S722.0            2013-06-05",
        "OS Version:             2.6.29.1",
        "Platform:               ASA-SSM-10",
        f"Serial Number:          {SERIAL}",
    )
)


def login(lab: Lab, name: str = "s1") -> paramiko.Channel:
    """A shell, paging still on."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(
        "127.0.0.1", lab.device(name).port, "lab", PASSWORD, allow_agent=False, look_for_keys=False, timeout=20
    )
    return client.invoke_shell()


def until(channel: paramiko.Channel, text: str) -> str:
    """What came, up to a text."""
    shown = ""
    end = time.monotonic() + 20
    while text not in shown:
        assert time.monotonic() < end, shown
        piece = channel.recv(65536).decode("utf-8", "replace")
        assert piece, shown
        shown += piece
    return shown


def test_show_version_has_the_captured_layout(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(platform="ASA-SSM-10", stopped=["AnalysisEngine"])
    shown = openssh(lab, "s1", "show version")
    assert "Cisco Intrusion Prevention System, Version 7.1(7)E4\n" in shown
    assert CAPTURED in shown
    assert re.search(r"^Licensed, expires:      \d\d-[A-Z][a-z]{2}-\d{4} UTC {15}$", shown, re.MULTILINE)
    assert re.search(r"^AnalysisEngine +S-2013\S+ +\(Release\) +2013\S+ +NotRunning  $", shown, re.MULTILINE)
    assert re.search(r"^CLI +S-2013\S+ +\(Release\) +2013-02-05T05:40:22-0600 +$", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"license": "expired", "license_days": -3}, r"License expired:        \d\d-\w{3}-\d{4} UTC"),
        ({"license": "none"}, "No license present"),
        ({"license": "invalid"}, "Invalid license key present"),
        ({"license": "trial"}, r"Trial license, expires: \d\d-\w{3}-\d{4} UTC"),
        ({"license": "trial", "license_words": "separate"}, r"This is a trial license\nLicense expires:        \d\d-\w{3}-\d{4} UTC"),
        ({"license_line": "License: something new"}, "License: something new"),
        ({"license": "expired", "clock_offset": -20 * 86400.0}, r"Licensed, expires: +\d\d-\w{3}-\d{4} UTC +"),
    ],
)  # fmt: skip
def test_the_licence_line_is_that_of_its_status(
    sensors: StartSensors, openssh: OpenSsh, more: dict[str, Any], line: str
) -> None:
    shown = openssh(sensors(**more), "s1", "show version")
    assert re.search(rf"^{line}$", shown, re.MULTILINE), shown


@pytest.mark.parametrize(
    ("licence", "notice"),
    [
        ("none", "There is no license key installed on this IPS platform."),
        ("expired", "The license key on this IPS platform has expired."),
        ("valid", ""),
        ("trial", ""),
    ],
)
def test_a_login_is_told_of_a_missing_licence(
    sensors: StartSensors, openssh: OpenSsh, licence: str, notice: str
) -> None:
    shown = openssh(sensors(license=licence), "s1")
    assert shown.startswith("***NOTICE***\n")
    assert ("***LICENSE NOTICE***" in shown) is bool(notice)
    assert notice in shown


def test_old_releases_have_other_applications_and_no_certificate_line(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(release="5.1(8)E3", stopped=["AnalysisEngine"], stopped_words="Not Running")
    shown = openssh(lab, "s1", "show version", "show health")
    assert "Overall Health Status                                   Red" in shown
    assert "    Virus Update        V1.4              2007-03-02  \n" in shown
    assert "CollaborationApp" not in shown
    assert "Host Certificate" not in shown
    assert re.search(r"^AnalysisEngine .* Not Running  $", shown, re.MULTILINE)


def test_the_clock_has_a_flag_a_zone_and_an_error(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(clock_flag="*", time_zone="JST", zone_minutes=540, clock_offset=3600.0)
    shown = openssh(lab, "s1", "show clock")
    found = re.search(r"^\*(\d\d):(\d\d):\d\d JST \w{3} \w{3} \d\d \d{4}$", shown, re.MULTILINE)
    assert found
    wanted = time.gmtime(time.time() + 3600 + 9 * 3600)
    assert (int(found[1]) * 60 + int(found[2]) - wanted.tm_hour * 60 - wanted.tm_min) % 1440 in (0, 1439)


def test_the_automatic_update_speaks_in_the_sensor_s_zone(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(auto_update="IPS-sig-S605-req-E4", time_zone="JST", zone_minutes=540)
    shown = openssh(lab, "s1", "show statistics host")
    assert re.search(r"^   lastInstallAttempt = \d\d:\d\d:\d\d JST .*$", shown, re.MULTILINE)
    assert "    =   IPS-sig-S605-req-E4: Update completed successfully\n" in shown
    assert "   nextAttempt = N/A\n" in openssh(sensors(name="s2"), "s2", "show statistics host")


def test_wrong_lines_are_told_as_on_a_device(sensors: StartSensors, openssh: OpenSsh) -> None:
    shown = openssh(sensors(), "s1", "enable", "terminal width 511", "show", "show t f", "show clock x")
    assert "s1# enable\n    ^\n% Invalid command at '^' marker.\n" in shown
    assert "s1# terminal width 511\n             ^\n% Invalid command at '^' marker.\n" in shown
    assert "s1# show\n% Incomplete command.\n" in shown
    assert "s1# show t f\nMD5: " in shown
    assert "s1# show clock x\n               ^\n" in shown


def test_long_output_is_paged_until_the_length_is_0(sensors: StartSensors) -> None:
    shell = login(sensors())
    until(shell, "s1# ")
    shell.send(b"show version\n")
    assert "Serial Number" in until(shell, " --MORE-- ")
    shell.send(b" ")
    assert "Recovery Partition" in until(shell, "s1# ")
    shell.send(b"terminal length 0\nshow version\n")
    assert "--MORE--" not in until(shell, "Recovery Partition")


def test_the_configuration_comes_behind_a_spinner(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(threat_profiles=["edge"], snmp=True, bypass="off")
    shown = openssh(lab, "s1", "show configuration")
    assert "s1# show configuration\nGenerating current config: |Generating current config: /Generating" in shown
    assert "\nservice interface\nbypass-mode off\nexit\n" in shown
    assert "\nservice notification\nenable-set-get true\nexit\n" in shown
    assert "\nservice signature-definition sig0\nthreat-profile edge\nexit\n" in shown
    assert "\nservice host\nnetwork-settings\nhost-ip 127.0.0.1/8,127.0.0.1\nhost-name s1\n" in shown


@pytest.mark.parametrize(("answer", "kept"), [("", True), ("yes", True), ("no", False)])
def test_a_service_mode_asks_before_it_applies(
    sensors: StartSensors, openssh: OpenSsh, answer: str, kept: bool
) -> None:
    lab = sensors()
    shown = openssh(
        lab, "s1", "configure terminal", "service signature-definition sig0", "signatures 2004 0", "alert-severity high",
        "status", "enabled true", "retired false", "exit", "engine atomic-ip", "event-action produce-alert|deny-packet-inline",
        "show settings", "exit", "exit", "exit", answer, "exit",
    )  # fmt: skip
    assert "s1(config-sig-sig-sta)# enabled true\n" in shown
    assert "      event-action: produce-alert|deny-packet-inline default: produce-alert\n" in shown
    assert "s1(config-sig)# exit\nApply Changes:?[yes]: " in shown
    wanted = {"severity": "high", "enabled": True, "retired": False, "actions": ["produce-alert", "deny-packet-inline"]}
    assert lab.device("s1").device.tuned == ({"2004.0": wanted} if kept else {})


def test_a_service_mode_in_which_nothing_changed_does_not_ask(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    shown = openssh(
        lab, "s1", "configure terminal", "service signature-definition sig0", "signatures 2004 0", "show settings", "exit",
        "exit", "exit",
    )  # fmt: skip
    assert "         enabled: false <defaulted>\n" in shown
    assert (answers(lab), lab.device("s1").device.tuned) == ([], {})


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("signatures 9999 0", "Error: signature 9999.0 does not exist"),
        ("signatures 7230 0", "Error: signature 7230.0 does not exist"),  # that of S723
        ("engine string-tcp", "Error: the engine of signature 2004.0 is atomic-ip"),
        ("alert-severity red", "% Invalid command at '^' marker."),
    ],
)
def test_what_a_signature_cannot_be_is_refused(sensors: StartSensors, openssh: OpenSsh, line: str, text: str) -> None:
    first = () if line.startswith("signatures") else ("signatures 2004 0",)
    lab = sensors()
    shown = openssh(lab, "s1", "configure terminal", "service signature-definition sig0", *first, line, "end")
    assert f"{text}\n" in shown
    assert lab.device("s1").device.tuned == {}


@pytest.mark.parametrize(("fault", "words"), [("commit_rejected", "refused"), ("concurrent_commit", "another session")])
def test_what_is_not_applied_is_lost(sensors: StartSensors, openssh: OpenSsh, fault: str, words: str) -> None:
    lab = sensors(faults=[{"name": fault, "times": 1}])
    lines = (
        "configure terminal",
        "service signature-definition sig0",
        "signatures 2004 0",
        "alert-severity high",
        "end",
        "",
    )
    assert words in openssh(lab, "s1", *lines)
    assert lab.device("s1").device.tuned == {}
    openssh(lab, "s1", *lines)
    assert lab.device("s1").device.tuned == {"2004.0": {"severity": "high"}}


def test_a_role_may_do_what_is_its_own(sensors: StartSensors, openssh: OpenSsh) -> None:
    viewer = openssh(sensors(role="viewer"), "s1", "show clock", "configure terminal", "tls generate-key", "reset")
    assert viewer.count("% Invalid command") == 3
    lab = sensors(role="operator")
    operator = openssh(
        lab, "s1", "configure terminal", "upgrade https://x/y", "service host", "service notification", "end"
    )
    assert operator.count("% Invalid command") == 2
    assert "s1(config-not)# " in operator


def test_the_service_account_lands_in_a_shell(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(role="service")
    shown = openssh(lab, "s1", "show version")
    assert shown.startswith("************************ WARNING")
    assert "-bash-2.05b$ show version\n-bash: show: command not found\n-bash-2.05b$ exit\n" in shown


def test_the_eleventh_session_is_refused(sensors: StartSensors) -> None:
    lab = sensors()
    shells = [login(lab) for _number in range(10)]
    for shell in shells:
        until(shell, "s1# ")
    assert "maximum number of allowed CLI sessions" in until(login(lab), "reached")


def test_users_are_told_with_the_own_session_marked(sensors: StartSensors, openssh: OpenSsh) -> None:
    shown = openssh(sensors(), "s1", "show users all")
    assert re.search(r"^\*   \d+ +lab +administrator$", shown, re.MULTILINE)
    assert "(cisco)" in shown


# -- certificates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["colon", "is"])
def test_a_new_certificate_is_on_443_at_once(sensors: StartSensors, openssh: OpenSsh, words: str) -> None:
    lab = sensors(fingerprint_words=words)
    device = lab.device("s1").device
    before = lab.call(device.fingerprints)
    shown = openssh(lab, "s1", "tls generate-key", "show tls fingerprint")
    after = lab.call(device.fingerprints)
    assert before["sha1"] != after["sha1"]
    middle = {"colon": ":", "is": " fingerprint is"}[words]
    assert f"tls generate-key\nMD5{middle} {after['md5']}\nSHA1{middle} {after['sha1']}\n" in shown
    assert f"show tls fingerprint\nMD5: {after['md5']}\nSHA1: {after['sha1']}\n" in shown
    assert device.certificate_pem == device.own_identity.certificate


def test_a_stuck_certificate_waits_for_the_reboot(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(faults=["certificate_stuck"])
    device = lab.device("s1").device
    old = lab.call(lambda: device.certificate_pem)
    openssh(lab, "s1", "tls generate-key")
    assert (device.certificate_pem, device.own_identity.certificate == old) == (old, False)
    openssh(lab, "s1", "reset", "yes")
    eventually(lambda: well(lab).certificate_pem != old)
    assert device.certificate_pem == device.own_identity.certificate


def test_another_name_makes_another_certificate_at_the_next_reboot(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    device = lab.device("s1").device
    old = lab.call(lambda: device.certificate_pem)
    shown = openssh(
        lab,
        "s1",
        "configure terminal",
        "service host",
        "network-settings",
        "host-name edge",
        "exit",
        "exit",
        "yes",
        "exit",
    )
    assert "\nedge(config)# exit\nedge# exit\n" in shown
    assert device.certificate_pem == old
    openssh(lab, "s1", "reset", "yes")
    eventually(lambda: well(lab).certificate_pem != old)


# -- reboot -----------------------------------------------------------------------------------------------------------


def test_a_reset_wants_to_be_confirmed(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    shown = openssh(lab, "s1", "reset", "")
    assert "Continue with reset? []: \nReset aborted.\ns1# exit\n" in shown
    assert lab.device("s1").device.powered


def test_a_reset_cuts_all_sessions_and_comes_back(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(minute_seconds=0.05)
    other = login(lab)
    until(other, "s1# ")
    shown = openssh(lab, "s1", "reset", "yes")
    assert "Request Succeeded.\n\nBroadcast message from root" in shown
    assert "going down for reboot NOW!" in until(other, "NOW!")
    eventually(lambda: other.closed or other.exit_status_ready())
    well(lab)
    assert "Sensor up-time is 0 days." in openssh(lab, "s1", "show version")


def test_ssh_answers_before_the_applications_run(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(minute_seconds=3.0)
    device = lab.device("s1").device
    lab.call(lambda: device.reboot(0.01))
    eventually(lambda: device.powered)
    shown = openssh(lab, "s1", "show version", "no", "show clock")
    assert "Error: Cannot communicate with mainApp (getVersion). Please contact your system administrator.\n" in shown
    assert "Would you like to run cidDump?[no]: no\ns1# show clock\n" in shown
    assert well(lab)


def test_a_sensor_that_is_off_refuses_connections(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    device = lab.device("s1").device
    openssh(lab, "s1", "reset powerdown", "yes")
    eventually(lambda: not device.powered)
    for port in (lab.device("s1").port, device.https_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
    lab.call(device.power_on)
    well(lab)
    assert SERIAL in openssh(lab, "s1", "show version")


def test_an_application_stays_down_behind_a_reboot(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(faults=[{"name": "application_down", "at": "Collaboration"}])
    openssh(lab, "s1", "reset", "yes")
    device = lab.device("s1").device
    eventually(lambda: device.powered and "Starting" not in device.applications.values())
    down = {name for name, state in device.applications.items() if state != "Running"}
    assert down == {"CollaborationApp"}
    shown = openssh(lab, "s1", "show version")
    assert re.search(r"^CollaborationApp .* NotRunning *$", shown, re.MULTILINE)
    assert re.search(r"^MainApp .* Running *$", shown, re.MULTILINE)


def test_old_algorithms_only_where_it_is_told_so(sensors: StartSensors) -> None:
    lab = sensors(legacy=True)
    transport = paramiko.Transport(("127.0.0.1", lab.device("s1").port))
    transport.start_client(timeout=20)
    assert transport.remote_version.startswith("SSH-2.0")
    assert (transport.host_key_type, transport.remote_cipher) == ("ssh-rsa", transport.local_cipher)
    assert transport.local_cipher.endswith("cbc")
    transport.close()


def test_the_inventory_names_both_doors_of_a_sensor_and_no_connection_of_an_update_server(
    sensors: StartSensors,
) -> None:
    lab = sensors(updates(), legacy=True)
    groups = inventory.content(lab, Path("hosts.known_hosts.txt"))["all"]["children"]
    own, device = groups["ips"]["hosts"]["s1"], lab.device("s1").device
    assert (own["ansible_port"], own["ips_https_port"]) == (lab.device("s1").port, device.https_port)
    assert own["ansible_netmiko_legacy_algorithms"] is True
    assert groups["ips"]["vars"]["ansible_network_os"] == "cisco_ips"
    assert groups["update_server"]["vars"] == {"ansible_host": "127.0.0.1"}
    assert set(groups["update_server"]["hosts"]["updates"]) == {"ansible_port", "ansible_user", "ansible_password"}


def test_a_cisco_ios_router_is_another_product(sensors: StartSensors, openssh: OpenSsh) -> None:
    shown = openssh(sensors(ios=True), "s1", "show version", "show tls fingerprint")
    assert "s1#show version\nCisco IOS Software, C2900 Software" in shown
    assert "% Invalid input detected at '^' marker.\n" in shown
