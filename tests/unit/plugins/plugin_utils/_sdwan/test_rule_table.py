# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the wing as an index: each has a source, is raised somewhere or looked after elsewhere, and is tested."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import HOUSE, Rule
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import (
    NITRO,
    ORDER,
    PAGE,
    RULES,
)

ROOT = next(parent for parent in Path(__file__).resolve().parents if (parent / "galaxy.yml").is_file())
WING = ROOT / "plugins/plugin_utils/_sdwan"
ID = re.compile(r"H[1-9]\d*")
# The capability is described by the first 22 rules; what came later was found while it was built.
DESCRIBED = [f"H{number}" for number in range(1, 23)]


def spoken(path: Path) -> set[str]:
    """Ids of rules that stand as strings in a source."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value)
    }


@cache
def raised() -> dict[str, set[str]]:
    """Rule -> sources of the wing that raise it. Actions only downgrade rules."""
    found = defaultdict(set)
    for path in WING.rglob("*.py"):
        for rule in spoken(path) if path.name != "rule_table.py" else ():
            found[rule].add(path.name)
    return found


@cache
def named() -> dict[str, set[str]]:
    """Rule -> tests of the wing that name it, as a string or in the name of a test; this file, which names all, aside."""
    found = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        if "sdwan" not in path.relative_to(ROOT).as_posix() or path == Path(__file__):
            continue
        titles = re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        for rule in spoken(path) | {word.upper() for title in titles for word in title.split("_")}:
            found[rule].add(path.name)
    return found


def test_rules_are_numbered_without_a_gap() -> None:
    assert [*RULES] == [f"H{number}" for number in range(1, len(RULES) + 1)]
    assert {*DESCRIBED} <= RULES.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_one_sentence_and_cites_a_source(rule: Rule) -> None:
    assert rule.text[0].isupper() or rule.text.startswith("overridden")
    assert rule.text.endswith(".")
    assert rule.source in (PAGE, ORDER, HOUSE, "unverified") or rule.source.startswith(NITRO)
    assert all(source.startswith(("Citrix", "NetScaler")) for source in (PAGE, NITRO, ORDER))


def test_what_nobody_verified_only_warns() -> None:
    assert all(rule.severity == "warning" for rule in RULES.values() if rule.source == "unverified")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_raised_or_looked_after_elsewhere_and_never_both(rule: Rule) -> None:
    assert bool(raised().get(rule.id)) != bool(rule.elsewhere), raised().get(rule.id)


def test_no_rule_is_raised_that_the_table_does_not_have() -> None:
    assert raised().keys() <= RULES.keys()


@pytest.mark.parametrize("rule", [rule for rule in DESCRIBED if not RULES[rule].elsewhere])
def test_a_rule_of_the_capability_has_a_test_that_names_it(rule: str) -> None:
    assert named().get(rule)


def test_which_rules_only_warn() -> None:
    warns = {
        "H6",
        "H11",
        "H12",
        "H14",
        "H17",
        "H20",
        "H21",
        "H22",
        "H31",
        "H36",
        "H39",
        "H40",
        "H41",
        "H42",
        "H43",
        "H44",
    }
    assert {rule.id for rule in RULES.values() if rule.severity == "warning"} == warns


def test_h12_h17_h22_where_they_are_looked_after_is_there() -> None:
    """What `elsewhere` points to: a key of results, a choice of a module, and a collection that the guide names."""
    modules = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "plugins/modules").glob("sdwan_*.py")}
    guides = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert {rule.id for rule in RULES.values() if rule.elsewhere} == {"H12", "H17", "H22"}
    assert "device_url" in RULES["H12"].elsewhere
    assert re.search(r"^ +device_url:$", modules["sdwan_hosted_firewall"], re.MULTILINE)
    module, choice = RULES["H17"].elsewhere.split(", ")
    assert re.search(rf"^ +choices:\n? *\[[^]]*\b{choice}\b", modules[module], re.MULTILINE)
    assert RULES["H22"].elsewhere in guides
