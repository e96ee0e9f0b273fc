# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards and their errors: counters, thresholds and actions of the configuration, alarms, wedge conditions, log lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.srx import chassis, fpc_errors
from lab.srx.operational import Refusal

from .asked import device, text, tree

MAJOR = {"fpc": 0, "severity": "major", "count": 3}
MINOR = {"fpc": 1, "severity": "minor", "count": 25, "cleared": 4, "scope": "pfe", "category": "memory"}


@pytest.mark.parametrize(
    ("model", "cards", "engine"),
    [
        ("srx5400", {"SRX5k SPC II", "SRX5k IOC II"}, "SRX5k RE-1800X4"),
        ("srx5800", {"SRX5k SPC II", "SRX5k IOC II", "SRX5k IOC3 24XGE+6XLG"}, "SRX5k RE-1800X4"),
        ("vsrx", {"Virtual FPC"}, "VSRX-2CPU-4G memory"),
        ("srx345", {"FPC"}, "RE-SRX345"),
    ],
)
def test_the_inventory_names_cards_and_engine_in_text_and_xml(model: str, cards: set[str], engine: str) -> None:
    own = device(model=model)
    shown, root = text(own, "show chassis hardware"), tree(own, "show chassis hardware")
    modules = root.findall("chassis-inventory/chassis/chassis-module")
    assert {each.findtext("description") for each in modules if str(each.findtext("name")).startswith("FPC ")} == cards
    assert engine in [each.findtext("description") for each in modules]
    for each in root.iter():
        if each.text and each.text.strip():
            assert each.text in shown


def test_cards_and_engine_of_the_specification() -> None:
    own = device(model="srx5600", cards={2: "spc3", 4: "ioc3"}, routing_engine=1)
    shown = text(own, "show chassis hardware")
    assert (
        "FPC 2            REV 17" in shown
        and "SRX5K-SPC3" in shown
        and "SPC II" not in shown
        and "SRX5k RE-13-20" in shown
    )
    assert shown.count("SPU Cp") == 1
    assert "Flow Sessions on FPC2 PIC1:" in text(own, "show security flow session summary")


def test_both_layouts_show_the_counters() -> None:
    own = device(model="srx5800", fpc_errors=[MAJOR, MINOR])
    assert text(own, "show chassis fpc errors 1").splitlines()[:3] == [
        "FPC  Level Occurred Cleared Threshold Action-Taken Action",
        "1    Minor 25       4       10        2            LOG|",
        "     Major 0        0       1         0            GET STATE|ALARM|",
    ]
    other = text(device(model="srx5800", fpc_errors=[MAJOR, MINOR], fpc_errors_layout="b"), "show chassis fpc errors")
    assert (
        "FPC 1\n  Level    Occurred" in other
        and "  Minor    25        4        10         2             LOG|\n" in other
    )
    assert other.count("FPC ") == 5


def test_the_tag_has_one_r_at_the_card_and_two_in_a_category() -> None:
    root = tree(device(model="srx5800", fpc_errors=[MAJOR, MINOR]), "show chassis fpc errors 1 detail")
    (card,) = root.findall("fpc-error-information/fpc")
    assert (
        card.findtext("slot") == "1"
        and card.findtext("minor-level-occured") == "25"
        and card.find("minor-level-occurred") is None
    )
    (inside,) = [each for each in card.iter("category-level") if each.findtext("category") == "memory"]
    assert inside.findtext("minor-level-occurred") == "25" and inside.find("minor-level-occured") is None
    assert card.findtext("fpc-error/error-occur-count") == "25"


def test_scope_and_category_select() -> None:
    own = device(model="srx5800", fpc_errors=[MAJOR, MINOR])
    assert (
        tree(own, "show chassis fpc errors scope board")
        .findall("fpc-error-information/fpc")[1]
        .findtext("minor-level-occured")
        == "0"
    )
    assert "memory_minor_error" in text(own, "show chassis fpc errors detail category memory")
    assert "functional_major_error" not in text(own, "show chassis fpc errors detail category memory")


@pytest.mark.parametrize("words", ["scope", "scope moon", "category x", "99", "nonsense"])
def test_wrong_words_are_refused(words: str) -> None:
    with pytest.raises(Refusal):
        text(device(model="srx5800"), f"show chassis fpc errors {words}")


@pytest.mark.parametrize("model", ["vsrx", "srx345"])
def test_other_models_have_no_error_handling(model: str) -> None:
    with pytest.raises(Refusal, match="not valid on the"):
        text(device(model=model), "show chassis fpc errors")


