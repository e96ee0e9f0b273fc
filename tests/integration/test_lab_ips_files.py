# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's sensor pulls licences and packages from the lab's update server over HTTPS, SCP and FTP, and says why it does not take them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from integration.eventually import eventually
from integration.sensor_terminal import (
    PACK,
    PASSWORD,
    SERIAL,
    SIGNATURES,
    OpenSsh,
    StartSensors,
    answers,
    https,
    listening,
    openssh,
    sensors,
    trust,
    updates,
    upgrade,
    well,
)

from lab.ips.licenses import license_file
from lab.ips.packages import package
from lab.server import Lab

__all__ = ["openssh", "sensors"]  # fixtures

LICENCE = f"licenses/{SERIAL}.lic"
WAY = {"licenses": {SERIAL: "2031-08-01", "OTHER": "2031-08-01", "OLD": "2011-08-01"}}


def copy(lab: Lab, path: str = LICENCE) -> str:
    return f"copy {https(lab, path)} license-key"


def publish(lab: Lab, name: str, data: bytes) -> None:
    lab.call(lambda: lab.device("updates").device.publish(name, data))


# -- licences ---------------------------------------------------------------------------------------------------------


def test_a_licence_is_pulled_from_a_server_that_it_trusts(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(**WAY), license="none")
    device = lab.device("s1").device
    untrusted = (
        "Error: setLicenseKey : The host is not trusted. Add the host to the system's trusted TLS certificates.\n"
    )
    assert untrusted in openssh(lab, "s1", copy(lab))
    assert device.license_state == "none"
    shown = openssh(lab, "s1", *trust(lab), copy(lab), "show tls trusted-hosts")
    name = f"127.0.0.1:{lab.device('updates').port}"
    assert f"Certificate ID: {name} successfully added to the TLS trusted host table.\n" in shown
    assert f"\n{name}\n" in shown
    assert (device.license_state, str(device.licence.expires)) == ("valid", "2031-08-01")
    assert "Licensed, expires:      01-Aug-2031 UTC" in openssh(lab, "s1", "show version")


def test_a_host_that_is_no_longer_trusted_is_refused(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(**WAY))
    name = f"127.0.0.1:{lab.device('updates').port}"
    shown = openssh(lab, "s1", *trust(lab), "configure terminal", f"no tls trusted-host id {name}", "exit", copy(lab))
    assert "The host is not trusted." in shown


def test_a_question_of_trust_may_be_answered_with_no(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(**WAY))
    lines = (
        "configure terminal",
        f"tls trusted-host ip-address 127.0.0.1 port {lab.device('updates').port}",
        "no",
        "exit",
    )
    shown = openssh(lab, "s1", *lines, copy(lab))
    assert "successfully added" not in shown
    assert "The host is not trusted." in shown


def test_a_host_that_does_not_answer_is_not_trusted(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(faults=[{"name": "refuse", "how": "refused"}]))
    assert "Error: getTlsCertificate : socket connect failed [4,111]\n" in openssh(lab, "s1", *trust(lab))


@pytest.mark.parametrize(
    ("sensor", "server", "words"),
    [
        ({"clock_offset": 400 * 86400.0 * 30}, {}, "The certificate of the host is not yet valid or has expired."),
        ({"clock_offset": -400 * 86400.0}, {}, "The certificate of the host is not yet valid or has expired."),
        ({}, {"tls": "expired"}, "The certificate of the host is not yet valid or has expired."),
        ({"trusts_sha2": False}, {}, "The signature algorithm of the host's certificate is not supported."),
    ],
)
def test_a_trusted_certificate_must_be_valid_by_the_sensor_s_clock(
    sensors: StartSensors, openssh: OpenSsh, sensor: dict[str, Any], server: dict[str, Any], words: str
) -> None:
    lab = sensors(updates(**WAY, **server), license="none", **sensor)
    assert f"Error: setLicenseKey : {words}\n" in openssh(lab, "s1", *trust(lab), copy(lab))
    assert lab.device("s1").device.license_state == "none"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("licenses/OTHER.lic", "The license key is not valid: it is for serial number OTHER."),
        ("licenses/NONE.lic", "http error response: 404"),
        ("IPSpath/old.lic", "The license key has expired."),
        ("IPSpath/damaged.lic", "The license key is not valid."),
        (f"IPSpath/{PACK}", "The license key is not valid."),
        ("IPSpath/large", "The file is larger than the space that is available."),
    ],
)
def test_a_file_that_is_no_licence_for_it_is_refused(
    sensors: StartSensors, openssh: OpenSsh, path: str, words: str
) -> None:
    lab = sensors(updates(**WAY), license="none", disk=100_000)
    publish(lab, "old.lic", license_file(SERIAL, "2011-08-01"))
    publish(lab, "damaged.lic", license_file(SERIAL, "2031-08-01").replace(b"2031", b"2032"))
    publish(lab, "large", b" " * 200_000)
    assert f"Error: setLicenseKey : {words}\n" in openssh(lab, "s1", *trust(lab), copy(lab, path))
    assert lab.device("s1").device.license_state == "none"


