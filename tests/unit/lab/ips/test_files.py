# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab's sensor reads of files: names and contents of packages, licences, versions."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ips import licenses, packages
from lab.ips.packages import Version, name_of


@pytest.mark.parametrize(
    ("file", "kind", "platform", "engine"),
    [
        ("IPS-sig-S552-req-E4.pkg", "signature", "", 4),
        ("IPS-SSC_5-sig-S552-req-E4.pkg", "signature", "SSC_5", 4),
        ("IPS-engine-E4-req-7.1-2.pkg", "engine", "", 4),
        ("IPS-4345-engine-E4-req-7.1-2.pkg", "engine", "4345", 4),
        ("IPS-K9-7.1-8-E4.pkg", "update", "", 4),
        ("IPS-K9-6.0-3-E.1.pkg", "update", "", 1),
        ("IPS-NME-K9-6.2-2-E3.pkg", "update", "NME", 3),
        ("IPS-4270_20-K9-patch-7.1-11p1-E4.pkg", "update", "4270_20", 4),
        ("IPS-4240-K9-sys-1.1-a-6.1-1-E2.img", "image", "", 0),
        ("IPS-K9-r-1.1-a-7.2-1-E4.pkg", "image", "", 0),
    ],
)
def test_names_of_packages_are_taken_apart(file: str, kind: str, platform: str, engine: int) -> None:
    found = name_of(file)
    assert found is not None
    assert (found.kind, found.platform, found.engine) == (kind, platform, engine)


@pytest.mark.parametrize("file", ["", "readme.txt", "IPS-CS-MGR-sig-S648-req-E4.zip", "IPS-sig-S552-req-E4.zip"])
def test_what_is_no_package_for_a_sensor_has_no_name(file: str) -> None:
    assert name_of(file) is None


def test_versions_are_ordered_by_pack_then_patch() -> None:
    texts = ["6.0(4)E1", "6.0(4a)E1", "6.1(1)E2", "7.0(9)E4", "7.1(7)E4", "7.1(7p1)E4", "7.1(11)E4", "7.1(11p1)E4"]
    order = [packages.release(text)[0] for text in texts]
    assert order == sorted(order)
    assert [f"{version}E{packages.release(text)[1]}" for version, text in zip(order, texts, strict=True)] == texts
    assert Version(7, 1, 11, 1).dashed == "7.1-11p1"


@pytest.mark.parametrize("text", ["", "7.1", "7.1(7)", "7.1.7E4"])
def test_another_form_of_a_release_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        packages.release(text)


@pytest.mark.parametrize(
    ("identifier", "platform", "fits"),
    [
        ("SSP_10", "ASA5585-SSP-IPS10", True),
        ("SSP_5512", "ASA5512-IPS", True),
        ("4270_20", "IPS-4270-20", True),
        ("IDSM2", "WS-SVC-IDSM-2", True),
        ("SSM_20", "ASA-SSM-10", False),
        ("4345", "IPS-4260", False),
    ],
)
def test_a_package_is_for_one_platform(identifier: str, platform: str, fits: bool) -> None:
    assert packages.fits(identifier, platform) is fits


@given(st.integers(0, 5000), st.integers(0, 4999))
def test_a_package_that_was_cut_damaged_or_renamed_is_not_genuine(size: int, place: int) -> None:
    name = "IPS-sig-S552-req-E4.pkg"
    data = packages.package(name, size)
    assert packages.is_genuine(name, data)
    assert not packages.is_genuine("IPS-sig-S553-req-E4.pkg", data)
    where = place % len(data)
    assert not packages.is_genuine(name, data[:where])
    assert not packages.is_genuine(name, data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :])


@given(st.text("<>&AZ09-", min_size=1, max_size=20), st.dates(date(2000, 1, 1)), st.text("ab <&>", max_size=20))
def test_a_licence_is_read_as_it_was_written(serial: str, expires: date, info: str) -> None:
    data = licenses.license_file(serial, expires, info=info, kind="trial")
    assert licenses.read(data) == licenses.Licence(serial, expires, "trial", info)


def test_a_licence_whose_date_was_changed_by_hand_is_none() -> None:
    data = licenses.license_file("MQEA9470012", "2027-08-01")
    assert licenses.read(data.replace(b"2027", b"2037")) is None
    assert licenses.read(data[:-40]) is None


@given(st.binary(max_size=200))
def test_reading_a_licence_never_fails(data: bytes) -> None:
    assert licenses.read(data) is None
