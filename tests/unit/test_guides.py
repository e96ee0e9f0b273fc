# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guides say what the modules take and return: every YAML example against the documentation, which is the argument spec."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import documented_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.reasons import FURTHER, REASONS

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs").glob("guide_*.md"))
FLOW = ROOT / "docs" / "guide_who_drops_this_flow.md"
PREFIX = "mspplus.netsec."
EVERY_RESULT = {"changed", "failed", "msg", "skipped", "invocation"}
OF_TYPE: dict[str, Any] = {"int": 1, "float": 1.0, "bool": True, "list": [], "dict": {}}


def blocks(guide: Path) -> list[tuple[int, Any]]:
    """Line and content of every YAML block of a guide."""
    text = guide.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, found.start()) + 2, yaml.safe_load(found[1]))
        for found in re.finditer(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]


def documentation(name: str) -> dict[str, Any]:
    module = importlib.import_module(f"ansible_collections.mspplus.netsec.plugins.modules.{name}")
    return {"options": documented_options(Path(str(module.__file__))), "RETURN": yaml.safe_load(module.RETURN)}


def tasks(data: Any) -> Iterator[dict[str, Any]]:
    """All tasks of ours in a block, however deep."""
    if isinstance(data, dict):
        if any(str(key).startswith(PREFIX) for key in data):
            yield data
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from tasks(item)


def spec(options: dict[str, Any]) -> dict[str, Any]:
    """Options of a documentation as an argument spec."""
    kept = ("type", "elements", "choices", "required", "default")
    return {
        name: {key: option[key] for key in kept if key in option}
        | ({"options": spec(option["suboptions"])} if "suboptions" in option else {})
        for name, option in options.items()
    }


def filled(value: Any, option: dict[str, Any]) -> Any:
    """The value with something of its type, or its first choice, where a template stands."""
    if isinstance(value, str) and "{{" in value:
        return option["choices"][0] if option.get("choices") else OF_TYPE.get(option.get("type", "str"), "x")
    inner = option.get("suboptions")
    if isinstance(value, dict) and inner:
        return {key: filled(item, inner.get(key, {})) for key, item in value.items()}
    if isinstance(value, list):
        each = {"suboptions": inner} if inner else {"type": option.get("elements", "str")}
        return [filled(item, each) for item in value]
    return value


EXAMPLES = [
    pytest.param(task, id=f"{guide.stem}:{line}:{task.get('name', number)}")
    for guide in GUIDES
    for line, block in blocks(guide)
    for number, task in enumerate(tasks(block))
]


@pytest.mark.parametrize("task", EXAMPLES)
def test_every_task_of_a_guide_has_arguments_that_its_module_takes(task: dict[str, Any]) -> None:
    (action,) = (key for key in task if key.startswith(PREFIX))
    options = documentation(action.removeprefix(PREFIX))["options"]
    given = {name: filled(value, options.get(name, {})) for name, value in (task[action] or {}).items()}
    result = ArgumentSpecValidator(spec(options)).validate(given)
    assert result.error_messages == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_what_a_guide_uses_of_a_result_is_documented(guide: Path) -> None:
    for line, block in blocks(guide):
        text = yaml.safe_dump(block, width=10**6)
        for task in tasks(block):
            if "register" not in task:
                continue
            (action,) = (key for key in task if key.startswith(PREFIX))
            used = set(re.findall(rf"\b{task['register']}\.(\w+)", text))
            assert used - EVERY_RESULT <= set(documentation(action.removeprefix(PREFIX))["RETURN"]), (
                f"{guide.name}:{line}"
            )
            assert used, f"{guide.name}:{line}: {task['register']} is not used"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_filters_and_anchors_of_a_guide_exist(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    for name in re.findall(r"\| *mspplus\.netsec\.(\w+)", text):
        assert (ROOT / "plugins" / "filter" / f"{name}.py").is_file()
    headings = {
        re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_the_guide_of_dropped_flows_uses_all_that_reads_flows() -> None:
    used = {
        key.removeprefix(PREFIX)
        for _line, block in blocks(FLOW)
        for task in tasks(block)
        for key in task
        if key.startswith(PREFIX)
    }
    assert used == {
        "srx_flow_session_info", "srx_flow_info", "srx_policy_log", "srx_capture", "srx_flow_monitor", "srx_flow_monitor_info",
        "srx_fpc_error_info",
    }  # fmt: skip


def test_the_guide_of_dropped_flows_has_the_table_of_close_reasons() -> None:
    text = FLOW.read_text(encoding="utf-8")
    for reason in (*REASONS, *FURTHER):
        mark = "" if reason.seen else " ¹"
        assert f"| `{reason.name}`{mark} | {reason.kind} | {reason.meaning} | " in text


def test_the_guide_of_dropped_flows_names_each_file_that_its_commands_run() -> None:
    text = FLOW.read_text(encoding="utf-8")
    named = set(re.findall(r"`build/guide/(\w+\.yml)`", text))
    assert set(re.findall(r"build/guide/(\w+\.yml)", "\n".join(re.findall(r"^\$ .*$", text, re.MULTILINE)))) <= named
