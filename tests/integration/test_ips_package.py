# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_package against the lab's update server: settings, listing, downloads, what goes wrong, and two runs at once."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.harness import Tasks

from lab.server import Lab

SIG, PACK = "IPS-sig-S733-req-E4.pkg", "IPS-K9-7.1-8-E4.pkg"
PASSWORD = "canary-update-server"
CISCO = ["ab" * 32, "cd" * 32]


class Server:
    """A lab with an update server, and tasks that ask it."""

    def __init__(self, start: StartLab, directory: Path, **more: Any) -> None:
        packages = more.pop("packages", [SIG, PACK])
        further = more.pop("further", [])
        own = {"name": "updates", "kind": "update_server", "password": PASSWORD, "packages": packages, **more}
        self.lab: Lab = start(own, {"name": "s1", "kind": "ips"}, *further)
        self.cache = directory / "cache"
        self.ca = directory / "ca.pem"
        self.ca.write_text(self.lab.ca_pem(), encoding="ascii")
        self.tasks = Tasks(self.lab, directory, "s1")

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.lab.device("updates").port,
            "path": "IPSpath",
            "ca_path": str(self.ca),
        }

    def __call__(self, *, check: bool = False, diff: bool = False, server: Any = (), **more: Any) -> dict[str, Any]:
        given = {**self.settings, **dict(server)}
        options = {"cache": str(self.cache), "server": given, **more}
        result = self.tasks("ips_package", options, check=check, diff=diff)
        assert "canary" not in json.dumps(result)
        assert self.tasks.journal == []  # no sensor is asked
        return result

    @property
    def downloads(self) -> list[str]:
        return packages(self.lab, "updates")

    @property
    def fingerprint(self) -> str:
        pem = ssl.get_server_certificate(("127.0.0.1", self.lab.device("updates").port))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def packages(lab: Lab, name: str) -> list[str]:
    """What a server sent, without the texts beside packages."""
    return [each for each in lab.device(name).device.downloads if each.endswith(".pkg")]


Start = Callable[..., Server]


@pytest.fixture
def server(lab: StartLab, tmp_path: Path) -> Start:
    return lambda **more: Server(lab, tmp_path, **more)


@pytest.mark.parametrize("listing", ["apache", "iis", "nginx"])
def test_what_is_new_is_downloaded_once(server: Start, listing: str) -> None:
    updates = server(listing=listing)
    foretold = updates(check=True, diff=True)
    assert (foretold["changed"], foretold["would_download"]) == (True, [PACK, SIG])
    assert (foretold["diff"]["before"], foretold["diff"]["after"]) == ("", f"{PACK}\n{SIG}\n")
    assert not updates.cache.exists() and updates.downloads == []
    done = updates()
    assert done["changed"] and [each["file"] for each in done["downloaded"]] == [PACK, SIG]
    assert updates.downloads == [PACK, SIG]
    row = next(each for each in done["packages"] if each["file"] == SIG)
    data = (updates.cache / SIG).read_bytes()
    assert (row["sha256"], row["size"], row["source"]) == (hashlib.sha256(data).hexdigest(), 20000, "server")
    assert (row["signature"], row["engine"]) == ("S733", "E4")
    status = done["update_status"]
    assert status["newest_found"] == status["newest_downloaded"] == {"sensor": PACK, "signature": SIG}
    assert (status["not_downloaded"], status["last_result"]) == ([], "ok")
    assert status["server"] == {
        "type": "local",
        "host": "127.0.0.1",
        "port": updates.settings["port"],
        "path": "IPSpath",
        "mark": "documented",
    }
    again = updates()
    assert not again["changed"] and again["downloaded"] == []
    assert updates.downloads == [PACK, SIG]  # a second run downloads nothing


def test_rule_16_check_looks_at_the_server_and_touches_nothing_else(server: Start) -> None:
    updates = server()
    seen = updates(mode="check")
    assert not seen["changed"] and seen["offered"] == [PACK, SIG]
    assert seen["update_status"]["not_downloaded"] == [PACK, SIG]
    assert updates.downloads == []
    assert [path.name for path in updates.cache.glob("[!.]*")] == []
    updates.lab.call(lambda: updates.lab.device("updates").device.publish("IPS-sig-S734-req-E4.pkg", b"x" * 99))
    assert updates(mode="check")["update_status"]["newest_found"]["signature"] == "IPS-sig-S734-req-E4.pkg"


