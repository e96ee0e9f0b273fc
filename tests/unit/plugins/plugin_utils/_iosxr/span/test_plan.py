# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan leads from any state to any other, its undo back, and nothing in it refers to what is not there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Span
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan

from .routers import Pasted
from .strategies import spans

STATES = spans(plain=True)


@settings(max_examples=300, deadline=None)
@given(STATES, STATES)
def test_current_and_plan_make_wanted_and_undo_leads_back(current: Span, desired: Span) -> None:
    """What is the whole router's stays, whatever is desired."""
    desired = replace(desired, globals=current.globals)
    first = plan(current, desired)
    router = Pasted(current)
    between = router.paste(first.commands)
    second = plan(between, desired)
    assert second.operations == first.deferred
    assert not second.deferred and not second.notes
    assert router.paste(second.commands) == desired
    assert not plan(desired, desired)
    assert router.paste(second.undo_commands) == between
    assert router.paste(first.undo_commands) == current


@settings(max_examples=30, deadline=None)
@given(STATES, STATES)
def test_every_single_operation_can_be_undone_and_is_serialisable(current: Span, desired: Span) -> None:
    router = Pasted(current)
    made = plan(current, desired)
    for operation in made.operations:
        before = router.span
        assert router.paste(operation.do) != before
        assert router.paste(operation.undo) == before
        router.paste(operation.do)
    assert Plan.from_dict(made.as_dict()) == made


@settings(max_examples=100, deadline=None)
@given(STATES, STATES)
def test_every_prefix_is_safe(current: Span, desired: Span) -> None:
    """No destination of two sessions, no more references to what is not there than there were."""
    if _shared(current) or _shared(desired):
        return
    router = Pasted(current)
    worst = _dangling(current) | _dangling(desired)
    for operation in plan(current, desired).operations:
        seen = router.paste(operation.do)
        assert not _shared(seen)
        assert _dangling(seen) <= worst


def _destinations(span: Span) -> list[str]:
    return [
        destination.interface
        for session in span.sessions.values()
        for destination in (session.destination, session.rx_destination)
        if destination is not None and destination.interface is not None
    ]


def _shared(span: Span) -> set[str]:
    found = _destinations(span)
    return {name for name in found if found.count(name) > 1}


def _dangling(span: Span) -> set[tuple[str, str]]:
    """(what, name) of everything that is referred to and is not there. A session of a source, an ACL of a binding."""
    found = {("session", source.session) for source in span.sources.values() if source.session not in span.sessions}
    found |= {
        (binding.family, binding.acl)
        for binding in span.bindings.values()
        if (binding.family, binding.acl) not in span.access_lists
    }
    return found | {
        ("tunnel", name) for name in _destinations(span) if name[:6] == "tunnel" and name not in span.tunnels
    }


@settings(max_examples=100, deadline=None)
@given(STATES, STATES)
def test_every_line_stands_where_a_paste_puts_it(current: Span, desired: Span) -> None:
    made = plan(current, desired)
    for operation in (*made.operations, *made.deferred):
        for lines in (operation.do, operation.undo):
            assert not lines[0].startswith(" ")
            assert all(line.isascii() and line.isprintable() and not line.strip().startswith("!") for line in lines)
            enters = len(lines) > 1
            assert (lines[-1] == "root") == enters
            assert lines.count("root") == enters
            assert all(line.startswith(" ") for line in lines[1:-1])


def lines(current: str, desired: str) -> list[str]:
    return plan(parse(current), parse(desired)).commands


MON = "monitor-session a ethernet\n destination interface TenGigE0/0/0/9\n!\nmonitor-session b ethernet\n destination interface TenGigE0/0/0/8\n!\n"


def attached(rest: str, interface: str = "TenGigE0/0/0/1") -> str:
    return f"{MON}interface {interface}\n monitor-session {rest}\n"


def test_a_changed_direction_is_taken_off_and_put_on() -> None:
    assert lines(attached("a ethernet direction rx-only port-level"), attached("a ethernet port-level acl")) == [
        "interface TenGigE0/0/0/1",
        " no monitor-session a ethernet",
        " monitor-session a ethernet port-level",
        "  acl",
        "root",
    ]


def test_a_moved_source_leaves_its_session_in_the_same_operation() -> None:
    made = plan(parse(attached("a port-level")), parse(attached("b port-level")))
    assert made.commands == [
        "interface TenGigE0/0/0/1",
        " no monitor-session a ethernet",
        " monitor-session b ethernet port-level",
        "root",
    ]
    assert made.operations[0].risk == ("moves-source",)


