# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at a certificate, at servers of the past: what this controller speaks by default, and what the options add."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.login_error import LoginError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.certificate import shown_certificate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.login import Front
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.tls import MINIMUMS, Tls, context

OLD = Tls(minimum="TLSv1", ciphers="DEFAULT@SECLEVEL=0")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the past: 1024 bits, signed with MD5."""
    made = tmp_path_factory.mktemp("old")
    key, certificate = str(made / "key.pem"), str(made / "cert.pem")
    command = ["openssl", "req", "-x509", "-md5", "-newkey", "rsa:1024", "-nodes", "-days", "10", "-subj", "/CN=old"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return made


@contextmanager
def server(files: Path, version: ssl.TLSVersion | None) -> Iterator[int]:
    """Its port. version: the only one that it speaks; None: it speaks no TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(files / "cert.pem", files / "key.pem")
    if version is not None:
        made.minimum_version = made.maximum_version = version
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _where = listening.accept()
            except OSError:
                return
            with plain:
                try:
                    if version is None:
                        plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        plain.recv(1000)
                    else:
                        made.wrap_socket(plain, server_side=True).close()
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def look(port: int, tls: Tls) -> str:
    """The certificate in PEM format, or why there is none."""
    try:
        return ssl.DER_cert_to_PEM_cert(shown_certificate(Front("127.0.0.1", port, tls, 5.0)))
    except LoginError as failed:
        return str(failed)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
@pytest.mark.parametrize(
    ("tls", "words"),
    [
        (Tls(), ("ansible_rest_tls_min_version", "ansible_rest_tls_ciphers")),
        (Tls(ciphers="DEFAULT@SECLEVEL=0"), ("ansible_rest_tls_min_version",)),
        (Tls(minimum="TLSv1"), ("ansible_rest_tls_ciphers",)),
        (Tls(minimum="TLSv1", ciphers="DEFAULT@SECLEVEL=1"), ("ansible_rest_tls_ciphers: DEFAULT@SECLEVEL=0",)),
    ],
)
def test_each_missing_option_is_named(files: Path, tls: Tls, words: tuple[str, ...]) -> None:
    with server(files, ssl.TLSVersion.TLSv1) as port:
        said = look(port, tls)
    assert all(word in said for word in words), said


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
@pytest.mark.parametrize(("version", "tls"), [("TLSv1", OLD), ("TLSv1.2", Tls()), ("TLSv1.2", OLD)])
def test_a_weak_certificate_is_read(files: Path, version: str, tls: Tls) -> None:
    with server(files, MINIMUMS[version]) as port:
        assert look(port, tls) == (files / "cert.pem").read_text()


def test_what_speaks_no_tls_is_told(files: Path) -> None:
    with server(files, None) as port:
        assert "not TLS" in look(port, Tls())


def test_what_does_not_listen_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "cannot be reached: Connection refused" in look(port, Tls())


def test_what_says_nothing_ends() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(LoginError, match="ansible_rest_timeout allows more"),
    ):
        shown_certificate(Front("127.0.0.1", silent.getsockname()[1], Tls(), 0.2))


def test_ciphers_that_openssl_does_not_have_are_named() -> None:
    with pytest.raises(LoginError, match="ansible_rest_tls_ciphers"):
        context(Tls(ciphers="NO-SUCH-CIPHER"))
