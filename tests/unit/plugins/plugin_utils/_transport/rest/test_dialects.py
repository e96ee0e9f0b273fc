# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dialects of REST systems: bodies of logins, base paths and errors as a row says, and by which names a row is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import Dialect, dialect_table

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["errorcode", "message", "a"]), inner),
    max_leaves=6,
)


BOX = Dialect(
    "box",
    "a box",
    "/box/api/{version}/",
    "v1",
    "cookie",
    network_os=("maker.box.box",),
    login_envelope="login",
    login_body={"user": "username", "pass": "password", "second": "secondary_password"},
)
TOKEN = Dialect("token", "with a token", "/api/", "", "token", token_at=("data", "token"))
TABLE = dialect_table(BOX, TOKEN)


def test_a_credential_that_is_not_set_is_left_out_of_the_login() -> None:
    given_ = {"username": "admin", "password": "secret", "secondary_password": ""}
    assert BOX.credentials(given_) == {"login": {"user": "admin", "pass": "secret"}}
    assert BOX.credentials({**given_, "secondary_password": "12"})["login"]["second"] == "12"
    assert TOKEN.credentials(given_) == {}


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ((), "/box/api/v1/"),
        (("v2",), "/box/api/v2/"),
        (("v2", "proxied/{version}"), "/proxied/v2/"),
        (("", "/"), "/"),
    ],
)
def test_base_paths(arguments: tuple[str, ...], path: str) -> None:
    assert BOX.path(*arguments) == path


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
    assert BOX.error(body) == error


@given(JSON)
def test_reading_an_answer_never_raises(body: Any) -> None:
    for dialect in TABLE.rows.values():
        error = dialect.error(body)
        assert error is None or (error[0] and isinstance(error[1], str))
        assert isinstance(dialect.text_of_error(body), str)
        assert isinstance(dialect.token(body), str)


def test_a_token_is_found_where_the_table_says() -> None:
    assert TOKEN.token({"data": {"token": "abc"}}) == "abc"
    assert TOKEN.token({"data": {"token": 5}}) == ""
    assert TOKEN.token({"token": "abc"}) == ""


def test_a_dialect_is_found_by_its_name_and_by_its_network_os() -> None:
    assert TABLE.find("token") is TOKEN
    assert TABLE.find(" Maker.BOX.box ") is BOX
    assert TABLE.example == "maker.box.box"
    with pytest.raises(ValueError, match=r"'maker\.box\.bax'; near: maker\.box\.box"):
        TABLE.find("maker.box.bax")
    with pytest.raises(ValueError, match=r"known: box, token, maker\.box\.box"):
        TABLE.find("zzz")


def test_a_name_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        dialect_table(BOX, BOX)
    with pytest.raises(ValueError, match="listed twice"):
        dialect_table(BOX, Dialect("other", "another", "/", "", "basic", network_os=("maker.box.box",)))
