# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counters of mirrors. No public sample exists; the layout is the one that the ASR 9000 guide is remembered for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.counters import (
    Counters,
    SourceCounters,
    counters_document,
    parse_counters,
)

TEXT = """\
RP/0/RP0/CPU0:router# show monitor-session ms2 counters
Monitor-session ms2
  GigabitEthernet0/2/0/19
    Rx replicated: 1000 packets, 68000 bytes
    Tx replicated: 2000 packets, 136000 octets
    Non-replicated: 3 packets, 300 bytes
  Te0/0/0/42 (port)
    Rx mirrored: 1 packet, 64 bytes
RP/0/RP0/CPU0:router#
"""

EXPECTED = (
    SourceCounters("ms2", "GigabitEthernet0/2/0/19", 1000, 68000, 2000, 136000, 3, 300),
    SourceCounters("ms2", "TenGigE0/0/0/42", 1, 64),
)


def test_counters_of_each_source():
    assert parse_counters(TEXT) == Counters(EXPECTED)
    assert parse_counters(TEXT.replace("\n", "\r\n")) == Counters(EXPECTED)


def test_the_document_leaves_out_what_was_not_printed():
    assert counters_document(EXPECTED)[1] == {
        "session": "ms2",
        "interface": "TenGigE0/0/0/42",
        "rx_packets": 1,
        "rx_bytes": 64,
    }


def test_what_is_not_known_is_kept_and_bounded():
    counters = parse_counters("Monitor-session s\n" + "Counters are not supported on this platform\n" * 1000)
    assert counters.sources == ()
    assert counters.unparsed == ("Counters are not supported on this platform",) * 50


def test_a_number_that_no_counter_can_hold_is_no_number():
    text = f"Monitor-session s\nTe0/0/0/1\nRx replicated: {'9' * 5000} packets, 1 bytes\n"
    counters = parse_counters(text)
    assert counters.sources == (SourceCounters("s", "TenGigE0/0/0/1"),)
    assert len(counters.unparsed) == 1


@given(st.text(), st.integers(0, len(TEXT)))
def test_never_raises(text: str, at: int):
    parse_counters(TEXT[:at] + text + TEXT[at:])
