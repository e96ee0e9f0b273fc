# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of requests as one line: which one counts, what became of the call, which option is named."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.errors import (
    Attempt,
    chain,
    distrusted,
    explained,
)

ATTEMPT = Attempt(host="edge1", port=443, call="POST config/login", timeout=10, read_timeout=30, fingerprint="ab" * 32)


def certificate(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"certificate verify failed: {message}")
    error.verify_code, error.verify_message = code, message
    return error


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:1006)")
    error.reason = reason
    return error


def wrapped(error: BaseException) -> requests.exceptions.ConnectionError:
    """As requests raises it: urllib3's errors, each with the next one as its argument."""
    pool: Any = None
    inner = urllib3.exceptions.SSLError(error) if isinstance(error, ssl.SSLError) else error
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/", inner))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "fate", "words"),
    [
        (certificate(20, "unable to get local issuer certificate"), "unsent", ["not trusted", "ca_path", "pin_sha256"]),
        (certificate(18, "self-signed certificate"), "unsent", ["not trusted", "ab" * 32, "ca_path", "pin_sha256"]),
        (certificate(10, "certificate has expired"), "unsent", ["out of date", "clock", "pin_sha256"]),
        (certificate(64, "IP address mismatch"), "unsent", ["another name", "server_name", "pin_sha256"]),
        (alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "unsent", ["ansible_rest_client_cert"]),
        (alert("WRONG_VERSION_NUMBER"), "unsent", ["does not speak TLS", "ansible_port"]),
        (alert("TLSV1_ALERT_PROTOCOL_VERSION"), "unsent", ["TLS version"]),
        (alert("DH_KEY_TOO_SMALL"), "unsent", ["no common TLS parameters"]),
        (alert("UNEXPECTED_EOF_WHILE_READING"), "lost", ["closed the connection"]),
        (ConnectionRefusedError(111, "Connection refused"), "unsent", ["nothing listens there", "ansible_port"]),
        (socket.gaierror(-2, "Name or service not known"), "unsent", ["cannot be resolved"]),
        (TimeoutError("The write operation timed out"), "silent", ["within 30 s", "ansible_rest_read_timeout"]),
        (ConnectionResetError(104, "Connection reset by peer"), "lost", ["in the middle of POST config/login"]),
        (BrokenPipeError(32, "Broken pipe"), "lost", ["in the middle"]),
    ],
)
def test_what_lies_beneath_decides(error: BaseException, fate: str, words: list[str]) -> None:
    for outer in (error, wrapped(error), requests.exceptions.SSLError(wrapped(error))):
        found, text = explained(outer, ATTEMPT)
        assert found == fate
        assert len(text.splitlines()) == 1
        places = [text.find(word) for word in words]
        assert -1 not in places
        assert places == sorted(places)


def test_switching_the_check_off_is_named_last() -> None:
    for code in (10, 18, 19, 20, 62, 64):
        text = explained(certificate(code, "no"), ATTEMPT)[1]
        assert text.index("ansible_rest_ca_path") < text.index("ansible_rest_pin_sha256")
        assert text.index("ansible_rest_pin_sha256") < text.index("ansible_rest_validate_certs: false")
        assert distrusted(wrapped(certificate(code, "no")))


def test_another_pin_shows_what_came() -> None:
    error = urllib3.exceptions.SSLError('Fingerprints did not match. Expected "aa", got "bbcc".')
    fate, text = explained(requests.exceptions.SSLError(error), ATTEMPT)
    assert (fate, "has SHA-256 bbcc." in text, "ansible_rest_pin_sha256" in text) == ("unsent", True, True)
    assert not distrusted(error)


def test_before_somebody_is_logged_in_a_cut_may_mean_a_client_certificate() -> None:
    outside = Attempt(host="edge1", port=443, call="POST config/login", timeout=1, read_timeout=1, inside=False)
    assert "ansible_rest_client_cert" in explained(ConnectionResetError(104, "reset"), outside)[1]
    assert "ansible_rest_client_cert" not in explained(ConnectionResetError(104, "reset"), ATTEMPT)[1]


def test_a_limit_of_the_caller_names_no_option() -> None:
    mine = Attempt(host="e", port=1, call="GET x", timeout=1, read_timeout=0.5, named=False)
    assert explained(TimeoutError(), mine) == ("silent", "e port 1: no answer to GET x within 0.5 s.")


@given(st.text())
def test_an_unknown_error_is_still_one_line(text: str) -> None:
    fate, line = explained(RuntimeError(text), ATTEMPT)
    assert (fate, line.isprintable()) == ("lost", True)


def test_a_loop_in_the_chain_ends() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert list(chain(first)) == [first, second]
