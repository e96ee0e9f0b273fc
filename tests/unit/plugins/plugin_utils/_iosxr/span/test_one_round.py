# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that is wrong with a document is told in one round, also within a thing whose own name is wrong."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden"])
def test_what_is_wrong_within_a_thing_whose_name_is_wrong_is_told_in_the_same_round(state: State) -> None:
    told = validate(
        Document.of(
            {
                "sessions": [
                    {
                        "name": "my session",
                        "sources": [{"interface": "Te0/0/0/1", "mirror_interval": "3"}],
                        "mirror_first": 20000,
                    },
                    {"name": "ms1", "sources": [{"interface": "Te0/0/0/x", "mirror_first": 0}]},
                    {"name": "ms2", "sources": [{"interface": "Te0/0/0/x", "mirror_first": 20001}]},
                ],
                "udfs": [{"name": "my udf", "header": "outer", "layer": "l3", "offset": 1, "length": 5}],
                "access_lists": [
                    {
                        "name": "my list",
                        "family": "ipv4",
                        "entries": [{"sequence": 10, "action": "permit", "match": "tcp any any eq 70000"}],
                    }
                ],
                "tunnels": [{"name": "tunnel1", "ipv4_address": "1.2.3.4/99"}],
            },
            state,
        )
    )
    assert {(each.rule, each.item) for each in told} == {
        ("document", "sessions[#1].name"),
        ("value", "sessions[#1].mirror_first"),
        ("value", "sessions[#1].sources[TenGigE0/0/0/1].mirror_interval"),
        ("document", "sessions[ms1].sources[#1].interface"),
        ("value", "sessions[ms1].sources[#1].mirror_first"),
        ("document", "sessions[ms2].sources[#1].interface"),
        ("value", "sessions[ms2].sources[#1].mirror_first"),
        ("document", "udfs[#1].name"),
        ("S20", "udfs[#1].length"),
        ("document", "access_lists[#1].name"),
        ("ace", "access_lists[ipv4 #1].entries[10].match"),
        ("document", "tunnels[#1].name"),
        ("value", "tunnels[#1].ipv4_address"),
    }


def test_in_state_deleted_only_names_are_judged() -> None:
    told = validate(Document.of({"udfs": [{"name": "my udf", "length": 5}]}, "deleted"))
    assert [(each.rule, each.item) for each in told] == [("document", "udfs[#1].name")]