def test_a_source_leaves_a_session_before_that_goes() -> None:
    desired = "monitor-session b ethernet\n destination interface TenGigE0/0/0/9\n!\ninterface TenGigE0/0/0/1\n monitor-session b ethernet\n"
    assert lines(attached("a"), desired) == [
        "interface TenGigE0/0/0/1",
        " no monitor-session a ethernet",
        "root",
        "no monitor-session a",
        "monitor-session b ethernet",
        " destination interface TenGigE0/0/0/9",
        "root",
        "interface TenGigE0/0/0/1",
        " monitor-session b ethernet",
        "root",
    ]


def test_swapped_destinations_are_given_up_first_and_a_changed_one_is_one_line() -> None:
    swapped = MON.replace("/9", "/x").replace("/8", "/9").replace("/x", "/8")
    assert lines(MON, swapped) == [
        "monitor-session a ethernet",
        " no destination interface TenGigE0/0/0/9",
        "root",
        "monitor-session b ethernet",
        " no destination interface TenGigE0/0/0/8",
        "root",
        "monitor-session a ethernet",
        " destination interface TenGigE0/0/0/8",
        "root",
        "monitor-session b ethernet",
        " destination interface TenGigE0/0/0/9",
        "root",
    ]
    assert lines(MON, MON.replace("/9", "/7")) == [
        "monitor-session a ethernet",
        " destination interface TenGigE0/0/0/7",
        "root",
    ]


def test_a_changed_class_takes_the_attachments_first() -> None:
    assert lines(attached("a"), attached("a ipv4").replace("a ethernet", "a ipv4", 1)) == [
        "interface TenGigE0/0/0/1",
        " no monitor-session a ethernet",
        "root",
        "no monitor-session a",
        "monitor-session a ipv4",
        " destination interface TenGigE0/0/0/9",
        "root",
        "interface TenGigE0/0/0/1",
        " monitor-session a ipv4",
        "root",
    ]


def test_the_same_session_in_another_class_is_taken_off_before_anything_is_put_on() -> None:
    """Releases since 7.7.1 know an attachment by the name of its session alone."""
    port = "interface TenGigE0/0/0/1 monitor-session"
    current, desired = parse(f"{port} x ethernet\n{port} y ipv4\n"), parse(f"{port} y ethernet\n{port} x ipv4\n")
    made = plan(current, desired)
    assert [line for line in made.commands if "monitor-session" in line] == [
        " no monitor-session x ethernet",
        " no monitor-session y ipv4",
        " monitor-session y ethernet",
        " monitor-session x ipv4",
    ]
    router = Pasted(current)
    assert router.paste(made.commands) == desired
    assert router.paste(made.undo_commands) == current


def test_entries_change_by_their_numbers() -> None:
    old = "ipv4 access-list A\n 10 permit ipv4 any any\n 20 deny tcp any any\n 30 permit udp any any\n"
    new = "ipv4 access-list A\n 10 permit ipv4 any any capture\n 30 permit udp any any\n 40 remark x\n"
    assert lines(old, new) == [
        "ipv4 access-list A",
        " no 10",
        " 10 permit ipv4 any any capture",
        " no 20",
        " 40 remark x",
        "root",
    ]


def test_l2transport_of_a_port_and_of_a_sub_interface() -> None:
    text = "interface {} l2transport monitor-session a ethernet port-level\n"
    assert lines(MON, MON + text.format("TenGigE0/0/0/42")) == [
        "interface TenGigE0/0/0/42",
        " l2transport",
        "  monitor-session a ethernet port-level",
        "root",
    ]
    assert lines(MON + text.format("TenGigE0/0/0/42.7"), MON) == [
        "interface TenGigE0/0/0/42.7 l2transport",
        " no monitor-session a ethernet",
        "root",
    ]


def test_hardware_that_is_absent_or_has_come_is_no_change() -> None:
    hidden, seen = attached("a", "preconfigure TenGigE0/0/0/1"), attached("a")
    assert lines(hidden, seen) == [] == lines(seen, hidden)
    assert lines(hidden, attached("a acl"))[0] == "interface preconfigure TenGigE0/0/0/1"


PROFILE = "hw-module profile tcam format access-list ipv4 src-addr dst-addr proto frag-bit udf1 u enable-capture\n"
UDF = "udf u header outer l4 offset 0 length 1\n"
LIST = "ipv4 access-list A\n 10 permit ipv4 any any udf u 0x1 0xff capture\n!\n"
OTHER_LIST = "ipv4 access-list B\n 10 permit ipv4 any any\n!\n"
BOUND = "interface TenGigE0/0/0/1\n ipv4 access-group A ingress\n monitor-session a ethernet port-level\n  acl\n"


