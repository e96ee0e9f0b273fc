# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of an update server, and what to do about its failures."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.server import (
    CISCO_COM_REMEDY,
    SERVERS,
    check,
    parse,
    remedy_for,
)

DEFAULTS: dict[str, Any] = {
    "type": "local",
    "host": "updates.example.net",
    "port": 443,
    "path": "IPSpath",
    "username": None,
    "certificates": [],
    "ca_path": None,
    "validate_certs": True,
    "proxy": None,
    "proxy_username": None,
    "timeout": 30.0,
}
CISCO: dict[str, Any] = {"type": "cisco_com", "host": None, "path": None, "username": "ops"}


def rules(**changes: Any) -> list[str]:
    given = {**DEFAULTS, **changes}
    return [problem.rule for problem in check(parse(given), given)]


def test_good_settings_break_nothing() -> None:
    assert rules() == []
    assert rules(path="", port=8443, proxy="http://proxy.example.net:3128") == []


@pytest.mark.parametrize(
    "path", ["http://servername/IPSpath", "https://updates.example.net/IPSpath", "servername.example.net/IPSpath"]
)
def test_rule_14_a_path_is_no_url(path: str) -> None:
    given = {**DEFAULTS, "path": path}
    (problem,) = check(parse(given), given)
    assert problem.rule == "U14"
    assert "IPSpath" in problem.remedy


@pytest.mark.parametrize("path", ["IPSpath", "/IPSpath/", "ips/updates 2026", "ips.d/updates"])
def test_rule_14_the_path_portion_is_taken(path: str) -> None:
    assert rules(path=path) == []


@pytest.mark.parametrize("path", ["../etc", "a\nb", "a?b", "a#b", "a%0ab"])
def test_rule_14_what_no_path_has_is_refused(path: str) -> None:
    assert rules(path=path) == ["U14"]


def test_rule_15_both_certificates_of_cisco_com_are_accepted_first() -> None:
    one, other = "ab" * 32, "cd" * 32
    assert rules(**CISCO) == ["U15"]
    assert rules(**CISCO, certificates=[one]) == ["U15"]
    assert rules(**CISCO, certificates=[one, one]) == ["U15"]
    assert rules(**CISCO, certificates=[one, other]) == []
    assert rules(certificates=[one]) == []  # a local server may have one


def test_cisco_com_needs_a_login_and_its_row_is_unverified() -> None:
    assert rules(**{**CISCO, "username": None}, certificates=["ab" * 32, "cd" * 32]) == ["U57"]
    assert SERVERS["cisco_com"].mark == "unverified"
    assert parse({**DEFAULTS, **CISCO}).as_dict()["mark"] == "unverified"


@pytest.mark.parametrize(
    "changes",
    [
        {"host": None},
        {"host": "https://updates"},
        {"port": 0},
        {"timeout": 0.0},
        {"proxy": "proxy:3128"},
        {"proxy": "http://u:p@proxy:3128"},
    ],
)
def test_other_settings(changes: dict[str, Any]) -> None:
    assert rules(**changes) == ["U57"]


def test_thumbprints_are_taken_in_every_common_form() -> None:
    digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    pairs = ":".join(digits[place : place + 2] for place in range(0, 64, 2)).upper()
    assert parse({**DEFAULTS, "certificates": [digits, pairs, f"SHA256:{digits}"]}).accepted == (digits,) * 3
    assert rules(certificates=["ab" * 20]) == ["U58"]


@pytest.mark.parametrize("kind", ["certificate", "login", "forbidden", "missing", "text", "broken", "unreachable"])
def test_a_failure_of_cisco_com_names_eligibility_then_credentials_then_both_certificates(kind: str) -> None:
    remedy = remedy_for(kind, parse({**DEFAULTS, **CISCO}))
    assert remedy == CISCO_COM_REMEDY
    places = [
        remedy.index(word)
        for word in ("eligible to download strong encryption", "agreements", "password", "both certificates")
    ]
    assert places == sorted(places)


def test_a_page_instead_of_a_listing_names_both_settings() -> None:
    remedy = remedy_for("text", parse(DEFAULTS))
    assert "directory listing must be on" in remedy
    assert "default content page must be off" in remedy


def test_an_unaccepted_certificate_is_shown_with_the_option() -> None:
    remedy = remedy_for("certificate", parse(DEFAULTS), "ab" * 32)
    assert "ab" * 32 in remedy
    assert remedy.index("server.certificates") < remedy.index("server.ca_path") < remedy.index("validate_certs")
