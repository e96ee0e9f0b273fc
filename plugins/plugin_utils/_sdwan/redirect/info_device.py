# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sites the network redirects traffic at, as Center knows it: by its copy of the package that runs. Reads only. I/O.

No call of Center tells of live policies. It has a copy of the MCN's package, and tells from which revision that is.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..._engine.failures import ApplyFailed
from ..change_model import packages, same_package
from ..change_transaction import read_state
from ..manager import Manager
from ..model import text
from .device import read_package
from .model import Redirects
from .order import evaluated


def redirecting(manager: Manager, names: Iterable[str]) -> dict[str, str]:
    """Of these sites those whose firewall gets traffic, or may get it for all that this Center knows; with the reason, in words.

    Raises ConnectionFailed.
    """
    sites = set(names)
    try:
        return _redirecting(manager, sites)
    except ApplyFailed as failed:
        return dict.fromkeys(sites, f"whether a live policy redirects traffic into it could not be read: {failed}")


def _redirecting(manager: Manager, sites: set[str]) -> dict[str, str]:
    known = packages(manager.get("config_packages"))
    state = read_state(manager)
    running = next((name for name in sorted(known) if same_package(state.current_config, name, known)), "")
    unknown = _unknown(manager, running, state.current_config)
    if not unknown and state.is_under_way:
        unknown = "another change is being staged or activated"
    found = (
        dict.fromkeys(sites, f"whether a live policy redirects traffic into it is not known: {unknown}")
        if unknown
        else {}
    )
    # While a change is not live, the package holds it, and the copy that was saved before is what runs.
    for name in sorted(name for name in known if running and name.startswith(f"{running}_")):
        text = f"the package {name} redirects traffic into it, and may be what ran before a change that is not live yet"
        found |= dict.fromkeys(_sites(read_package(manager, name), sites), text)
    if running:
        live = _sites(read_package(manager, running), sites)
        found |= dict.fromkeys(live, f"a live policy redirects traffic into it (package {running})")
    return found


def _sites(package: Redirects, sites: set[str]) -> list[str]:
    return [site for site in sites if any(placed.policy.is_redirect for placed in evaluated(package, site))]


def _unknown(manager: Manager, running: str, active: str) -> str:
    """Why Center's copy may not be what runs. A Center that tells no revisions is taken at its word, as for a change."""
    if not running:
        return f"Center has no copy of {active or 'the package that the network runs'}"
    seen = manager.one("network_config_import")
    now = text(seen, "active_revision")
    imported = text(seen, "mcn_revision") if text(seen, "package_name") == running else ""
    return f"the MCN runs {now}, and Center's copy is older" if now and imported != now else ""
