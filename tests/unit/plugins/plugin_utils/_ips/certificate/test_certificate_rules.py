# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's rules about certificates, 30 to 39, and ours about what is accepted."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import from_der, from_pem, grouped
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.plan import GENERATE, desired_state, plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.rules import (
    RULES,
    Certificates,
    Policy,
    Terms,
    Wanted,
    check,
    is_due,
    judged,
    source_of_new,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.status import (
    OVER_HTTP,
    WORDS,
    Seen,
    row,
    seen_now,
    status_of,
    table_as_csv,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_entry import Entry
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.selection import unselected

from .minted import NOW, minted, told

GOOD, OTHER = minted(), minted("10.0.0.6")
EXPIRED, FUTURE = minted("old", -800, -1), minted("new", 1, 700)


def entry(certificate: Any, source: Any = "ssh-verified") -> Entry:
    return Entry(certificate, "2026-11-01T00:00:00Z", source)


def line(stored: Any, shown: Any, communication: str = "https", now: datetime = NOW) -> dict[str, Any]:
    """A line of the table."""
    return row(
        "s1",
        "10.0.0.5",
        entry(stored).accepted if stored else None,
        seen_now(shown, "" if shown else "no route", now),
        communication,
        now,
    )


def terms(state: Wanted = "current", policy: Policy = "strict", **more: Any) -> Terms:
    return Terms(state, policy, more.pop("communication", "https"), more.pop("now", NOW), **more)


def rules_of(current: Certificates, asked: Terms) -> dict[str, str]:
    return {problem.rule: problem.severity for problem in check(current, asked)}


@pytest.mark.parametrize("state", ["synced", "regenerated"])
def test_rule_30_over_http_certificates_are_not_used(state: Wanted) -> None:
    shown = line(GOOD, None, "http")
    assert (shown["status"], shown["mismatch"], shown["why"]) == ("nonretrievable", "", OVER_HTTP)
    nothing = Certificates(None, OVER_HTTP, (), OVER_HTTP, entry(GOOD))
    assert rules_of(nothing, terms(state, communication="http")) == {"C30": "error"}
    assert rules_of(nothing, terms("current", communication="http")) == {"C30": "warning"}
    asked = terms("regenerated", communication="http", force=True)
    assert not plan(nothing, desired_state(nothing, asked), "10.0.0.5")


def test_rule_31_a_mismatch_is_reported_and_not_taken_over_by_a_refresh() -> None:
    current = Certificates(GOOD, "", told(GOOD), "", entry(OTHER))
    for state in ("current", "regenerated"):  # the latter does the same where nothing is due
        assert rules_of(current, terms(state)) == {"C31": "warning"}
        assert desired_state(current, terms(state)) == current


@pytest.mark.parametrize(
    ("stored", "shown", "communication", "mismatch"),
    [
        (GOOD, GOOD, "https", "No"),
        (GOOD, OTHER, "https", "Yes"),
        (GOOD, EXPIRED, "https", "Yes"),
        (EXPIRED, EXPIRED, "https", "No"),
        (None, GOOD, "https", ""),
        (GOOD, None, "https", ""),
        (GOOD, GOOD, "http", ""),
    ],
)
def test_rule_32_a_mismatch_is_blank_where_either_side_is_missing(
    stored: Any, shown: Any, communication: str, mismatch: str
) -> None:
    assert line(stored, shown, communication)["mismatch"] == mismatch


@pytest.mark.parametrize(
    ("stored", "shown", "status"),
    [
        (GOOD, GOOD, "valid"),
        (GOOD, EXPIRED, "expired"),
        (GOOD, FUTURE, "not_yet_valid"),
        (None, GOOD, "unavailable"),  # although it can be read: the vendor's word for what is not in the store
        (None, EXPIRED, "unavailable"),
        (GOOD, None, "nonretrievable"),
        (None, None, "nonretrievable"),
    ],
)
def test_rule_33_each_status_has_its_case_and_the_vendors_words(stored: Any, shown: Any, status: Any) -> None:
    found = line(stored, shown)
    assert (found["status"], found["status_text"]) == (status, WORDS[status])
    assert (found["why"] == "no route") == (shown is None)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (EXPIRED.not_after, "valid"),
        (EXPIRED.not_after + timedelta(seconds=1), "expired"),
        (EXPIRED.not_before, "valid"),
        (EXPIRED.not_before - timedelta(seconds=1), "not_yet_valid"),
    ],
)
def test_rule_33_at_the_second_of_either_end_a_certificate_is_valid(moment: datetime, status: str) -> None:
    assert line(EXPIRED, EXPIRED, now=moment)["status"] == status
    assert EXPIRED.dates(moment) == status


