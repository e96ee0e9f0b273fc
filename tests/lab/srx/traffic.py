# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that a firewall shows beside its configuration and its monitor: commands, keys of the specification, logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import chassis, flow_commands, fpc_errors, interfaces, syslog

if TYPE_CHECKING:
    from .device import SrxDevice
    from .operational import Request

HANDLERS: dict[str, Callable[[Request], Iterable[str]]] = {
    **flow_commands.HANDLERS, **chassis.HANDLERS, **fpc_errors.HANDLERS, **interfaces.HANDLERS,
}  # fmt: skip
OPTIONS: dict[str, type] = {
    **flow_commands.OPTIONS, **chassis.OPTIONS, **fpc_errors.OPTIONS, **syslog.OPTIONS, "trace_packets": str,
}  # fmt: skip
CHOICES: dict[str, tuple[str, ...]] = {**flow_commands.CHOICES, **fpc_errors.CHOICES, "trace_packets": ("any", "table")}


def wrong(options: Mapping[str, Any], model: str) -> list[str]:
    """What of the options' values is wrong; CHOICES and types are checked by others."""
    found = [*chassis.wrong(options), *fpc_errors.wrong(options, model)]
    for key in ("sessions", "stale_nat", "stale_nat_seconds", "syslog_rate", "syslog_kept"):
        if options.get(key, 0) < 0:
            found.append(f"{key} must not be negative")
    target = str(options.get("syslog", ""))
    host, _colon, port = target.rpartition(":")
    if target and not (host and port.isdecimal() and 0 < int(port) < 65536):
        found.append(f"syslog must be host:port, not {target!r}")
    return found


def attach(device: SrxDevice) -> None:
    """Follows commits and reboots, starts the sender of session logs. Called once, in the lab's loop, when the start state stands."""
    flow_commands.attach(device)
    fpc_errors.attach(device)
    syslog.attach(device)


def log_lines(device: SrxDevice, name: str) -> Iterator[str]:
    """Lines of the log file `name`, oldest first, without their ends; none for a file that takes none of this."""
    if name == "messages":
        yield from fpc_errors.log_lines(device)
    if name in syslog.files(device):
        yield from syslog.event_lines(device)
