# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's rules about licences, 1 to 10, what is known of a licence file, and the laws of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.version_text import License, parse_license
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license import model
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.model import (
    Attempt,
    Held,
    LicenseFile,
    as_record,
    attempt_of,
    parse,
    runs,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.plan import SHORTENS, desired_state, plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.rules import (
    RULES,
    Terms,
    check,
    choice,
    decided,
    refused,
    selected,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.delivery import Delivery

TODAY = date(2026, 11, 28)
SERIAL = "MQEA9470012"
DUE, ALL = Terms(TODAY, select="due"), Terms(TODAY)
THIS = Delivery("https://192.0.2.10:8443/", "192.0.2.10:8443", transient=True)


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def file(days: int | None = 100, name: str = "a.lic", data: bytes = b"one") -> LicenseFile:
    return LicenseFile(name, data, SERIAL, None if days is None else day(days))


def held(days: int | None = 50, said: str = "valid", **more: object) -> Held:
    found = License(said, None if days is None else day(days), ("a line",))  # type: ignore[arg-type]
    return Held("IPS-4260", SERIAL, found, **more)  # type: ignore[arg-type]


def ids(state: Held, terms: Terms) -> list[str]:
    return [each.rule for each in check(state, terms)]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "serial", "expires"),
    [
        ("<serialNumber>MQEA9470012</serialNumber><expires>01-Aug-2027</expires>", SERIAL, date(2027, 8, 1)),
        ("Serial Number: mqea9470012\nExpires: 2027-08-01 UTC\n", SERIAL, date(2027, 8, 1)),
        ('{"serial": "MQEA9470012", "expirationDate": "01-aug-2027"}', SERIAL, date(2027, 8, 1)),
        ('<key serial="MQEA9470012" expiry="2027-08-01"/>', SERIAL, date(2027, 8, 1)),
        ("serial=MQEA9470012\nserial=MQEA9470013", "", None),
        ("serial: MQEA9470012 expires: never", SERIAL, None),
        ("serial: MQEA9470012 expires: 31-Feb-2027", SERIAL, None),
        ("expires: 2027-08-01\nexpiry = 2027-09-01", "", None),
        ("A1B2 opaque", "", None),
    ],
)
def test_serial_and_expiry_are_read_where_they_can_be_recognised(text: str, serial: str, expires: date | None) -> None:
    found = parse("x.lic", text.encode())
    assert (found.serial, found.expires) == (serial, expires)


@given(st.binary(max_size=400))
def test_whatever_bytes_a_file_has_it_is_parsed_and_its_record_leads_back_to_it(data: bytes) -> None:
    found = parse("x.lic", data, "local")
    assert found.data == data
    attempt = Attempt(found, SERIAL, "2026-11-28T22:00:00Z", "failed", "no space")
    assert attempt_of(as_record(attempt), data) == attempt
    assert attempt_of(as_record(attempt), data + b"x") is None


def test_a_record_that_is_not_ours_is_none() -> None:
    assert attempt_of({}, b"") is None
    good = as_record(Attempt(file(), SERIAL, "now"))
    assert attempt_of({**good, "source": "elsewhere"}, b"one") is None


@pytest.mark.parametrize(
    ("data", "said"),
    [(b" \n", "empty"), (b"x" * (model.LARGEST + 1), "bytes"), (b"\n<HTML><body>", "HTML"), (b"<license/>", "")],
)
def test_what_is_no_licence_whatever_its_form(data: bytes, said: str) -> None:
    why = model.wrong(data)
    assert said in why and bool(why) == bool(said)


def test_rule_06_a_file_is_for_the_serial_number_that_it_names_and_by_its_name_where_it_names_none() -> None:
    assert file(name="OTHER0000001.lic").is_for(SERIAL.lower())  # what it says counts before its name
    assert not LicenseFile(f"{SERIAL}.lic", b"", "OTHER0000001").is_for(SERIAL)
    assert LicenseFile(f"ips {SERIAL.lower()}-2027.lic", b"").is_for(SERIAL)
    assert not LicenseFile(f"{SERIAL}9.lic", b"").is_for(SERIAL)
    assert not LicenseFile("a.lic", b"").is_for("")