def test_what_needs_a_new_tcam_profile_waits_for_the_reload() -> None:
    made = plan(Span(), parse(PROFILE + UDF + LIST + OTHER_LIST + MON + BOUND))
    assert [operation.item for operation in made.operations] == [
        "udfs[u]",
        "tcam_profiles[ipv4]",
        "access_lists[ipv4 B]",
        "sessions[a]",
        "sessions[b]",
    ]
    assert [operation.item for operation in made.deferred] == [
        "access_lists[ipv4 A]",
        "access_lists[ipv4 A].interfaces[TenGigE0/0/0/1]",
        "sessions[a].sources[TenGigE0/0/0/1]",
    ]
    assert made.notes == {"reload_required": ["all line cards"]}
    assert "all line cards" in made.deferred_because
    assert made.operations[1].risk == ("reload",)


def test_what_does_not_need_it_does_not_wait() -> None:
    without_udf = LIST.replace(" udf u 0x1 0xff capture", "")
    made = plan(Span(), parse(PROFILE + UDF + without_udf + MON + BOUND))
    assert made.deferred == () and made.deferred_because == ""
    assert made.notes == {"reload_required": ["all line cards"]}
    wider = PROFILE.replace("src-addr", "src-addr packet-length")
    start = PROFILE + UDF + MON
    assert plan(parse(start), parse(wider + UDF + LIST + MON + BOUND)).deferred == ()


def test_cards_are_named_where_a_profile_is_theirs() -> None:
    card = PROFILE.replace("capture\n", "capture location 0/2/CPU0\n")
    made = plan(parse(PROFILE), parse(PROFILE + UDF + card.replace("proto", "proto dst-port")))
    assert made.notes == {"reload_required": ["0/2/CPU0"]}


OTHER_UDF = UDF.replace("offset 0", "offset 4")


def test_a_udf_that_changes_changes_the_profile_that_uses_it() -> None:
    current = parse(PROFILE + UDF + LIST + MON + BOUND)
    changed = LIST.replace("0x1 0xff", "0x2 0xff")
    made = plan(current, parse(PROFILE + OTHER_UDF + changed + MON + BOUND + " !\n!\n" + OTHER_LIST))
    assert [(operation.item, operation.risk) for operation in made.operations] == [
        ("udfs[u]", ("reload",)),
        ("access_lists[ipv4 B]", ()),
    ]
    assert [operation.item for operation in made.deferred] == ["access_lists[ipv4 A]"]
    assert made.notes == {"reload_required": ["all line cards"]}
    card = PROFILE.replace("capture\n", "capture location 0/2/CPU0\n")
    assert plan(parse(card + UDF), parse(card + OTHER_UDF)).notes == {"reload_required": ["0/2/CPU0"]}


def test_what_is_new_and_needs_a_changed_udf_waits_with_its_bindings_and_sources() -> None:
    made = plan(parse(PROFILE + UDF + MON), parse(PROFILE + OTHER_UDF + LIST + MON + BOUND))
    assert [operation.item for operation in made.operations] == ["udfs[u]"]
    assert [operation.item for operation in made.deferred] == [
        "access_lists[ipv4 A]",
        "access_lists[ipv4 A].interfaces[TenGigE0/0/0/1]",
        "sessions[a].sources[TenGigE0/0/0/1]",
    ]


def test_a_udf_that_no_profile_uses_needs_no_reload() -> None:
    for profile in ("", PROFILE.replace("udf1 u ", "")):
        made = plan(parse(profile + UDF + MON), parse(profile + OTHER_UDF + LIST + MON + BOUND))
        assert made.notes == {} and made.deferred == ()
        assert made.operations[0].item == "udfs[u]" and made.operations[0].risk == ()
    assert plan(parse(PROFILE + UDF), parse(PROFILE + UDF + UDF.replace("udf u", "udf v"))).notes == {}


def test_a_profile_goes_after_the_list_that_needs_it() -> None:
    made = plan(parse(PROFILE + UDF + LIST + BOUND + MON), parse(MON))
    assert made.deferred == ()
    assert [operation.do[0] for operation in made.operations][-3:] == [
        "no ipv4 access-list A",
        f"no {PROFILE.strip()}",
        "no udf u",
    ]
    assert made.notes == {"reload_required": ["all line cards"]}


def test_a_list_that_still_selects_until_the_reload_stays_until_then() -> None:
    current = parse(MON + OTHER_LIST + BOUND.replace("A", "B"))
    desired = parse(PROFILE + UDF + LIST + MON + BOUND)
    made = plan(current, desired)
    assert "access_lists[ipv4 B]" not in [operation.item for operation in made.operations]
    assert made.deferred[-1].do == ("no ipv4 access-list B",)


@given(st.integers(2, 40))
def test_lines_grow_with_the_sources_and_not_faster(count: int) -> None:
    text = "".join(
        f"interface TenGigE0/0/{slot}/{port} monitor-session a ethernet port-level\n"
        for slot in range(count)
        for port in (1, 2)
    )
    assert len(lines(MON, MON + text)) == 3 * 2 * count
