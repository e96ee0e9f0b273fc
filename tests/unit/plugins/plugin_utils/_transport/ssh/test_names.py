# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that a shell would read as more than a name are refused, and those of real hosts and users are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.login_error import LoginError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.names import host_name, user_name
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.sessions import SshConfig


@pytest.mark.parametrize(
    "char", [*"'`\"$;&<>|(){}", " ", "\t", "\n", "\r", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u202e"]
)
def test_each_character_is_refused_in_both(char: str) -> None:
    for name in (f"edge1{char}x", f"{char}x", f"edge1{char}"):
        for check in (host_name, user_name):
            with pytest.raises(LoginError, match="Check ansible_x") as refused:
                check(name, "ansible_x")
            assert str(refused.value).isprintable()


@pytest.mark.parametrize("char", "*?[]~#!")
def test_what_a_shell_expands_or_ignores_is_no_host(char: str) -> None:
    for name in (f"{char}x", f"edge1{char}"):
        with pytest.raises(LoginError, match="Check ansible_x"):
            host_name(name, "ansible_x")


def test_a_user_reaches_a_proxy_command_as_it_was_given(tmp_path: Path) -> None:
    file = tmp_path / "ssh_config"
    file.write_text("Host *\n  ProxyCommand relay %r %h %p\n")
    for user in ("=x", "x", "#1", "ops%realm", "CORP\\ops"):
        found = SshConfig(str(file)).about("edge1", user, 2022, ("ansible_host", "ansible_user"))
        assert (found["user"], found["port"], found["proxycommand"]) == (user, "2022", f"relay {user} edge1 2022")


@pytest.mark.parametrize("name", ["-oProxyCommand=x", "-", "--"])
def test_a_leading_dash_is_refused(name: str) -> None:
    for check in (host_name, user_name):
        with pytest.raises(LoginError, match="dash"):
            check(name, "ansible_x")


def test_backslashes_are_for_domains_of_users_only() -> None:
    assert user_name("CORP\\ops", "x") == "CORP\\ops"
    for check, name in ((user_name, "ops\\"), (host_name, "a\\b")):
        with pytest.raises(LoginError):
            check(name, "x")


@pytest.mark.parametrize(
    "name", ["edge1", "edge1.example.net", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "edge_1", "räuter", "a-b", ""]
)
def test_names_of_real_hosts_pass(name: str) -> None:
    assert host_name(name, "x") == name


@pytest.mark.parametrize("name", ["ops", "ops@tacacs", "first.last", "a-b", "x+y=z", "ops%realm", "j_doe~", "#1", ""])
def test_names_of_real_users_pass(name: str) -> None:
    assert user_name(name, "x") == name
