# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of capabilities says what roles and playbooks say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.capabilities import CAPABILITIES, Capability
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.files_device import role_options

ROOT = Path(__file__).resolve().parents[5]
ROLES = {path.name for path in (ROOT / "roles").iterdir()}
OPTIONS = role_options(ROOT / "roles", ROLES)


def plays(playbook: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8"))
    return [play for play in listed if "ansible.builtin.import_playbook" not in play]


def test_every_role_has_its_row() -> None:
    assert set(CAPABILITIES) == ROLES


@pytest.mark.parametrize("row", CAPABILITIES.values(), ids=lambda row: row.name)
def test_a_row_names_variables_of_its_role(row: Capability) -> None:
    named = {*row.variables, *(name for name, _values in row.states), row.last, row.way_back[0]} - {""}
    assert named <= OPTIONS[row.name]
    specs = yaml.safe_load((ROOT / "roles" / row.name / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    for name, values in (*row.states, *([(row.way_back[0], (row.way_back[1],))] if row.last else [])):
        assert set(values) <= set(options[name]["choices"])


@pytest.mark.parametrize("row", CAPABILITIES.values(), ids=lambda row: row.name)
def test_a_row_has_its_play_with_all_that_a_run_may_set(row: Capability) -> None:
    (play,) = [play for play in plays(row.playbook) if f"'{row.name}'" in play["hosts"]]
    asks = f"query('mspplus.netsec.rollout', '{row.name}'"
    assert play["hosts"] == f"{{{{ {asks}) }}}}"
    assert play["serial"] == f"{{{{ {asks}, give='serial') }}}}"
    assert play["max_fail_percentage"] == f"{{{{ {asks}, give='max_fail_percentage') | first | default(omit) }}}}"
    (task,) = play["tasks"]
    assert task["ansible.builtin.import_role"]["name"] == f"mspplus.netsec.{row.name}"
    assert task["tags"] == [row.name]


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("*.yml")), ids=lambda path: path.name)
def test_hosts_go_through_tasks_together_whatever_the_configuration_says(path: Path) -> None:
    assert {play["strategy"] for play in plays(path.stem)} == {"linear"}
