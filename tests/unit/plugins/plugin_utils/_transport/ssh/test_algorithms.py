# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading

import paramiko
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.algorithms import (
    HOST_KEYS,
    LEGACY,
    disabled,
    offered,
)


def our_offers(off: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    left, right = socket.socketpair()
    with left, right:
        transport = paramiko.Transport(left, disabled_algorithms=off)
        return {
            "kex": transport.preferred_kex,
            "keys": transport.preferred_keys,
            "pubkeys": transport.preferred_pubkeys,
            "ciphers": transport.preferred_ciphers,
            "macs": transport.preferred_macs,
        }


def test_without_the_switch_nothing_old_is_offered_and_something_is_left():
    for kind, names in our_offers(disabled(False, ())).items():
        assert names
        assert not [name for name in names if "sha1" in name or "cbc" in name or "md5" in name]
        assert not {"ssh-rsa", "ssh-dss"} & set(names), kind


def test_with_the_switch_everything_that_paramiko_has_is_offered():
    assert our_offers(disabled(True, ())) == our_offers({})


@pytest.mark.skipif(int(paramiko.__version__.split(".")[0]) > 3, reason="paramiko 4 and later dropped old algorithms")
def test_every_old_algorithm_of_this_paramiko_is_in_the_table():
    known = {name for names in our_offers({}).values() for name in names}
    listed = {name for names in LEGACY.values() for name in names}
    assert {name for name in known if "sha1" in name or "cbc" in name or "md5" in name or "dss" in name[:8]} <= (
        listed | {name for name in known if "-cert-" in name}
    )


def test_only_types_that_known_hosts_has_are_asked_for():
    assert our_offers(disabled(False, ["ssh-rsa"]))["keys"][:2] == ("rsa-sha2-512", "rsa-sha2-256")
    assert "ssh-rsa" not in disabled(True, ["ssh-rsa"])["keys"]
    assert our_offers(disabled(False, ["ssh-ed25519"]))["keys"][0] == "ssh-ed25519"
    assert len(our_offers(disabled(False, ["ssh-ed25519"]))["keys"]) == 2  # itself and its certificates


def test_types_that_nobody_knows_do_not_forbid_all_others():
    assert set(our_offers(disabled(False, ["sk-ssh-ed25519@openssh.com"]))["keys"]) >= set(HOST_KEYS) - {
        "ssh-rsa",
        "ssh-dss",
    }


def packet(lists: list[str]) -> bytes:
    body = bytes([4, 20]) + b"c" * 16 + b"".join(len(text).to_bytes(4, "big") + text.encode() for text in lists)
    body += b"\0" * (5 * 4 + 9 + 4)
    return len(body).to_bytes(4, "big") + body


def answer(data: bytes, step: int) -> dict[str, list[str]]:
    left, right = socket.socketpair()

    def serve() -> None:
        for start in range(0, len(data), step):
            right.sendall(data[start : start + step])
        right.shutdown(socket.SHUT_WR)

    with left, right:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return offered(left, 5)
        finally:
            thread.join(5)


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_the_offer_of_a_server_is_read_however_it_is_cut(step):
    data = b"hello\r\nSSH-2.0-x\r\n" + packet(["k1,k2,kex-strict-s-v00@openssh.com", "h1", "c1,c2", "c3", "m1"])
    assert answer(data, step) == {"kex": ["k1", "k2"], "keys": ["h1"], "ciphers": ["c1", "c2"], "macs": ["m1"]}


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_of_a_server_break_it(data):
    found = answer(b"SSH-2.0-x\r\n" + data, 64)
    assert found.keys() in ({*()}, {"kex", "keys", "ciphers", "macs"}), "all lists or none"
    assert sum(len(name) for names in found.values() for name in names) <= 4 * len(data)
    assert all(isinstance(name, str) and name and "," not in name for names in found.values() for name in names)