@pytest.mark.parametrize(
    ("stored", "shown", "words"),
    [
        (GOOD, GOOD, None),
        (OTHER, GOOD, "state: synced"),
        (GOOD, EXPIRED, "state: regenerated"),
        (EXPIRED, EXPIRED, "state: regenerated"),
        (GOOD, FUTURE, "NTP"),
        (None, GOOD, "state: current"),
        (GOOD, None, "allowed hosts"),
    ],
)
def test_rule_34_each_status_has_its_remedy(stored: Any, shown: Any, words: str | None) -> None:
    remedy = line(stored, shown)["remedy"]
    assert remedy is None if words is None else words in remedy


def test_rule_34_a_certificate_out_of_its_dates_is_warned_about() -> None:
    for certificate, words in ((EXPIRED, "expired on"), (FUTURE, "not valid before")):
        current = Certificates(certificate, "", told(certificate), "", entry(certificate))
        (problem,) = check(current, terms())
        assert (problem.rule, problem.severity) == ("C34", "warning")
        assert words in problem.message


def test_rule_35_refresh_loads_what_is_missing_if_ssh_proves_it() -> None:
    current = Certificates(GOOD, "", told(GOOD))
    desired = desired_state(current, terms())
    assert desired.stored is not None
    assert (desired.stored.certificate, desired.stored.source) == (GOOD, "ssh-verified")
    assert rules_of(current, terms()) == {}


@pytest.mark.parametrize(
    "asked", [terms(), terms(keys_checked=False)], ids=["not told by SSH", "host keys are not checked"]
)
def test_rule_35_under_strict_it_stays_unavailable_with_the_reason(asked: Terms) -> None:
    current = Certificates(GOOD, "", told(GOOD) if not asked.keys_checked else (), "show tls fingerprint was refused")
    assert desired_state(current, asked) == current
    assert rules_of(current, asked) == {"C36": "warning"}
    assert judged(current, asked)[1]
    assert rules_of(current, replace(asked, state="synced")) == {"C36": "error"}


@pytest.mark.parametrize(
    ("policy", "stored", "source"),
    [
        ("first_use", None, "first-use"),
        ("first_use", entry(OTHER), None),
        ("always", entry(OTHER), "always"),
        ("always", None, "always"),
        ("strict", entry(OTHER), None),
    ],
)
def test_rule_35_policies_decide_without_proof(policy: Policy, stored: Entry | None, source: str | None) -> None:
    current = Certificates(GOOD, "", (), "refused", stored)
    asked = terms("synced", policy)
    assert judged(current, asked)[0] == source
    after = desired_state(current, asked).stored
    assert (after.certificate == GOOD if after else False) == (source is not None)
    assert ("C36" in rules_of(current, asked)) == (source is None)


@pytest.mark.parametrize("state", ["current", "synced", "regenerated"])
@pytest.mark.parametrize("policy", ["strict", "first_use"])
def test_rule_35_what_ssh_contradicts_is_never_accepted(state: Wanted, policy: Policy) -> None:
    current = Certificates(GOOD, "", told(OTHER))
    assert rules_of(current, terms(state, policy)) == {"C35": "error"}
    assert desired_state(current, terms(state, policy)).stored is None
    assert rules_of(current, terms(state, "always")) == {"C35": "warning"}


def test_rule_35_sync_replaces_what_is_accepted() -> None:
    current = Certificates(GOOD, "", told(GOOD), "", entry(OTHER))
    (operation,) = plan(current, desired_state(current, terms("synced")), "10.0.0.5").operations
    assert (operation.kind, operation.do) == ("update", (f"trust 10.0.0.5: {GOOD.sha256}",))
    assert operation.undo == (f"trust 10.0.0.5: {OTHER.sha256}",)


