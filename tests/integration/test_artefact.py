# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's way, from a clone to a router: built, installed elsewhere, run with Ansible as it is, without this checkout."""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.routers import PORTS, router

from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)]
INVENTORY, DOCUMENT = (
    next(block for block in BLOCKS if isinstance(block, dict) and key in block) for key in ("all", "iosxr_span_config")
)
CONFIG = """hostname edge1
interface HundredGigE0/0/0/15
!
interface TenGigE0/0/0/19
 monitor-session ids ethernet direction rx-only port-level
 !
!
interface TenGigE0/0/0/20
 monitor-session ids ethernet direction rx-only port-level
 !
!
monitor-session ids ethernet
 destination interface HundredGigE0/0/0/15
!
"""


def run(directory: Path, *words: str | Path, code: int = 0) -> str:
    """A program in a directory, in an environment that has nothing of this checkout but the Python; what it printed."""
    done = subprocess.run(
        words,
        cwd=directory,
        env={
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(directory.parent / "home"),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout, with what is not committed yet."""
    root = tmp_path_factory.mktemp("way") / "clone"
    listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    run(root, "git", "init", "-q", "-b", "main")
    run(root, "git", "add", "--all")
    run(root, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "all")
    return root


@pytest.fixture(scope="module")
def project(clone: Path) -> Path:
    """Where playbooks are: with the collection installed from the repository, as requirements.yml of the README has it."""
    here = clone.parent / "project"
    here.mkdir()
    (item,) = (
        block["collections"][0]
        for block in BLOCKS
        if isinstance(block, dict) and "collections" in block and block["collections"][0]["type"] == "git"
    )
    listed = {"collections": [{**item, "name": f"file://{clone}"}]}
    (here / "requirements.yml").write_text(yaml.safe_dump(listed))
    run(here, "ansible-galaxy", "collection", "install", "-r", "requirements.yml", "-p", installed(here).parents[2])
    return here


def installed(project: Path) -> Path:
    return project.parent / "home" / ".ansible" / "collections" / "ansible_collections" / "mspplus" / "netsec"


def files_of(collection: Path) -> set[str]:
    return {path.relative_to(collection).as_posix() for path in collection.rglob("*") if path.is_file()}


def test_a_repository_and_a_file_install_the_same_with_the_example_and_without_what_tests_it(
    project: Path, clone: Path
) -> None:
    from_git = files_of(installed(project))
    assert {"inventories/example_customer/hosts.yml", "meta/ee-requirements.txt", "README.md"} <= from_git
    kept_back = ("tests/", "tools/", "inventories/lab/", "requirements/", "Makefile", ".git")
    assert [name for name in from_git if name.startswith(kept_back)] == []
    run(clone, "ansible-galaxy", "collection", "build", "--force", "--output-path", "build")
    (made,) = (clone / "build").glob("*.tar.gz")
    (project / "requirements.yml").write_text(yaml.safe_dump({"collections": [{"name": str(made), "type": "file"}]}))
    run(
        project, "ansible-galaxy", "collection", "install", "--force", "-r", "requirements.yml", "-p", project / "other"
    )
    assert files_of(project / "other" / "ansible_collections" / "mspplus" / "netsec") == from_git


def test_an_installation_inside_the_clone_leaves_the_clone_alone_and_make_takes_its_place_back(clone: Path) -> None:
    shown = clone / "build" / "collections" / "ansible_collections" / "mspplus" / "netsec"
    run(clone, "tools/link_checkout.sh")
    run(clone, "ansible-galaxy", "collection", "build", "--force", "--output-path", "build")
    (made,) = (clone / "build").glob("*.tar.gz")
    run(clone, "ansible-galaxy", "collection", "install", "--force", made)
    assert (shown / "MANIFEST.json").is_file() and not (shown / "plugins").is_symlink()
    assert run(clone, "git", "status", "--porcelain") == ""
    assert "makes room" in run(clone, "tools/link_checkout.sh")
    assert (shown / "plugins").resolve() == clone / "plugins" and not (shown / "MANIFEST.json").exists()
    assert run(clone, "git", "status", "--porcelain") == ""
    assert run(clone, "tools/link_checkout.sh") == ""


@pytest.fixture
def acme(project: Path, lab: Callable[..., Lab]) -> Path:
    """The README's inventory of one router, which is in a lab."""
    running = lab(router("edge1", config_text=CONFIG, interfaces=[*PORTS, "HundredGigE0/0/0/15"]))
    directory = project / "acme"
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(installed(project) / "inventories" / "example_customer", directory)
    for path in [*directory.glob("host_vars/*"), *directory.glob("group_vars/*")]:
        shutil.rmtree(path)
    host = running.device("edge1")
    wanted = copy.deepcopy(INVENTORY)
    variables: dict[str, Any] = wanted["all"]["children"]["iosxr"]
    variables["hosts"]["edge1"] = {"ansible_host": "127.0.0.1", "ansible_port": host.port}
    variables["vars"] |= {"ansible_user": host.spec.username, "ansible_password": host.spec.password}
    (directory / "hosts.yml").write_text(yaml.safe_dump(wanted))
    (directory / "host_vars" / "edge1").mkdir(parents=True)
    (directory / "host_vars" / "edge1" / "iosxr_span.yml").write_text(yaml.safe_dump(DOCUMENT))
    (directory / "known_hosts.txt").write_text(running.known_hosts())
    return directory


def test_the_commands_of_the_readme_with_ansible_as_it_is(project: Path, acme: Path) -> None:
    planned = run(project, "ansible-playbook", "-i", "acme", "mspplus.netsec.site", "--check", "--diff")
    assert "--- before: edge1 sessions[ids]\n+++ after: edge1 sessions[ids]\n" in planned
    signed = [line for line in planned.splitlines() if re.match(r"[+-](?![+-])", line)]
    assert signed == ["-  - {interface: TenGigE0/0/0/20, direction: rx-only, port_level: true}"]
    done = run(project, "ansible-playbook", "-i", "acme", "mspplus.netsec.site")
    assert re.search(r"^edge1 +: ok=\d+ +changed=1 .*failed=0", done, re.MULTILINE)
    again = run(project, "ansible-playbook", "-i", "acme", "mspplus.netsec.site")
    assert re.search(r"^edge1 +: ok=\d+ +changed=0 .*failed=0", again, re.MULTILINE)
    live = run(project, "ansible-playbook", "-i", "acme", "mspplus.netsec.status")
    assert "TenGigE0/0/0/19" in live and "Operational" in live


def test_what_is_refused_is_told_in_lines_before_the_result(project: Path, acme: Path) -> None:
    document = yaml.safe_load((acme / "host_vars" / "edge1" / "iosxr_span.yml").read_text())
    document["iosxr_span_config"]["sessions"][0]["sources"][0]["interface"] = "HundredGigE0/0/0/15"
    (acme / "host_vars" / "edge1" / "iosxr_span.yml").write_text(yaml.safe_dump(document))
    refused = run(project, "ansible-playbook", "-i", "acme", "mspplus.netsec.site", code=2)
    told = refused[refused.index("[ERROR]") : refused.index("Origin: ")].splitlines()
    assert told[0] == "[ERROR]: Task failed: Action failed: edge1: The document breaks rules; nothing was sent:"
    assert told[1].startswith("[S6] sessions[ids].sources[HundredGigE0/0/0/15]: ") and "Remedy: " in told[1]
    assert len(set(told)) == len(told)
