# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible has no fragments for results, so the keys that all state modules return are held together here, word for word."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import KINDS, Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import PlanDocument, Subject
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem

MODULES = Path(__file__).parents[4] / "plugins" / "modules"
ALWAYS = ("before", "after", "commands", "operations", "plan", "further_plans", "warnings", "errors", "problems", "device_state")  # fmt: skip
SOMETIMES = ("deferred", "commit")
OWN_TYPE = ("before", "after")


def returns(module: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        import_module(f"ansible_collections.mspplus.netsec.plugins.modules.{module}").RETURN
    )
    return found


def is_state_action(module: str) -> bool:
    action = MODULES.parent / "action" / f"{module}.py"
    return "class ActionModule(StateAction)" in action.read_text(encoding="utf-8")


NAMES = sorted(path.stem for path in MODULES.glob("*.py"))
STATE_MODULES = [name for name in NAMES if is_state_action(name) or "operations" in returns(name)]
MODEL = returns("srx_policy_log")


def shared(key: str, documented: dict[str, Any]) -> dict[str, Any]:
    """What of a key is not the module's own: its sample, further paragraphs, the type of a document."""
    description = documented["description"]
    text = description if isinstance(description, str) else description[0]
    own = {"sample", "description", *(("type", "elements") if key in OWN_TYPE else ())}
    return {"description": text, **{name: value for name, value in documented.items() if name not in own}}


def test_the_state_modules_are_found() -> None:
    assert {"iosxr_span", "srx_flow_monitor", "srx_policy_log", "srx_fpc_error_action"} <= set(STATE_MODULES)


@pytest.mark.parametrize("key", ALWAYS)
@pytest.mark.parametrize("module", STATE_MODULES)
def test_a_shared_key_is_told_in_the_same_words(module: str, key: str) -> None:
    assert shared(key, returns(module)[key]) == shared(key, MODEL[key])


@pytest.mark.parametrize("key", SOMETIMES)
def test_a_key_of_some_modules_is_told_in_the_same_words(key: str) -> None:
    told = [shared(key, returns(module)[key]) for module in STATE_MODULES if key in returns(module)]
    assert told and all(each == told[0] for each in told)


def test_a_plan_is_documented_as_it_is() -> None:
    operation = Operation("create", "item", ("do",), None, ("risk",))
    document = PlanDocument(Subject(), "", "", Plan((operation,))).as_dict()
    documented = MODEL["plan"]["contains"]
    assert list(documented) == list(document)
    assert list(documented["operations"]["contains"]) == list(document["operations"][0])
    assert tuple(MODEL["operations"]["sample"]) == KINDS


def test_a_problem_is_documented_as_it_is() -> None:
    assert list(MODEL["problems"]["contains"]) == list(Problem("rule", "item", "message").as_dict())