def test_rule_35_regenerate_makes_one_on_the_sensor_then_takes_it_over() -> None:
    current = Certificates(EXPIRED, "", told(EXPIRED), "", entry(EXPIRED))
    asked = terms("regenerated")
    made = plan(current, desired_state(current, asked), "10.0.0.5")
    assert [operation.item for operation in made.operations] == ["certificate", "trust_store[10.0.0.5]"]
    assert made.commands[0] == GENERATE
    desired = desired_state(current, asked)
    half = replace(current, shown=GOOD, told=told(GOOD))  # on the sensor, not in the store yet
    assert [operation.item for operation in plan(half, desired, "a").operations] == ["trust_store[a]"]
    assert not plan(replace(half, stored=entry(GOOD)), desired, "a")


@pytest.mark.parametrize(
    ("days", "before", "force", "due"),
    [(10, 0, False, False), (10, 10, False, False), (10, 11, False, True), (-1, 0, False, True), (10, 0, True, True)],
)
def test_a_new_certificate_is_due_by_its_days(days: int, before: int, force: bool, due: bool) -> None:
    shown = minted(f"due{days}", -100, days)
    current = Certificates(shown, "", told(shown), "", entry(shown))
    assert is_due(current, terms("regenerated", before_days=before, force=force)) == due
    assert not is_due(current, terms("current", before_days=before, force=force))


@pytest.mark.parametrize(
    ("policy", "checked", "stored", "source"),
    [
        ("strict", True, GOOD, "ssh-verified"),
        ("strict", False, GOOD, None),
        ("first_use", False, GOOD, None),
        ("first_use", False, None, "first-use"),
        ("always", False, GOOD, "always"),
        ("always", True, GOOD, "ssh-verified"),
    ],
)
def test_a_new_certificate_needs_the_proof_that_the_policy_asks_for(
    policy: Policy, checked: bool, stored: Any, source: str | None
) -> None:
    current = Certificates(GOOD, "", told(GOOD), "", entry(stored) if stored else None)
    asked = terms("regenerated", policy, force=True, keys_checked=checked)
    assert source_of_new(current, asked) == source
    found = rules_of(current, asked)
    assert (found.get("C36") == "error") is (source is None), found


def test_what_cannot_be_read_is_not_replaced() -> None:
    current = Certificates(None, "set ips_https_tls_min_version: TLSv1", told(GOOD), "", entry(EXPIRED))
    assert rules_of(current, terms("regenerated", force=True)) == {"C33": "error"}
    assert rules_of(current, terms()) == {"C33": "warning"}
    assert "ips_https_tls_min_version" in check(current, terms())[0].message


def test_rule_36_all_sensors_need_a_word() -> None:
    fleet = {"groups": {"ips": ["a", "b", "c"]}, "ansible_play_hosts_all": ["a", "b", "c", "x"]}
    assert "all_sensors: true" in unselected(fleet, "state: synced")[0]
    assert unselected({**fleet, "ansible_limit": "a"}, "state: synced") == []
    assert unselected({**fleet, "ansible_play_hosts_all": ["a", "b"]}, "state: synced") == []
    assert unselected({"groups": {"ips": ["a"]}, "ansible_play_hosts_all": ["a"]}, "state: synced") == []
    assert unselected({}, "state: synced") == []


@pytest.mark.parametrize("limit", ["all", "*", "!x", "all:!x", "all,!x"])
def test_rule_36_a_limit_that_leaves_no_sensor_out_is_no_selection(limit: str) -> None:
    fleet = {"groups": {"ips": ["a", "b"]}, "ansible_play_hosts_all": ["a", "b"], "ansible_limit": limit}
    assert unselected(fleet, "state: synced")


def test_rule_37_both_thumbprints_are_shown() -> None:
    found = line(OTHER, GOOD)
    assert (found["thumbprint_store"], found["thumbprint_device"]) == (OTHER.sha1, GOOD.sha1)
    assert (found["sha256_store"], found["sha256_device"]) == (OTHER.sha256, GOOD.sha256)


def test_rule_38_the_whole_table_is_exported_or_nothing() -> None:
    rows = [{**line(GOOD, GOOD), "host": name} for name in ("s2", "s1")]
    read = list(csv.DictReader(io.StringIO(table_as_csv(rows, ["s1", "s2"]))))
    assert [item["Device"] for item in read] == ["s1", "s2"]
    assert read[0]["Certificate Mismatch?"] == "No"
    assert read[0]["Thumbprint on Device"] == GOOD.sha1
    for expected, words in ((["s1", "s2", "s3"], "lacks s3"), (["s1"], "s2")):
        with pytest.raises(ValueError, match=words):
            table_as_csv(rows, expected)
    with pytest.raises(ValueError, match="twice"):
        table_as_csv([*rows, rows[0]], ["s1", "s2"])


