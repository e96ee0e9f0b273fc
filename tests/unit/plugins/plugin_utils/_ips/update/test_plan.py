# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of an update: what is there plus the plan gives what is wanted, and a second plan is empty."""

from __future__ import annotations

from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package, parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.delivery import Delivery
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, Request, SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.plan import (
    Wanted,
    desired_state,
    package_of,
    plan,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.tuning import Tuning
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import parse_signature_level, parse_version

SIG, ENGINE = "IPS-sig-S734-req-E4.pkg", "IPS-engine-E4-req-7.1-2.pkg"
SERVED = Delivery("https://192.0.2.10:8443/", "192.0.2.10:8443", transient=True)
PUBLISHED = Delivery("https://192.0.2.20/IPSpath/", "192.0.2.20:443")


def package(name: str) -> Package:
    found = parse_package(name)
    assert found is not None
    return found


def sensor(version: str, signature: str, *history: str, **other: Any) -> SensorState:
    return SensorState(parse_version(version), parse_signature_level(signature), "IPS-4345", history=history, **other)


def wanted(name: str, **other: Any) -> Wanted:
    tuning = other.pop("tuning", ())
    return Wanted(Request(package(name), fail_mode="open", **other), tuning)


def stock(*names: str) -> dict[str, Held]:
    return {name: Held(package(name)) for name in names}


def carried_out(made: Plan, state: SensorState, at_hand: dict[str, Held]) -> SensorState:
    """What a sensor is behind a plan that works."""
    for operation in made.operations:
        found = package_of(operation, at_hand)
        if found is not None:
            state = state.after(found)
    return state


def test_a_plan_leads_there_and_a_second_one_is_empty() -> None:
    at_hand = stock(SIG, ENGINE, "IPS-sig-S710-req-E4.pkg", "IPS-sig-S720-req-E4.pkg")
    start, goal = sensor("7.1(2)E3", "S700"), wanted(SIG, most_levels=15)
    made = plan(start, goal, at_hand, SERVED)
    assert [operation.item for operation in made.operations] == [
        f"packages[{ENGINE}]",
        "packages[IPS-sig-S710-req-E4.pkg]",
        "packages[IPS-sig-S720-req-E4.pkg]",
        f"packages[{SIG}]",
    ]
    end = carried_out(made, start, at_hand)
    assert end == desired_state(start, goal, at_hand)
    assert plan(end, goal, at_hand, SERVED) == Plan()
    assert [operation.undo for operation in made.operations] == [None, None, None, ("downgrade",)]


def test_what_is_served_for_a_task_is_trusted_for_each_file_and_forgotten() -> None:
    (operation,) = plan(sensor("7.1(7)E4", "S722"), wanted(SIG), stock(SIG), SERVED).operations
    assert operation.do == (
        "tls trusted-host ip-address 192.0.2.10 port 8443",
        f"upgrade https://192.0.2.10:8443/{SIG}",
        "no tls trusted-host id 192.0.2.10:8443",
    )
    assert operation.risk == ("uninspected",)


def test_a_published_server_is_trusted_once_and_for_ever() -> None:
    state = sensor("7.1(7)E4", "S722")
    trust, update = plan(state, wanted(SIG), stock(SIG), PUBLISHED).operations
    assert (trust.kind, trust.do, trust.undo) == (
        "create",
        ("tls trusted-host ip-address 192.0.2.20",),
        ("no tls trusted-host id 192.0.2.20",),
    )
    assert update.do == (f"upgrade https://192.0.2.20/IPSpath/{SIG}",)
    known = Delivery(PUBLISHED.base, PUBLISHED.trust, trusted=True)
    assert [each.item for each in plan(state, wanted(SIG), stock(SIG), known).operations] == [f"packages[{SIG}]"]
    assert plan(sensor("7.1(7)E4", "S734"), wanted(SIG), stock(SIG), PUBLISHED) == Plan()  # no reason to trust it


def test_scp_needs_no_trust_in_a_certificate() -> None:
    (operation,) = plan(sensor("7.1(7)E4", "S722"), wanted(SIG), {}, Delivery("scp://ips@192.0.2.20//srv/")).operations
    assert operation.do == (f"upgrade scp://ips@192.0.2.20//srv/{SIG}",)


def test_rule_28_a_revert_goes_to_the_level_before_and_a_second_one_reverts_nothing() -> None:
    start = sensor("7.1(7)E4", "S734", "IPS-sig-S722-req-E4", "IPS-sig-S734-req-E4")
    goal = wanted(SIG, present=False)
    (operation,) = plan(start, goal, {}, SERVED).operations
    assert (operation.kind, operation.do, operation.undo) == ("delete", ("downgrade",), None)
    end = desired_state(start, goal, {})
    assert str(end.signature) == "S722"
    assert plan(end, goal, {}, SERVED) == Plan()
    assert desired_state(end, goal, {}) == end


def test_tuning_comes_behind_the_update_and_alone_where_that_is_there() -> None:
    tuning = (Tuning("2500/0", enabled=True, severity="high"), Tuning("2501/0", retired=True))
    goal = wanted(SIG, tuning=tuning)
    made = plan(sensor("7.1(7)E4", "S722"), goal, stock(SIG), SERVED)
    assert [operation.item for operation in made.operations] == [f"packages[{SIG}]", "signature_tuning"]
    half = sensor("7.1(7)E4", "S734", tuned={"2500/0": Tuning("2500/0", enabled=True, severity="low")})
    (operation,) = plan(half, goal, stock(SIG), SERVED).operations
    assert operation.do == (
        *("signatures 2500 0", "alert-severity high", "status", "enabled true", "exit", "exit"),
        *("signatures 2501 0", "status", "retired true", "exit", "exit"),
    )
    assert plan(desired_state(half, goal, stock(SIG)), goal, stock(SIG), SERVED) == Plan()


def test_what_determines_a_plan() -> None:
    same = wanted(SIG).determining({"transfer": "controller"})
    assert same == wanted(SIG).determining({"transfer": "controller"})
    assert same != wanted(SIG, present=False).determining({"transfer": "controller"})
    assert same != wanted(SIG).determining({"transfer": "url"})
