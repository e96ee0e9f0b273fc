# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of the network's configuration as operations: what comes before and after the edits of a package. Pure.

    save_as ─► edits ─► compile ─► export_to_cm ─► verify ─► stage ─► activate ─► delete_backup (─► import, in Center)

A change that an earlier run left unfinished has its backup already, so its plan lacks save_as. Where the network runs that
change, the backup is all that is left of it.

Source: "NetScaler SD-WAN NITRO API reference 11.0", config/config_packages, config/change_management.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._engine.operations import Operation
from .resources import Resources

# Items of the operations around the edits.
SAVE_AS, CANCEL_STAGE, COMPILE, EXPORT, VERIFY, STAGE, ACTIVATE, DELETE_BACKUP, IMPORT = (
    f"transaction[{step}]"
    for step in (
        "save_as",
        "cancel_stage",
        "compile",
        "export_to_cm",
        "verify",
        "stage",
        "activate",
        "delete_backup",
        "import",
    )
)
PACKAGE = "package"  # item of an import before anything is planned
# Risks. Of staging: appliances that fail are left out. Of activating: all sites get what the package holds.
LEAVES_FAILING, ALL_SITES = "leaves-failing-appliances", "all-sites"


@dataclass(frozen=True)
class ChangeOptions:
    """activate: False ends after the compile. rollback: the network returns by itself on an error. force: another package than the
    one that runs may be activated, and what was handed over, but not staged, be replaced. Times in seconds."""

    package: str
    backup: str
    activate: bool = True
    rollback: bool = True
    ignore_incomplete: bool = False
    stage_timeout: float = 1200.0
    activation_timeout: float = 600.0
    force: bool = False

    @property
    def plan_facts(self) -> dict[str, Any]:
        """Those that determine a plan."""
        names = ("package", "backup", "activate", "rollback", "ignore_incomplete")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A change that an earlier run began. staged: change management still holds what that run staged. live: the network runs it, and
    only the backup is still there."""

    staged: bool = False
    live: bool = False


class PackageRequests:
    """The lines of a package. table: whose names and paths count."""

    def __init__(self, table: Resources, package: str) -> None:
        self._table = table
        self._package = package

    def put(self, name: str, item: Mapping[str, Any]) -> str:
        return self._table.line("PUT", name, {**item, "package_name": self._package})

    def post(self, name: str, item: Mapping[str, Any]) -> str:
        return self._table.line("POST", name, {**item, "package_name": self._package})

    def delete(self, name: str, /, **keys: Any) -> str:
        return self._table.line("DELETE", name, keys={**keys, "package_name": self._package})

    def act(self, name: str, action: str) -> str:
        return self._table.line("POST", name, {"package_name": self._package}, action=action)


def import_copy(table: Resources, package: str, item: str = PACKAGE) -> Operation:
    """Center's copy of a package becomes what the MCN runs; what was edited in the copy is gone."""
    return _step(item, PackageRequests(table, package).post("network_config_import", {}))


def transaction(
    edits: Sequence[Operation],
    table: Resources,
    options: ChangeOptions,
    unfinished: Unfinished | None,
    through_center: bool,
) -> tuple[Operation, ...]:
    """The edits with all that makes them live, or, without activate, with what makes sure that they compile.

    unfinished: what an earlier run left; None for nothing. through_center: the edits are made in Center's copy, which is old
    once the MCN runs them.
    """
    return (
        *_before(table, options, unfinished),
        *edits,
        _step(COMPILE, PackageRequests(table, options.package).act("config_packages", "compile")),
        *(_live(table, options) if options.activate else ()),
        *([import_copy(table, options.package, IMPORT)] if options.activate and through_center else ()),
    )


def rest(table: Resources, options: ChangeOptions, through_center: bool) -> tuple[Operation, ...]:
    """What is still to do behind an activation that an earlier run began and that succeeded."""
    imported = [import_copy(table, options.package, IMPORT)] if through_center else []
    return (_step(DELETE_BACKUP, _delete_backup(table, options)), *imported)


def _before(table: Resources, options: ChangeOptions, unfinished: Unfinished | None) -> Iterable[Operation]:
    if unfinished is None:
        names = {"package_name": options.package, "new_package_name": options.backup}
        yield _step(SAVE_AS, table.line("POST", "config_package_save_as", names), _delete_backup(table, options))
    elif unfinished.staged and options.activate:
        yield _step(CANCEL_STAGE, _act(table, "cancel_stage"))


def _live(table: Resources, options: ChangeOptions) -> Iterable[Operation]:
    export = PackageRequests(table, options.package).act("config_packages", "export_to_cm")
    yield _step(EXPORT, export, _act(table, "clear_network_staging"))
    yield _step(VERIFY, _act(table, "verify"))
    risk = (LEAVES_FAILING,) if options.ignore_incomplete else ()
    yield _step(STAGE, _act(table, "stage"), _act(table, "cancel_stage"), risk)
    activation = "activate_with_rollback" if options.rollback else "activate"
    yield _step(ACTIVATE, _act(table, activation), risk=(ALL_SITES,))
    yield _step(DELETE_BACKUP, _delete_backup(table, options))


def _step(item: str, line: str, undo: str = "", risk: tuple[str, ...] = ()) -> Operation:
    return Operation("update", item, (line,), (undo,) if undo else None, risk)


def _act(table: Resources, action: str) -> str:
    return table.line("POST", "change_management", action=action)


def _delete_backup(table: Resources, options: ChangeOptions) -> str:
    return table.line("DELETE", "config_packages", keys={"package_name": options.backup})
