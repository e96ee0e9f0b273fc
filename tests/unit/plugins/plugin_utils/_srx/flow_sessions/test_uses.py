# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made of sessions: counts, rows of files, the check of interface NAT, pages."""

from __future__ import annotations

import csv
import gzip
import json
import re
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions import export as session_export
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.aggregate import (
    DIMENSIONS,
    Aggregate,
    needed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.file_device import SessionFile
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.interface_nat import (
    InterfaceNat,
    addresses,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.model import Raw, session
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.pages import Fresh, following, in_order


def raw(number: int, **told: str) -> Raw:
    return {
        "node": "",
        "fpc_pic": "",
        "session_id": str(number),
        **{key.replace("__", "."): text for key, text in told.items()},
    }


# -- counts

counters = st.sampled_from(["0", "1", "84", str(2**64 - 1), "N/A", "", "-5", "9" * 30, " 7 ", "1_0"])
names = st.sampled_from(["a/1", "a/2", "b/1", "N/A", ""])
raws = st.lists(
    st.builds(
        lambda policy, come, gone, interface, other: {
            "policy": policy, "in.bytes": come, "in.packets": gone, "in.interface": interface, "in.source": policy,
            **({"out.bytes": gone, "out.packets": come, "out.interface": other} if other else {}),
        },
        names, counters, counters, names, names,
    ),
    max_size=30,
)  # fmt: skip


def figure(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) <= 20 else 0


@given(raws, st.integers(0, 6), st.integers(1, 6))
def test_counts_are_the_sums_of_the_sessions_however_few_names_are_kept(
    sessions: list[Raw], top: int, most: int
) -> None:
    counted = Aggregate(DIMENSIONS, top, most)
    for one in sessions:
        counted.add(one)
    sent = sum(figure(one.get("in.bytes")) + figure(one.get("out.bytes")) for one in sessions)
    packets = sum(figure(one.get("in.packets")) + figure(one.get("out.packets")) for one in sessions)
    plain = not any("_" in text or "-" in text for one in sessions for text in one.values())
    assert counted.figures["sessions"] == len(sessions)
    if plain:  # int() reads more than a device writes
        assert counted.figures == {"sessions": len(sessions), "bytes": sent, "packets": packets}
    for name, table in counted.result().items():
        assert len(table["top"]) <= top and table["names"] <= most
        if name != "interface":
            for key in ("sessions", "bytes", "packets"):
                assert sum(row[key] for row in table["top"]) + table["other"][key] == counted.figures[key]
        if table["exact"] and name == "policy":
            expected = Counter(one["policy"] for one in sessions)
            assert table["names"] == len(expected)


def test_the_highest_byte_counts_come_first_and_policies_have_their_index() -> None:
    counted = Aggregate(("policy",), 2)
    for number, policy in enumerate(["a/1", "b/2", "b/2", "N/A"]):
        counted.add(raw(number, policy=policy, in__bytes=str(number), in__packets="1"))
    table = counted.result()["policy"]
    assert [(row["policy"], row["policy_index"], row["sessions"], row["bytes"]) for row in table["top"]] == [
        ("b", 2, 2, 3), (None, None, 1, 3),
    ]  # fmt: skip
    assert table["other"] == {"sessions": 1, "bytes": 0, "packets": 1}


def test_a_session_counts_once_at_an_interface_that_it_enters_and_leaves_by() -> None:
    counted = Aggregate(("interface",), 5)
    counted.add(raw(1, in__interface="a", out__interface="a"))
    counted.add(raw(2, in__interface="a", out__interface="b"))
    assert {row["interface"]: row["sessions"] for row in counted.result()["interface"]["top"]} == {"a": 2, "b": 1}


def test_a_parser_is_told_what_counting_needs() -> None:
    assert needed(("interface",)) >= {"in.interface", "out.interface", "in.bytes", "out.packets"}
    assert "policy" in needed(("policy",)) and "policy" not in needed(("source",))


# -- files

ONE = raw(
    7, policy="=cmd|x/4", in__source="10.0.0.1", in__source_port="5", in__destination="192.0.2.1", in__destination_port="80",
    out__source="192.0.2.1", out__source_port="80", out__destination="203.0.113.1", out__destination_port="9", in__bytes="84",
)  # fmt: skip


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.csv", "x.csv.gz"])
def test_rows_are_read_back_as_they_were(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with SessionFile(str(path)) as file:
        for number in range(2500):
            file.write({**ONE, "session_id": str(number)})
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    rows: list[dict[str, Any]]
    if "jsonl" in name:
        rows = [json.loads(line) for line in data.decode().splitlines()]
        assert rows[0] == {**session({**ONE, "session_id": "0"})}
    else:
        rows = list(csv.DictReader(data.decode().splitlines()))
        assert rows[0]["policy"] == "'=cmd|x" and rows[0]["nat_applied"] == "source" and rows[0]["in_bytes"] == "84"
    assert [int(row["session_id"]) for row in rows] == list(range(2500)) and file.rows == 2500
    assert path.stat().st_mode & 0o777 == 0o600 and list(tmp_path.iterdir()) == [path]


def test_the_same_sessions_make_the_same_file(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "b.csv.gz"):
        with SessionFile(str(tmp_path / name)) as file:
            file.write(ONE)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


@contextmanager
def file_size(limit: int) -> Iterator[None]:
    """Files of this process may not grow beyond this: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(path: Path, number: int, *further: Any) -> None:
    with SessionFile(str(path)) as file:
        for k in range(number):
            file.write({**ONE, "session_id": str(k * 7919)})
        for one in further:
            file.write(one)


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv.gz"])
def test_a_disk_that_takes_no_more_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("earlier", encoding="utf-8")
    with pytest.raises(ApplyFailed, match="cannot be written"), file_size(20_000):
        write(path, 100_000)
    assert path.read_text(encoding="utf-8") == "earlier" and list(tmp_path.iterdir()) == [path]


def test_an_error_in_mid_table_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(AttributeError):
        write(path, 5, "no session")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with (
        pytest.raises(ApplyFailed, match=r"No such file.*The folder .*/no is not there: create it") as caught,
        SessionFile(str(tmp_path / "no" / "x.csv")),
    ):
        pass
    assert "disk" not in str(caught.value)


def test_a_disk_without_room_is_to_be_freed_and_a_path_through_a_file_is_not(tmp_path: Path) -> None:
    with open("/dev/full", "wb", buffering=0) as full:
        file = SessionFile(str(tmp_path / "x.jsonl"))
        file._file = SimpleNamespace(write=lambda row: full.write(row.encode()))
        with pytest.raises(ApplyFailed, match="Free the disk"):
            file.write(ONE)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ApplyFailed, match="is a file and no folder"), SessionFile("/dev/null/x.csv"):
        pytest.fail("it began")


def test_names_of_files_say_how_they_are_written() -> None:
    with pytest.raises(ValueError, match="jsonl"):
        session_export.layout("x.txt.gz")
    assert session_export.layout("a/b.jsonl") == ("jsonl", False)


# -- interface NAT

TERSE = """\
Interface               Admin Link Proto    Local                 Remote
ge-0/0/0                up    up
ge-0/0/0.0              up    up   inet     203.0.113.1/24
                                            203.0.113.2/24
                                   inet6    2001:db8::1/64
ge-0/0/1.0              up    up   inet     10.0.0.1/8
st0.0                   up    down inet     192.0.2.1           --> 192.0.2.2
lo0.0                   up    up
"""


def test_addresses_of_interfaces() -> None:
    found = addresses(TERSE)
    assert found["ge-0/0/0.0"] == {"203.0.113.1", "203.0.113.2", "2001:db8::1"}
    assert found["st0.0"] == {"192.0.2.1"} and found["lo0.0"] == set()


@given(st.text(alphabet="ge-0/0.up down:12inet \n\t", max_size=200) | st.text(max_size=200))
def test_addresses_never_raise(text: str) -> None:
    found = addresses(text)
    assert all(re.fullmatch(r"\S+", name) and name in text for name in found)
    for address in {address for known in found.values() for address in known}:
        assert re.fullmatch(r"[0-9a-f.:]+", address), "without its mask"
        assert ":" in address or address in text


def nat(address: str, pool: str | None = "interface", egress: str = "ge-0/0/0.0", source: str = "10.0.0.9") -> Raw:
    told = {"in__source": source, "out__destination": address, "out__interface": egress}
    return raw(1, **told, **({"source_nat_pool": pool} if pool else {}))


@pytest.mark.parametrize(
    ("one", "checked", "stale"),
    [
        (nat("203.0.113.2"), 1, 0),
        (nat("203.0.113.9"), 1, 1),
        (nat("2001:0db8:0::1"), 1, 0),
        (nat("203.0.113.9", pool=None), 1, 1),
        (nat("203.0.113.9", pool="pool1"), 0, 0),
        (nat("203.0.113.9", pool="Null"), 0, 0),
        (nat("10.0.0.9"), 0, 0),
        (nat("203.0.113.9", egress="ge-0/0/7.0"), 0, 0),
        (raw(1, in__source="10.0.0.9"), 0, 0),
    ],
)
def test_only_sessions_with_interface_nat_and_a_lost_address_are_stale(one: Raw, checked: int, stale: int) -> None:
    check = InterfaceNat(addresses(TERSE))
    check.add(one)
    found = check.result()
    assert (found["checked"], found["stale"], len(found["sessions"])) == (checked, stale, stale)
    assert found["unknown_interfaces"] == ({"ge-0/0/7.0": 1} if one.get("out.interface") == "ge-0/0/7.0" else {})


# -- pages


def at(number: int, node: str = "", pic: str = "") -> Raw:
    return {"node": node, "fpc_pic": pic, "session_id": str(number)}


@given(
    st.lists(st.integers(1, 60), unique=True, max_size=40),
    st.lists(st.integers(1, 60), unique=True, max_size=40),
    st.integers(1, 20),
    st.sampled_from(["node", "SPU"]),
)
def test_pages_give_every_session_once_whatever_count_is_meant_for(
    one: list[int], other: list[int], size: int, parse_options: str
) -> None:
    """One node with two SPUs, whose identifiers have the unit in their upper half, and one with the same sessions."""
    spus = {
        "FPC0 PIC0": sorted(4 * 2**32 + number for number in one),
        "FPC0 PIC1": sorted(5 * 2**32 + number for number in other),
    }

    def page(start: int) -> list[Raw]:
        found: list[Raw] = []
        for node in ("node0", "node1"):
            told = [[at(number, node, pic) for number in numbers if number >= start] for pic, numbers in spus.items()]
            found += (
                [raw for part in told for raw in part[:size]]
                if parse_options == "SPU"
                else [raw for part in told for raw in part][:size]
            )
        return found

    fresh, taken, start = Fresh(), [], 1
    for _number in range(200):
        current = page(start)
        assert in_order(current)
        taken += [raw for raw in current if fresh(raw)]
        later = following(current, size)
        if later is None:
            break
        assert later > start
        start = later
    else:
        pytest.fail("pages do not end")
    everything = [
        at(number, node, pic) for node in ("node0", "node1") for pic, numbers in spus.items() for number in numbers
    ]
    assert sorted(map(str, taken)) == sorted(map(str, everything))


def test_pages_without_order_are_none() -> None:
    assert not in_order([at(2), at(1)])
    assert not in_order([at(1, pic="FPC0 PIC1")])
    assert in_order([at(2, "node0"), at(1, "node1")])
