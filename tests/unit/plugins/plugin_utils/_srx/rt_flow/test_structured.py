# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Structured data of session logs: what is rendered is parsed, the short way and the long one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow import structured
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.fields import (
    ALWAYS,
    AS_PRINTED,
    NOTHING,
    NUMBERS,
    OWN,
)

NUMBER_KEYS = sorted(name.replace("_", "-") for name in NUMBERS - {"session_id", "session_id_32"})
TEXT_KEYS = [
    "reason",
    "policy-name",
    "source-zone-name",
    "application",
    "username",
    "roles",
    "x-unknown",
    "src-nat-rule-type",
]
# What a quote closes: curly ones close too, so they stand in no value of the law.
TEXTS = st.text(st.characters(exclude_characters="»\u201d\u201c\u201e«\n\r", exclude_categories=("Cs",)), max_size=20)
FIELDS = st.dictionaries(st.sampled_from(TEXT_KEYS), TEXTS, max_size=8).flatmap(
    lambda texts: st.dictionaries(st.sampled_from(NUMBER_KEYS), st.integers(-1, 2**64), max_size=8).map(
        lambda numbers: {**texts, **numbers}
    )
)
IDENTIFIERS = st.sampled_from(["", "junos@2636.1.1.1.2.40 ", "junos@2626.192.0.2.1.40 ", "-custom@1 "])


def rendered(fields: dict[str, Any], identifier: str) -> str:
    """As RFC 5424 has it: quote, backslash and bracket are escaped in values."""
    pairs = (f'{key}="{escaped(str(value))}"' for key, value in fields.items())
    return f"[{identifier}{' '.join(pairs)}]"


def escaped(value: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", value)


def expected(fields: dict[str, Any]) -> dict[str, Any]:
    names = {key: key.replace("-", "_") for key in fields}
    return dict.fromkeys(ALWAYS if fields else ()) | {
        names[key]: value if isinstance(value, int) or names[key] in AS_PRINTED else NOTHING.get(value, value)
        for key, value in fields.items()
    }


@given(FIELDS, IDENTIFIERS, st.sampled_from(["", " session closed TCP FIN: 1", ' "odd" text]']))
def test_what_is_rendered_is_parsed(fields: dict[str, Any], identifier: str, connect_to: str) -> None:
    line = rendered(fields, identifier) + connect_to
    assert structured.fields(line, 0) == (expected(fields), "")
    assert structured.fields(line, 0) == structured.scanned(line, 0)


@given(
    st.lists(
        st.sampled_from(
            ['a="', '"', " b=", '" ', "]", "[", "\\", '\\"', "c", '=""', " ", 'd="1"', "session-id=", '"]', "é", "\x00"]
        ),
        max_size=14,
    )
)
def test_the_short_way_never_differs_from_the_long_one(pieces: list[str]) -> None:
    line = "".join(["[", *pieces])
    assert structured.fields(line, 0) == structured.scanned(line, 0)


@pytest.mark.parametrize("quotes", ['"»', '" »', '"\u201d', "\u201c\u201d", "\u201e\u201c", "«»", "« »"])
def test_curly_quotes_close_and_open(quotes: str) -> None:
    left, right = quotes[0], quotes[1:]
    line = f'[junos@2636.1.1.1.2.40 policy-name={left}a b{right} protocol-id={left}6{right} roles="x"]'
    assert structured.fields(line, 0) == (
        dict.fromkeys(ALWAYS) | {"policy_name": "a b", "protocol_id": 6, "roles": "x"},
        "",
    )


def test_lines_of_ever_new_keys_do_not_fill_the_memory() -> None:
    for number in range(2000):
        structured.fields(f'[x@1 key{number}="1"]', 0)
    assert len(structured._LAYOUTS) <= structured._MOST_LAYOUTS


def test_the_last_of_equal_keys_wins_both_ways() -> None:
    line = '[x@1 roles="a" roles="b" source-port="1" source-port="2"]'
    assert (
        structured.fields(line, 0)[0]
        == structured.scanned(line, 0)[0]
        == dict.fromkeys(ALWAYS) | {"roles": "b", "source_port": 2}
    )


def test_no_own_key_is_one_of_junos() -> None:
    assert not {name.replace("-", "_") for name in (*NUMBER_KEYS, *TEXT_KEYS)} & set(OWN)