def test_a_package_by_its_name(server: Start) -> None:
    updates = server()
    assert [each["file"] for each in updates(packages=[SIG])["downloaded"]] == [SIG]
    missing = updates(packages=["IPS-sig-S799-req-E4.pkg"])
    assert missing["failed"] and missing["problems"][0]["item"] == "packages[IPS-sig-S799-req-E4.pkg]"


def test_a_login_with_a_password_that_is_never_shown(server: Start) -> None:
    updates = server(login=True)
    login = {"username": "lab"}
    assert updates(server=login, server_password=PASSWORD)["changed"]
    refused = updates(server=login, server_password="canary-wrong")
    assert refused["failed"] and "server_password" in refused["problems"][0]["remedy"]
    assert "HTTP 401" in refused["problems"][0]["message"]


@pytest.mark.parametrize("listing", ["off", "default_page"])
def test_a_page_instead_of_a_listing_names_the_two_settings_of_the_server(server: Start, listing: str) -> None:
    refused = server(listing=listing)()
    assert refused["failed"]
    remedy = refused["problems"][0]["remedy"]
    assert "directory listing must be on" in remedy and "default content page must be off" in remedy


def test_the_last_failure_is_in_the_update_status(server: Start) -> None:
    updates = server(listing="off")
    updates()
    status = updates.tasks("ips_package", {"cache": str(updates.cache)})["update_status"]
    assert "Directory Listing Denied" in status["last_result"]


def test_rule_14_a_url_as_path_is_refused_before_anything_is_sent(server: Start) -> None:
    updates = server()
    refused = updates(server={"path": "http://servername/IPSpath"})
    assert [problem["rule"] for problem in refused["problems"]] == ["U14"]
    assert not updates.cache.exists()


def test_rule_15_cisco_com_needs_both_certificates_and_a_failure_names_what_to_look_at(server: Start) -> None:
    updates = server(login=True, eligible=False)
    cisco = {"type": "cisco_com", "username": "lab"}
    refused = updates(server=cisco, server_password=PASSWORD)
    assert [problem["rule"] for problem in refused["problems"]] == ["U15"]
    accepted = {**cisco, "certificates": [updates.fingerprint, CISCO[0]]}
    refused = updates(server=accepted, server_password=PASSWORD, packages=[SIG])
    problem = refused["problems"][0]
    assert refused["failed"] and "not eligible to download strong encryption" in problem["device_text"]
    places = [problem["remedy"].index(word) for word in ("eligible", "password", "both certificates")]
    assert places == sorted(places)


def test_rule_15_the_download_site_has_a_certificate_of_its_own(lab: StartLab, tmp_path: Path) -> None:
    site = lab({"name": "site", "kind": "update_server", "packages": [SIG]})
    base = f"https://127.0.0.1:{site.device('site').port}"
    updates = Server(lab, tmp_path, login=True, packages=[SIG], download_url=base)
    own = updates.fingerprint
    cisco = {"type": "cisco_com", "username": "lab", "certificates": [own, CISCO[0]]}
    refused = updates(server=cisco, server_password=PASSWORD, packages=[SIG])
    assert refused["failed"] and "certificate is not accepted" in refused["problems"][0]["message"]
    other = hashlib.sha256(
        ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", site.device("site").port)))
    ).hexdigest()
    done = updates(server={**cisco, "certificates": [own, other]}, server_password=PASSWORD, packages=[SIG])
    assert done["changed"], done
    assert packages(site, "site") == [SIG]
    sent = [entry for entry in site.journal("site") if "authorization" in json.dumps(entry).lower()]
    assert sent == []  # the password goes to the first server only


def test_an_unknown_certificate_is_shown_with_the_option_that_accepts_it(server: Start) -> None:
    updates = server(tls="self_signed")
    refused = updates()
    assert refused["failed"] and "server.certificates" in refused["problems"][0]["remedy"]
    assert updates(server={"certificates": [updates.fingerprint]})["changed"]
    wrong = updates(server={"certificates": ["ab" * 32]}, packages=["IPS-sig-S1-req-E4.pkg"])
    assert wrong["failed"] and updates.fingerprint in wrong["problems"][0]["remedy"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"name": "download_broken", "at": "S733-req-E4.pkg"}, "ended the answer after"),
        ({"name": "download_damaged", "at": "S733-req-E4.pkg"}, "SHA-256"),
    ],
)
def test_a_broken_download_leaves_nothing_and_the_next_run_gets_it(
    server: Start, fault: dict[str, Any], said: str
) -> None:
    updates = server(faults=[{**fault, "nth": 1}])
    failed = updates(packages=[PACK, SIG])
    assert failed["failed"] and said in json.dumps(failed["problems"])
    assert [each["file"] for each in failed["downloaded"]] == [PACK]
    assert not (updates.cache / SIG).exists() and list(updates.cache.glob(".*.part")) == []
    done = updates(packages=[PACK, SIG])
    assert [each["file"] for each in done["downloaded"]] == [SIG]