def test_rule_06_of_several_the_last_expiry_counts_then_the_one_that_the_sensor_has() -> None:
    files = [file(10, "a", b"a"), file(20, "c", b"c"), file(20, "b", b"b"), replace(file(90), serial="OTHER0000001")]
    assert choice(files, held(runs=files[2].sha256)) == files[2]
    assert choice(files, held()) == files[1]
    assert choice(files[3:], held()) is None
    assert "L6" in ids(held(), ALL) and "L6" not in ids(held(offer=file()), ALL)


# -- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Licensed, expires:      01-Aug-2027 UTC"], "valid"),
        (["Licensed, expires:      01-Aug-2026 UTC"], "expired"),  # the sensor's clock is wrong
        (["License expired:        30-Sep-2010 UTC"], "expired"),
        (["No license present"], "none"),
        (["Invalid license key present"], "invalid"),
        (["This is a trial license", "License expires:        01-Aug-2027 UTC"], "trial"),
        (["Licensed to somebody else"], "unknown"),
        ([], "unknown"),
    ],
)
def test_rule_01_the_status_is_one_of_the_known_ones_and_never_guessed(lines: list[str], status: str) -> None:
    state = Held("IPS-4260", SERIAL, parse_license(lines))
    assert state.license.status(TODAY) == status
    assert ("L1" in ids(state, ALL)) == (status == "unknown")


def test_rule_04_a_platform_that_requires_cisco_com_is_refused_for_files_and_for_a_local_server() -> None:
    for platform in ("IPS-4270-20", "ASA-SSM-40"):
        state = replace(held(offer=file()), platform=platform)
        assert "L4" in ids(state, ALL) and "L4" in ids(state, Terms(TODAY, "local"))
        assert "L4" not in ids(state, Terms(TODAY, "cisco_com"))
        assert "L4" not in ids(state, Terms(TODAY, requires_cisco_com=False))
    assert "L4" not in ids(held(offer=file()), ALL)
    assert "L4" in ids(held(offer=file()), Terms(TODAY, requires_cisco_com=True))


def test_rule_05_of_a_mixed_selection_only_those_that_cisco_com_updates_are_acted_on() -> None:
    fleet = [replace(held(), platform=name) for name in ("IPS-4270-20", "IPS-4260", "ASA-SSM-40", "ASA-SSM-10")]
    assert [refused(one, ALL) for one in fleet] == [True, False, True, False]
    assert not any(refused(one, Terms(TODAY, "cisco_com")) for one in fleet)
    assert [bool([each for each in check(one, ALL) if each.rule == "L4"]) for one in fleet] == [
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("new", "runs_another", "applied", "shortens"),
    [(51, False, True, False), (51, True, True, False), (50, False, False, False), (50, True, True, False),
     (49, False, False, False), (49, True, True, True)],
)  # fmt: skip
def test_rule_08_later_or_known_to_differ(new: int, runs_another: bool, applied: bool, shortens: bool) -> None:
    state = held(50, offer=file(new), runs="another" if runs_another else "")
    found = decided(state, ALL)
    assert (found.apply, found.shortens) == (applied, shortens)
    assert ("L8" in ids(state, ALL)) == (new == 49)
    assert decided(state, Terms(TODAY, force=True)).apply
    assert not decided(replace(state, runs=file(new).sha256), Terms(TODAY, force=True)).apply


def test_rule_08_a_sensor_without_a_date_gets_it_and_an_expired_file_helps_none() -> None:
    for said in ("none", "invalid", "unknown", "trial"):
        assert decided(held(None, said, offer=file()), ALL).apply
    late = held(None, "none", offer=file(-1))
    assert not decided(late, Terms(TODAY, force=True)).apply and "L12" in ids(late, ALL)
    assert decided(held(None, "none", offer=file(0)), ALL).apply  # the last day still counts


def test_rule_09_a_redeployment_needs_an_attempt_on_this_device() -> None:
    again = Terms(TODAY, redeploy=True)
    assert "L9" in ids(held(), again)
    attempt = Attempt(file(), SERIAL, "now", "failed", "no space")
    assert "L9" not in ids(held(attempt=attempt, offer=file()), again)
    assert "L9" in ids(held(attempt=replace(attempt, serial="OTHER0000001")), again)
    assert decided(held(200, attempt=attempt, offer=file()), again).apply


