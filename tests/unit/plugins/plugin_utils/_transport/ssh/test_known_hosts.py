# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess

import asyncssh
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.known_hosts import (
    fingerprint,
    known_keys,
    name_of,
)

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIHcFzrjVvqzO7xkOQEUIb3eDCU9Uq3OZfBGvzLgGfYvN"
OTHER = "AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOtherOth"


def accepted(text: str, host: str, port: int = 22) -> list[str]:
    return [key for _kind, key in known_keys(text, host, port).accepted]


def test_a_key_counts_for_its_host_and_port_only():
    text = f"edge1,10.0.0.1 ssh-ed25519 {KEY} a comment\n[edge1]:2201 ssh-ed25519 {OTHER}\n"
    assert accepted(text, "edge1") == accepted(text, "10.0.0.1") == accepted(text, "EDGE1") == [KEY]
    assert accepted(text, "edge1", 2201) == [OTHER]
    assert accepted(text, "edge1", 2202) == accepted(text, "edge11") == []


def test_wildcards_and_exceptions():
    text = f"edge*,!edge9 ssh-ed25519 {KEY}\n[10.0.0.?]:22? ssh-ed25519 {OTHER}\n"
    assert accepted(text, "edge1") == [KEY]
    assert accepted(text, "edge9") == []
    assert accepted(text, "10.0.0.7", 221) == [OTHER]


def test_square_brackets_are_no_set_of_characters():
    assert accepted(f"[edge1]:2201 ssh-ed25519 {KEY}", "e", 22) == []


def test_revoked_keys_are_apart_and_authorities_are_passed_over():
    keys = known_keys(f"@revoked * ssh-ed25519 {KEY}\n@cert-authority * ssh-ed25519 {OTHER}\n", "edge1", 22)
    assert keys.revoked == (("ssh-ed25519", KEY),)
    assert keys.accepted == ()


def test_names_that_openssh_hashed_are_found(tmp_path):
    file = tmp_path / "known_hosts"
    file.write_text(f"edge1 ssh-ed25519 {KEY}\n[edge2]:2201 ssh-ed25519 {OTHER}\n")
    subprocess.run(["ssh-keygen", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "edge" not in file.read_text()
    assert accepted(file.read_text(), "edge1") == [KEY]
    assert accepted(file.read_text(), "edge2", 2201) == [OTHER]
    assert accepted(file.read_text(), "edge2") == []


def test_the_fingerprint_is_that_of_openssh():
    key = asyncssh.generate_private_key("ssh-ed25519")
    assert fingerprint(key.public_data) == key.get_fingerprint()


@given(st.text(), st.text(max_size=20), st.integers(1, 65535))
def test_no_text_breaks_it(text, host, port):
    assert len(known_keys(text, host, port).accepted) <= text.count("\n") + 1


@given(st.from_regex(r"[a-z][a-z0-9.-]{0,30}", fullmatch=True), st.integers(1, 65535))
def test_a_line_that_names_a_host_is_found(host, port):
    assert accepted(f"{name_of(host, port)} ssh-ed25519 {KEY}", host, port) == [KEY]
