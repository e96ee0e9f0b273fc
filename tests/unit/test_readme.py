# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README and the example of a customer: every group says how its devices are reached, every name is one that is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.connection.netmiko import platforms
from ansible_collections.mspplus.netsec.plugins.connection.rest import dialects

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "inventories" / "example_customer"
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)]
SYSTEMS = {"iosxr", "srx", "ips", "sdwan", "sdwan_center"}
YAMLLINT = "{extends: relaxed, rules: {line-length: disable}}"


def groups() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and variables of every group of the README's inventories."""
    for block in BLOCKS:
        if isinstance(block, dict) and "all" in block:
            yield from ((name, group.get("vars", {})) for name, group in block["all"]["children"].items())


def reached(variables: dict[str, Any]) -> bool:
    """Whether the variables say how, as which system, and as whom; of a system that the connection knows."""
    doors = {"mspplus.netsec.netmiko": platforms().names, "mspplus.netsec.rest": dialects().names}
    known = doors[variables["ansible_connection"]]
    return variables["ansible_network_os"] in known and bool(variables["ansible_user"])


def test_every_group_of_the_readme_says_how_its_devices_are_reached() -> None:
    assert {name for name, _variables in groups()} == SYSTEMS
    assert [name for name, variables in groups() if not reached(variables)] == []


def test_every_group_of_the_example_says_how_its_devices_are_reached() -> None:
    children = yaml.safe_load((EXAMPLE / "hosts.yml").read_text())["all"]["children"]
    assert {*children} - {"site_north"} == SYSTEMS
    for name in SYSTEMS:
        assert reached(yaml.safe_load((EXAMPLE / "group_vars" / name / "connection.yml").read_text())), name


@pytest.mark.parametrize("form", ["git", "file"])
def test_requirements_install_from_a_repository_and_from_a_file(form: str) -> None:
    listed = [block["collections"] for block in BLOCKS if isinstance(block, dict) and "collections" in block]
    ((item,),) = [items for items in listed if items[0]["type"] == form]
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    if form == "git":
        assert re.match(r"https://.*\.git$", item["name"]) and item["version"] == "main"
    else:
        assert item["name"].endswith(f"mspplus-netsec-{version}.tar.gz")


def test_every_name_of_ours_is_there() -> None:
    there = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    for kind in ("modules", "filter", "connection"):
        there |= {path.stem for path in (ROOT / "plugins" / kind).glob("*.py")}
    there |= {path.name for path in (ROOT / "roles").iterdir()}
    for text in (TEXT, (EXAMPLE / "README.md").read_text()):
        assert {*re.findall(r"(?<![/\w])mspplus\.netsec\.(\w+)", text)} - there - {"git"} == set()


def test_the_example_of_a_customer_is_in_the_artefact_and_the_lab_is_not() -> None:
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    assert "inventories/lab" in ignored and not {"inventories", "inventories/*", EXAMPLE.name} & {*ignored}


def test_the_line_for_yamllint_takes_the_example_and_finds_a_key_that_is_there_twice(tmp_path: Path) -> None:
    pytest.importorskip("yamllint")  # where only the units run, it is not installed
    assert f"yamllint -d '{YAMLLINT}' acme" in TEXT
    copy = shutil.copytree(EXAMPLE, tmp_path / "acme")

    def linted() -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "yamllint"]
        return subprocess.run([*program, "-d", YAMLLINT, copy], capture_output=True, text=True, check=False)

    assert (linted().returncode, linted().stdout) == (0, "")
    with (copy / "host_vars" / "fw1" / "srx_policy_log.yml").open("a") as file:
        file.write("srx_policy_log_config: []\n")
    twice = linted()
    assert twice.returncode == 1 and 'duplication of key "srx_policy_log_config"' in twice.stdout


LINKED = ("plugins", "roles", "galaxy.yml", "README.md")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The parts of a checkout that are linked, and the tool that links them."""
    root = tmp_path / "clone"
    for name in ("plugins", "roles", "tools"):
        (root / name).mkdir(parents=True)
    (root / "plugins" / "ours.py").write_text("ours")
    for name in ("galaxy.yml", "README.md"):
        (root / name).write_text("ours")
    shutil.copy(ROOT / "tools" / "link_checkout.sh", root / "tools")
    return root


def link(root: Path) -> Path:
    subprocess.run(
        [root / "tools" / "link_checkout.sh"], check=True, capture_output=True, env={"PATH": os.environ["PATH"]}
    )
    return root / "build" / "collections" / "ansible_collections" / "mspplus" / "netsec"


def test_make_shows_the_checkout_whatever_was_installed_where_it_is_shown(clone: Path) -> None:
    target = link(clone)
    assert (target / "plugins" / "ours.py").read_text() == "ours"
    shutil.rmtree(target)  # as ansible-galaxy does before it writes
    for name in ("plugins", "roles", "meta"):
        (target / name).mkdir(parents=True)
    for name in ("MANIFEST.json", "FILES.json", "README.md", "plugins/ours.py"):
        (target / name).write_text("installed")
    link(clone)
    assert all((target / name).is_symlink() and (target / name).resolve() == clone / name for name in LINKED)
    assert not (target / "MANIFEST.json").exists() and not (target / "meta").exists()
    assert (clone / "plugins" / "ours.py").read_text() == "ours"
    assert [path.name for path in (clone / "plugins").iterdir()] == ["ours.py"]  # no link inside


def test_links_that_are_there_stay_and_a_folder_in_their_place_makes_room(clone: Path) -> None:
    target = link(clone)
    (target / "roles").unlink()
    (target / "roles" / "old").mkdir(parents=True)
    link(clone)
    assert all((target / name).is_symlink() for name in LINKED)
