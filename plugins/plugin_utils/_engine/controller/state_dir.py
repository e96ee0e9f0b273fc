# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder in which a controller remembers from run to run what no device knows: one for each inventory."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..failures import ValidationFailed, reason_of, remedy_of
from ..problems import Problem
from .files import write

VARIABLE = "netsec_state_dir"
DEFAULT = ".netsec_state"  # in the folder of the inventory; Ansible reads nothing there whose name begins with a dot


class StateDir:
    """A folder of ours alone. Nothing is created before something is to be written. All that is wrong with it is ValidationFailed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @staticmethod
    def is_known(variables: Mapping[str, Any]) -> bool:
        """Whether a host has one: an inventory without a folder (`-i fw1,`) has none by default."""
        return bool(variables.get(VARIABLE) or variables.get("inventory_dir"))

    @classmethod
    def of(cls, variables: Mapping[str, Any], template: Callable[[Any], Any]) -> StateDir:
        """That of a host: the variable, by default a folder beside its inventory. template: of its values."""
        given = str(template(variables.get(VARIABLE)) or "")
        if "\0" in given:
            raise unusable("the path has a NUL character", f"Take it out of {VARIABLE}.")
        if given:
            path = Path(given).expanduser()
            if not path.is_absolute():
                raise unusable(f"{given} is not a whole path", "Begin it with {{ inventory_dir }}/, say.")
            return cls(path)
        beside = variables.get("inventory_dir")
        if not beside:
            raise unusable("this inventory has no folder", f"Set {VARIABLE}.")
        return cls(Path(str(beside)) / DEFAULT)

    def folder(self, name: str, *, create: bool) -> Path:
        """A folder in it, whether it is there or not. create: make both where they are not; never in check mode."""
        inner = self._path / name
        try:
            if create:
                _make(self._path)
            if os.path.lexists(self._path):
                _checked(self._path)
            if create:
                if not (self._path / ".gitignore").exists():
                    write(self._path / ".gitignore", "*\n")
                _make(inner)
            if os.path.lexists(inner):
                _checked(inner)
        except OSError as error:
            raise unusable_because(error, error.filename or inner) from None
        return inner


def unusable_because(error: OSError, path: str | os.PathLike[str], what: str = "") -> ValidationFailed:
    """To be raised where the file system said no. what: could not be done, in words that go before the path."""
    return unusable(f"{what}{os.fspath(path)}: {reason_of(error)}", remedy_of(error, VARIABLE, path))


def unusable(text: str, remedy: str = "") -> ValidationFailed:
    """To be raised: the folder, or a file in it, is not as it must be."""
    problem = Problem("state-dir", VARIABLE, text, remedy or f"Set {VARIABLE} to a folder of your own.")
    return ValidationFailed([problem], "The folder for the state of this controller cannot be used")


def _checked(path: Path) -> None:
    found = os.lstat(path)
    if stat.S_ISLNK(found.st_mode):
        raise unusable(f"{path} is a symbolic link", "Name the folder itself.")
    if not stat.S_ISDIR(found.st_mode):
        raise unusable(f"{path} is no folder")
    if found.st_uid != os.geteuid():
        raise unusable(f"{path} belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise unusable(f"{path} is open to other users", f"chmod 700 {path}")


def _make(path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
