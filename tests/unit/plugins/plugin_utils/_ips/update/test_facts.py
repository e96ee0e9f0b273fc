# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result of ips_info means for an update."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.facts import version_facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.version_text import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.platforms import CISCO_IOS
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.facts import says_ios, state_of, why_unread

from ..captured import CAPTURE_7

BEFORE, BEHIND = datetime(2013, 7, 1, tzinfo=UTC), datetime(2013, 9, 1, tzinfo=UTC)


def test_a_captured_sensor() -> None:
    state = state_of({**version_facts(parse(CAPTURE_7), BEFORE), "clock": {"utc": "2013-07-01T12:00:00Z", "flag": "*"}})
    assert state is not None
    assert (str(state.version), str(state.signature), state.row.key) == ("7.1(7)E4", "S722", "SSM-10")
    assert (state.licence, state.stopped) == ("valid", ["AnalysisEngine"])  # the CLI has no state, so it is not stopped
    assert state.history == ("IPS-sig-S733-req-E4", "IPS-sig-S734-req-E4")
    assert (state.clock, state.clock_trusted) == (datetime(2013, 7, 1, 12, tzinfo=UTC), False)
    assert (state.snmp, state.threat_profiles) == (None, None)


def test_a_licence_behind_its_day_is_expired_whatever_the_sensor_says() -> None:
    state = state_of(version_facts(parse(CAPTURE_7), BEHIND))
    assert state is not None and state.licence == "expired"


def test_further_keys_are_taken() -> None:
    state = state_of({"version": "7.2(2)E4", "threat_profiles": ["edge"], "snmp_policy": True})
    assert state is not None and (state.threat_profiles, state.snmp) == (("edge",), True)


def test_what_was_not_read_has_a_reason() -> None:
    assert state_of({"failed": True, "msg": "no route"}) is None
    assert why_unread({"msg": "no route\nsecond line"}) == "no route"
    assert why_unread({"msg": "x", "not_available": {"version": "still starting"}}) == "still starting"
    assert why_unread({}) == "no version was gathered"
    assert says_ios({"msg": CISCO_IOS}) and not says_ios({"msg": "no route to a Cisco IOS router"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    "version",
    "signature",
    "platform",
    "clock",
    "applications",
    "upgrade_history",
    "license",
    "threat_profiles",
    "msg",
    "not_available",
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_result_raises(facts: dict[str, Any]) -> None:
    state_of(facts)
    state_of({**facts, "version": "7.1(7)E4"})
    why_unread(facts)
    says_ios(facts)