@pytest.mark.parametrize("words", ["Password", "Enter"])
def test_the_password_is_typed_at_the_prompt_and_stays_secret(
    sensors: StartSensors, openssh: OpenSsh, words: str
) -> None:
    lab = sensors(updates(login=True, **WAY), license="none", password_words=words)
    line = f"copy {https(lab, LICENCE, 'lab')} license-key"
    shown = openssh(lab, "s1", *trust(lab), line, "wrong", line, PASSWORD)
    prompt = {"Password": "Password: ", "Enter": "Enter password: "}[words]
    assert f"{prompt}*****\nError: setLicenseKey : Authentication failed.\n" in shown
    assert f"{prompt}{'*' * len(PASSWORD)}\ns1# exit\n" in shown
    assert PASSWORD not in shown + str(lab.journal("s1"))
    assert answers(lab) == ["yes", "********", "********"]
    assert lab.device("s1").device.license_state == "valid"


def test_a_password_in_the_url_is_refused(sensors: StartSensors, openssh: OpenSsh) -> None:
    shown = openssh(sensors(), "s1", "copy https://lab:secret@127.0.0.1/x license-key")
    assert "Error: setLicenseKey : a password in the URL is not accepted; it is asked for\n" in shown


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"name": "download_broken"}, "The connection was closed before the file was complete."),
        ({"name": "download_damaged"}, "The license key is not valid."),
        ({"name": "http_status", "at": "licenses", "status": 503}, "http error response: 503"),
        ({"name": "reset", "at": "licenses"}, "The connection was closed before the file was complete."),
    ],
)
def test_a_download_that_goes_wrong_changes_nothing(
    sensors: StartSensors, openssh: OpenSsh, fault: dict[str, Any], words: str
) -> None:
    lab = sensors(updates(faults=[{**fault, "times": 1}], **WAY), license="none")
    assert f"Error: setLicenseKey : {words}\n" in openssh(lab, "s1", *trust(lab), copy(lab))
    assert lab.device("s1").device.license_state == "none"
    openssh(lab, "s1", copy(lab))
    assert lab.device("s1").device.license_state == "valid"


# -- packages ---------------------------------------------------------------------------------------------------------


def test_a_signature_update_keeps_the_session_and_restarts_the_engine(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(), minute_seconds=0.2)
    url = https(lab, f"IPSpath/{SIGNATURES}")
    shown = openssh(
        lab,
        "s1",
        *trust(lab),
        *upgrade(url, "yes"),
        "show statistics virtual-sensor",
        "show version | include Analysis",
    )
    assert "Warning: Executing this command will apply a signature update to the application partition.\n" in shown
    assert "Continue with upgrade? []: yes\n\nBroadcast message from root (" in shown
    assert "Applying update IPS-sig-S733-req-E4.  This may take several minutes.\n" in shown
    assert "Update complete.\nsensorApp is restarting\n" in shown
    assert "Analysis Engine is busy rebuilding regex tables." in shown
    assert re.search(r"^AnalysisEngine .*  NotRunning  $", shown, re.MULTILINE)
    shown = openssh(lab, "s1", "show version") if well(lab) else ""
    assert re.search(r"^    Signature Update    S733\.0 +\d{4}-\d\d-\d\d +$", shown, re.MULTILINE)
    assert re.search(r"^  IPS-sig-S733-req-E4\.pkg   \d\d:\d\d:\d\d UTC .*$", shown, re.MULTILINE)


