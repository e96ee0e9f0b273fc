# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was pasted against what the router shows, in the forms in which it may show it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.candidate import differences, paths, rejections
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import render

from .span.routers import Pasted
from .span.strategies import random_span

SENT = [
    "interface TenGigE0/0/0/1",
    " no monitor-session a ethernet",
    " monitor-session b ethernet direction rx-only port-level",
    "  acl",
    "root",
    "no monitor-session a",
    "monitor-session b ethernet",
    " destination interface TenGigE0/0/0/9",
    "root",
    "ipv4 access-list X",
    " no 10",
    " 10 permit ipv4 any any capture",
    "root",
]
SHOWN = """Mon Aug 31 08:27:27.590 UTC
Building configuration...
!! IOS XR Configuration 7.3.2
no monitor-session a
monitor-session b ethernet
 destination interface TenGigE0/0/0/9
!
ipv4 access-list X
 10 permit ipv4 any any capture
!
interface TenGigE0/0/0/1
 monitor-session b ethernet port-level direction rx-only acl
 !
!
end
"""


def test_free_word_order_one_line_acl_and_net_changes_are_no_difference() -> None:
    assert differences(SENT, SHOWN) == ([], [])


@pytest.mark.parametrize(
    ("was", "became"),
    [
        ("0/0/0/9", "0/0/0/8"),
        (" acl\n", "\n"),
        ("rx-only", "tx-only"),
        ("no monitor-session a\n", ""),
        ("any any capture", "any capture"),
        ("interface TenGigE0/0/0/1\n", "interface TenGigE0/0/0/11\n"),
        ("end\n", "interface TenGigE0/0/0/2\n shutdown\n!\nend\n"),
        ("end\n", "no udf other\nend\n"),
    ],
)
def test_anything_else_is_a_difference(was: str, became: str) -> None:
    assert was in SHOWN
    assert any(differences(SENT, SHOWN.replace(was, became)))


def test_a_whole_line_after_no_is_as_good_as_its_key() -> None:
    sent = ["interface TenGigE0/0/0/1", " no monitor-session a ethernet", "root"]
    shown = "interface TenGigE0/0/0/1\n no monitor-session a ethernet direction rx-only port-level\n!\n"
    assert differences(sent, shown) == ([], [])


def test_the_device_s_words_are_tied_to_the_item_of_the_document() -> None:
    failed = """!! SEMANTIC ERRORS: This configuration was rejected by
!! the system due to semantic errors.

interface TenGigE0/0/0/1
 monitor-session b ethernet port-level direction rx-only
!!% 'SPAN' detected the 'warning' condition 'This platform doesn't support it'
 !
!
monitor-session b ethernet
 destination interface TenGigE0/0/0/9
!!% Destination interface TenGigE0/0/0/9 for session b is already configured for use with session c
!
end"""
    operations = [
        Operation("update", "sources[TenGigE0/0/0/1]", tuple(SENT[:5]), ()),
        Operation("update", "sessions[b]", tuple(SENT[6:9]), ()),
    ]
    found = rejections(failed, operations)
    assert [problem.item for problem in found] == ["sources[TenGigE0/0/0/1]", "sessions[b]"]
    assert found[1].device_text.startswith("Destination interface TenGigE0/0/0/9 for session b")


def test_an_entry_that_needs_a_profile_which_is_not_live_says_what_to_do() -> None:
    text = "'dpa_feat_mgr' detected the 'warning' condition 'Parameter not programmed on ACL TCAM UDK'"
    failed = f"interface TenGigE0/0/0/1\n ipv4 access-group X ingress\n!!% {text}\n!\nend"
    assert "Reload the line cards" in rejections(failed, [])[0].remedy


def candidate_of(seed: int) -> tuple[list[str], list[str], str]:
    """(what was pasted, what an independent candidate shows, what stood before) of a random plan."""
    current, desired = random_span(seed, True), random_span(seed + 1000, True)
    lines = plan(current, desired).commands
    router = Pasted(current)
    router.paste(lines)
    return lines, router.shown, render(current)


@given(st.integers(0, 999))
def test_the_candidate_of_any_plan_is_recognised(seed: int) -> None:
    sent, shown, standing = candidate_of(seed)
    assert differences(sent, "\n".join(shown), standing) == ([], [])


@given(st.integers(0, 999), st.randoms(use_true_random=False))
def test_a_changed_line_of_it_is_not(seed: int, rng: Random) -> None:
    sent, shown, standing = candidate_of(seed)
    adding = [index for index, line in enumerate(shown) if line.strip(" !") and not line.strip().startswith("no ")]
    if not adding:
        return
    place = rng.choice(adding)
    shown[place] += "x"
    assert any(differences(sent, "\n".join(shown), standing))


@given(st.text(alphabet=" !no%aceinterfacemonitor-session0\n", max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(differences(SENT, text), tuple)
    assert isinstance(rejections(text, []), list)
    assert isinstance(list(paths(text.splitlines())), list)
