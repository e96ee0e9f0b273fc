# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What srx_flow_info reads of a live SRX, all in one round trip. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..display_set import statements
from ..firewall import Firewall
from ..flow_config import parameters
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


def gathered(firewall: Firewall, desired: Sequence[str]) -> dict[str, Any]:
    """The keys of the result. Raises ApplyFailed naming the command that the device refused."""
    chosen = [GATHER[name] for name in GATHER if name in desired]
    answers = iter(firewall.read(*(command for commands, _made in chosen for command in commands)))
    result: dict[str, Any] = {}
    for commands, made in chosen:
        result |= made(*(next(answers) for _command in commands))
    return result
