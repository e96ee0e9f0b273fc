# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where session logs go: from the data plane over UDP (`security log mode stream`), or into files of the Routing Engine (mode event).

Keys of the specification:

syslog: host:port that all streams are sent to, whatever their configured host; without it nothing is sent.
syslog_rate (10): lines a second, of both modes. syslog_quirks (false): lines with what samples show now and then (see rtflow.Style).
syslog_kept (200): lines of mode event that a file still has.

Only sessions whose policy logs appear: session-init as CREATE, or as DENY where the policy denies; session-close as CLOSE.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from . import flowconfig, rtflow
from .flow_commands import scene_of, table_of
from .flowconfig import Scene
from .flows import Table
from .rtflow import Event, Style
from .slots import SLOTS

if TYPE_CHECKING:
    from .device import SrxDevice

OPTIONS = {"syslog": str, "syslog_rate": float, "syslog_quirks": bool, "syslog_kept": int}
_TURN = 0.05  # seconds between two bursts


def generation_of(release: str) -> str:
    """The layout of a release: 21.4R3 -> 21, 15.1X49-D100 -> 15.1."""
    found = re.match(r"(\d+)\.(\d+)", release)
    number = (int(found[1]), int(found[2])) if found else (24, 1)
    if release.startswith(("12.1X47", "12.3X48")):
        return "15.1"
    if number[0] in (13, 14):
        return "15.1"
    return [name for name in rtflow.GENERATIONS if _number(name) <= number or name == "9"][-1]


def _number(generation: str) -> tuple[int, int]:
    year, _dot, rest = generation.partition(".")
    return int(year), int(rest or 0)


def style_of(device: SrxDevice, layout: str) -> Style:
    """layout: the `format` of a stream."""
    return Style(
        structured=layout == "sd-syslog",
        generation=generation_of(device.release),
        host=device.hostname,
        quirks=bool(device.options.get("syslog_quirks", False)),
    )


def numbers(table: Table, scene: Scene) -> Iterator[tuple[int, str]]:
    """What is logged, for ever: session and kind. It ends when no policy logs. scene: the configuration as it is now."""
    flags = {(policy.from_zone, policy.to_zone, policy.name): policy for policy in scene.policies}
    denying = [policy for policy in scene.policies if policy.action != "permit" and policy.init]
    logging = []
    for slot in table.slots:
        own = slot.policy and flags.get((slot.policy.from_zone, slot.policy.to_zone, slot.policy.name))
        logging.append((bool(own and own.init), bool(own and own.close)))
    if not table.size or not (denying or any(map(any, logging[: table.size]))):
        return
    while True:
        for k in range(table.size):
            init, close = logging[k % SLOTS]
            if init:
                yield k, "CREATE"
            if close:
                yield k, "CLOSE"
            if denying and k % 5 == 4 and not table.slots[k % SLOTS].tunnel:
                yield k, "DENY"
            if denying and table.size < 5 and not (init or close):
                yield k, "DENY"


def attach(device: SrxDevice) -> None:
    """Starts the sender where the specification names a collector; called once, in the lab's loop."""
    target = str(device.options.get("syslog", ""))
    host, _colon, port = target.rpartition(":")
    if host and port.isdecimal():
        device.spawn(send(device, host.strip("[]"), int(port)))


async def send(device: SrxDevice, host: str, port: int) -> None:
    """Bursts of lines, paced; follows what is configured. What the collector does not take is lost, as UDP is."""
    rate = float(device.options.get("syslog_rate", 10.0))
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as outlet:
        outlet.setblocking(False)
        seen: list[str] | None = None
        events: Iterator[tuple[int, str]] = iter(())
        scene, due = Scene(), 0.0
        while True:
            await asyncio.sleep(_TURN)
            lines = [*device.config.lines("security log"), *device.config.lines("security policies")]
            if lines != seen:
                seen, scene = lines, scene_of(device)
                events = numbers(table_of(device), scene) if scene.log_mode == "stream" and scene.streams else iter(())
            due += rate * _TURN
            burst = list(islice(events, int(due)))
            due = due - len(burst) if burst else min(due, 1.0)
            for k, kind in burst:
                for stream in scene.streams:
                    style = style_of(device, stream.layout)
                    text = rtflow.line(event(device, k, kind, device.now(), style), style)
                    try:
                        outlet.sendto(text.encode(), (host, port))
                    except OSError:
                        break


def event(device: SrxDevice, k: int, kind: str, when: datetime, style: Style) -> Event:
    return rtflow.event_of(table_of(device), k, kind, when, style)


def event_lines(device: SrxDevice) -> Iterator[str]:
    """Session logs that stand in a file of the Routing Engine, oldest first; none in stream mode. Lines without their ends."""
    scene = scene_of(device)
    if scene.log_mode != "event":
        return
    rate = float(device.options.get("syslog_rate", 10.0))
    kept = int(device.options.get("syslog_kept", 200))
    style = Style(structured=False, generation=generation_of(device.release), host=device.hostname)
    found = list(islice(numbers(table_of(device), scene), kept))
    start = device.now() - timedelta(seconds=len(found) / rate if rate > 0 else 0)
    for number, (k, kind) in enumerate(found):
        when = start + timedelta(seconds=number / rate if rate > 0 else 0)
        yield rtflow.line(event(device, k, kind, when, style), style).removeprefix("<14>")


def files(device: SrxDevice) -> list[str]:
    """Files that `system syslog` sends session logs to: `messages` always, others that take any or RT_FLOW."""
    names = ["messages"]
    for line in device.config.lines("system syslog"):
        words = flowconfig.split(line)
        if "file" in words[:-1]:
            names.append(words[words.index("file") + 1])
    return list(dict.fromkeys(names))
