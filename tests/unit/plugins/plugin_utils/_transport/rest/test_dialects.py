# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of REST systems: bodies of logins, base paths and errors as the references have them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.api import target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import (
    DIALECTS,
    NETWORK_OS,
    Dialect,
    dialect_name,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["errorcode", "message", "a"]), inner),
    max_leaves=6,
)


def test_an_appliance_logs_in_as_the_reference_shows() -> None:
    given_ = {"username": "admin", "password": "secret", "secondary_password": ""}
    assert DIALECTS["sdwan"].credentials(given_) == {"login": {"username": "admin", "password": "secret"}}


def test_a_center_takes_a_second_password_if_there_is_one() -> None:
    center = DIALECTS["sdwan_center"]
    given_ = {"username": "admin", "password": "secret", "secondary_password": ""}
    assert center.credentials(given_) == {"login": {"username": "admin", "password": "secret"}}
    body = center.credentials({**given_, "secondary_password": "123456"})
    assert body == {"login": {"username": "admin", "password": "secret", "secondaryPassword": "123456"}}


@pytest.mark.parametrize(
    ("name", "arguments", "path"),
    [
        ("sdwan", (), "/sdwan/nitro/v1/"),
        ("sdwan", ("v2",), "/sdwan/nitro/v2/"),
        ("sdwan_center", (), "/sdwan_center/nitro/v1/"),
        ("sdwan", ("v2", "proxied/{version}"), "/proxied/v2/"),
        ("sdwan", ("", "/"), "/"),
    ],
)
def test_base_paths(name: str, arguments: tuple[str, ...], path: str) -> None:
    assert DIALECTS[name].path(*arguments) == path


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errorcode": 0, "message": "Done", "severity": "NONE"}, None),
        ({"errorcode": "0", "message": "Done"}, None),
        ({"errorcode": 1200, "errormessage": "locked", "message": "not this"}, (1200, "locked")),
        ({"errorcode": "5", "message": "10.0 says it so"}, (5, "10.0 says it so")),
        ({"errorcode": None}, None),
        ({"errorcode": 7}, (7, "")),
        ({"things": [{"errorcode": 5}]}, None),
        ([{"errorcode": 5}], None),
        (None, None),
    ],
)
def test_an_error_is_found_in_both_spellings_and_nowhere_else(body: Any, error: Any) -> None:
    assert DIALECTS["sdwan"].error(body) == error


@given(JSON)
def test_reading_an_answer_never_raises(body: Any) -> None:
    for dialect in (*DIALECTS.values(), TOKEN):
        error = dialect.error(body)
        assert error is None or (error[0] and isinstance(error[1], str))
        assert isinstance(dialect.said(body), str)
        assert isinstance(dialect.token(body), str)


TOKEN = Dialect("with a token", "/api/", "", "token", token_at=("data", "token"))


def test_a_token_is_found_where_the_table_says() -> None:
    assert TOKEN.token({"data": {"token": "abc"}}) == "abc"
    assert TOKEN.token({"data": {"token": 5}}) == ""
    assert TOKEN.token({"token": "abc"}) == ""


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_every_row_can_be_used(dialect: Dialect) -> None:
    for call in (dialect.login, dialect.logout):
        if call is not None:
            target(call.path)
    assert dialect.path().startswith("/")
    assert set(dialect.login_body.values()) <= {"username", "password", "secondary_password"}
    assert bool(dialect.token_at) == (dialect.auth == "token")


def test_every_network_os_has_its_dialect() -> None:
    assert set(NETWORK_OS.values()) <= set(DIALECTS)
    assert dialect_name(" Citrix.SDWAN.sdwan ") == "sdwan"
    with pytest.raises(ValueError, match=r"'citrix\.sdwan\.centre'; near: citrix\.sdwan\.center"):
        dialect_name("citrix.sdwan.centre")
    with pytest.raises(ValueError, match="known: sdwan, sdwan_center"):
        dialect_name("zzz")
