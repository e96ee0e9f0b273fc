# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The global parameters of flows, `security flow` of the configuration, with the defaults of what is not set. Pure.

`show security flow` is a command of configuration mode; `show configuration security flow` says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .display_set import Path, Statements

YANG = "YANG junos-es-conf-security 24.4"


@dataclass(frozen=True, slots=True)
class Parameter:
    """path: below `security flow`. kind: flag (no value), int or text. default: what counts when nothing is set; None: the
    feature is off, or no source says."""

    path: Path
    kind: str
    default: Any = None
    unit: str = ""
    source: str = YANG

    @property
    def name(self) -> str:
        return self.path[-1].replace("-", "_")


def _flags(*names: str, below: Path = ()) -> tuple[Parameter, ...]:
    return tuple(Parameter((*below, name), "flag", False) for name in names)


TCP = ("tcp-session",)
WAIT = ("tcp-session", "time-wait-state")
PARAMETERS: tuple[Parameter, ...] = (
    *_flags("allow-dns-reply", "allow-embedded-icmp", "force-ip-reassembly"),
    Parameter(("route-change-timeout",), "int", None, "seconds"),
    Parameter(("syn-flood-protection-mode",), "text", "syn-cookie"),
    Parameter(("tcp-mss", "all-tcp", "mss"), "int", None, "bytes"),
    Parameter(("tcp-mss", "ipsec-vpn", "mss"), "int", None, "bytes"),
    Parameter(("tcp-mss", "gre-in", "mss"), "int", None, "bytes"),
    Parameter(("tcp-mss", "gre-out", "mss"), "int", None, "bytes"),
    *_flags(
        "rst-invalidate-session", "fin-invalidate-session", "rst-sequence-check", "no-syn-check", "strict-syn-check",
        "no-syn-check-in-tunnel", "no-sequence-check", "aggressive-tcp-ack", "tcp-fast-open", below=TCP,
    ),
    Parameter((*TCP, "tcp-initial-timeout"), "int", 20, "seconds"),
    Parameter((*TCP, "maximum-window"), "text", "256K"),
    Parameter((*WAIT, "session-timeout"), "int", 150, "seconds"),
    *_flags("session-ageout", "apply-to-half-close-state", below=WAIT),
    Parameter(("aging", "early-ageout"), "int", 20, "seconds"),
    Parameter(("aging", "low-watermark"), "int", 100, "percent"),
    Parameter(("aging", "high-watermark"), "int", 100, "percent"),
)  # fmt: skip

# An mss without a value counts this much, for all but all-tcp.
BARE_MSS = 1320
_KNOWN = frozenset(word for parameter in PARAMETERS for word in parameter.path[:1]) | {"traceoptions"}


def parameters(found: Statements) -> dict[str, Any]:
    """Nested as the configuration is; each a mapping of value, default (whether the value is one) and unit.

    traceoptions: whether flow tracing is configured and active, with its flags and its file; other: lines that no row knows.
    """
    lines = [path for path in found.below("security", "flow") if not found.is_inactive(("security", "flow", *path))]
    result: dict[str, Any] = {}
    for row in PARAMETERS:
        _put(result, row, _value(row, lines))
    trace = [path[1:] for path in lines if path[:1] == ("traceoptions",)]
    result["traceoptions"] = {
        "active": any(path[:1] == ("flag",) for path in trace),
        "flags": [path[1] for path in trace if path[:1] == ("flag",) and len(path) > 1],
        "file": next((path[1] for path in trace if path[:1] == ("file",) and len(path) > 1), None),
    }
    result["other"] = [" ".join(path) for path in lines if path and path[0] not in _KNOWN]
    return result


def _value(row: Parameter, lines: list[Path]) -> Any:
    size = len(row.path)
    for path in lines:
        if path[:size] == row.path:
            if row.kind == "flag":
                return True
            text = path[size] if len(path) > size else ""
            return int(text) if row.kind == "int" and text.isascii() and text.isdecimal() and len(text) < 19 else text
        if row.path[-1] == "mss" and path == row.path[:-1] and row.path[1] != "all-tcp":
            return BARE_MSS
    return None


def _put(result: dict[str, Any], row: Parameter, value: Any) -> None:
    place = result
    for word in row.path[:-1]:
        place = place.setdefault(word.replace("-", "_"), {})
    entry: dict[str, Any] = {"value": row.default if value is None else value, "default": value is None}
    place[row.name] = {**entry, **({"unit": row.unit} if row.unit else {})}
