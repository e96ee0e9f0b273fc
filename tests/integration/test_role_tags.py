# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role has its name as a tag in the playbooks, and the tag selects that role alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from integration.sites import ROOT

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))


def listed(directory: Path, *options: str) -> set[str]:
    """Roles with a task among those that all playbooks would run, "" for a task of none."""
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", "localhost,", "--list-tasks", *options, *PLAYBOOKS],
        cwd=directory,
        env={
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(directory),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tasks = re.findall(r"^      (?:mspplus\.netsec\.(\w+) : )?(.*)\tTAGS: ", done.stdout, re.MULTILINE)
    # Ansible checks the arguments of every role whatever the tags are.
    return {role for role, name in tasks if not name.startswith("Validating arguments")}


NAMES_IDLE_HOSTS = ""  # the task of site.yml that belongs to no role


def test_without_tags_every_role_is_in_a_playbook(tmp_path: Path) -> None:
    assert listed(tmp_path) == {*ROLES, NAMES_IDLE_HOSTS}


@pytest.mark.parametrize("role", ROLES)
def test_a_tag_selects_its_role_alone(tmp_path: Path, role: str) -> None:
    assert listed(tmp_path, "--tags", role) == {role}
    assert listed(tmp_path, "--skip-tags", role) == {*ROLES, NAMES_IDLE_HOSTS} - {role}
