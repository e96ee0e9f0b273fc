# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every shape of a package name that a public source shows, and what is no package."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package

# name, kind, for Security Manager, platform, release, engine, signature, requires
NAMES = [
    ("IPS-sig-S552-req-E4.pkg", "signature", False, "", None, 4, "S552", None),
    ("IPS-sig-S389-req-E3", "signature", False, "", None, 3, "S389", None),
    ("IPS-4345-sig-S700-req-E4.pkg", "signature", False, "4345", None, 4, "S700", None),
    ("IPS-sig-S251-minreq-5.1-4.pkg", "signature", False, "", None, None, "S251", "5.1(4)"),
    ("IDS-sig-4.1-4-S146.rpm.pkg", "signature", False, "", None, None, "S146", "4.1(4)"),
    ("IPS-CS-MGR-sig-S648-req-E4.zip", "signature", True, "", None, 4, "S648", None),
    ("IPS-engine-E4-req-7.1-2.pkg", "engine", False, "", None, 4, None, "7.1(2)"),
    ("IPS-SSP_10-engine-E4-req-7.1-2.pkg", "engine", False, "SSP_10", None, 4, None, "7.1(2)"),
    ("IPS-engine-E2-req-6.1-1.pkg", "engine", False, "", None, 2, None, "6.1(1)"),
    ("IPS-K9-7.1-2-E4.pkg", "sensor", False, "", "7.1(2)", 4, None, None),
    ("IPS-SSP_5512-K9-7.1-4-E4.pkg", "sensor", False, "SSP_5512", "7.1(4)", 4, None, None),
    ("IPS-NME-K9-6.2-2-E3.pkg", "sensor", False, "NME", "6.2(2)", 3, None, None),
    ("IPS-SSC_5-K9-6.2-2-E3.pkg", "sensor", False, "SSC_5", "6.2(2)", 3, None, None),
    ("IPS-K9-6.0-3-E.1.pkg", "sensor", False, "", "6.0(3)", 1, None, None),
    ("IPS-K9-6.0-4a-E1.pkg", "sensor", False, "", "6.0(4a)", 1, None, None),
    ("IPS-K9-maj-5.0-1e-S149.rpm.pkg", "sensor", False, "", "5.0(1e)", None, "S149", None),
    ("IDS-K9-sp-4.0-2-S42.rpm.pkg", "sensor", False, "", "4.0(2)", None, "S42", None),
    ("IPS-4270_20-K9-patch-7.1-11p1-E4.pkg", "patch", False, "4270_20", "7.1(11p1)", 4, None, None),
    ("IPS-K9-patch-7.2-1pl-E4.pkg", "patch", False, "", "7.2(1p1)", 4, None, None),
    ("IPS-4240-K9-sys-1.1-a-6.1-1-E2.img", "system", False, "4240", "6.1(1)", 2, None, None),
    ("WS-SVC-IDSM2-K9-sys-1.1-a-6.0-3-E.1.bin.gz", "system", False, "IDSM2", "6.0(3)", 1, None, None),
    ("IPS-K9-r-1.1-a-7.2-1-E4.pkg", "recovery", False, "", "7.2(1)", 4, None, None),
    ("IPS-CSM-K9-7.1.3.zip", "sensor", True, "", "7.1(3)", None, None, None),
    ("IPS-CSM-K9-patch-7.3-5p1-E4.zip", "patch", True, "", "7.3(5p1)", 4, None, None),
    ("IPS-CS-MGR-SSC_5-K9-6.2-4-E4.zip", "sensor", True, "SSC_5", "6.2(4)", 4, None, None),
]


@pytest.mark.parametrize(
    ("name", "kind", "manager", "platform", "release", "engine", "signature", "requires"),
    NAMES,
    ids=[row[0] for row in NAMES],
)
def test_names(
    name: str,
    kind: str,
    manager: bool,
    platform: str,
    release: str | None,
    engine: int | None,
    signature: str | None,
    requires: str | None,
) -> None:
    found = parse_package(name)
    assert found is not None
    shown = [None if part is None else str(part) for part in (found.release, found.signature, found.requires)]
    assert (found.kind, found.manager, found.platform, found.engine) == (kind, manager, platform, engine)
    assert shown == [release, signature, requires]
    assert found.installable is (not manager and kind not in ("system", "recovery"))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "index.html",
        "IPS-sig-S552.pkg",
        "IPS-sig-req-E4.pkg",
        "IPS-K9-.pkg",
        "IPS-K9-7.1-2-E4.zip",  # only Security Manager's files are archives
        "IPS-CSM-K9-7.1.3.pkg",
        "IPS-5.1-7-E1.readme.txt",
        "c2900-universalk9-mz.SPA.152-4.M3.bin",
        "IOS-S416-CLI.pkg",  # for Cisco IOS IPS
        "../IPS-K9-7.1-2-E4.pkg",
        "IPS-K9-7.1-2-E4.pkg\nreset",
        "IPS-K9-7.1-2-E4.pkg;reset",
        "IPS-engine-E4-req-.pkg",
    ],
)
def test_what_is_no_package(name: str) -> None:
    assert parse_package(name) is None


@given(st.text(max_size=140))
def test_a_name_never_raises(text: str) -> None:
    parse_package(text)
    parse_package(f"IPS-K9-{text}.pkg")
    parse_package(f"IPS-sig-{text}.pkg")


def test_a_name_in_the_upgrade_history_is_that_of_its_file() -> None:
    file, history = parse_package("IPS-sig-S734-req-E4.pkg"), parse_package("IPS-sig-S734-req-E4")
    assert file and history and file.stem == history.stem


def test_the_table_of_downloads_shows_the_parts_of_a_version_apart() -> None:
    found = parse_package("IPS-4270_20-K9-patch-7.1-11p1-E4.pkg")
    assert found
    shown = found.describe()
    assert (shown["major"], shown["minor"], shown["service_pack"], shown["patch"], shown["engine"]) == (
        7,
        1,
        11,
        1,
        "E4",
    )
    signature = parse_package("IPS-sig-S734-req-E4.pkg")
    assert signature
    assert (signature.describe()["signature"], signature.describe()["engine"]) == ("S734", "E4")
    assert "major" not in signature.describe()