def test_the_old_engine_shows_nothing() -> None:
    assert text(device(model="srx5800", routing_engine=1, fpc_errors=[MAJOR]), "show chassis fpc errors") == ""


@given(st.sampled_from(fpc_errors.LEVELS), st.integers(0, 3000), st.integers(0, 1024))
def test_actions_are_taken_once_or_each_time(level: str, occurred: int, threshold: int) -> None:
    found = fpc_errors.taken(level, occurred, threshold)
    if threshold == 0 or occurred < threshold:
        assert found == 0
    else:
        assert found == (occurred // threshold if level == "minor" else 1)


def test_thresholds_and_actions_come_from_the_configuration() -> None:
    own = device(
        "set chassis error major threshold 7\nset chassis fpc 0 error major threshold 5\nset chassis fpc 0 error major action log\n"
        "set chassis fpc 0 error major action offline\n",
        model="srx5800",
        fpc_errors=[MAJOR],
    )
    assert fpc_errors.configured(own, 0, "major") == (5, ("log", "offline"))
    assert fpc_errors.configured(own, 1, "major") == (7, ("get-state", "alarm"))
    assert fpc_errors.configured(own, 1, "minor") == (10, ("log",))
    assert text(own, "show chassis alarms") == "No alarms currently active\n"
    assert fpc_errors.inject(own, fpc=0, severity="major", count=1) == []
    assert fpc_errors.inject(own, fpc=0, severity="major", count=1) == ["log", "offline"]
    assert any("all FPCs restart" in line for line in fpc_errors.log_lines(own))


def test_errors_and_irreversible_wedges_raise_alarms() -> None:
    wedges = [{"fpc": 0, "driver": "TOE", "kind": "irreversible"}, {"fpc": 7, "driver": "XM", "kind": "transient"}]
    own = device(model="srx5800", fpc_errors=[MAJOR, MINOR], wedges=wedges)
    shown, root = text(own, "show chassis alarms"), tree(own, "show chassis alarms")
    assert (
        shown.startswith("2 alarms currently active\n")
        and "FPC 0 Major Errors" in shown
        and "FPC 0 TOE irreversible" in shown
    )
    assert root.findtext("alarm-information/alarm-summary/active-alarm-count") == "2"
    assert [each.text for each in root.iter("alarm-class")] == ["Major", "Major"]
    log = list(fpc_errors.log_lines(own))
    assert any("fpc7 XM(0): transient wedge" in line for line in log) and any(
        "fpc7 XM(0): wedge condition cleared" in line for line in log
    )
    assert tree(device(), "show system alarms").find("alarm-information/alarm-summary/no-active-alarms") is not None


def test_what_cannot_be_in_a_chassis_is_refused() -> None:
    wedges = [
        {"fpc": 7, "driver": "TOE"},
        {"fpc": 3, "driver": "XM"},
    ]  # not on this card; no card; no driver there either
    errors = [{"fpc": 0, "severity": "bad", "x": 1}]
    assert sorted(fpc_errors.wrong({"wedges": wedges, "fpc_errors": errors}, "srx5800")) == [
        "fpc_errors: severity must be one of minor, major, fatal, not 'bad'",
        "fpc_errors: unknown key 'x'",
        "wedges: driver 'TOE' is not detected on the card in slot 7",
        "wedges: driver 'XM' is not detected on the card in slot 3",
        "{'fpc': 3, 'driver': 'XM'}: fpc is not a slot of this chassis with a card",
    ]
    assert fpc_errors.wrong({"wedges": [{"fpc": 0, "driver": "TOE"}], "fpc_errors": [MAJOR, MINOR]}, "srx5800") == []
    assert chassis.wrong({"cards": {0: "spc9"}, "routing_engine": 7}) and not chassis.wrong({"cards": {0: "spc2"}})


def test_fabric_links_that_are_not_well() -> None:
    own = device(model="srx5400", fabric_errors=[{"fpc": 2, "plane": 3, "text": "Links error"}])
    assert " 3      Check" in text(own, "show chassis fabric summary")
    assert text(own, "show chassis fabric fpcs").count("Links error") == 1
    assert [each.text for each in tree(own, "show chassis fabric fpcs").iter("state")].count("Links error") == 1
    with pytest.raises(Refusal):
        text(device(), "show chassis fabric summary")


def test_a_cluster_answers_for_both_nodes() -> None:
    own = device(model="srx5800", cluster=True)
    for command in (
        "show chassis hardware",
        "show chassis fpc errors",
        "show chassis alarms",
        "show version",
        "show chassis routing-engine",
    ):
        assert [each.text for each in tree(own, command).iter("re-name")] == ["node0", "node1"]
        assert text(own, command).count("-" * 74) == 2
