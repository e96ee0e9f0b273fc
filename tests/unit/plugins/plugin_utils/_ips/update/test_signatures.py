# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New and modified signatures between two levels, from a readme or from JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, SignatureList
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.signatures import (
    as_dict,
    between,
    of_metadata,
    of_readme,
    threat_profiles_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import SignatureLevel

README = """
S734 SIGNATURE UPDATE DETAILS

NEW SIGNATURES

SIGID     SIGNAME                             ENGINE        SEVERITY  ENABLED
2500.0    Example Server Buffer Overflow      service-http  high      true
2501.1    Example Client Code Execution       string-tcp    medium    true

TUNED SIGNATURES
1306/5    TCP Anomaly                         normalizer    low       true

S733 SIGNATURE UPDATE DETAILS

NEW SIGNATURES
2490-0    Example Agent Directory Traversal   service-http  high      true

RETIRED SIGNATURES
900.0     Old one                             atomic-ip     low       false
"""
LEVEL = SignatureLevel(734)


def held(name: str, signatures: SignatureList | None) -> Held:
    package = parse_package(name)
    assert package
    return Held(package, signatures=signatures)


def ids(listed: SignatureList | None, status: str) -> list[str]:
    assert listed
    return [change.number for change in listed.changes if change.status == status]


def test_a_readme_lists_levels_headings_and_signatures() -> None:
    listed = of_readme(README, LEVEL)
    assert ids(listed, "new") == ["2500/0", "2501/1", "2490/0"]
    assert ids(listed, "modified") == ["1306/5"]
    assert listed and listed.since == SignatureLevel(732)
    assert {change.number: change.name for change in listed.changes}["2500/0"] == "Example Server Buffer Overflow"


def test_a_readme_without_lists_is_unknown() -> None:
    assert of_readme("Read this first.\n2500.0 is mentioned here\n", LEVEL) is None


def test_json_with_an_entry_that_is_not_understood_is_unknown() -> None:
    entry = {"id": "2500/0", "name": "x", "status": "new"}
    assert ids(of_metadata(json.dumps({"signatures": [entry]}), LEVEL), "new") == ["2500/0"]
    assert of_metadata(json.dumps({"signatures": [entry, {"id": "2501/0", "status": "gone"}]}), LEVEL) is None
    assert of_metadata("[]", LEVEL) is None
    assert threat_profiles_of('{"threat_profiles": ["SCADA"]}') == ("SCADA",)
    assert threat_profiles_of('{"signatures": []}') is None


@given(st.text(max_size=300))
def test_neither_form_raises(text: str) -> None:
    of_readme(text, LEVEL)
    of_metadata(text, LEVEL)
    threat_profiles_of(text)


def test_rule_27_the_list_spans_from_the_lowest_level_to_the_selected_one() -> None:
    update = held("IPS-sig-S734-req-E4.pkg", of_readme(README, LEVEL))
    whole = as_dict(between(update, SignatureLevel(732), {}), SignatureLevel(732))
    assert [row["id"] for row in whole["new"]] == ["2490/0", "2500/0", "2501/1"]
    assert (whole["status"], whole["from"]) == ("known", "S732")
    assert whole["new"][1] == {
        "id": "2500/0",
        "name": "Example Server Buffer Overflow",
        "level": "S734",
        "link": "https://tools.cisco.com/security/center/viewIpsSignature.x?signatureId=2500&signatureSubId=0",
    }
    last = as_dict(between(update, SignatureLevel(733), {}), SignatureLevel(733))
    assert [row["id"] for row in last["new"]] == ["2500/0", "2501/1"]
    assert as_dict(between(update, SignatureLevel(700), {}), SignatureLevel(700))["status"] == "partial"


def test_rule_27_lists_of_the_updates_in_between_fill_the_gap() -> None:
    own = of_metadata(
        json.dumps(
            {"since": "S730", "signatures": [{"id": "7/0", "name": "b", "status": "modified", "level": "S734"}]}
        ),
        LEVEL,
    )
    earlier = of_metadata(
        json.dumps({"since": "S720", "signatures": [{"id": "7/0", "name": "a", "status": "new", "level": "S730"}]}),
        SignatureLevel(730),
    )
    update, other = held("IPS-sig-S734-req-E4.pkg", own), held("IPS-sig-S730-req-E4.pkg", earlier)
    stock = {each.package.name: each for each in (update, other)}
    low = SignatureLevel(725)
    assert as_dict(between(update, low, stock), low)["status"] == "known"
    assert ids(between(update, low, stock), "new") == ["7/0"]
    assert ids(between(update, SignatureLevel(731), stock), "modified") == ["7/0"]  # new before, modified since


def test_rule_27_without_a_list_it_is_unknown_and_not_empty() -> None:
    update = held("IPS-sig-S734-req-E4.pkg", None)
    assert as_dict(between(update, SignatureLevel(700), {}), SignatureLevel(700))["status"] == "unknown"
