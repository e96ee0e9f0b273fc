# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change for a mirror takes from the filter that a bound list is, is told; what it leaves, is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import Facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessList,
    AccessListKey,
    Ace,
    Binding,
    Span,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import check

NCS = Facts("ncs5500", (7, 0, 2))
PORT, PORT2 = "HundredGigE0/0/0/1", "HundredGigE0/0/0/2"
Thing = AccessList | Binding


def bound(acl: str, interface: str, **keys: Any) -> Binding:
    return Binding(interface, "ipv4", acl, **keys)


def told(before: Iterable[Thing], after: Iterable[Thing]) -> list[Problem]:
    states = [
        Span(
            access_lists={AccessListKey(it.family, it.name): it for it in things if isinstance(it, AccessList)},
            bindings={it.key: it for it in things if isinstance(it, Binding)},
        )
        for things in (tuple(before), tuple(after))
    ]
    return [problem for problem in check(states[0], states[1], NCS) if problem.rule == "filters"]


def entries(*lines: tuple[int, str, str], name: str = "EDGE", capture: int = 0) -> AccessList:
    aces = tuple(Ace(number, action, match, capture=number == capture) for number, action, match in lines)  # type: ignore[arg-type]
    return AccessList(name, "ipv4", aces)


FILTER = ((10, "deny", "tcp any any eq ssh"), (20, "permit", "ipv4 any any"))
ELSEWHERE = (bound("EDGE", PORT), bound("EDGE", PORT2, direction="egress"))


def filters(before: Iterable[Thing], after: Iterable[Thing]) -> str:
    (problem,) = told(before, after)
    assert problem.severity == "warning"
    return problem.message


def test_an_entry_that_a_mirror_takes_from_a_filter_is_named_with_every_interface_and_direction() -> None:
    after = entries((10, "permit", "udp any any"), FILTER[1], capture=10)
    text = filters([entries(*FILTER), *ELSEWHERE], [after, *ELSEWHERE])
    assert text == f"EDGE filters on {PORT} ingress, {PORT2} egress: it loses '10 deny tcp any any eq ssh'"


def test_a_list_that_loses_its_last_permit_drops_everything_else() -> None:
    text = filters([entries(*FILTER), *ELSEWHERE], [entries(FILTER[0]), *ELSEWHERE])
    assert "it loses '20 permit ipv4 any any'" in text and "everything else is dropped" in text


def test_a_permit_in_front_of_a_deny_lets_pass_what_that_denied() -> None:
    after = entries((5, "permit", "ipv4 any any"), *FILTER, capture=5)
    assert "no longer reaches '10 deny tcp any any eq ssh'" in filters(
        [entries(*FILTER), *ELSEWHERE], [after, *ELSEWHERE]
    )


def test_a_new_list_that_is_bound_and_a_list_that_is_bound_to_one_more_interface_drop_the_rest() -> None:
    bare = entries((10, "permit", "udp any any"), capture=10)
    assert "everything else is dropped" in filters([], [bare, *ELSEWHERE])
    text = filters([bare, ELSEWHERE[0]], [bare, *ELSEWHERE])
    assert f"{PORT2} egress" in text and PORT + " " not in text and "everything else is dropped" in text
    common = bound("common OTHER EDGE", PORT)
    assert f"{PORT} ingress" in filters([], [bare, common])


def test_a_deny_that_comes_in_is_named_for_it_drops_traffic_and_not_only_copies() -> None:
    after = entries((5, "deny", "udp any any"), (7, "permit", "tcp any any"), *FILTER, capture=7)
    assert "it drops what '5 deny udp any any' matches" in filters([entries(*FILTER), *ELSEWHERE], [after, *ELSEWHERE])
    narrow = entries((10, "deny", "tcp any any"), FILTER[1])
    assert "it drops what '10 deny tcp any any' matches" in filters(
        [entries(*FILTER), *ELSEWHERE], [narrow, *ELSEWHERE]
    )


def test_a_list_that_is_taken_off_an_interface_no_longer_drops_there() -> None:
    text = filters([entries(*FILTER), *ELSEWHERE], [entries(*FILTER), ELSEWHERE[0]])
    assert text == f"EDGE is taken off {PORT2} egress: what it drops there (10 deny tcp any any eq ssh) passes then"
    bare = entries((10, "permit", "udp any any"), capture=10)
    assert "(everything else) passes then" in filters([bare, ELSEWHERE[0]], [])
    mirror = entries((10, "permit", "udp any any"), FILTER[1], capture=10)
    assert not told([mirror, *ELSEWHERE], [])


def test_what_a_common_list_leaves_goes_on_to_the_list_of_the_interface() -> None:
    first = entries((10, "deny", "tcp any any"), name="COMMON")
    assert not told([], [first, entries(*FILTER), bound("common COMMON EDGE", PORT)])
    assert "everything else is dropped" in filters([], [first, bound("common COMMON", PORT)])


def test_no_word_of_a_filter_that_stays_as_it_is() -> None:
    capturing = entries(FILTER[0], (20, "permit", "ipv4 any any"), capture=20)
    logging = entries((10, "permit", "ipv4 any any log"), name="LOGS")
    for before, after in (
        ([entries(*FILTER), *ELSEWHERE], [capturing, *ELSEWHERE]),
        ([entries(FILTER[0]), *ELSEWHERE], [entries(FILTER[0]), *ELSEWHERE]),
        ([entries(FILTER[0]), *ELSEWHERE], [entries(FILTER[0], capture=10), *ELSEWHERE]),
        ([entries(*FILTER)], [entries(FILTER[0])]),
        ([], [logging, bound("LOGS", PORT)]),
    ):
        assert not told(before, after)
