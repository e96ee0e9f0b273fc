# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router to paste into: the lab's own configuration tree, which shares no code with plugins."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Span
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import render
from lab.faults import Faults
from lab.iosxr.candidate import Candidate
from lab.iosxr.device import IosXrDevice
from lab.iosxr.tree import Step, as_commands, formal, hierarchical
from lab.spec import DeviceSpec


class Pasted:
    """One paste into one candidate. Lines are typed as they are: a line that the router does not take raises."""

    def __init__(self, start: Span) -> None:
        spec = DeviceSpec(name="edge1", kind="iosxr", config=render(start), options={}, faults=Faults(()))
        self._candidate = Candidate(IosXrDevice(spec), "lab", "vty0")

    def paste(self, lines: Iterable[str]) -> Span:
        mode: list[Step] = []
        for line in lines:
            mode = [] if line == "root" else self._candidate.enter(mode, line)
        return self.span

    @property
    def shown(self) -> list[str]:
        """What `show configuration` would print."""
        return list(as_commands(self._candidate.changes()))

    @property
    def span(self) -> Span:
        """What is there now; both forms of the text must say the same."""
        root = self._candidate.root
        span = parse("".join(f"{line}\n" for line in hierarchical(root)))
        assert parse("".join(f"{line}\n" for line in formal(root))) == span
        return span