def test_a_service_pack_reboots(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates())
    shown = openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{PACK}"), "yes"))
    assert "apply a service pack update to the application partition. The system may be rebooted" in shown
    assert shown.rstrip().endswith("The system is going down NOW!")
    device = well(lab)
    assert (device.version, device.signature) == ("7.1(8)E4", "S722.0")


def test_an_upgrade_wants_to_be_confirmed(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates())
    shown = openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{PACK}"), ""))
    assert "Continue with upgrade? []: \nUpgrade aborted.\n" in shown
    assert lab.device("updates").device.downloads == []


@pytest.mark.parametrize(
    ("file", "sensor", "words"),
    [
        (SIGNATURES, {"license": "none"}, "A valid license is required to apply signature updates."),
        (SIGNATURES, {"license": "expired"}, "A valid license is required to apply signature updates."),
        (SIGNATURES, {"release": "7.1(7)E3"}, "The update requires signature engine level E4."),
        (SIGNATURES, {"signature": "S733.0"}, "This update may not be installed: the sensor has the same or a later version."),
        (PACK, {"release": "7.1(8)E4"}, "This update may not be installed: the sensor has the same or a later version."),
        ("IPS-4345-K9-7.1-8-E4.pkg", {}, "This update is not for the platform IPS-4260."),
        ("IPS-engine-E4-req-7.1-2.pkg", {"release": "7.1(7)E3"}, "The update requires version 7.1(2)."),
        ("IPS-4260-K9-sys-1.1-a-7.1-1-E4.img", {}, "System and recovery images are installed by another procedure."),
        ("renamed.pkg", {}, "The update file is not a valid update package."),
        ("IPS-K9-7.1-9-E4.pkg", {}, "The update file is not a valid update package."),
        ("IPS-K9-7.1-10-E4.pkg", {}, "http error response: 404"),
    ],
)  # fmt: skip
def test_a_package_that_does_not_fit_is_refused_and_changes_nothing(
    sensors: StartSensors, openssh: OpenSsh, file: str, sensor: dict[str, Any], words: str
) -> None:
    lab = sensors(updates(), **sensor)
    for name in ("IPS-4345-K9-7.1-8-E4.pkg", "IPS-engine-E4-req-7.1-2.pkg", "IPS-4260-K9-sys-1.1-a-7.1-1-E4.img"):
        publish(lab, name, package(name))
    publish(lab, "renamed.pkg", package(PACK))
    publish(lab, "IPS-K9-7.1-9-E4.pkg", package(PACK))
    device = lab.device("s1").device
    before = device.state
    shown = openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{file}"), "yes"))
    assert f"Error: execUpgradeSoftware : {words}\n" in shown
    assert (device.state, device.history, device.powered) == (before, [], True)


def test_an_engine_update_takes_long_on_a_network_module(sensors: StartSensors, openssh: OpenSsh) -> None:
    name = "IPS-engine-E4-req-7.1-7.pkg"
    lab = sensors(updates(packages=[name]), release="7.1(7)E3", platform="AIM-IPS-K9", minute_seconds=0.01)
    openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{name}"), "yes"))
    device = well(lab)
    assert (device.version, device.signature) == ("7.1(7)E4", "S722.0")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"name": "upgrade_rejected", "at": "sig"}, "not a valid update package"),
        ({"name": "disk_full"}, "larger than the space"),
    ],
)
def test_a_fault_refuses_a_good_package_once(
    sensors: StartSensors, openssh: OpenSsh, fault: dict[str, Any], words: str
) -> None:
    lab = sensors(updates(), faults=[{**fault, "times": 1}])
    lines = upgrade(https(lab, f"IPSpath/{SIGNATURES}"), "yes")
    assert words in openssh(lab, "s1", *trust(lab), *lines)
    openssh(lab, "s1", *lines)
    assert well(lab).signature == "S733.0"


def test_an_upgrade_may_never_come_back(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(), faults=["upgrade_never_returns"])
    openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{PACK}"), "yes"))
    device = lab.device("s1").device
    eventually(lambda: not device.powered)
    lab.call(device.power_on)
    assert well(lab).version == "7.1(8)E4"


