# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh import errors as ssh_errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.errors import Attempt, explained


class PasswordExpired(paramiko.AuthenticationException):
    """Its name is what counts."""


TRIED = Attempt("edge1", 2201, "ops", 10, "/inv/known_hosts", ["password"], {"kex": (["old"], ["new"])})


def wrapped(error: BaseException) -> BaseException:
    """As netmiko does it: one class for all, what matters beneath."""
    outer = paramiko.SSHException("A paramiko SSHException occurred during connection creation:")
    outer.__context__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "said", "remedy"),
    [
        (ConnectionRefusedError(111, "x"), "connection refused", "ansible_port"),
        (
            paramiko.ssh_exception.NoValidConnectionsError({("h", 1): ConnectionRefusedError(111, "x")}),
            "connection refused",
            "ansible_port",
        ),
        (TimeoutError("timed out"), "no answer within 10 s", "ansible_netmiko_timeout"),
        (OSError(113, "No route to host"), "no route", "ansible_host"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be resolved", "ansible_host"),
        (ConnectionResetError(104, "x"), "hung up during the login", "VTY"),
        (EOFError(), "hung up during the login", "VTY"),
        (paramiko.SSHException("Error reading SSH protocol banner"), "no SSH banner", "ansible_port"),
        (paramiko.AuthenticationException("no"), "authentication of user ops failed; tried: password", "ansible_user"),
        (PasswordExpired("no"), "the password of user ops has expired", "`ssh -p 2201 ops@edge1`"),
        (paramiko.AuthenticationException("Authentication timeout."), "in time", "ansible_netmiko_auth_timeout"),
        (
            paramiko.BadAuthenticationType("no", ["publickey"]),
            "the device accepts publickey",
            "ansible_private_key_file",
        ),
        (
            paramiko.ssh_exception.IncompatiblePeer("Incompatible ssh peer (no acceptable kex algorithm)"),
            "no common key exchange: the device offers old; this controller offers new",
            "ansible_netmiko_legacy_algorithms: true",
        ),
        (
            ssh_errors.HostKeyRefused("the host key is unknown."),
            "unknown",
            "ssh-keyscan -p 2201 edge1 >> /inv/known_hosts",
        ),
    ],
)
def test_each_failure_has_its_own_line_with_a_remedy(error, said, remedy):
    for raised in (error, wrapped(error)):
        text = explained(raised, TRIED)
        assert said in text
        assert remedy in text
        assert "\n" not in text


def test_where_the_switch_is_on_the_missing_paramiko_is_named():
    tried = Attempt("edge1", 22, "ops", 10, legacy=True, paramiko="5.1.0")
    text = explained(paramiko.ssh_exception.IncompatiblePeer("(no acceptable ciphers)"), tried)
    assert "paramiko 5.1.0" in text
    assert "paramiko < 5" in text


def test_switching_the_check_off_is_the_last_remedy():
    text = ssh_errors.accept_key("edge1", 22, "/inv/known_hosts")
    assert "ssh-keyscan edge1 >>" in text
    assert (
        text.index("ssh-keyscan") < text.index("ansible_netmiko_known_hosts") < text.index("host_key_checking: false")
    )


def test_a_loop_in_the_chain_of_causes_ends():
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    assert "ValueError" in explained(first, TRIED)


@given(st.text())
def test_no_text_of_a_device_adds_a_line(text):
    said = explained(paramiko.SSHException(text), TRIED)
    assert len(said.splitlines()) == 1
    assert said.isprintable()
