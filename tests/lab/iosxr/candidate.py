# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The target configuration of one configuration session: a log of edits over the running configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import grammar
from .tree import Change, Draft, Node, Step, changes
from .words import Incomplete, Invalid

if TYPE_CHECKING:
    from .checks import Failure
    from .device import IosXrDevice


class Candidate:
    """user, line: who holds the session. exclusive: nobody else may commit. failed: of the last commit."""

    def __init__(self, device: IosXrDevice, user: str, line: str, exclusive: bool = False) -> None:
        self._device = device
        self.user = user
        self.line = line
        self.exclusive = exclusive
        self.seen = device.version
        self.failed: list[Failure] = []
        self._log: list[tuple[list[Step], bool]] = []
        self._base = device.running
        self._draft = Draft(device.running)

    @property
    def root(self) -> Node:
        """The target: what others committed meanwhile is below the edits of this session."""
        self._rebase()
        return self._draft.freeze()

    def _rebase(self) -> None:
        if self._base is not self._device.running:
            self._base = self._device.running
            self._draft = Draft(self._base)
            for path, negate in self._log:
                self._apply(path, negate)

    def _apply(self, path: list[Step], negate: bool) -> None:
        if negate:
            self._draft.remove(path)
        else:
            self._draft.set(path)

    def edit(self, path: list[Step], negate: bool) -> None:
        self._rebase()
        path = [self._device.step(path[0]), *path[1:]]
        self._log.append((path, negate))
        self._apply(path, negate)

    @property
    def edited(self) -> Step | None:
        """What the last line that was taken changed."""
        return self._log[-1][0][-1] if self._log else None

    def enter(self, mode: list[Step], line: str) -> list[Step]:
        """One line typed in mode (the steps above it). Returns the new mode. Raises Invalid or Incomplete.

        What the mode does not know is tried in the modes above it, as the router does with a pasted configuration.
        """
        words = line.split()
        if not words or words[0].startswith("!"):
            return mode
        deepest: Exception | None = None
        for depth in range(len(mode), -1, -1):
            above = mode[:depth]
            name = above[-1].mode if above else "config"
            assert name is not None
            if name.startswith("any:") and (_belongs_to_root(words, name) or _is_sibling(words, above)):
                continue
            try:
                steps, negate = grammar.parse(name, words)
            except (Invalid, Incomplete) as error:
                deepest = _further(deepest, error)
                continue
            self.edit([*above, *steps], negate)
            if negate:
                return above
            opened = [*above, *steps]
            if opened[-1].mode is None and len(steps) > 1 and steps[-2].mode == "if-mon":
                opened.pop()  # `monitor-session X ... acl` on one line opens the submode (Cisco guide)
            elif opened[-1].mode is None:
                return above
            return [step._replace(keep=True) for step in opened]
        assert deepest is not None
        raise deepest

    def changes(self) -> list[Change]:
        root = self.root
        return changes(self._device.running, root)

    def replacement(self) -> Node:
        """For `commit replace`: the edits over nothing."""
        draft = Draft(Node("", {}))
        for path, negate in self._log:
            if not negate:
                draft.set(path)
        return draft.freeze()

    def clear(self) -> None:
        self._log = []
        self._base = self._device.running
        self._draft = Draft(self._base)

    def committed(self, root: Node) -> None:
        self._log = []
        self._base = root
        self._draft = Draft(root)
        self.seen = self._device.version
        self.failed = []


# Words that start a line at the top, and never one inside a submode that is taken word by word.
_ROOT_WORDS = frozenset(
    ("hostname", "udf", "hw-module", "l2vpn", "router", "username", "line", "snmp-server", "taskgroup", "usergroup", "grpc",
     "telnet", "segment-routing", "evpn", "policy-map", "class-map", "service", "vty-pool", "tacacs-server", "domain", "ssh", "aaa", "ntp")
)  # fmt: skip
_HAVE_INTERFACES = ("l2vpn", "ospf", "isis", "mpls", "rsvp", "mcast", "sr", "evpn", "bfd", "rip", "igmp", "pim", "lldp")


def _belongs_to_root(words: Sequence[str], mode: str) -> bool:
    first, second = (*(words[1:] if words[0] == "no" else words), "", "")[:2]
    prompt = mode.removeprefix("any:")
    if first == "interface":
        return not prompt.startswith(_HAVE_INTERFACES)
    if first == "monitor-session":
        return not prompt.startswith("l2vpn")
    if first in ("ipv4", "ipv6"):
        return second == "access-list"
    return first in _ROOT_WORDS


def _is_sibling(words: Sequence[str], above: Sequence[Step]) -> bool:
    """`p2p B` inside `p2p A`, or below it, stands beside it."""
    first = words[1] if words[0] == "no" and len(words) > 1 else words[0]
    return any(step.line.split()[0] == first for step in above)


def _further(one: Exception | None, two: Exception) -> Exception:
    """The error of the mode that understood more of the line."""
    if one is None or isinstance(two, Incomplete):
        return two
    if isinstance(one, Invalid) and isinstance(two, Invalid) and two.index > one.index:
        return two
    return one