def test_files_placed_by_hand_are_used_and_wrong_ones_refused_by_name(server: Start) -> None:
    updates = server()
    updates.cache.mkdir()
    (updates.cache / "IPS-sig-S730-req-E4.pkg").write_bytes(b"by hand")
    (updates.cache / "IPS-sig-S731-req-E4.pkg.part").write_bytes(b"half")
    done = updates(mode="check")
    assert {each["file"]: each["source"] for each in done["packages"]} == {"IPS-sig-S730-req-E4.pkg": "hand"}
    assert [each["file"] for each in done["refused"]] == ["IPS-sig-S731-req-E4.pkg.part"]
    assert any("IPS-sig-S731-req-E4.pkg.part" in text for text in done["warnings"])
    assert done["update_status"]["not_downloaded"] == [PACK, SIG]


def test_an_unusable_file_by_hand_is_not_overwritten_and_named_where_its_package_is_asked_for(server: Start) -> None:
    updates = server()
    updates.cache.mkdir()
    (updates.cache / SIG).write_bytes(b"<html>log in</html>")
    refused = updates(packages=[SIG])
    assert refused["failed"] and refused["problems"][0]["item"] == f"packages[{SIG}]", refused
    assert "HTML page" in refused["problems"][0]["message"]
    planned = updates(check=True)
    assert planned["would_download"] == [PACK], planned
    done = updates()
    assert [each["file"] for each in done["downloaded"]] == [PACK]
    assert updates(check=True)["changed"] is updates()["changed"] is False
    assert (updates.cache / SIG).read_bytes() == b"<html>log in</html>"


@pytest.fixture
def proxy() -> Iterator[tuple[int, list[str]]]:
    """(port, heads of requests) of an HTTP proxy that makes tunnels for one user only."""
    heads: list[str] = []
    right = base64.b64encode(b"ops:canary-proxy").decode()

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = "".join(iter(lambda: self.rfile.readline().decode(), "\r\n"))
            heads.append(head.splitlines()[0].rpartition(" ")[0])
            if f"Proxy-Authorization: Basic {right}" not in head.replace("proxy-authorization", "Proxy-Authorization"):
                self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            host, _colon, port = head.split()[1].rpartition(":")
            with socket.create_connection((host, int(port)), 20) as server:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                ends = {self.connection: server, server: self.connection}
                while True:
                    for source in select.select(list(ends), [], [], 20)[0]:
                        data = source.recv(65536)
                        if not data:
                            return
                        ends[source].sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], heads
        server.shutdown()


def test_a_proxy_with_a_login_sees_a_tunnel_only(server: Start, proxy: tuple[int, list[str]]) -> None:
    port, heads = proxy
    updates = server()
    through = {"proxy": f"http://127.0.0.1:{port}", "proxy_username": "ops"}
    assert updates(server=through, server_proxy_password="canary-proxy")["changed"]
    assert set(heads) == {f"CONNECT 127.0.0.1:{updates.settings['port']}"}
    refused = updates(server=through, server_proxy_password="canary-wrong")
    assert refused["failed"] and "the proxy does not connect to it" in refused["problems"][0]["message"]


def _run(directory: Path, options: dict[str, Any], results: Any) -> None:
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package import server as settings
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.cache_device import Cache
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.device import Source, site_of
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.files import WebFiles

    server = settings.parse(options)
    source = Source(WebFiles(site_of(server, "", "")), server, Progress("s1", None))
    package = parse_package(SIG)
    assert package
    results.put(source.fetch(package, Cache(directory)) is not None)


def test_two_runs_at_once_download_a_package_once(server: Start) -> None:
    updates = server(bytes_per_second=40_000)
    given = {
        "type": "local",
        "username": None,
        "certificates": [],
        "validate_certs": True,
        "proxy": None,
        "proxy_username": None,
        "timeout": 30.0,
    }
    results: Any = multiprocessing.get_context("spawn").Queue()
    runs = [
        multiprocessing.get_context("spawn").Process(
            target=_run, args=(updates.cache, {**given, **updates.settings}, results)
        )
        for _run_number in range(2)
    ]
    for run in runs:
        run.start()
    outcomes = sorted(results.get(timeout=90) for _each in runs)
    for run in runs:
        run.join(60)
    assert outcomes == [False, True]
    assert updates.downloads == [SIG]
