# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's update server as curl and OpenSSH's scp see it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from integration.sensor_terminal import PACK, PASSWORD, SIGNATURES, listening, updates

from lab.ips.licenses import read
from lab.server import Lab


class Links(HTMLParser):
    """What a page points to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if tag == "a" and name == "href"]


class Curl:
    """curl with the lab's authority."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab, self.directory = lab, directory
        (directory / "ca.pem").write_text(lab.ca_pem(), encoding="ascii")
        self.base = f"https://127.0.0.1:{lab.device('updates').port}"

    def __call__(self, path: str, *more: str) -> tuple[int, bytes, int]:
        """(status, body, exit code of curl)."""
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "30", "--cacert", self.directory / "ca.pem", *more, "-w", "%{http_code}",
             f"{self.base}/{path}"],
            capture_output=True, timeout=40, check=False,
        )  # fmt: skip
        return int(done.stdout[-3:]), done.stdout[:-3], done.returncode


Started = Callable[..., tuple[Lab, Curl]]


@pytest.fixture
def server(lab: Callable[..., Lab], tmp_path: Path) -> Started:
    """A factory: ``lab, curl = server(login=True)``."""

    def start(**more: Any) -> tuple[Lab, Curl]:
        started = lab(updates(**more))
        return started, Curl(started, tmp_path)

    return start


@pytest.mark.parametrize("form", ["apache", "iis", "nginx"])
def test_the_listing_links_to_every_package(server: Started, form: str) -> None:
    _lab, curl = server(listing=form)
    status, page, _code = curl("IPSpath/")
    links = Links(page.decode()).found
    names = {link.rsplit("/", 1)[-1] for link in links}
    assert status == 200
    assert {SIGNATURES, PACK, "SHA256SUMS"} <= names
    assert {"apache": "/", "iis": "/", "nginx": "../"}[form] in links


def test_long_names_are_cut_in_the_text_of_apache_but_not_in_the_link(server: Started) -> None:
    name = "IPS-4270_20-K9-patch-7.1-11p1-E4.pkg"
    page = server(packages=[name])[1]("IPSpath/")[1].decode()
    assert f'<a href="{name}">IPS-4270_20-K9-patch-..&gt;</a>' in page


@pytest.mark.parametrize(
    ("form", "status", "words"), [("off", 403, "Directory Listing Denied"), ("default_page", 200, "IIS7")]
)
def test_a_folder_may_have_no_listing(server: Started, form: str, status: int, words: str) -> None:
    found, page, _code = server(listing=form)[1]("IPSpath/")
    assert (found, words in page.decode(), SIGNATURES in page.decode()) == (status, True, False)


def test_a_file_has_size_checksum_date_and_metadata(server: Started) -> None:
    lab, curl = server(package_size=50_000, threat_profiles=["edge"])
    status, data, _code = curl(f"IPSpath/{SIGNATURES}")
    digest = hashlib.sha256(data).hexdigest()
    assert (status, len(data)) == (200, 50_000)
    assert f"{digest}  {SIGNATURES}\n" in curl("IPSpath/SHA256SUMS")[1].decode()
    told = json.loads(curl("IPSpath/IPS-sig-S733-req-E4.json")[1])
    assert (told["file"], told["size"], told["sha256"], told["threat_profiles"]) == (
        SIGNATURES,
        50_000,
        digest,
        ["edge"],
    )
    newest = {(row["id"], row["status"]) for row in told["signatures"] if row["level"] == 733}
    assert newest == {("7330", "new"), ("7331", "new"), ("2031", "modified")}
    assert {row["level"] for row in told["signatures"]} == set(range(674, 734))
    head = curl(f"IPSpath/{SIGNATURES}", "-I")[1].decode()
    assert re.search(r"(?im)^content-length: 50000\r$", head)
    assert re.search(r"(?im)^last-modified: Wed, 21 Aug 2013 10:00:00 GMT\r$", head)
    assert lab.device("updates").device.downloads == [SIGNATURES, "SHA256SUMS", "IPS-sig-S733-req-E4.json"]


def test_the_readme_tells_the_same_signatures(server: Started) -> None:
    text = server()[1]("IPSpath/IPS-sig-S733-req-E4.readme.txt")[1].decode()
    newest = text[: text.index("S732 SIGNATURE")]
    new, modified = newest.split("MODIFIED SIGNATURES")
    assert re.findall(r"^(\d+\.\d+) ", new, re.MULTILINE) == ["7330.0", "7331.0"]
    assert re.findall(r"^(\d+\.\d+) ", modified, re.MULTILINE) == ["2031.0"]


def test_what_is_not_there_is_404(server: Started) -> None:
    _lab, curl = server()
    assert [curl(path)[0] for path in ("IPSpath/nothing.pkg", "nothing", "licenses/NOBODY.lic", "IPSpath", "")] == [
        404, 404, 404, 301, 200,
    ]  # fmt: skip


def test_a_login_is_wanted_where_it_is_told_so(server: Started) -> None:
    lab, curl = server(login=True)
    assert curl("IPSpath/")[0] == 401
    assert curl("IPSpath/", "-u", "lab:wrong")[0] == 401
    assert curl("IPSpath/", "-u", f"lab:{PASSWORD}")[0] == 200
    assert PASSWORD not in str(lab.journal("updates"))


def test_an_account_without_the_agreement_gets_no_package(server: Started) -> None:
    _lab, curl = server(eligible=False)
    status, page, _code = curl(f"IPSpath/{SIGNATURES}")
    assert (status, b"strong encryption software" in page) == (403, True)
    assert curl("IPSpath/")[0] == 200


