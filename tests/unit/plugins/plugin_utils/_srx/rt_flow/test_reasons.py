# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of close reasons."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.reasons import (
    CLASSES,
    FURTHER,
    REASONS,
    explained,
)
from lab.srx import rtflow as lab


def test_it_has_juniper_s_27_rows_and_every_class_is_one_of_the_set() -> None:
    assert {reason.name for reason in REASONS} == set(lab.REASONS[:27])
    everything = (*REASONS, *FURTHER)
    assert len({reason.name.casefold() for reason in everything}) == len(everything)
    assert {reason.kind for reason in everything} == set(CLASSES)
    assert all(reason.meaning.endswith(".") and reason.source for reason in everything)


def test_names_that_no_log_shows_are_marked_and_a_row_beside_the_table_comes_from_a_log() -> None:
    """The lab's own list has the rows of Juniper's table first, then what it took from public logs."""
    others = set(lab.REASONS[27:])
    assert others and others <= {reason.name for reason in FURTHER}
    assert all(reason.seen for reason in FURTHER)
    recalled = [reason.name for reason in REASONS if not reason.seen]
    assert recalled and not {"TCP FIN", "idle Timeout", "ICMP error"} & {*recalled}, "every public log has these"


@pytest.mark.parametrize("reason", [*REASONS, *FURTHER], ids=lambda reason: reason.name)
def test_every_row_is_found_in_any_case_and_with_the_words_before_it(reason) -> None:
    for text in (reason.name, reason.name.upper(), f"session closed {reason.name}", f" {reason.name}  "):
        assert explained(text) == (reason.kind, reason.meaning)


@pytest.mark.parametrize("name", lab.REASONS)
def test_every_reason_of_the_lab_is_known(name: str) -> None:
    assert explained(name)[1]


def test_an_unheard_of_reason_is_other_and_has_no_meaning() -> None:
    assert explained("Closed by something new") == ("other", None)
    assert explained("x" * 10**6) == ("other", None)
