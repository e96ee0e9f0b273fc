# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file with the desired state of the fleet on the disk. I/O."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem
from .wanted_file import Wanted, parse

LARGEST = 16 << 20  # bytes
LOCK_SECONDS = 30.0  # that another run may take to change the file
PAUSE = 0.1
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritten(error) from None
    try:
        end = time.monotonic() + limit
        while not _locked(number):
            if time.monotonic() > end:
                text = f"another run has held {path.parent} for more than {limit:g} s"
                problem = Problem("wanted-file", "dest", text, "See what it does, then run again.")
                raise ApplyFailed("the file with what is wanted cannot be written", [problem])
            time.sleep(PAUSE)
        yield
    finally:
        os.close(number)


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unwritten(error: OSError) -> ApplyFailed:
    problem = Problem("wanted-file", "dest", f"{error.filename}: {error.strerror}")
    return ApplyFailed("the file with what is wanted cannot be written", [problem])


def write(path: Path, text: str) -> None:
    """Whole or not at all. Raises ApplyFailed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise _unwritten(error) from None
    finally:
        with contextlib.suppress(OSError):  # without its folder there is nothing to remove
            part.unlink(missing_ok=True)
