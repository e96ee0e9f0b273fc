# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session tables: every session is a function of its number, filters select, totals are right, text and XML say the same."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.srx import flowconfig
from lab.srx.flow_text import LAYOUTS, layout_of
from lab.srx.flow_xml import SHAPES
from lab.srx.flows import Table, mix
from lab.srx.sessions import Listing, parse, spus_of
from lab.srx.slots import SLOTS

CONFIG = """\
interfaces ge-0/0/0 unit 0 family inet address 203.0.113.10/24
interfaces ge-0/0/1 unit 0 family inet address 10.1.1.1/24
interfaces ge-0/0/1 unit 0 family inet6 address 2001:db8:1::1/64
security zones security-zone trust interfaces ge-0/0/1.0
security zones security-zone untrust interfaces ge-0/0/0
security policies from-zone trust to-zone untrust policy "out & about" then permit
security policies from-zone trust to-zone untrust policy "out & about" then log session-close
security policies from-zone untrust to-zone trust policy 100%-web then permit
security policies from-zone untrust to-zone trust policy drop then deny
security policies from-zone untrust to-zone trust policy drop then log session-init
security nat source rule-set rs from zone trust
security nat source rule-set rs to zone untrust
security nat source rule-set rs rule r1 then source-nat interface
""".splitlines()
SCENE = flowconfig.read(CONFIG)


def listing(
    sessions: int = 300,
    *,
    layout: str = "24",
    shape: str = "single",
    model: str = "vsrx",
    cluster: bool = False,
    seed: int = 1,
) -> Listing:
    spus = spus_of(model, shape)
    table = Table(SCENE, sessions, seed, spus=spus, wide=layout not in ("9x", "15"))
    return Listing(table, "24.4R1", layout, shape, ("node0", "node1") if cluster else ("",))


def text(own: Listing, *words: str) -> str:
    return "".join(own.text(parse(words, cluster=True)))


def ids(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r"^Session ID: (\d+)", shown, re.MULTILINE)]


def tree(own: Listing, *words: str) -> ElementTree.Element:
    """Body as L1 wraps it, namespaces taken off."""
    body = "".join(own.xml(parse(words, cluster=True)))
    root = ElementTree.fromstring(f'<rpc-reply xmlns:junos="urn:j">{body}</rpc-reply>')
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


# -- the table


@given(st.integers(0, 2**40), st.integers(0, 2**32))
@settings(max_examples=50)
def test_a_session_is_a_function_of_seed_and_number(k: int, seed: int) -> None:
    first, second = (Table(SCENE, k + 1, seed % 3).session(k) for _again in (1, 2))
    assert first.values == second.values
    assert Table(SCENE, k + 1, seed % 3 + 1).session(k).values != first.values


def test_mix_spreads_neighbours() -> None:
    assert len({mix(number) >> 48 for number in range(20_000)}) > 15_000


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("model", ["vsrx", "srx5800"])
def test_ids_are_unique_ascend_in_a_unit_and_are_found_again(layout: str, model: str) -> None:
    own = listing(5000, layout=layout, model=model)
    found = [int(own.table.session(k).values["id"]) for k in range(own.table.size)]
    assert len(set(found)) == 5000
    assert [own.table.find(number) for number in found] == list(range(5000))
    assert own.table.find(max(found) + 1) is None and own.table.find(1) is None
    assert (max(found) > 2**32) == (layout in ("18", "24"))


def test_a_small_table_has_everything() -> None:
    shown, full = text(listing(16)), text(listing(16), "extensive")
    for words in (
        ";tcp",
        ";udp",
        ";icmp",
        ";gre",
        ";esp",
        "Timeout: N/A",
        "Policy name: N/A",
        "Invalidated",
        "Pending",
        "2001:db8:",
    ):
        assert words in shown
    assert (
        "services-offload" in full
        and "Source NAT pool: interface" in full
        and re.search(r"Source NAT pool: Null$", full, re.MULTILINE)
    )


