# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is worth telling of a run: every kind of result, and results that are no such thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.notice.model import (
    EVENTS,
    Notice,
    Results,
    addresses,
    message,
    notices,
)

NOW = datetime(2026, 11, 28, 22, tzinfo=UTC)
RESULTS = Results(
    licenses={
        "s1": {"changed": True, "reason": "its information differs", "license": {"status": "valid", "days_left": 200}},
        "s2": {"failed": True, "msg": "the sensor refused it\nmore", "license": {"status": "expired", "days_left": -3}},
        "s3": {"license": {"status": "valid", "days_left": 1, "expires": "2026-11-29"}},
        "s4": {"license": {"status": "none", "days_left": None}},
        "s5": {"unreachable": True, "msg": "no route"},
    },
    updates={
        "s1": {"steps": [{"package": "IPS-sig-S734-req-E4.pkg", "runs": "7.1(7)E4, S734"}]},
        "s2": {"results": [{"steps": []}, {"failed": True, "msg": "the sensor did not come back"}]},
    },
    package={
        "update_status": {"not_downloaded": ["IPS-sig-S735-req-E4.pkg"]},
        "downloaded": [{"file": "IPS-sig-S734-req-E4.pkg"}],
    },
    plan={"pending_deploy": [{"host": "s3", "package": "IPS-sig-S734-req-E4.pkg"}]},
)


def test_rule_11_the_status_of_expiry_and_the_result_of_the_job_are_told() -> None:
    found = [(each.event, each.host, each.bad) for each in notices(RESULTS, ["license_expiry", "license_job"], 1)]
    assert found == [
        ("license_expiry", "s2", True),
        ("license_expiry", "s3", True),
        ("license_expiry", "s4", True),
        ("license_job", "s1", False),
        ("license_job", "s2", True),
        ("license_job", "s5", True),
    ]
    lines = [each.line for each in notices(RESULTS, ["license_expiry"], 0)]
    assert lines == ["s2: the status of its licence is expired", "s4: the status of its licence is none"]


def test_updates_are_told_as_they_go_their_way() -> None:
    found = [each.line for each in notices(RESULTS, ["available", "downloaded", "applied", "deployed"], 1)]
    assert found == [
        "IPS-sig-S735-req-E4.pkg is available",
        "IPS-sig-S734-req-E4.pkg was downloaded",
        "s3: IPS-sig-S734-req-E4.pkg is wanted, and waits to be deployed",
        "s1: IPS-sig-S734-req-E4.pkg is installed; it runs 7.1(7)E4, S734",
        "s2: the update failed: the sensor did not come back",
    ]


def test_a_search_and_a_plan_that_failed_are_told() -> None:
    failed = {"failed": True, "msg": "the cache is full\nmore"}
    found = notices(Results({}, {}, package=failed, plan=failed), ["available", "applied"], 1)
    assert [(each.event, each.text, each.bad) for each in found] == [
        ("available", "the search for updates failed: the cache is full", True),
        ("applied", "the plan failed: the cache is full", True),
    ]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["license", "status", "days_left", "results", "steps", "failed", "msg", "update_status", "downloaded"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
MAPS = st.dictionaries(st.sampled_from(["s1", "s2"]), JSON, max_size=2)


@given(MAPS, MAPS, MAPS, MAPS)
def test_whatever_a_result_holds_nothing_is_raised_and_each_notice_is_one_line(
    licenses: dict[str, Any], updates: dict[str, Any], package: dict[str, Any], plan: dict[str, Any]
) -> None:
    for each in notices(Results(licenses, updates, package, plan), EVENTS, 1):
        assert "\n" not in each.line and len(each.line) < 2000


def test_a_mail_has_the_bad_ones_first_and_its_subject_counts_them() -> None:
    found = [Notice("license_job", "s1", "a licence was applied"), Notice("license_expiry", "s2", "expired", bad=True)]
    mail = message(found, "c@example.net", ["a@example.net", "b@example.net"], "IPS\r\nBcc: x@example.net", NOW)
    assert mail["To"] == "a@example.net, b@example.net" and mail["Bcc"] is None
    assert str(mail["Subject"]).endswith(": 2 notices, 1 to look at") and "\n" not in str(mail["Subject"])
    assert mail.get_content() == "! s2: expired\n  s1: a licence was applied\n"


@pytest.mark.parametrize("wrong", ["a", "a@", "@b", "a@b c", "a@b\nBcc: x@y", "<a@b>", "a@-b"])
def test_an_address_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        addresses(["good@example.net", wrong])
