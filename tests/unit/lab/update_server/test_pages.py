# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the update server prints: listings of three web servers, metadata and readme of packages."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ips import signatures
from lab.update_server import pages

WHEN = datetime(2013, 8, 9, 15, 4)  # as the page has it
ENTRIES = [pages.Entry("b&c.pkg", 20_000, WHEN), pages.Entry("a.json", 12, WHEN)]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("apache", '<a href="b&amp;c.pkg">b&amp;c.pkg</a>                 2013-08-09 15:04   20K  '),
        ("iis", '8/9/2013  3:04 PM        20000 <A HREF="/IPSpath/b&amp;c.pkg">b&amp;c.pkg</A><br>'),
        ("nginx", '<a href="b&amp;c.pkg">b&amp;c.pkg</a>' + " " * 43 + " 09-Aug-2013 15:04               20000\r\n"),
    ],
)
def test_a_listing_has_name_date_and_size(form: str, line: str) -> None:
    text = pages.listing(form, "IPSpath", ENTRIES)
    assert line in text
    assert text.index("a.json") < text.index("b&amp;c.pkg")


@given(st.integers(510, 999), st.integers(0, 5), st.integers(0, 4))
def test_metadata_tells_what_each_level_brought_and_a_sensor_of_that_level_knows_it(
    level: int, new: int, modified: int
) -> None:
    name = f"IPS-sig-S{level}-req-E4.pkg"
    told = json.loads(pages.metadata(name, b"x", pages.Shelf(new, modified, ("edge",))))
    rows = [row for row in told["signatures"] if row["level"] == level]
    assert [row["status"] for row in rows].count("new") == new
    assert [row["status"] for row in rows].count("modified") == modified
    assert all(signatures.known(int(row["id"]), level) for row in told["signatures"] if row["level"] >= 500)
    assert not any(signatures.known(int(row["id"]), level - 1) for row in rows if row["status"] == "new")
    assert told["threat_profiles"] == ["edge"]


def test_a_service_pack_brings_no_signatures() -> None:
    told = json.loads(pages.metadata("IPS-K9-7.1-8-E4.pkg", b"xy", pages.Shelf()))
    assert set(told) == {"file", "size", "sha256", "date"}
    assert b"SIGNATURE" not in pages.readme("IPS-K9-7.1-8-E4.pkg", pages.Shelf())


def test_a_level_that_brings_nothing_says_so() -> None:
    text = pages.readme("IPS-sig-S733-req-E4.pkg", pages.Shelf(new=0)).decode()
    assert "NEW SIGNATURES\n\nNone\n" in text