@pytest.mark.parametrize("text", ["=cmd()", "+1+1", "@x", "-2+3", "\tx"])
def test_rule_38_no_cell_is_a_formula(text: str) -> None:
    rows = [{**line(GOOD, None), "why": text}]
    (read,) = csv.DictReader(io.StringIO(table_as_csv(rows, ["s1"])))
    assert read["Reason"] == f"'{text}"
    assert table_as_csv([{**line(GOOD, EXPIRED)}], ["s1"]).splitlines()[1].count("'") == 0


def test_rule_39_the_age_of_what_is_shown_is_told() -> None:
    seen = seen_now(GOOD, "", NOW - timedelta(hours=2))
    found = row("s1", "a", entry(GOOD).accepted, seen, "https", NOW)
    assert (found["age_seconds"], found["read_at"]) == (7200, "2026-11-28T10:00:00Z")
    assert row("s1", "a", entry(GOOD).accepted, None, "https", NOW)["age_seconds"] is None


def test_a_sensor_that_was_never_looked_at_has_no_status_of_dates() -> None:
    assert status_of(entry(GOOD).accepted, None, "https", NOW)[0] == "nonretrievable"
    assert status_of(None, None, "https", NOW)[0] == "unavailable"
    assert status_of(entry(GOOD).accepted, Seen("x", sha256="ab"), "https", NOW)[0] == "nonretrievable"


def test_absent_forgets_and_asks_nothing() -> None:
    current = Certificates(None, "not asked", (), "", entry(GOOD))
    asked = terms("absent")
    (operation,) = plan(current, desired_state(current, asked), "a").operations
    assert (operation.kind, operation.do, operation.undo) == ("delete", ("forget a",), (f"trust a: {GOOD.sha256}",))
    assert rules_of(current, asked) == {}


CERTIFICATES = [GOOD, OTHER, EXPIRED, FUTURE]
STATES = st.builds(
    lambda shown, tells, stored: Certificates(
        shown,
        "" if shown else "why",
        told(tells) if tells else (),
        "" if tells else "why",
        entry(stored) if stored else None,
    ),
    st.sampled_from([None, *CERTIFICATES]),
    st.sampled_from([None, *CERTIFICATES]),
    st.sampled_from([None, *CERTIFICATES]),
)


@given(STATES, st.sampled_from(["current", "synced", "absent"]), st.sampled_from(["strict", "first_use", "always"]))
def test_what_is_desired_is_stable_and_a_second_plan_is_empty(
    current: Certificates, state: Wanted, policy: Policy
) -> None:
    asked = terms(state, policy)
    desired = desired_state(current, asked)
    assert not plan(desired, desired, "a")
    after = replace(current, stored=desired.stored)
    assert not plan(after, desired_state(after, asked), "a")
    assert desired_state(after, asked).stored == after.stored


@given(STATES, st.sampled_from(["current", "synced", "regenerated"]))
def test_under_strict_nothing_is_accepted_that_ssh_does_not_prove(current: Certificates, state: Wanted) -> None:
    accepted = desired_state(current, terms(state)).stored
    if accepted != current.stored:
        assert accepted is not None
        assert accepted.certificate.fits(dict(current.told)) is True


def test_the_rules_have_their_sources() -> None:
    assert set(RULES) == {"C30", "C31", "C33", "C34", "C35", "C36"}


def test_pem_and_der_are_the_same_certificate() -> None:
    assert from_pem(GOOD.pem) == GOOD
    assert from_der(GOOD.der).facts(NOW) == GOOD.facts(NOW)
    assert grouped(GOOD.md5).count(":") == 15


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        GOOD.pem * 2,
        GOOD.pem.replace("MII", "!!!"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_no_certificate(text: str) -> None:
    with pytest.raises(ValueError, match="certificate"):
        from_pem(text)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    with pytest.raises(ValueError, match="certificate"):
        from_der(data)


def test_fingerprints_of_one_kind_must_not_contradict() -> None:
    assert GOOD.fits({"SHA1": GOOD.sha1}) is True
    assert GOOD.fits({"SHA1": GOOD.sha1, "MD5": OTHER.md5}) is False
    assert GOOD.fits({"SHA1": OTHER.sha1}) is False
    assert GOOD.fits({"MD5": GOOD.md5}) is None