@pytest.mark.parametrize("file", [PACK, SIGNATURES])
def test_an_upgrade_may_come_back_at_the_old_level(sensors: StartSensors, openssh: OpenSsh, file: str) -> None:
    lab = sensors(updates(), faults=[{"name": "upgrade_old_level", "times": 1}])
    openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{file}"), "yes"))
    device = well(lab)
    assert (device.version, device.signature) == ("7.1(7)E4", "S722.0")
    openssh(lab, "s1", *upgrade(https(lab, f"IPSpath/{file}"), "yes"))
    assert (well(lab).version, device.signature) != ("7.1(7)E4", "S722.0")


@pytest.mark.parametrize("file", [PACK, SIGNATURES])
def test_an_application_may_stay_down_behind_an_update(sensors: StartSensors, openssh: OpenSsh, file: str) -> None:
    lab = sensors(updates(), faults=[{"name": "application_down", "at": "Analysis"}])
    openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{file}"), "yes"))
    device = lab.device("s1").device
    eventually(lambda: device.powered and device.applications["AnalysisEngine"] == "NotRunning")
    assert (device.version, device.signature) != ("7.1(7)E4", "S722.0")  # the update itself is there
    assert re.search(r"^AnalysisEngine .* NotRunning *$", openssh(lab, "s1", "show version"), re.MULTILINE)


# -- the way back -----------------------------------------------------------------------------------------------------


def test_a_downgrade_takes_the_last_signature_update_back(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(history=["IPS-sig-S720-req-E4.pkg", "IPS-sig-S722-req-E4.pkg"])
    shown = openssh(
        lab, "s1", "configure terminal", "downgrade", "", "downgrade", "yes", "downgrade", "exit", "show version"
    )
    warning = "Warning: Executing this command will downgrade to IPS-sig-S720-req-E4.\nContinue with downgrade? []: "
    assert f"{warning}\nDowngrade aborted.\n" in shown
    assert f"{warning}yes\n" in shown
    assert "s1(config)# downgrade\nNo downgrade available.\n" in shown
    assert well(lab).signature == "S720.0"
    assert re.search(r"Upgrade History:\n\n  IPS-sig-S720-req-E4\.pkg   .*\n\nRecovery", shown)


def test_a_downgrade_of_a_service_pack_reboots(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates())
    openssh(lab, "s1", *trust(lab), *upgrade(https(lab, f"IPSpath/{PACK}"), "yes"))
    well(lab)
    shown = openssh(lab, "s1", "configure terminal", "downgrade", "yes")
    assert "will reboot the system and downgrade to IPS-K9-7.1-7.\n" in shown
    assert well(lab).version == "7.1(7)E4"


# -- other ways -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["scp", "ftp"])
@pytest.mark.parametrize("slashes", ["/", "//"])
def test_files_come_over_scp_and_ftp(sensors: StartSensors, openssh: OpenSsh, scheme: str, slashes: str) -> None:
    lab = sensors(updates(ftp_port=0, scp_port=0, **WAY), license="none")
    device = listening(lab)
    port = {"scp": device.scp_port, "ftp": device.ftp_port}[scheme]
    base = f"{scheme}://lab@127.0.0.1:{port}{slashes}"
    know = ("configure terminal", f"ssh host-key 127.0.0.1 port {device.scp_port}", "yes", "exit", "show ssh host-keys")
    shown = openssh(
        lab, "s1", *know, f"copy {base}{LICENCE} license-key", PASSWORD, f"copy {base}nothing license-key", PASSWORD,
        f"copy {base}{LICENCE} license-key", "wrong", *upgrade(f"{base}IPSpath/{SIGNATURES}", PASSWORD, "yes"),
    )  # fmt: skip
    assert f"\n127.0.0.1:{device.scp_port}\n" in shown
    assert "Error: setLicenseKey : File not found: " in shown
    assert "Error: setLicenseKey : Authentication failed.\n" in shown
    assert (well(lab).license_state, well(lab).signature) == ("valid", "S733.0")


def test_scp_needs_a_known_host_key(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(updates(scp_port=0, **WAY))
    url = f"scp://lab@127.0.0.1:{listening(lab).scp_port}/{LICENCE}"
    shown = openssh(lab, "s1", f"copy {url} license-key", PASSWORD)
    assert "Error: setLicenseKey : The host is not trusted. Add the host to the system's known hosts list.\n" in shown
