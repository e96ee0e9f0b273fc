# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths and texts of REST calls: what goes on the wire stays below the base path."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.api import (
    Rejected,
    target,
)


@pytest.mark.parametrize(
    ("path", "query", "wire"),
    [
        ("config/login", None, "config/login"),
        ("config/login", {}, "config/login"),
        (
            "config_editor/sites/package_name=P,site_name=S%20T",
            None,
            "config_editor/sites/package_name=P,site_name=S%20T",
        ),
        ("config/x", {"action": "compile"}, "config/x?action=compile"),
        (
            "monitor/flows",
            {"filter": "page_no:2;application:iperf"},
            "monitor/flows?filter=page_no:2;application:iperf",
        ),
        ("reports/x", {"page": "number:1;size:10", "attrs": "a,b"}, "reports/x?page=number:1;size:10&attrs=a,b"),
        ("x", {"a&b": "c=d?e#f"}, "x?a%26b=c%3Dd%3Fe%23f"),
    ],
)
def test_paths_and_queries_go_as_the_references_write_them(path: str, query: dict[str, str] | None, wire: str) -> None:
    assert target(path, query) == wire


@pytest.mark.parametrize(
    "path",
    ["", "/", "/x", "x y", "x\n", "x?y", "x#y", "é", "%zz", "..", "a/../b", "a/%2e%2e/b", "a/%2E./b", "./a", "a\\b"],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|leads out"):
        target(path)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_every_query_arrives_as_it_was_meant(query: dict[str, str]) -> None:
    try:
        wire = target("x", query)
    except UnicodeEncodeError:
        return  # half a character: the session says that it was not sent
    assert dict(parse_qsl(wire.partition("?")[2], keep_blank_values=True, separator="&")) == query
    assert all(33 <= ord(char) < 127 for char in wire)


@given(st.text())
def test_whatever_path_is_let_through_stays_below_the_base_path(path: str) -> None:
    try:
        wire = target(path)
    except ValueError:
        return
    parts = [unquote(part) for part in wire.split("/")]
    assert ".." not in parts
    assert not wire.startswith("/")
    assert "?" not in wire


def test_a_rejection_is_a_failure_that_changed_nothing() -> None:
    rejected = Rejected("no", status=400, code=7, text="no", method="POST", path="x")
    assert isinstance(rejected, ApplyFailed)
    assert (rejected.changed, rejected.device_state, str(rejected)) == (False, "unchanged", "no")
