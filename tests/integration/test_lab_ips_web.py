# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of the lab's sensor as openssl and curl see it: certificates of the old kinds, SDEE, the transaction server."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import subprocess
import xml.etree.ElementTree as ET  # the lab's own answers
from pathlib import Path
from typing import Any

import pytest
from integration.eventually import eventually
from integration.sensor_terminal import PASSWORD, OpenSsh, StartSensors, openssh, sensors, well

from lab.server import Lab

__all__ = ["openssh", "sensors"]  # fixtures

SD = "{http://example.org/2003/08/sdee}"
ENV = "{http://www.w3.org/2003/05/soap-envelope}"
OLD = ("-cipher", "ALL:@SECLEVEL=0", "-min_protocol", "TLSv1")


def port(lab: Lab) -> int:
    return int(lab.device("s1").device.https_port)


def s_client(lab: Lab, *more: str) -> str:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port(lab)}", *more],
        input="",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stdout + done.stderr


def curl(lab: Lab, path: str, *more: str, user: str = f"lab:{PASSWORD}") -> tuple[int, str]:
    """(status, body); 0 without an answer."""
    login = ["-u", user] if user else []
    done = subprocess.run(
        [
            "curl",
            "-sSk",
            "--max-time",
            "20",
            *login,
            *more,
            "-w",
            "\n%{http_code}",
            f"https://127.0.0.1:{port(lab)}{path}",
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    body, _break, status = done.stdout.rpartition("\n")
    return int(status), body


def sdee(lab: Lab, query: str) -> ET.Element:
    status, body = curl(lab, f"/cgi-bin/sdee-server?{query}")
    assert status == 200
    return ET.fromstring(body)  # the lab's own answer


def fault(answer: ET.Element) -> str:
    return str(answer.findtext(f".//{ENV}Reason/{ENV}Text") or "")


def opened(lab: Lab, query: str = "") -> str:
    return str(sdee(lab, f"action=open{query}").findtext(f".//{SD}subscriptionId"))


# -- certificates -----------------------------------------------------------------------------------------------------


def test_openssl_sees_the_certificate_that_the_cli_tells_of(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    shown = s_client(lab, "-showcerts")
    pem = shown[shown.index("-----BEGIN") : shown.index("-----END CERTIFICATE-----") + 26]
    told = openssh(lab, "s1", "show tls fingerprint")
    for digest in ("md5", "sha1"):
        done = subprocess.run(
            ["openssl", "x509", "-noout", "-fingerprint", f"-{digest}"],
            input=pem,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"{digest.upper()}: {done.stdout.strip().partition('=')[2]}\n" in told


@pytest.mark.parametrize(
    ("more", "bits", "dates"),
    [
        ({}, 2048, True),
        ({"certificate": "expired"}, 2048, False),
        ({"certificate": "not_yet_valid"}, 2048, False),
        ({"certificate_days": 5}, 2048, True),
    ],
)
def test_modern_clients_reach_it_and_see_its_dates(
    sensors: StartSensors, tmp_path: Path, more: dict[str, Any], bits: int, dates: bool
) -> None:
    lab = sensors(**more)
    (tmp_path / "own.pem").write_text(lab.call(lambda: lab.device("s1").device.certificate_pem), encoding="ascii")
    shown = s_client(lab, "-CAfile", str(tmp_path / "own.pem"))
    assert f"Server public key is {bits} bit" in shown
    assert ("Verify return code: 0 (ok)" in shown) is dates, shown


def test_a_legacy_sensor_speaks_tls_1_0_with_a_short_key_only(sensors: StartSensors) -> None:
    lab = sensors(certificate="legacy")
    assert "legacy sigalg disallowed" in s_client(lab)
    assert "alert protocol version" in s_client(lab, "-cipher", "ALL:@SECLEVEL=0", "-min_protocol", "TLSv1.2")
    shown = s_client(lab, *OLD)
    assert "Server public key is 1024 bit" in shown
    assert re.search(r"Protocol +: TLSv1\n", shown)
    done = subprocess.run(
        ["openssl", "x509", "-noout", "-text"],
        input=shown[shown.index("-----BEGIN") :],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Signature Algorithm: md5WithRSAEncryption" in done.stdout


def test_a_python_client_needs_both_knobs_for_tls_1_0(sensors: StartSensors) -> None:
    lab = sensors(certificate="legacy")
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
        ssl.get_server_certificate(("127.0.0.1", port(lab)), timeout=20)
    assert curl(lab, "/cgi-bin/sdee-server?action=open")[0] == 0
    status, _body = curl(lab, "/cgi-bin/sdee-server?action=open", "--tlsv1.0", "--ciphers", "DEFAULT@SECLEVEL=0")
    assert status == 200


def test_a_web_server_without_tls_or_none(sensors: StartSensors) -> None:
    lab = sensors(web_server="http")
    done = subprocess.run(
        ["curl", "-sS", "-u", f"lab:{PASSWORD}", f"http://127.0.0.1:{port(lab)}/cgi-bin/sdee-server?action=open"],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert "subscriptionId" in done.stdout
    assert curl(sensors(web_server="off"), "/")[0] == 0


def test_a_man_in_the_middle_shows_another_certificate(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(hidden_fingerprint=True)
    device = lab.device("s1").device
    told = openssh(lab, "s1", "show tls fingerprint")
    shown = lab.call(lambda: (device.own_identity.fingerprints(), device.shown_identity.fingerprints()))
    assert shown[0]["sha1"] in told
    assert shown[1]["sha1"] not in told


def test_a_second_run_shows_the_same_certificate(lab: Any, tmp_path: Path) -> None:
    prints = []
    for _run in range(2):
        started = lab({"name": "s1", "kind": "ips"}, state=tmp_path / "state")
        device = started.device("s1").device
        prints.append(started.call(device.fingerprints))
    assert prints[0] == prints[1]


# -- who may ask ------------------------------------------------------------------------------------------------------


def test_it_wants_a_login(sensors: StartSensors) -> None:
    lab = sensors()
    assert curl(lab, "/cgi-bin/sdee-server?action=open", user="")[0] == 401
    assert curl(lab, "/cgi-bin/sdee-server?action=open", user="lab:wrong")[0] == 401
    assert curl(lab, "/cgi-bin/transaction-server?command=getVersion", "-d", "<request/>", user="")[0] == 401
    assert [entry["text"] for entry in lab.journal("s1") if entry["event"] == "login-failed"] == ["", "lab", ""]
    assert PASSWORD not in str(lab.journal("s1"))


@pytest.mark.parametrize("end", ["", "\n"])
def test_old_clients_write_the_scheme_in_capitals_and_leave_a_newline(sensors: StartSensors, end: str) -> None:
    lab = sensors()
    value = base64.b64encode(f"lab:{PASSWORD}".encode()).decode()
    text = f"GET /cgi-bin/sdee-server?action=open HTTP/1.0\r\nAuthorization: BASIC {value}{end}\r\nAccept: */*\r\n\r\n"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port(lab)), 20)) as wire:
        wire.sendall(text.encode())
        assert wire.recv(65536).startswith(b"HTTP/1.0 200 OK")


def test_a_cookie_stands_for_a_login(sensors: StartSensors, tmp_path: Path) -> None:
    lab = sensors()
    jar = ["-c", str(tmp_path / "jar"), "-b", str(tmp_path / "jar")]
    assert curl(lab, "/cgi-bin/sdee-server?action=open&sessionCookies=yes", *jar)[0] == 200
    assert curl(lab, "/cgi-bin/sdee-server?action=open", *jar, user="")[0] == 200


# -- SDEE -------------------------------------------------------------------------------------------------------------


def test_events_are_opened_read_and_closed(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    device = lab.device("s1").device
    number = opened(lab)
    lab.call(lambda: device.events.add("evIdsAlert", "ICMP Echo Request", id="2004"))
    lab.call(lambda: device.events.add("evError", "disk <full>"))
    answer = sdee(lab, f"action=get&subscriptionId={number}&timeout=0&maxNbrOfEvents=1")
    events = answer.find(f".//{SD}events")
    assert events is not None
    assert [each.tag for each in events] == [f"{SD}evIdsAlert"]
    left = int(answer.findtext(f".//{SD}remaining-events") or 0)
    more = sdee(lab, f"action=get&subscriptionId={number}&timeout=0&maxNbrofEvents=500").find(f".//{SD}events")
    assert more is not None
    assert left == 2
    # The second login of this client is an event, too.
    assert [each.tag for each in more][:2] == [f"{SD}evError", f"{SD}evStatus"]
    assert "disk <full>" in "".join(more.itertext())
    assert fault(sdee(lab, f"action=close&subscriptionId={number}")) == ""
    gone = fault(sdee(lab, f"action=get&subscriptionId={number}&timeout=0"))
    assert gone.endswith("Subscription does not exist")
    assert "   Open Subscriptions = 0\n" in openssh(lab, "s1", "show statistics sdee-server")


def test_a_get_waits_for_an_event(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors()
    number = opened(lab, "&events=evStatus")
    sdee(lab, f"action=get&subscriptionId={number}&timeout=0")
    openssh(lab, "s1", "tls generate-key")
    body = curl(lab, f"/cgi-bin/sdee-server?action=get&subscriptionId={number}&timeout=20")[1]
    assert "certificatesChanged" in body or "loginAction" in body
    body += curl(lab, f"/cgi-bin/sdee-server?action=get&subscriptionId={number}&timeout=0")[1]
    assert "certificatesChanged" in body


def test_the_sixth_subscription_is_refused_unless_it_is_forced(sensors: StartSensors) -> None:
    lab = sensors()
    numbers = [opened(lab, "&evIdsAlert&startTime=0") for _each in range(5)]  # a valueless parameter
    assert len(set(numbers)) == 5
    assert "errLimitExceeded" in fault(sdee(lab, "action=open"))
    assert opened(lab, "&force=yes") not in numbers
    assert "does not exist" in fault(sdee(lab, f"action=get&subscriptionId={numbers[0]}&timeout=0"))
    assert fault(sdee(lab, f"action=get&subscriptionId={numbers[1]}&timeout=0")) == ""


def test_the_old_path_and_a_wrong_action(sensors: StartSensors) -> None:
    lab = sensors()
    assert "subscriptionId" in curl(lab, "/cgi-bin/event-server?action=open")[1]
    assert "errInvalidAction" in fault(sdee(lab, "action=dance"))
    assert curl(lab, "/index.html")[0] == 404


# -- transactions -----------------------------------------------------------------------------------------------------


def test_get_version_tells_licence_and_applications(sensors: StartSensors) -> None:
    lab = sensors(stopped=["AnalysisEngine"], license="trial", license_days=30)
    body = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><request><getHostStatistics/></request>'
    status, text = curl(
        lab, "/cgi-bin/transaction-server?command=getVersion", "-H", "Content-Type: text/xml", "-d", body
    )
    assert status == 200
    found = ET.fromstring(text).find("respGetVersion")
    assert found is not None
    rows = {each.findtext("name"): each.findtext("executionState") for each in found.iter("application")}
    assert rows == {"MainApp": "running", "AnalysisEngine": "notRunning", "CollaborationApp": "running"}
    licence = lab.device("s1").device.licence
    seconds = int((found.findtext("licenseKey/expirationTime") or "")[:10])
    assert (found.findtext("platform"), found.findtext("licenseKey/status")) == ("IPS-4260", "trial")
    assert seconds // 86400 + 719163 == licence.expires.toordinal()


def test_an_unknown_transaction_is_an_error(sensors: StartSensors) -> None:
    text = curl(sensors(), "/cgi-bin/transaction-server?command=setEverything", "-d", "<request/>")[1]
    assert "<errorMessage-unknownCommand>" in text


def test_while_it_boots_nothing_listens_and_subscriptions_are_gone(sensors: StartSensors, openssh: OpenSsh) -> None:
    lab = sensors(minute_seconds=0.6)
    number = opened(lab)
    openssh(lab, "s1", "reset", "yes")
    eventually(lambda: not lab.device("s1").device.powered)
    assert curl(lab, "/cgi-bin/sdee-server?action=open")[0] == 0
    well(lab)
    assert "does not exist" in fault(sdee(lab, f"action=get&subscriptionId={number}&timeout=0"))


def test_faults_of_http_happen_on_the_second_door(sensors: StartSensors) -> None:
    lab = sensors(faults=[{"name": "http_status", "at": "getVersion", "status": 503, "times": 1}])
    path = "/cgi-bin/transaction-server?command=getVersion"
    assert [curl(lab, path, "-d", "<request/>")[0] for _try in range(2)] == [503, 200]
