# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of the fleet: one generated file of the inventory, which says what each sensor is to run. Pure.

It is kept in git with the rest of the inventory, so its text is the same for the same content: sorted, and without a date.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from ..packages import parse_package
from ..versions import SignatureLevel
from .fleet import Decision
from .model import SensorState

VARIABLE = "ips_update_wanted"
KINDS = ("sensor", "signature")  # in the order in which they are deployed
HEADER = """\
# Written by mspplus.netsec.ips_update_plan, and by nothing else. What each sensor is to run: the package of its software and
# that of its signatures. mspplus.netsec.ips_update brings it there.
"""

Wanted = Mapping[str, Mapping[str, str]]
"""Sensor -> kind of update -> file name of the package."""


def parse(text: str) -> dict[str, dict[str, str]]:
    """Raises ValueError for a text that render() did not write: a file of someone else's must not be overwritten."""
    try:
        data = yaml.safe_load(text) if text.strip() else {VARIABLE: {}}
    except yaml.YAMLError as error:
        raise ValueError(f"it is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict) or set(data) != {VARIABLE} or not isinstance(data[VARIABLE] or {}, dict):
        raise ValueError(f"it holds something else than {VARIABLE}")
    found: dict[str, dict[str, str]] = {}
    for host, entry in (data[VARIABLE] or {}).items():
        if not isinstance(entry, dict) or not set(entry) <= set(KINDS):
            raise ValueError(f"{VARIABLE}[{host}] has other keys than {', '.join(KINDS)}")
        for kind, name in entry.items():
            package = parse_package(str(name))
            if package is None or (package.kind == "signature") is not (kind == "signature"):
                raise ValueError(f"{VARIABLE}[{host}].{kind}: {str(name)[:80]!r} is not the name of such a package")
        found[str(host)] = {str(kind): str(name) for kind, name in entry.items()}
    return found


def render(wanted: Wanted) -> str:
    content = {
        VARIABLE: {
            host: {kind: entry[kind] for kind in KINDS if kind in entry} for host, entry in sorted(wanted.items())
        }
    }
    return f"---\n{HEADER}{yaml.safe_dump(content, sort_keys=False, default_flow_style=False, width=120)}"


def merged(
    before: Wanted, decisions: Iterable[Decision], states: Mapping[str, SensorState]
) -> dict[str, dict[str, str]]:
    """What was wanted, with what was decided now. What a sensor has passed by itself since is not wanted any more, and neither is a
    signature level above that of the sensor's policy."""
    found = {host: dict(entry) for host, entry in before.items()}
    for decision in decisions:
        package = decision.package or decision.keeps
        if package:
            found.setdefault(decision.host, {})[decision.kind] = package.name
        elif decision.limit and _level(found.get(decision.host, {}).get("signature", "")) > decision.limit:
            del found[decision.host]["signature"]
    for host, state in states.items():
        for kind, name in list(found.get(host, {}).items()):
            if _passed(state, name):
                del found[host][kind]
    return {host: entry for host, entry in found.items() if entry}


def _level(name: str) -> SignatureLevel:
    package = parse_package(name)
    return package.signature if package and package.signature else SignatureLevel(0)


def _passed(state: SensorState, name: str) -> bool:
    """Whether a sensor runs something higher than a package."""
    package = parse_package(name)
    if package is None:
        return False
    if package.kind == "signature":
        return state.signature is not None and package.signature is not None and state.signature > package.signature
    return state.version is not None and package.release is not None and state.version.release > package.release


def pending(wanted: Wanted, states: Mapping[str, SensorState]) -> list[dict[str, Any]]:
    """What is wanted and not deployed; of a sensor that was not read it is not known (``runs`` is None)."""
    rows = []
    for host, entry in sorted(wanted.items()):
        state = states.get(host)
        for kind in KINDS:
            package = parse_package(entry.get(kind, ""))
            if package is None or (state and (state.has(package) or _passed(state, package.name))):
                continue
            runs = state and (state.signature if kind == "signature" else state.version)
            rows.append({"host": host, "kind": kind, "package": package.name, "runs": str(runs) if runs else None})
    return rows


def difference(before: str, after: str, name: str) -> str:
    """A unified diff, for a merge request where the checkout is not kept; "" where nothing changes."""
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
    return "".join(lines)
