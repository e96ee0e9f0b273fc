# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options to settings: defaults, addresses, what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.login_error import LoginError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import Dialect, dialect_table
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.login import planned
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.tls import pinned

DIALECTS = dialect_table(
    Dialect("box", "a box", "/box/api/{version}/", "v1", "cookie", network_os=("maker.box.box",)),
    Dialect("manager", "its manager", "/manager/{version}/", "v1", "basic", network_os=("maker.box.manager",)),
)
DEFAULTS: dict[str, Any] = {
    "host": "edge1",
    "port": 443,
    "remote_user": "ops",
    "password": "CANARY",
    "network_os": "maker.box.box",
    "validate_certs": True,
    "timeout": 10.0,
    "read_timeout": 30.0,
    "retries": 3,
    "retry_wait": 1.0,
}


def settings(**options: Any) -> Any:
    return planned({**DEFAULTS, **options}.get, DIALECTS)


def test_the_defaults_trust_the_system_and_use_no_proxy() -> None:
    made = settings()
    assert made.base_url == "https://edge1:443/box/api/v1/"
    assert (made.tls.checked, made.tls.ca, made.tls.pin, made.proxy) == (True, "", "", "")


def test_a_dialect_wins_over_the_network_os_and_an_address_of_ipv6_gets_brackets() -> None:
    made = settings(dialect="manager", host="2001:db8::1", port=8443)
    assert made.base_url == "https://[2001:db8::1]:8443/manager/v1/"
    assert settings(host="[2001:db8::1]").host == "2001:db8::1"


def test_nothing_secret_is_in_what_python_prints_of_settings() -> None:
    made = settings(proxy="http://eve:CANARY@proxy:3128", secondary_password="CANARY", client_key_passphrase="CANARY")
    assert "CANARY" not in repr(made)
    assert made.proxy_shown == "proxy:3128"


def test_the_authority_beside_the_inventory(tmp_path: Path) -> None:
    assert settings(inventory_dir=str(tmp_path)).tls.ca == ""
    (tmp_path / "ca.pem").touch()
    assert settings(inventory_dir=str(tmp_path)).tls.ca == str(tmp_path / "ca.pem")
    (tmp_path / "ca.txt").touch()
    assert settings(inventory_dir=str(tmp_path)).tls.ca == str(tmp_path / "ca.txt")
    assert settings(inventory_dir=str(tmp_path), ca_path="/etc/ca.pem").tls.ca == "/etc/ca.pem"


def test_a_pin_replaces_all_other_checks() -> None:
    assert not settings(pin_sha256="ab" * 32).tls.checked
    assert not settings(validate_certs=False).tls.checked


@pytest.mark.parametrize(
    "text",
    [
        "AB" * 32,
        ":".join(["ab"] * 32),
        "sha256:" + "ab" * 32,
        "SHA256 Fingerprint=" + ":".join(["AB"] * 32),
        " " + "ab" * 32,
    ],
)
def test_a_fingerprint_is_taken_as_people_copy_it(text: str) -> None:
    assert pinned(text) == "ab" * 32


@pytest.mark.parametrize("text", ["", "ab", "ab" * 20, "zz" * 32, "ab" * 33])
def test_no_fingerprint(text: str) -> None:
    with pytest.raises(LoginError, match="64 hexadecimal digits"):
        pinned(text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": "edge 1"}, "ansible_host"),
        ({"host": "edge1/x"}, "ansible_host"),
        ({"host": "a@b"}, "ansible_host"),
        ({"host": ""}, "ansible_host"),
        ({"port": 65536}, "ansible_port"),
        ({"remote_user": ""}, "ansible_user"),
        ({"password": ""}, "ansible_password"),
        ({"network_os": "", "dialect": ""}, r"\(maker\.box\.box\), or ansible_rest_dialect \(box, manager\)"),
        ({"network_os": "cisco.iosxr.iosxr"}, "unknown REST system"),
        ({"api_version": "v1/../../x"}, "ansible_rest_api_version"),
        ({"base_path": "/x?y"}, "ansible_rest_base_path"),
        ({"timeout": -1}, "ansible_rest_timeout"),
        ({"read_timeout": float("inf")}, "ansible_rest_read_timeout"),
        ({"proxy": "socks5://CANARY@x"}, "ansible_rest_proxy"),
        ({"proxy": "http://CANARY:x@[x"}, "ansible_rest_proxy"),
    ],
)
def test_what_cannot_work_is_refused_with_its_option(options: dict[str, Any], words: str) -> None:
    with pytest.raises(LoginError, match=words) as caught:
        settings(**options)
    assert "CANARY" not in str(caught.value)
