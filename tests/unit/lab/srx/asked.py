# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks a handler of the lab's firewall without a terminal."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from lab.faults import Faults
from lab.spec import DeviceSpec
from lab.srx import chassis, flow_commands, fpc_errors, interfaces
from lab.srx.device import SrxDevice
from lab.srx.operational import Request

HANDLERS = {**flow_commands.HANDLERS, **chassis.HANDLERS, **fpc_errors.HANDLERS, **interfaces.HANDLERS}


def device(config: str = "", **options: Any) -> SrxDevice:
    """config: curly or `set` lines. options: as in a specification."""
    return SrxDevice(DeviceSpec(name="fw1", kind="srx", config=config, options=options, faults=Faults()))


def _request(own: SrxDevice, command: str, xml: bool) -> tuple[Any, Request]:
    words = command.split()
    for size in range(len(words), 0, -1):
        handler = HANDLERS.get(" ".join(words[:size]))
        if handler:
            return handler, Request(words=tuple(words[size:]), xml=xml, device=own, terminal=None, line=command)
    raise LookupError(command)


def text(own: SrxDevice, command: str) -> str:
    """What the device prints."""
    handler, request = _request(own, command, xml=False)
    return "".join(handler(request))


def tree(own: SrxDevice, command: str) -> ElementTree.Element:
    """What `| display xml` prints, namespaces taken off, below an rpc-reply."""
    handler, request = _request(own, command, xml=True)
    root = ElementTree.fromstring(f'<rpc-reply xmlns:junos="urn:j">{"".join(handler(request))}</rpc-reply>')
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root
