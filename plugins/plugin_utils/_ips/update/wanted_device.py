# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file with the desired state of the fleet on the disk. I/O."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..._engine.controller import files
from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem
from .wanted_file import Wanted, parse

LARGEST = 16 << 20  # bytes
LOCK_SECONDS = 30.0  # that another run may take to change the file
HIDDEN = (".yml", ".yaml", ".json")  # endings of variables beside a folder


def read(path: Path) -> tuple[str, Wanted]:
    """Its text and what that says; nothing for a file that is not there. Raises ApplyFailed for one that is not ours."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LARGEST)
        return text, parse(text)
    except FileNotFoundError:
        return "", {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        problem = Problem("wanted-file", "dest", f"{path}: {why}", "Give it another name, or delete it.")
        raise ApplyFailed("the file with what is wanted cannot be used", [problem]) from None


def not_hiding(path: Path) -> None:
    """Raises ApplyFailed where the folder of the file would hide variables: beside a folder NAME in group_vars or host_vars, Ansible
    does not read NAME.yml any more (ansible.parsing.dataloader, find_vars_files: the first that is there counts, the folder before all)."""
    if path.parent.parent.name not in ("group_vars", "host_vars"):
        return
    for ending in HIDDEN:
        hidden = path.parent.with_name(f"{path.parent.name}{ending}")
        if hidden.is_file():
            inside = path.parent / f"{path.parent.name}{ending}"
            text = f"{path.parent} beside {hidden.name} would hide it: Ansible reads the folder only"
            problem = Problem("wanted-file", "dest", text, f"Move {hidden} to {inside}.")
            raise ApplyFailed("the file with what is wanted would hide other variables", [problem])


@contextlib.contextmanager
def alone(path: Path, limit: float = LOCK_SECONDS) -> Iterator[None]:
    """Excludes other runs from the file for a block, whatever cache they have. Its folder is locked, so no file is left in a checkout;
    the system frees it with the process that holds it. limit: seconds. Raises ApplyFailed."""
    with contextlib.ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            held.enter_context(files.locked(number, limit))
        except files.StillLocked:
            text = f"another run has held {path.parent} for more than {limit:g} s"
            problem = Problem("wanted-file", "dest", text, "See what it does, then run again.")
            raise ApplyFailed("the file with what is wanted cannot be written", [problem]) from None
        except OSError as error:
            raise _unwritten(error, path) from None
        yield


def write(path: Path, text: str) -> None:
    """Whole or not at all. Raises ApplyFailed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, text, files.SHARED)
    except OSError as error:
        raise _unwritten(error, path) from None


def _unwritten(error: OSError, path: Path) -> ApplyFailed:
    problem = Problem("wanted-file", "dest", f"{error.filename or path}: {error.strerror}")
    return ApplyFailed("the file with what is wanted cannot be written", [problem])
