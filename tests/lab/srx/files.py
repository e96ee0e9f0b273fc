# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logs, commits and the state of the cluster: operational commands over what the device itself keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .nodes import DASHES
from .operational import Refusal, Request, Unknown

_NAME = re.compile(r"[!-.0-~]{1,255}")


def show_log(request: Request) -> Iterable[str]:
    """`show log NAME`; without a name the directory."""
    device = request.device
    if not request.words:
        names = sorted({"messages", *device.files})
        return [f"-rw-r-----  1 root  wheel  {_size(request, name):>9} Nov 20 10:00 {name}\n" for name in names]
    name = request.words[0].removeprefix("/var/log/")
    lines = device.log(name) if _NAME.fullmatch(name) else None
    if lines is None:
        raise Refusal(f"error: could not resolve file: {request.words[0]}")
    return (f"{line}\n" for line in lines)


def _size(request: Request, name: str) -> int:
    return sum(len(line) + 1 for line in request.device.log(name) or ())


def delete_file(request: Request) -> Iterable[str]:
    """Silent when it worked."""
    if len(request.words) != 1:
        raise Unknown(2, "missing argument.")
    path = request.words[0]
    name = path.removeprefix("/var/log/")
    if name not in request.device.files or not _NAME.fullmatch(name):
        raise Refusal(f"error: {path}: No such file or directory")
    del request.device.files[name]
    return ()


def list_files(request: Request) -> Iterable[str]:
    """`file list /var/log/NAME*`."""
    path = request.words[0] if request.words else "/var/log/"
    start = path.removeprefix("/var/log/").rstrip("*")
    found = [name for name in sorted({"messages", *request.device.files}) if name.startswith(start)]
    if not found:
        raise Refusal(f"error: {path}: No such file or directory")
    return [f"\n{path if path.endswith('/') else '/var/log/'}:\n", *(f"{name}\n" for name in found)]


def clear_log(request: Request) -> Iterable[str]:
    name = request.words[0] if request.words else ""
    if name not in request.device.files:
        raise Refusal(f"error: could not resolve file: {name}")
    request.device.files[name].clear()
    return ()


def commits(request: Request) -> Iterable[str]:
    device = request.device
    for number, item in enumerate(reversed(device.commits)):
        mark = f" commit confirmed, rollback in {device.trial.minutes}mins" if number == 0 and device.trial else ""
        yield f"{number:<4}{item.when:%Y-%m-%d %H:%M:%S} UTC by {item.user} via {item.client}{mark}\n"
        if item.comment:
            yield f"    {item.comment}\n"


def cluster_status(request: Request) -> Iterable[str]:
    device = request.device
    if not device.cluster:
        raise Refusal(
            f"error: Chassis cluster is not enabled.\n\n{DASHES}"
            if request.xml
            else "error: Chassis cluster is not enabled."
        )
    other = "secondary" if device.role == "primary" else "primary"
    roles = {name: device.role if name == device.node else other for name in device.nodes}
    yield "Cluster ID: 1\nNode   Priority Status               Preempt Manual   Monitor-failures\n\n"
    for group in (0, 1):
        yield f"Redundancy group: {group} , Failover count: 1\n"
        for name, role in roles.items():
            yield f"{name}  {200 if role == 'primary' else 100:<8} {role:<20} no      no       None\n"
        yield "\n"


HANDLERS = {
    "show log": show_log,
    "clear log": clear_log,
    "file delete": delete_file,
    "file list": list_files,
    "show system commit": commits,
    "show chassis cluster status": cluster_status,
}
