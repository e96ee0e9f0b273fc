# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show monitor-session ...`: status in the layouts of the Cisco guide, counters, diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import names
from .picture import Attachment, Picture, Session
from .words import Cursor, Incomplete, choose

if TYPE_CHECKING:
    from .device import IosXrDevice

_DIRECTION = {"both": "Both", "rx-only": "Rx", "tx-only": "Tx"}
_LONG = {"both": "Both", "rx-only": "Rx-only", "tx-only": "Tx-only"}
_WORDS = ("status", "counters", "trace", "platform", "process")
# What a mirror reports that cannot be programmed; quoted by the Cisco guide.
PLATFORM_ERROR = (
    "Error: 'Viking SPAN PD' detected the 'warning' condition 'PRM connection\n"
    "      creation failure'"
)  # fmt: skip


def show(device: IosXrDevice, cursor: Cursor) -> str:
    """`show monitor-session [NAME] status [detail] [error|errors] [internal]` and the rest of the family."""
    if not cursor.more:
        raise Incomplete
    name = None
    if choose(cursor.peek(), _WORDS) is None or (
        len(cursor.words) > cursor.at + 1 and choose(cursor.words[cursor.at + 1], _WORDS)
    ):
        name = cursor.word()
    what = cursor.keyword(*_WORDS)
    if what == "counters":
        cursor.maybe("detail")
        return _counters(device, name)
    if what != "status":
        while cursor.more:
            cursor.word()
        return "No traces found\n" if what == "trace" else ""
    flags = set()
    while cursor.more:
        flags.add(cursor.keyword("detail", "error", "errors", "internal"))
    return _status(device, name, flags)


FULL_ERROR = " ".join(PLATFORM_ERROR.split())


def _sessions(picture: Picture, name: str | None) -> list[tuple[str, Session | None, list[Attachment]]]:
    """Every session that is configured or that a source names, in the order of their names."""
    sources: dict[str, list[Attachment]] = {}
    for source in picture.facts.attachments:
        sources.setdefault(source.session, []).append(source)
    found = sorted({*picture.facts.sessions, *sources})
    return [(each, picture.facts.sessions.get(each), sources.get(each, [])) for each in found if name in (None, each)]


def _status(device: IosXrDevice, name: str | None, flags: set[str]) -> str:
    picture = device.picture()
    errors_only = bool(flags & {"error", "errors"})
    blocks = []
    for each, session, sources in _sessions(picture, name):
        rows = [(source, device.mirror_status(picture, source)) for source in sources]
        if errors_only:
            rows = [(source, text) for source, text in rows if text != "Operational"]
            rows = [(source, FULL_ERROR if text.startswith("Error: see") else text) for source, text in rows]
            if (
                not rows
                and session
                and all(picture.state(name) for name in session.interfaces())
                and session.destinations
            ):
                continue
        destination = _destination_line(device, picture, session)
        head = [_title(device, each, session, sources), f"  {destination}" if "detail" in flags else destination]
        blocks.append("\n".join(head + (_detail(device, rows) if "detail" in flags else _table(device, rows))) + "\n")
        if "internal" in flags:
            blocks.append(_internal(session, rows))
    return "\n".join(blocks) + ("\n" if blocks else "")


def _title(device: IosXrDevice, name: str, session: Session | None, sources: list[Attachment]) -> str:
    """The class stands behind the name unless it is ethernet (Cisco guide); `status_class` prints it always."""
    found = session.session_class if session else (sources[0].session_class if sources else "ethernet")
    if found != "ethernet" or device.options.get("status_class", False):
        return f"Monitor-session {name} ({found})"
    return f"Monitor-session {name}"


def _destination_line(device: IosXrDevice, picture: Picture, session: Session | None) -> str:
    if session is None:
        return "Session is not configured globally"
    if not session.destinations:
        return "Destination interface is not configured" if _guide(device) else "No destination configured"
    lines = []
    for side, words in session.destinations.items():
        prefix = f"{side.capitalize()} destination" if side else "Destination"
        if words[0] == "interface":
            state = picture.state(words[1])
            suffix = " is not configured" if state is None else "" if state == "up" else f" ({state})"
            lines.append(f"{prefix} interface {words[1]}{suffix}")
        elif words[0] == "next-hop":
            lines.append(f"{prefix} Nexthop {words[2]}")
        else:
            lines.append(f"{prefix} {' '.join(words)}")
    return "\n".join(lines)


def _guide(device: IosXrDevice) -> bool:
    """`status_layout: guide`: the older samples of the Cisco guide: full names, narrow columns, fewer details."""
    return bool(device.options.get("status_layout", "port") == "guide")


def _table(device: IosXrDevice, rows: list[tuple[Attachment, str]]) -> list[str]:
    """`port` marks port-level sources, as the guide's Layer 2 example; `plain` does not."""
    layout = device.options.get("status_layout", "port")
    if _guide(device):
        lines = ["=" * 80, "Source Interface   Dir   Status", "-" * 80]
        return lines + [f"{source.interface:<18} {_DIRECTION[source.direction]:<4} {status}" for source, status in rows]
    lines = ["=" * 80, "Source Interface      Dir   Status", "--------------------- ----  " + "-" * 52]
    for source, status in rows:
        name = names.short(source.interface) + (" (port)" if source.port_level and layout != "plain" else "")
        lines.append(f"{name:<21} {_DIRECTION[source.direction]:<4}  {status}")
    return lines


def _detail(device: IosXrDevice, rows: list[tuple[Attachment, str]]) -> list[str]:
    lines = ["  Source Interfaces", "  -----------------"]
    for source, status in rows:
        if status.startswith("Error:"):
            status = PLATFORM_ERROR
        direction = _DIRECTION if _guide(device) else _LONG
        lines += [f"  {source.interface}", f"    Direction: {direction[source.direction]}"]
        if not _guide(device):
            lines.append(f"    Port level: {source.port_level}")
        lines += [f"    ACL match: {'Enabled' if source.acl else 'Disabled'}", f"    Portion: {source.portion}"]
        if not _guide(device):
            lines.append(f"    Interval: {source.interval}")
        lines.append(f"    Status: {status.replace('destination not known', 'destination interface not known')}")
    return lines


def _internal(session: Session | None, rows: list[tuple[Attachment, str]]) -> str:
    """No sample is public: a plain list of what the router holds."""
    lines = [f"Information from SPAN Manager and MA on all nodes: {'configured' if session else 'not configured'}"]
    lines += [f"  {source.interface}: {source.session_class}, {status}" for source, status in rows]
    return "\n".join(lines) + "\n"


def _counters(device: IosXrDevice, name: str | None) -> str:
    """Unverified layout (Cisco ASR 9000 guide, from memory). NCS 5500 has none with access lists; `counters: true` forces it."""
    default = device.platform == "asr9k"
    picture = device.picture()
    blocks = []
    for each, _session, sources in _sessions(picture, name):
        lines = [f"Monitor-session {each}"]
        for source in sources if device.options.get("counters", default) else ():
            lines += [f"  {source.interface}", "    Rx replicated: 0 packets, 0 octets", "    Tx replicated: 0 packets, 0 octets",
                      "    Non-replicated: 0 packets, 0 octets"]  # fmt: skip
        blocks.append("\n".join(lines) + "\n")
    return "".join(blocks)