def test_a_locator_sends_to_the_download_site(server: Started) -> None:
    _lab, curl = server(download_url="https://127.0.0.9:8443/")
    status, _body, _code = curl(f"IPSpath/{SIGNATURES}", "-D", "-")
    assert status == 302
    assert f"https://127.0.0.9:8443/IPSpath/{SIGNATURES}" in curl(f"IPSpath/{SIGNATURES}", "-D", "-")[1].decode()


def test_a_slow_server_is_slow(server: Started) -> None:
    _lab, curl = server(bytes_per_second=40_000)
    begun = time.monotonic()
    assert len(curl(f"IPSpath/{SIGNATURES}")[1]) == 20_000
    assert time.monotonic() - begun > 0.4  # what the server promises, not how fast the machine is


@pytest.mark.parametrize(("after", "length"), [(None, 10_000), (7, 7)])
def test_a_broken_download_ends_early(server: Started, after: int | None, length: int) -> None:
    fault = {"name": "download_broken", "at": "sig", "times": 1, **({} if after is None else {"after_bytes": after})}
    _lab, curl = server(faults=[fault])
    _status, body, code = curl(f"IPSpath/{SIGNATURES}")
    assert (code, len(body)) == (18, length)  # 18: partial file
    assert curl(f"IPSpath/{SIGNATURES}")[2] == 0


def test_a_damaged_download_has_its_size_but_not_its_checksum(server: Started) -> None:
    _lab, curl = server(faults=[{"name": "download_damaged", "times": 1}])
    one, two = (curl(f"IPSpath/{SIGNATURES}")[1] for _try in range(2))
    assert len(one) == len(two)
    assert f"{hashlib.sha256(one).hexdigest()}  {SIGNATURES}" not in curl("IPSpath/SHA256SUMS")[1].decode()
    assert f"{hashlib.sha256(two).hexdigest()}  {SIGNATURES}" in curl("IPSpath/SHA256SUMS")[1].decode()


# -- licences ---------------------------------------------------------------------------------------------------------


def test_a_licence_is_served_by_serial_number(server: Started) -> None:
    lab, curl = server(licenses={"A1": "2031-08-01"}, license_info="contract 7")
    found = read(curl("licenses/A1.lic")[1])
    assert found is not None
    assert (found.serial, str(found.expires), found.info) == ("A1", "2031-08-01", "contract 7")
    assert lab.device("updates").device.given == ["A1"]


def test_the_tenth_licence_in_three_minutes_is_blocked(server: Started) -> None:
    lab, curl = server(licenses={f"A{number}": "2031-08-01" for number in range(10)})
    assert [curl(f"licenses/A{number}.lic")[0] for number in range(10)] == [200] * 9 + [429]
    _status, head, _code = curl("licenses/A9.lic", "-D", "-")
    assert re.search(rb"(?i)retry-after: 1[78]\d\r", head)
    assert b"Too many license requests from this server." in head
    assert len(lab.device("updates").device.given) == 9


def test_a_licence_is_given_again_when_the_period_is_over(server: Started) -> None:
    _lab, curl = server(licenses={"A1": "2031-08-01"}, license_limit=1, license_seconds=1.0)
    assert [curl("licenses/A1.lic")[0] for _try in range(2)] == [200, 429]
    time.sleep(1.1)  # the period itself
    assert curl("licenses/A1.lic")[0] == 200


def test_a_serial_number_outside_the_contract_is_refused(server: Started) -> None:
    _lab, curl = server(licenses={"A1": "2031-08-01", "A2": "2031-08-01"}, contract=["A1"])
    assert curl("licenses/A1.lic")[0] == 200
    status, page, _code = curl("licenses/A2.lic")
    assert (status, b"The support contract does not include serial number A2." in page) == (403, True)


# -- the other ways ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"IPSpath/{SIGNATURES}", f"/IPSpath/{SIGNATURES}"])
def test_curl_reads_over_ftp(server: Started, path: str) -> None:
    lab, _curl = server(ftp_port=0)
    device = listening(lab)
    url = f"ftp://127.0.0.1:{device.ftp_port}/{path}"
    done = subprocess.run(["curl", "-sS", "-u", f"lab:{PASSWORD}", url], capture_output=True, timeout=30, check=False)
    assert done.stdout == device.files[SIGNATURES], done.stderr
    wrong = subprocess.run(["curl", "-sS", "-u", "lab:wrong", url], capture_output=True, timeout=30, check=False)
    assert wrong.returncode == 67  # login denied
    gone = subprocess.run(
        ["curl", "-sS", "-u", f"lab:{PASSWORD}", f"{url}x"], capture_output=True, timeout=30, check=False
    )
    assert gone.returncode == 78  # no such file


@pytest.mark.skipif(not shutil.which("scp"), reason="no OpenSSH client")
def test_openssh_copies_over_scp(server: Started, tmp_path: Path) -> None:
    lab, _curl = server(scp_port=0)
    device = listening(lab)
    lab.call(lambda: device.publish("further", b"more"))
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{device.scp_port} {device.ssh_key}\n")
    (tmp_path / "ask").write_text(f"#!/bin/sh\necho {PASSWORD}\n")
    (tmp_path / "ask").chmod(0o700)
    done = subprocess.run(
        ["scp", "-O", "-F", "none", "-P", str(device.scp_port), "-o", "PreferredAuthentications=password", "-o",
         f"UserKnownHostsFile={tmp_path / 'known_hosts'}", "lab@127.0.0.1:IPSpath/further", str(tmp_path / "further")],
        env={**os.environ, "SSH_ASKPASS": str(tmp_path / "ask"), "SSH_ASKPASS_REQUIRE": "force"},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert (tmp_path / "further").read_bytes() == b"more"
