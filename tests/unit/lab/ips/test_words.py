# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sensor's CLI: shortened words, errors with a marker, output filters, what services hold."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ips.settings import Node
from lab.ips.transfers import Refused, bubble_babble, table_id, url
from lab.ips.words import Wrong, command, find, pipe


async def _here(*_values: str) -> None: ...


TABLE = [
    command("show clock", _here),
    command("show clock detail", _here),
    command("show tls trusted-hosts <id>", _here),
    command("show statistics <name>", _here),
    command("tls generate-key", _here, "administrator"),
    command("terminal length <lines>", _here),
]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("show clock", []),
        ("sh cl", []),
        ("sh cl det", []),
        ("show tls trusted-hosts 10.1.1.1", ["10.1.1.1"]),
        ("sh stat host", ["host"]),
        ("  show   clock", []),
    ],
)
def test_words_may_be_shortened(line: str, values: list[str]) -> None:
    assert find(line, TABLE, "viewer")[1] == values


@pytest.mark.parametrize(
    ("line", "text", "column"),
    [
        ("foo", "% Invalid command at '^' marker.", 0),
        ("show foo", "% Invalid command at '^' marker.", 5),
        ("show clock detail now", "% Invalid command at '^' marker.", 18),
        ("show", "% Incomplete command.", -1),
        ("t", '% Ambiguous command: "t"', -1),
        ("enable", "% Invalid command at '^' marker.", 0),
    ],
)
def test_a_wrong_line_is_told_with_its_place(line: str, text: str, column: int) -> None:
    with pytest.raises(Wrong) as wrong:
        find(line, TABLE, "administrator")
    assert (str(wrong.value), wrong.value.column) == (text, column)


def test_a_viewer_does_not_know_what_is_the_administrator_s() -> None:
    assert find("tls generate-key", TABLE, "administrator")[1] == []
    with pytest.raises(Wrong, match="Invalid command"):
        find("tls generate-key", TABLE, "viewer")


def test_output_is_filtered() -> None:
    text = "one\ntwo\nthree\n"
    assert [pipe(f"show clock | {how}")[1](text) for how in ("include t", "exc t", "begin tw")] == [
        "two\nthree\n",
        "one\n",
        "two\nthree\n",
    ]
    assert pipe("show clock | include (")[1]("a (b\nc\n") == "a (b\n"
    assert pipe("event-action produce-alert|deny")[0].startswith("event-action")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://ops:secret@h/x", "a password in the URL"),
        ("tftp://h/x", "invalid URL"),
        ("https:///x", "invalid URL"),
        ("https://h:99999/x", "invalid URL"),
        ("x", "invalid URL"),
    ],
)
def test_a_url_that_a_sensor_does_not_take(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        url(text)


def test_a_url_names_server_file_and_user() -> None:
    where = url("scp://ops@10.1.1.1:2222//tftpboot/dev.lic")
    assert (where.host, where.port, where.path, where.file, where.user) == (
        "10.1.1.1", 2222, "//tftpboot/dev.lic", "dev.lic", "ops",
    )  # fmt: skip
    assert (url("https://10.1.1.1/a").port, url("https://10.1.1.1/a").needs_password) == (443, False)


def test_a_trusted_host_is_named_without_its_usual_port() -> None:
    assert [table_id("10.1.1.1", 443), table_id("10.1.1.1", 8443)] == ["10.1.1.1", "10.1.1.1:8443"]


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no OpenSSH")
def test_a_key_is_told_in_the_words_of_openssh(tmp_path: Path) -> None:
    for number in range(4):
        key = asyncssh.generate_private_key("ssh-ed25519")
        file = tmp_path / f"{number}.pub"
        key.write_public_key(file)
        told = subprocess.run(["ssh-keygen", "-B", "-f", file], capture_output=True, text=True, check=True).stdout
        assert told.split()[1] == bubble_babble(key.public_data)


LINES = st.lists(
    st.sampled_from(
        ["enabled true", "enabled false", "retired true", "access-list 10.0.0.0/8", "access-list 0.0.0.0/0"]
    ),
    max_size=8,
)


@given(LINES)
def test_what_was_set_can_be_removed_again(lines: list[str]) -> None:
    node = Node()
    for line in lines:
        node.below("status").set(line)
    for line in lines:
        node.sections.get("status", Node()).remove(line)
    assert list(node.prune().lines()) == []


def test_a_section_that_holds_nothing_is_not_shown() -> None:
    node = Node()
    node.below("signatures 2004 0").below("status")
    assert list(node.copy().prune().lines()) == []
    node.below("signatures 2004 0").below("status").set("enabled true")
    assert list(node.prune().lines()) == ["signatures 2004 0", "status", "enabled true", "exit", "exit"]
