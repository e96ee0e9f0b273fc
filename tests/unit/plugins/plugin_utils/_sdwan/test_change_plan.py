# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps around the edits of a package: which there are, in which order, and what takes each back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_plan import (
    ChangeOptions,
    Unfinished,
    import_copy,
    transaction,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources

MCN, CENTER = Resources("sdwan"), Resources("sdwan_center")
LIVE = ChangeOptions("P", "P_before")
EDIT = Operation("create", "policy_templates[t]", ("POST x",), ("DELETE x",))


def words(operations: tuple[Operation, ...]) -> list[str]:
    return [operation.item.removeprefix("transaction[").rstrip("]") for operation in operations]


def test_a_change_that_goes_live_has_these_steps_in_this_order() -> None:
    found = transaction((EDIT,), MCN, LIVE, None, through_center=False)
    assert [line.partition(" {")[0] for operation in found for line in operation.do] == [
        "POST config/config_package_save_as",
        "POST x",
        "POST config/config_packages?action=compile",
        "POST config/config_packages?action=export_to_cm",
        "POST config/change_management?action=verify",
        "POST config/change_management?action=stage",
        "POST config/change_management?action=activate_with_rollback",
        "DELETE config/config_packages/package_name=P_before",
    ]
    assert {operation.kind for operation in found if operation != EDIT} == {"update"}
    assert Plan.from_dict(json.loads(json.dumps(Plan(found).as_dict()))).operations == found


def test_what_can_be_taken_back_says_how_and_what_cannot_says_that() -> None:
    found = transaction((), MCN, LIVE, None, through_center=False)
    undo = dict(zip(words(found), (operation.undo for operation in found), strict=True))
    assert undo == {
        "save_as": ("DELETE config/config_packages/package_name=P_before",),
        "compile": None,
        "export_to_cm": ("POST config/change_management?action=clear_network_staging",),
        "verify": None,
        "stage": ("POST config/change_management?action=cancel_stage",),
        "activate": None,
        "delete_backup": None,
    }


@pytest.mark.parametrize(
    ("options", "unfinished", "through_center", "expected"),
    [
        (replace(LIVE, activate=False), None, False, ["save_as", "compile"]),
        (replace(LIVE, activate=False), None, True, ["save_as", "compile"]),
        (replace(LIVE, activate=False), Unfinished(staged=True), False, ["compile"]),
        (LIVE, Unfinished(), False, ["compile", "export_to_cm", "verify", "stage", "activate", "delete_backup"]),
        (
            LIVE,
            Unfinished(staged=True),
            True,
            ["cancel_stage", "compile", "export_to_cm", "verify", "stage", "activate", "delete_backup", "import"],
        ),
    ],
)
def test_a_plan_has_only_the_steps_that_are_due(
    options: ChangeOptions, unfinished: Unfinished | None, through_center: bool, expected: list[str]
) -> None:
    assert words(transaction((), CENTER, options, unfinished, through_center)) == expected


def test_options_that_change_the_change_are_in_the_plan() -> None:
    plain, other = (
        transaction((), MCN, options, None, through_center=False)
        for options in (LIVE, replace(LIVE, rollback=False, ignore_incomplete=True))
    )
    assert other[5].do == ("POST config/change_management?action=activate",) != plain[5].do
    assert (plain[4].risk, other[4].risk) == ((), ("leaves-failing-appliances",))
    assert replace(LIVE, stage_timeout=1, activation_timeout=1, force=True).plan_facts == LIVE.plan_facts
    for change in ({"activate": False}, {"rollback": False}, {"package": "Q"}, {"backup": "B"}):
        assert replace(LIVE, **change).plan_facts != LIVE.plan_facts  # type: ignore[arg-type]


def test_an_import_cannot_be_taken_back() -> None:
    found = import_copy(CENTER, "P")
    assert found.do == ('POST config/network_config_import {"network_config_import":{"package_name":"P"}}',)
    assert found.undo is None