def test_names_of_the_configuration_stand_in_sessions() -> None:
    shown = text(listing())
    assert set(re.findall(r"Policy name: (.*?),", shown)) == {"out & about/4", "100%-web/5", "N/A"}
    assert set(re.findall(r"If: (.*?),", shown)) == {"ge-0/0/0.0", "ge-0/0/1.0"}


def test_tunnels_have_one_wing() -> None:
    for block in text(listing()).split("\n\n"):
        assert block.count("  Out: ") == (0 if "Policy name: N/A" in block else 1)


# -- totals


@given(
    st.integers(0, 4000), st.sampled_from(["vsrx", "srx5400", "srx5800"]), st.booleans(),
    st.sampled_from([(), ("protocol", "udp"), ("nat",), ("source-prefix", "10/8"), ("family", "inet6"), ("destination-port", "443")]),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_total_is_what_is_listed_and_what_the_summary_says(
    sessions: int, model: str, cluster: bool, words: tuple[str, ...]
) -> None:
    own = listing(sessions, model=model, cluster=cluster)
    shown = text(own, *words)
    listed = len(ids(shown))
    assert sum(map(int, re.findall(r"^Total sessions: (\d+)", shown, re.MULTILINE))) == listed
    summary = text(own, *words, "summary")
    used = re.findall(r"^(?:Sessions-in-use|Total sessions): (\d+)", summary, re.MULTILINE)
    assert sum(map(int, used)) == listed
    states = Counter(re.findall(r"Session State: (\w+)", shown))
    for name in ("Valid", "Pending", "Invalidated"):
        assert sum(map(int, re.findall(rf"{name} sessions: (\d+)", summary))) == states[name]
    if not words:
        assert listed == sessions * len(own.nodes)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", ["brief", "extensive"])
def test_xml_says_what_text_says(shape: str, level: str) -> None:
    own = listing(200, shape=shape)
    root, shown = tree(own, level), text(own, level)
    assert [int(str(each.text)) for each in root.iter("session-identifier")] == ids(shown)
    assert sum(int(str(each.text)) for each in root.iter("displayed-session-count")) == 200
    ends = [f"{each.findtext('source-address')}/{each.findtext('source-port')} --> {each.findtext('destination-address')}/"
            f"{each.findtext('destination-port')};{each.findtext('protocol')}" for each in root.iter("flow-information")]  # fmt: skip
    assert ends == re.findall(r"(?:In|Out): (\S+ --> [^,]+),", shown)
    assert [each.text for each in root.iter("timeout")] == re.findall(
        r"imeout: ([\dN/A]+)[,\n](?: Session|$|S)", shown, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("shape", "model", "path", "count"),
    [
        ("single", "vsrx", "flow-session-information", 1),
        ("multi_spu", "srx5800", "flow-session-information/flow-fpc-pic-id", 11),
        ("cluster", "vsrx", "multi-routing-engine-results/multi-routing-engine-item/flow-session-information", 1),
        ("wrapped", "vsrx", "security-flow-information/flow-session-information", 1),
    ],
)
def test_shapes_of_a_listing(shape: str, model: str, path: str, count: int) -> None:
    assert len(tree(listing(shape=shape, model=model)).findall(path)) == count


@pytest.mark.parametrize(
    ("shape", "model", "path", "count"),
    [
        ("single", "vsrx", "flow-session-summary-information/active-sessions", 1),
        ("siblings", "vsrx", "flow-session-information", 2),
        ("per_pic", "srx5400", "flow-session-per-pic/flow-session-summary-information", 3),
    ],
)
def test_shapes_of_a_summary(shape: str, model: str, path: str, count: int) -> None:
    assert len(tree(listing(shape=shape, model=model), "summary").findall(path)) == count


def test_a_filtered_summary_has_elements_of_its_own() -> None:
    root = tree(listing(shape="wrapped"), "protocol", "tcp", "summary")
    found = {each.tag: each.text for each in root.findall("security-flow-information/flow-session-information/*")}
    assert set(found) == {f"displayed-session-{name}" for name in ("valid", "pending", "invalidated", "other", "count")}
    assert int(str(found["displayed-session-count"])) == len(ids(text(listing(), "protocol", "tcp")))


def test_both_nodes_of_a_cluster_have_the_same_ids() -> None:
    first, second = text(listing(40, cluster=True)).split("node1:\n")
    assert ids(first) == ids(second)
    assert "HA State: Active" in first and "HA State: Backup" not in first and "HA State: Backup" in second
    assert first.startswith(f"node0:\n{'-' * 74}\n")
    assert ids(text(listing(40, cluster=True), "node", "1")) == ids(second)
    assert ids(text(listing(40, cluster=True), "session-state", "backup")) == ids(second)


# -- filters


@pytest.mark.parametrize(
    ("words", "law"),
    [
        (("source-prefix", "10/8"), lambda block: re.search(r"In: 10\.", block)),
        (("source-prefix", "2001:db8::/32"), lambda block: re.search(r"In: 2001:db8:", block)),
        (("destination-prefix", "203.0.113.10"), lambda block: re.search(r"In: \S+ --> 203\.0\.113\.10/", block)),
        (("destination-port", "53"), lambda block: re.search(r"In: \S+ --> [^;]+/53;", block)),
        (("protocol", "17"), lambda block: ";udp" in block),
        (("proto", "gre"), lambda block: ";gre" in block),
        (("interface", "ge-0/0/1"), lambda block: "If: ge-0/0/1.0" in block),
        (("policy-id", "5"), lambda block: "100%-web/5" in block),
        (("tunnel",), lambda block: "Policy name: N/A" in block),
        (("family", "inet6"), lambda block: "2001:db8" in block),
        (("packets-less-than", "1000"), lambda block: sum(map(int, re.findall(r"Pkts: (\d+)", block))) < 1000),
        (("curr-more-than", "100"), lambda block: int(re.findall(r"Timeout: (\d+)", block)[0]) > 100),
        (("aging",), lambda block: "Invalidated" in block),
    ],
)  # fmt: skip
def test_a_filter_selects_what_it_says_and_all_of_it(words: tuple[str, ...], law: object) -> None:
    assert callable(law)

    def blocks(shown: str) -> set[str]:
        return {block.partition("\nTotal")[0].strip() for block in shown.split("\n\n") if block.startswith("Session")}

    everything, chosen = blocks(text(listing(2000))), blocks(text(listing(2000), *words))
    expected = set()
    for block in everything:
        if "Timeout: N/A" in block and words[0].startswith("curr"):
            continue
        if law(block):
            expected.add(block)
    assert chosen == expected and chosen


def test_pages_make_the_whole() -> None:
    for model in ("vsrx", "srx5800"):
        own, start, pages = listing(500, model=model), 1, []
        while page := ids(text(own, "start-identifier", str(start), "count", "64")):
            pages += page
            start = page[-1] + 1
        assert pages == ids(text(own))


def test_one_session_is_shown_in_full() -> None:
    own = listing(layout="24")
    wanted = ids(text(own))[7]
    shown = text(own, "session-identifier", str(wanted))
    assert ids(shown) == [wanted] and "Maximum timeout" in shown and shown.endswith("Total sessions: 1\n")
    assert text(own, "session-identifier", "1") == "Total sessions: 0\n"


@pytest.mark.parametrize(
    "words",
    [
        ("source-port", "0"), ("source-port", "65536"), ("source-port", "x"), ("source-port",), ("source-prefix", "300.1.1.1"), ("protocol", "tpc"),
        ("protocol", "256"), ("nonsense",), ("family", "ipx"), ("s", "1"), ("count", "0"), ("policy-id", "9" * 30), ("session-state", "cold"),
    ],
)  # fmt: skip
def test_wrong_words_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(words)


def test_a_release_may_not_know_paging() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        parse(("start-identifier", "1"), paging=False)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_the_grammar_takes_or_refuses_any_words(words: list[str]) -> None:
    try:
        query = parse(words)
    except ValueError:
        return
    assert text(listing(3), *words).endswith("\n") or query.level


# -- what changes


def drain(own: Listing, *words: str) -> int:
    """Clears; how many."""
    steps = own.clear(parse(words))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def test_cleared_sessions_are_gone_and_counted() -> None:
    own = listing(3000, model="srx5400")
    udp, one = ids(text(own, "protocol", "udp")), ids(text(own))[0]
    assert drain(own, "protocol", "udp") == len(udp)
    assert drain(own, "protocol", "udp") == 0
    assert drain(own, "session-identifier", str(one)) == 1
    left = ids(text(own))
    assert len(left) == 3000 - len(udp) - 1 and not set(left) & {*udp, one}
    assert sum(map(int, re.findall(r"in-use: (\d+)", text(own, "summary")))) == len(left)
    assert drain(own) == len(left)
    assert ids(text(own)) == []


def translated(own: Listing) -> set[str]:
    found = re.findall(r"Out: \S+ --> ([\d.]+)/", text(own, "nat"))
    return {address for address in found if address.startswith("203.0.113.")}


def test_sessions_follow_the_address_of_their_egress_interface() -> None:
    own = listing(500)
    assert translated(own) == {"203.0.113.10"}
    moved = flowconfig.read(line.replace("203.0.113.10/24", "203.0.113.77/24") for line in CONFIG)
    own.table.use(moved)
    assert translated(own) == {"203.0.113.77"}


def test_some_may_keep_the_old_address_for_a_while() -> None:
    own = listing(500)
    moved = flowconfig.read(line.replace("203.0.113.10/24", "203.0.113.77/24") for line in CONFIG)
    own.table.use(moved, stale=5, seconds=60)
    assert text(own, "nat").count("--> 203.0.113.10/") >= 5
    shown = re.findall(r"Out: \S+ --> (203\.0\.113\.10)/", text(own, "nat"))
    assert len(shown) == 5
    own.table.use(moved, stale=5, seconds=60)  # a commit that changes no address leaves it so
    assert len(re.findall(r"Out: \S+ --> (203\.0\.113\.10)/", text(own, "nat"))) == 5
    own.table.keep("ge-0/0/0.0", "203.0.113.10", 5, seconds=-1)
    assert translated(own) == {"203.0.113.77"}


# -- layouts


@pytest.mark.parametrize(
    ("release", "layout"),
    [("9.2R1", "9x"), ("12.1X46-D10", "9x"), ("15.1X49-D100", "15"), ("21.4R3", "18"), ("24.4R1-S2.9", "24")],
)
def test_a_release_has_its_layout(release: str, layout: str) -> None:
    assert layout_of(release) == layout


@pytest.mark.parametrize(
    ("layout", "cluster", "model", "head", "wing"),
    [
        ("9x", False, "vsrx", r"Session ID: \d+, Policy name: [^,]+, Timeout: \d+, Valid", r"  In: \S+ --> \S+;tcp, If: \S+, Pkts: \d+, Bytes: \d+"),
        ("15", False, "srx5400", r"Session ID: \d+, Policy name: [^,]+, Timeout: \d+, Valid", r"  In: .*, Bytes: \d+, CP Session ID: \d+"),
        ("24", True, "vsrx", r"Session ID: \d+, Policy name: [^,]+, HA State: Active, Timeout: \d+, Session State: Valid",
         r"  In: \S+ --> \S+;tcp, Conn Tag: 0x0, If: \S+, Pkts: \d+, Bytes: \d+,"),
    ],
)  # fmt: skip
def test_lines_of_the_layouts(layout: str, cluster: bool, model: str, head: str, wing: str) -> None:
    shown = text(listing(60, layout=layout, cluster=cluster, model=model)).splitlines()
    first = next(
        number
        for number, line in enumerate(shown)
        if "out & about" in line and "Valid" in line and ";tcp" in shown[number + 1]
    )
    assert re.fullmatch(head, shown[first]) and re.fullmatch(wing, shown[first + 1])


def test_each_slot_is_used_as_often_as_arithmetic_says() -> None:
    table = listing(SLOTS * 3 + 17, model="srx5800").table
    for spu in range(len(table.spus)):
        assert table.count(spu, lambda slot: slot.service.protocol == "tcp") == sum(
            table.slots[k % SLOTS].service.protocol == "tcp" for k in table.numbers(spu)
        )
