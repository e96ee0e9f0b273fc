# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What srx_flow_info reads of a live SRX in one session, most of it in one round trip. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..._engine.waiting import Progress
from ..display_set import statements
from ..firewall import Firewall
from ..flow_config import parameters
from ..flow_monitor.device import inspect as monitor_of
from ..flow_sessions.device import inspect as sessions_of
from ..flow_sessions.query import Query
from ..flow_status import parse_statistics, parse_status
from ..groups import inherited, reads
from ..policy_log.device import LOG, OF_GROUPS, POLICIES, SYSLOG, policy_reads
from ..policy_log.model import carriers, from_groups, logging_gaps, parse, to_document


def _parameters(own: str, counting: str, groups: str) -> dict[str, Any]:
    return {"parameters": parameters(inherited(own, counting, groups))}


def _status(text: str) -> dict[str, Any]:
    return {"status": parse_status(text)}


def _statistics(text: str) -> dict[str, Any]:
    return {"statistics": parse_statistics(text)}


def _policies(own: str, counting: str, groups: str, log: str, syslog: str) -> dict[str, Any]:
    found = parse(inherited(own, counting, groups))
    return {
        "policies": to_document(found),
        "not_logging": logging_gaps(found),
        "from_groups": from_groups(found),
        "log_targets": list(carriers(statements(log), statements(syslog))),
    }


# gather -> commands, and what their answers become
GATHER: dict[str, tuple[tuple[str, ...], Callable[..., dict[str, Any]]]] = {
    "parameters": (tuple(reads("security flow")), _parameters),
    "status": (("show security flow status",), _status),
    "statistics": (("show security flow statistics",), _statistics),
    "policies": ((*policy_reads(POLICIES), OF_GROUPS, LOG, SYSLOG), _policies),
}


def _monitor(firewall: Firewall) -> dict[str, Any]:
    found = monitor_of(firewall, None, False, 0, 0.0)
    return {"monitor": found["monitor"], "node": found["node"]}


def _sessions(firewall: Firewall) -> dict[str, Any]:
    found = sessions_of(firewall, Query(level="summary"), "auto", Progress("", None))
    return {"sessions": found["summary"], "warnings": found.get("warnings", [])}


# gather -> what asks a second time where an answer was cut, or tries another form of the question
DIALOGUES: dict[str, Callable[[Firewall], dict[str, Any]]] = {"monitor": _monitor, "sessions": _sessions}


def gathered(firewall: Firewall, desired: Sequence[str]) -> dict[str, Any]:
    """The keys of the result. Raises ApplyFailed naming the command that the device refused, ConnectionFailed."""
    chosen = [GATHER[name] for name in GATHER if name in desired]
    asked = [command for commands, _made in chosen for command in commands]
    answers = iter(firewall.read(*asked) if asked else ())
    result: dict[str, Any] = {}
    for commands, made in chosen:
        result |= made(*(next(answers) for _command in commands))
    for name in DIALOGUES:
        result |= DIALOGUES[name](firewall) if name in desired else {}
    return result