def test_rule_09_a_redeployment_goes_where_the_file_came_from() -> None:
    attempt = Attempt(replace(file(), source="cisco_com"), SERIAL, "now", "failed")
    state = replace(held(attempt=attempt, offer=attempt.file), platform="IPS-4270")
    assert "L4" not in ids(state, Terms(TODAY, redeploy=True))
    local = replace(state, attempt=replace(attempt, file=file()))
    assert "L4" in ids(local, Terms(TODAY, redeploy=True))


@pytest.mark.parametrize(
    ("days", "said", "due"),
    [(None, "none", True), (-5, "expired", True), (-1, "valid", True), (0, "valid", True), (1, "valid", True),
     (2, "valid", False), (1, "trial", True), (2, "trial", False), (None, "trial", False), (None, "invalid", False),
     (None, "unknown", False)],
)  # fmt: skip
def test_rule_10_selected_are_none_expired_and_soon_expiring_ones(days: int | None, said: str, due: bool) -> None:
    assert selected(held(days, said), DUE)[0] is due
    assert selected(held(days, said), ALL)[0]
    assert ("L10" in ids(held(days, said), DUE)) == (said in ("invalid", "unknown"))
    assert Terms(TODAY).before_days == 1


def test_rule_10_the_days_count_in_utc_days() -> None:
    assert selected(held(7), replace(DUE, before_days=7))[0]
    assert not selected(held(8), replace(DUE, before_days=7))[0]


def test_what_a_sensor_has_is_known_only_while_it_shows_what_was_applied() -> None:
    attempt = Attempt(file(50), SERIAL, "now", "applied")
    assert runs(SERIAL, held(50).license, TODAY, attempt) == file(50).sha256
    assert runs(SERIAL, held(51).license, TODAY, attempt) == ""
    assert runs("OTHER0000001", held(50).license, TODAY, attempt) == ""
    assert runs(SERIAL, held(50).license, TODAY, replace(attempt, outcome="failed")) == ""
    assert runs(SERIAL, held(50).license, TODAY, None) == ""
    undated = replace(attempt, file=file(None))
    assert runs(SERIAL, held(50).license, TODAY, undated) == file(None).sha256
    assert runs(SERIAL, held(None, "none").license, TODAY, undated) == ""


def test_each_rule_has_a_source() -> None:
    assert {"L1", "L3", "L4", "L6", "L7", "L8", "L9", "L10", "L2", "L5"} <= RULES.keys()


# -- plan -------------------------------------------------------------------------------------------------------------

OFFERS = st.builds(
    file, st.one_of(st.none(), st.integers(-5, 200)), st.just("a.lic"), st.sampled_from([b"one", b"two"])
)
STATES = st.builds(
    held,
    st.integers(-5, 200),
    st.sampled_from(["valid", "expired", "trial"]),
    offer=st.one_of(st.none(), OFFERS),
    runs=st.sampled_from(["", file(data=b"one").sha256, file(data=b"two").sha256, "another"]),
)
TERMS = st.builds(
    Terms, st.just(TODAY), redeploy=st.booleans(), select=st.sampled_from(["all", "due"]), force=st.booleans()
)


@given(STATES, TERMS)
def test_a_plan_is_made_exactly_where_it_is_decided_and_a_second_one_is_empty(state: Held, terms: Terms) -> None:
    wanted = desired_state(state, terms)
    assert bool(plan(state, wanted, THIS)) == decided(state, terms).apply
    assert not plan(wanted, wanted, THIS)
    assert not decided(wanted, terms).apply or wanted.offer is None


def test_the_plan_is_consent_to_these_bytes_and_tags_a_shorter_licence() -> None:
    state = held(50, offer=file(40), runs="another")
    (operation,) = plan(state, desired_state(state, ALL), THIS).operations
    assert operation.item == f"license[{file(40).sha256[:16]}]" and operation.risk == (SHORTENS,)
    assert operation.do == (
        "tls trusted-host ip-address 192.0.2.10 port 8443",
        f"copy https://192.0.2.10:8443/{SERIAL}.lic license-key",
        "no tls trusted-host id 192.0.2.10:8443",
    )
    first = held(None, "none", offer=file())
    published = Delivery("https://192.0.2.20/licenses/", "192.0.2.20:443")
    trust, copy = plan(first, desired_state(first, ALL), published, "a.lic").operations
    assert trust.undo == ("no tls trusted-host id 192.0.2.20",)
    assert (copy.kind, copy.do) == ("create", ("copy https://192.0.2.20/licenses/a.lic license-key",))
