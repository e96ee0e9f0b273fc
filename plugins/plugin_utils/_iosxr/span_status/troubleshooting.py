# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Cisco says about each status of a mirror: explanation, remedy, the interface to look at. Data and its reader.

Source of the rows, unless a row says otherwise: Cisco NCS 5500 guide "Configuring Traffic Mirroring", section
"Troubleshooting Traffic Mirroring", tables "Session Status" and "Source Interface Status".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..interfaces import InterfaceState
from ..span.model import Destination
from .status import SessionStatus, SourceStatus

Blame = Literal["destination", "source"]

SESSION_TABLE = 'Cisco NCS 5500 guide, Configuring Traffic Mirroring, table "Session Status"'
SOURCE_TABLE = 'Cisco NCS 5500 guide, Configuring Traffic Mirroring, table "Source Interface Status"'
SAMPLES = "Cisco NCS 5500 guide, Configuring Traffic Mirroring, sample outputs; meaning of the table's nearest row"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row. pattern: the whole status text, whatever its case. blames: whose state explains more, if any."""

    key: str
    pattern: re.Pattern[str]
    explanation: str
    remedy: str
    blames: Blame | None
    source: str


def _row(key: str, pattern: str, explanation: str, remedy: str, blames: Blame | None, source: str) -> Explanation:
    return Explanation(key, re.compile(pattern, re.IGNORECASE | re.DOTALL), explanation, remedy, blames, source)


_NO_SESSION = "The session does not exist in the global configuration."
_NAME_SESSION = (
    "Review the show running-config output and make sure that a session of exactly this name is configured globally."
)
_DESTINATION_DOWN = "The destination interface is not in Up state in the Interface Manager."
_LOOK_UP = (
    "Verify the state with show interfaces, and check the configuration for what keeps the interface from coming up "
    "(for example, a sub-interface needs an appropriate encapsulation)."
)
_NO_DESTINATION = (
    "The session exists, but either no destination is specified for it, or the destination interface named for it does "
    "not exist (for example a sub-interface that was not created)."
)
_SET_DESTINATION = "Configure a destination for the session, or create the interface that it names."
_ERROR = "Traffic mirroring has encountered an error."

EXPLANATIONS: tuple[Explanation, ...] = (
    _row(
        "session-not-configured",
        r"session is not configured globally\.?",
        _NO_SESSION,
        _NAME_SESSION,
        None,
        SESSION_TABLE,
    ),
    _row(
        "session-destination-down",
        r"(?:(?:rx|tx) )?destination .*\((?!up\)|vrf )[^()]*\)\.?",
        _DESTINATION_DOWN,
        _LOOK_UP,
        "destination",
        SESSION_TABLE,
    ),
    _row(
        "session-no-destination",
        r"(?:(?:rx|tx) )?destination .*not configured\.?|no destination configured\.?",
        _NO_DESTINATION,
        _SET_DESTINATION,
        "destination",
        SAMPLES,
    ),
    _row(
        "operational",
        r"(?:operational|operating)\.?",
        "Everything appears to be working correctly in the platform-independent part of traffic mirroring.",
        "If mirroring does not work as expected all the same, follow up with the platform: its trace and its errors.",
        None,
        SOURCE_TABLE,
    ),
    _row(
        "source-session-not-configured",
        r"not operational ?\( ?session is not configured globally ?\).*",
        _NO_SESSION,
        _NAME_SESSION,
        None,
        SOURCE_TABLE,
    ),
    _row(
        "destination-not-known",
        r"not operational ?\( ?(?:destination (?:interface )?not known|no destination) ?\).*",
        _NO_DESTINATION,
        _SET_DESTINATION,
        "destination",
        SOURCE_TABLE,
    ),
    _row(
        "source-same-as-destination",
        r"not operational ?\( ?source same as destination ?\).*",
        "The session exists, but destination and source are the same interface, so traffic mirroring does not work.",
        "Choose another destination for the session, or take this interface out of its sources.",
        None,
        SOURCE_TABLE,
    ),
    _row(
        "destination-not-active",
        r"not operational ?\( ?destination not active ?\).*",
        "The destination interface or pseudowire is not in the Up state.",
        _LOOK_UP,
        "destination",
        SOURCE_TABLE,
    ),
    _row(
        "source-down",
        r"not operational ?\( ?source state .*\).*",
        "The source interface is not in the Up state.",
        _LOOK_UP,
        "source",
        SOURCE_TABLE,
    ),
    _row(
        "error-see-detail",
        r"error: see detailed output for explanation\.?",
        _ERROR,
        "Run show monitor-session status detail to display more information.",
        None,
        SOURCE_TABLE,
    ),
    _row(
        "error",
        r"<? ?error\b(?!: see detailed output for explanation\.?$).*",
        f"{_ERROR} The text after Error: is the answer of the platform.",
        "Look for the component and the condition that the text names in the platform trace and in the log.",
        None,
        SAMPLES,
    ),
)

# Raw texts for the vendor's support, as the guide's troubleshooting section lists them. Only show commands: debug
# commands stay with people.
DIAGNOSTICS: dict[str, str] = {
    "detail": "show monitor-session status detail",
    "errors": "show monitor-session status error",
    "internal": "show monitor-session status internal",
    "trace": "show monitor-session trace",
    "platform_trace": "show monitor-session platform trace all",
    "platform_trace_errors": "show monitor-session platform trace errors",
    "platform_trace_events": "show monitor-session platform trace events",
    "process_mgr": "show monitor-session process mgr detail",
    "process_mgr_errors": "show monitor-session process mgr errors",
    "process_mgr_internal": "show monitor-session process mgr internal",
}


def explain(status_text: str) -> Explanation | None:
    """The row of a session's or a source's status text; None for words that the tables do not know."""
    text = " ".join(status_text.split())
    return next((row for row in EXPLANATIONS if row.pattern.fullmatch(text)), None)


def blamed_interfaces(statuses: Iterable[SessionStatus]) -> tuple[str, ...]:
    """The interfaces whose state shows why something is not operational; each once, in order. Read these at once."""
    found: dict[str, None] = {}
    for session in statuses:
        for source, text in ((None, session.problem), *((source, source.status) for source in session.sources)):
            if text and (blamed := _blamed(session, source, text)):
                found[blamed] = None
    return tuple(found)


def status_document(
    statuses: Iterable[SessionStatus], interfaces: Mapping[str, InterfaceState | None] | None = None
) -> list[dict[str, Any]]:
    """Sessions for results and filters: status, explanation, remedy, and the state of the interface that is blamed.

    interfaces: canonical name -> state; a name with None does not exist on the router; a name not there was not read.
    Keys whose value the device did not report are left out.
    """
    return [_session_document(session, interfaces or {}) for session in statuses]


def _session_document(session: SessionStatus, interfaces: Mapping[str, InterfaceState | None]) -> dict[str, Any]:
    sources = [_source_document(session, source, interfaces) for source in session.sources]
    return _without_none(
        {
            "name": session.name,
            "class": session.session_class,
            "operational": session.problem is None and bool(sources) and all(s.operational for s in session.sources),
            "destination": _destination_document(session.destination),
            "rx_destination": _destination_document(session.rx_destination),
            "tx_destination": _destination_document(session.tx_destination),
            "destination_state": session.destination_state,
            "problem": session.problem,
        }
        | _explained(session, None, session.problem, interfaces)
        | {"sources": sources, "unparsed": list(session.unparsed) or None}
    )


def _source_document(
    session: SessionStatus, source: SourceStatus, interfaces: Mapping[str, InterfaceState | None]
) -> dict[str, Any]:
    return _without_none(asdict(source) | _explained(session, source, source.status, interfaces))


def _explained(
    session: SessionStatus,
    source: SourceStatus | None,
    text: str | None,
    interfaces: Mapping[str, InterfaceState | None],
) -> dict[str, Any]:
    row = explain(text) if text else None
    if row is None or text is None:
        return {}
    blamed = _blamed(session, source, text)
    return {
        "explanation": row.explanation,
        "remedy": row.remedy,
        "blamed": _blamed_document(blamed, interfaces) if blamed else None,
    }


def _blamed(session: SessionStatus, source: SourceStatus | None, text: str) -> str | None:
    row = explain(text)
    if row is None or row.blames is None:
        return None
    if row.blames == "source":
        return source.interface if source else None
    ways = (session.destination, session.rx_destination, session.tx_destination)
    return next((way.interface for way in ways if way and way.interface), None)


def _blamed_document(name: str, interfaces: Mapping[str, InterfaceState | None]) -> dict[str, Any]:
    if name not in interfaces:
        return {"interface": name}
    state = interfaces[name]
    if state is None:
        return {"interface": name, "exists": False}
    return {"interface": name, "exists": True, "state": state.state, "line_protocol": state.line_protocol}


def _destination_document(destination: Destination | None) -> dict[str, Any] | None:
    if destination is None:
        return None
    return {key: value for key, value in asdict(destination).items() if value is not None and value is not False}


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
