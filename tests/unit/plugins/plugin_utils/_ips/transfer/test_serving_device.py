# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file for one sensor: fetched with curl, which knows the certificate; nothing else is answered."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.serving_device import (
    Identity,
    Serving,
    given,
    made,
    own_address,
)

NAME = "IPS-sig-S734-req-E4.pkg"
DATA = bytes(range(256)) * 2000
HOME = frozenset({"127.0.0.1"})


@pytest.fixture(scope="module")
def identity() -> Identity:
    return made("127.0.0.1", datetime.now(UTC))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_bytes(DATA)
    (tmp_path / "secret").write_text("another file")
    return tmp_path / NAME


def curl(serving: Serving, url: str, tmp_path: Path) -> subprocess.CompletedProcess[bytes]:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(serving.identity.certificate)
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--fail",
        "--max-time",
        "20",
        "--noproxy",
        "*",
        "--cacert",
        str(authority),
    ]
    return subprocess.run([*command, url], capture_output=True, check=False)


def test_the_file_is_fetched_over_verified_tls(file: Path, identity: Identity, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with Serving(file, identity, "127.0.0.1", 0, HOME, sent=lambda done, whole: seen.append((done, whole))) as serving:
        answer = curl(serving, serving.url, tmp_path)
        shown = ssl.get_server_certificate(("127.0.0.1", serving.port))
    assert (answer.returncode, answer.stdout) == (0, DATA)
    assert seen[-1] == (len(DATA), len(DATA))
    der = ssl.PEM_cert_to_DER_cert(shown)
    assert identity.fingerprints == {"MD5": hashlib.md5(der).hexdigest(), "SHA1": hashlib.sha1(der).hexdigest()}


@pytest.mark.parametrize("path", ["/secret", "/../secret", "/", f"/x/{NAME}", f"/{NAME}/.."])
def test_no_other_file_is_served(file: Path, identity: Identity, tmp_path: Path, path: str) -> None:
    with Serving(file, identity, "127.0.0.1", 0, HOME) as serving:
        answer = curl(serving, f"https://127.0.0.1:{serving.port}{path}", tmp_path)
    assert answer.returncode == 22  # HTTP 404
    assert answer.stdout == b""


def test_another_address_is_not_answered(file: Path, identity: Identity, tmp_path: Path) -> None:
    with Serving(file, identity, "127.0.0.1", 0, frozenset({"192.0.2.7"})) as serving:
        answer = curl(serving, serving.url, tmp_path)
        assert answer.returncode not in (0, 22)
    assert serving.refused == ["127.0.0.1 is not the sensor's address, so it was not answered"]


def test_a_client_that_hangs_blocks_no_other(file: Path, identity: Identity, tmp_path: Path) -> None:
    with (
        Serving(file, identity, "127.0.0.1", 0, HOME) as serving,
        socket.create_connection(("127.0.0.1", serving.port)),
    ):
        assert curl(serving, serving.url, tmp_path).stdout == DATA


def test_at_the_end_nothing_listens(file: Path, identity: Identity) -> None:
    with Serving(file, identity, "127.0.0.1", 0, HOME) as serving:
        port = serving.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_a_port_that_is_taken_is_named_with_its_option(file: Path, identity: Identity) -> None:
    with Serving(file, identity, "127.0.0.1", 0, HOME) as first:
        with pytest.raises(ApplyFailed) as failed:
            Serving(file, identity, "127.0.0.1", first.port, HOME).__enter__()
        assert "transfer_port" in str(failed.value.problems[0])


def test_tasks_with_the_same_port_serve_one_after_the_other(file: Path, identity: Identity, tmp_path: Path) -> None:
    waited: list[int] = []
    with ExitStack() as stack:
        first = stack.enter_context(Serving(file, identity, "127.0.0.1", 0, HOME))
        port = first.port

        def waiting() -> None:
            waited.append(1)
            stack.close()

        with Serving(file, identity, "127.0.0.1", port, HOME, patience=20.0, waiting=waiting) as second:
            assert (second.port, curl(second, second.url, tmp_path).stdout) == (port, DATA)
    assert waited == [1]


def test_an_old_client_needs_the_older_version(file: Path, identity: Identity, tmp_path: Path) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    with (
        Serving(file, identity, "127.0.0.1", 0, HOME) as serving,
        socket.create_connection(("127.0.0.1", serving.port)) as wire,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(wire)
    assert any("TLS with 127.0.0.1 failed" in each for each in serving.refused)
    with (
        Serving(file, identity, "127.0.0.1", 0, HOME, tls_min="TLSv1") as serving,
        socket.create_connection(("127.0.0.1", serving.port)) as wire,
        old.wrap_socket(wire) as secured,
    ):
        assert secured.version() == "TLSv1"


def test_a_certificate_of_the_users_own(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-sha1",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
        "-days",
        "9",
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    identity = given(str(certificate), str(key))
    assert not identity.sha2
    with pytest.raises(ApplyFailed, match="transfer_certificate"):
        given(str(tmp_path / "none.pem"), str(key))
    with pytest.raises(ApplyFailed, match="no certificate"):
        given(str(key), str(key))


def test_the_own_address_towards_a_host() -> None:
    assert own_address("127.0.0.1", 22) == "127.0.0.1"
