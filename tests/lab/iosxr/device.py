# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One IOS XR router: what its sessions share. Running configuration, commits, trial, locks, links, line cards.

Keys of the specification beside those of every kind:

platform: ncs5500 (default) | asr9k | 8000. release: text, default 7.3.2.
interfaces: every physical port of the chassis; without it `ports` (48) HundredGigE ports of slot 0, all that the start
    state names, and whatever is configured later.
links_down: ports whose cable is out. arp: neighbours, address -> MAC address.
settle_seconds (0.2): from a commit to its mirrors being operational. reload_seconds (1): ports of a card are down so long.
commit_seconds (0): how long a commit takes; one whose session is lost meanwhile goes on to its end.
lost_session: what becomes of a trial commit whose session is lost: timer (default; it stays until its timer ends) |
    rollback (it is rolled back at once). Neither is confirmed by a public source; the default is the harder one for a client.
paging (true): false starts with `terminal length 0`.
filter_supported (true): false refuses `|` behind `show running-config formal`.
status_layout: port (default; "(port)" behind port-level sources) | plain | guide (the older samples). status_class (false): the class stands behind
    every session's name. counters: `show monitor-session counters` has figures (default: asr9k only).
tcam_live (true): the profile of the start state is live from the beginning.
large_config_question (false): a commit asks to confirm. commit_log (false): a commit prints its syslog line.
prompt_cut: whole (default; the prompt is cut at 31 characters) | hostname (the host name is).
negation_print: line (default; a candidate shows removed lines whole behind `no`) | key (only what names them).
acl_print: nested (default) | inline (`monitor-session X ... acl` on one line). class_print: always | omit (the class
    ethernet is not printed; default on asr9k).
failure_wording: pseudo-atomic (default) | atomic.
strict_layer (true): addresses and l2transport go not together on an interface, and a mirror of one that is l2transport is under that.
strict_acl (true): a bound access list cannot be removed. strict_acl_reference (false): a binding needs its access list.
strict_udf (true): entries and profiles need their UDFs. strict_attachment_acl (true): access lists that a source names
    must fit the live profile too. strict_platform (true): ERSPAN ids are refused where the platform or the release has none, and what Cisco
    8000 does not mirror. strict_limits (false): at most four sessions, no bundle as destination.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from . import checks, grammar, names
from .candidate import Candidate
from .picture import Attachment, Facts, Picture, facts_of
from .tree import Change, Node, Step, changes, from_indented, hierarchical

PLATFORMS = {  # key -> (route processor in the prompt, default release)
    "ncs5500": ("RP/0/RP0/CPU0", "7.3.2"),
    "asr9k": ("RP/0/RSP0/CPU0", "7.3.2"),
    "8000": ("RP/0/RP0/CPU0", "7.5.2"),
}
CHOICES = {
    "platform": tuple(PLATFORMS),
    "status_layout": ("port", "plain", "guide"),
    "prompt_cut": ("whole", "hostname"),
    "failure_wording": ("pseudo-atomic", "atomic"),
    "negation_print": ("line", "key"),
    "acl_print": ("nested", "inline"),
    "class_print": ("always", "omit"),
    "lost_session": ("timer", "rollback"),
}
FIRST_COMMIT = 1_000_000_001
KEPT_COMMITS = 100


@dataclass(frozen=True, slots=True)
class Commit:
    """before, after: the frozen trees. label: "" when none was given. client: CLI | commit-confirm | Rollback."""

    number: int
    label: str
    user: str
    line: str
    client: str
    comment: str
    when: datetime
    before: Node
    after: Node


@dataclass(slots=True)
class Trial:
    """A commit that goes away unless it is confirmed. base: the configuration before its first commit."""

    owner: Candidate
    base: Node
    deadline: float
    timer: asyncio.TimerHandle | None


@lru_cache(maxsize=256)
def _start_state(text: str) -> tuple[Node, frozenset[str]]:
    """The tree, and every physical port that the text names. Shared by all devices that start with the same text."""
    root = from_indented(text, grammar.steps_of_start_state)
    facts = facts_of(root)
    named = set(facts.interfaces) | {name for session in facts.sessions.values() for name in session.interfaces()}
    ports = {names.parent(name) for name in named if names.is_physical(name)}
    absent = {
        str(key[1]) for key, node in (root.children or {}).items() if node.line.startswith("interface preconfigure")
    }
    return root, frozenset(ports - absent)


@lru_cache(maxsize=256)
def _hardware(text: str, count: int, explicit: tuple[str, ...] | None) -> frozenset[str]:
    """Physical ports of the chassis: those of the specification, or count ports and all that the start state names."""
    if explicit is not None:
        return frozenset(name for name in map(names.canonical, explicit) if name) | {"MgmtEth0/RP0/CPU0/0"}
    ports = frozenset(f"HundredGigE0/0/0/{number}" for number in range(count))
    return ports | _start_state(text)[1] | {"MgmtEth0/RP0/CPU0/0"}


def _wrong(options: Mapping[str, Any]) -> list[str]:
    """What of the options' values is wrong; their types were checked with the specification."""
    found = [
        f"{key} must be one of {', '.join(choices)}, not {options[key]!r}"
        for key, choices in CHOICES.items()
        if options.get(key, choices[0]) not in choices
    ]
    if not re.fullmatch(r"\d+(\.\d+){1,3}", str(options.get("release", "7.3.2"))):
        found.append(f"release {options['release']!r} is not of the form 7.3.2")
    for key in ("interfaces", "links_down"):
        found += [
            f"{key}: {name!r} is no interface name" for name in options.get(key) or () if not names.canonical(str(name))
        ]
    found += [f"{key} must not be negative" for key in ("settle_seconds", "reload_seconds", "commit_seconds", "ports")
              if options.get(key, 0) < 0]  # fmt: skip
    return found


class IosXrDevice:
    """spec: a DeviceSpec of the lab (name, config, options, faults)."""

    OPTIONS: ClassVar[dict[str, type]] = {
        "platform": str, "release": str, "interfaces": list, "ports": int, "links_down": list, "arp": dict,
        "settle_seconds": float, "reload_seconds": float, "commit_seconds": float, "paging": bool, "filter_supported": bool,
        "status_layout": str, "status_class": bool, "counters": bool, "tcam_live": bool, "large_config_question": bool,
        "commit_log": bool, "prompt_cut": str, "failure_wording": str, "negation_print": str, "acl_print": str, "class_print": str,
        "strict_attachment_acl": bool, "lost_session": str,
        **dict.fromkeys(checks.SWITCHES, bool),
    }  # fmt: skip

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.faults = spec.faults
        self.options: dict[str, Any] = dict(spec.options)
        self.platform = str(self.options.get("platform", "ncs5500"))
        problems = _wrong(self.options)
        if problems:
            raise ValueError("; ".join(problems))
        self.node_name, release = PLATFORMS[self.platform]
        self.release_text = str(self.options.get("release", release))
        self.release = tuple(int(part) for part in self.release_text.split(".") if part.isdecimal())
        self.running, _ports = _start_state(spec.config)
        explicit = self.options.get("interfaces")
        self.fixed_hardware = explicit is not None
        ports = tuple(map(str, explicit)) if explicit is not None else None
        self._base_hardware = _hardware(spec.config, int(self.options.get("ports", 48)), ports)
        self._added_hardware: set[str] = set()
        self._down = {name for name in map(names.canonical, self.options.get("links_down", ())) if name}
        self._reloading: dict[str, float] = {}  # card or "" for all -> when it is back
        self.booted = time.time()
        self.commits: list[Commit] = []
        self.version = 0
        self.trial: Trial | None = None
        self.candidates: list[Candidate] = []
        self.sessions_seen = 0
        self.live_profile = self._profiles() if self.options.get("tcam_live", True) else {}
        self._settling: dict[tuple[str, bool, str], float] = {}  # mirror -> when it is up

    # -- what tests use

    def running_text(self) -> str:
        """The running configuration without header and end, newline at the end."""
        return "".join(f"{line}\n" for line in hierarchical(self.running))

    def set_link(self, name: str, up: bool) -> None:
        """The cable of a port."""
        canonical = names.canonical(name)
        if canonical is None:
            raise ValueError(f"no interface name: {name!r}")
        (self._down.discard if up else self._down.add)(canonical)

    def reload_cards(self, location: str = "all") -> None:
        """Ports of the cards go down for reload_seconds; the committed TCAM profile becomes live."""
        back = time.monotonic() + float(self.options.get("reload_seconds", 1.0))
        self._reloading["" if location == "all" else location.upper()] = back
        profiles = self._profiles()
        if location == "all":
            self.live_profile = profiles
            return
        self.live_profile = dict(self.live_profile)
        for key in {*profiles, *self.live_profile}:
            if key[1] in ("", location.upper()):
                if key in profiles:
                    self.live_profile[key] = profiles[key]
                else:
                    del self.live_profile[key]

    @property
    def operational_sessions(self) -> list[str]:
        """Configured sessions with at least one source, all of whose mirrors are operational."""
        status: dict[str, list[bool]] = {}
        picture = self.picture()
        for source in picture.facts.attachments:
            status.setdefault(source.session, []).append(self.mirror_status(picture, source) == "Operational")
        return sorted(name for name in picture.facts.sessions if status.get(name) and all(status[name]))

    def external_commit(self, lines: Iterable[str], user: str = "operator") -> Commit | None:
        """Somebody else commits these lines. ValueError with the device's texts when it is refused."""
        candidate = Candidate(self, user, "vty9")
        mode: list[Step] = []
        for line in lines:
            mode = candidate.enter(mode, line)
        failures = self.refusals(candidate.root)
        if failures:
            raise ValueError("; ".join(failure.text for failure in failures))
        return self.store(candidate, candidate.root) if candidate.changes() else None

    # -- identity

    @property
    def hostname(self) -> str:
        node = (self.running.children or {}).get(("hostname",))
        return node.line.split()[1] if node and len(node.line.split()) > 1 else str(self.spec.name)

    @property
    def prompt(self) -> str:
        return f"{self.node_name}:{self.hostname}"

    # -- state

    @property
    def facts(self) -> Facts:
        return facts_of(self.running)

    @property
    def hardware(self) -> frozenset[str] | set[str]:
        return self._base_hardware | self._added_hardware if self._added_hardware else self._base_hardware

    def picture(self) -> Picture:
        now = time.monotonic()
        self._reloading = {card: back for card, back in self._reloading.items() if back > now}
        down = set(self._down)
        if self._reloading:
            ports = [name for name in self.hardware if names.kind(name) != "MgmtEth"]
            down.update(name for name in ports if "" in self._reloading or names.card(name) in self._reloading)
        return Picture(self.facts, self.hardware, down)

    def picture_reloading(self) -> set[str]:
        """Cards that reload now; "" stands for all."""
        now = time.monotonic()
        return {card for card, back in self._reloading.items() if back > now}

    def static_names_interface(self, prefix: str) -> bool:
        """Whether the static route to prefix is configured with its interface."""
        return any(str(network) == prefix and any(names.canonical(word) for word in words if word[:1].isalpha())
                   for network, words in self.facts.static)  # fmt: skip

    def exists(self, name: str) -> bool:
        return name in self.hardware

    def step(self, step: Step) -> Step:
        """A port that the chassis has not is configured in advance (that it is turned so by itself is unverified)."""
        if step.key[0] != "interface" or len(step.key) < 2:
            return step
        name = str(step.key[1])
        if step.line.startswith("interface preconfigure") or not names.is_physical(name):
            return step
        if self.fixed_hardware and names.parent(name) not in self._base_hardware:
            return step._replace(line=step.line.replace("interface ", "interface preconfigure ", 1))
        return step

    def _profiles(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {(str(key[1]), str(key[2])): tuple(node.line.split()[6:])
                for key, node in (self.running.children or {}).items() if key[0] == "hw-module tcam"}  # fmt: skip

    # -- mirrors

    def _settle(self, before: Node, faulty: bool) -> None:
        """A mirror that this commit made or changed takes settle_seconds to come up; a faulty one never does."""
        old, new = facts_of(before), self.facts
        now = time.monotonic()
        ready = now + float(self.options.get("settle_seconds", 0.2))
        was = set(old.attachments)
        kept: dict[tuple[str, bool, str], float] = {}
        for source in new.attachments:
            key = (source.interface, source.l2transport, source.session)
            if source in was and old.sessions.get(source.session) == new.sessions.get(source.session):
                if self._settling.get(key, 0.0) > now:
                    kept[key] = self._settling[key]
            elif faulty and self.faults and self.faults.active("mirror_down", f"{source.session} {source.interface}"):
                kept[key] = float("inf")
            else:
                kept[key] = ready
        self._settling = kept

    def mirror_status(self, picture: Picture, source: Attachment) -> str:
        """The words of the Cisco guide's table of source interface states."""
        session = picture.facts.sessions.get(source.session)
        if session is None or session.session_class != source.session_class:
            return "Not operational (Session is not configured globally)"
        if not session.destinations:
            return "Not operational (destination not known)"
        for words in session.destinations.values():
            reason = self._destination_fault(picture, words, source.interface)
            if reason:
                return f"Not operational ({reason})"
        state = picture.state(source.interface)
        if state != "up":
            return f"Not operational (source state {state or 'not-ready'})"
        ready = self._settling.get((source.interface, source.l2transport, source.session), 0.0)
        if ready == float("inf"):
            return "Error: see detailed output for explanation"
        if ready > time.monotonic():
            return "Not operational (source state not-ready)"
        return "Operational"

    def _destination_fault(self, picture: Picture, words: tuple[str, ...], source: str) -> str | None:
        if words[0] == "next-hop":
            return None if ":" in words[2] or picture.lookup(words[2]) else "destination not active"
        if words[0] != "interface":
            return None
        if words[1] == source:
            return "source same as destination"
        state = picture.state(words[1])
        if state is None:
            return "destination not known"
        return None if state == "up" else "destination not active"

    # -- commit

    def refusals(self, root: Node) -> list[checks.Failure]:
        return checks.check(self.running, root, self.live_profile, self.options, self.platform, self.release)

    def locked_against(self, candidate: Candidate | None) -> str | None:
        """Why `configure exclusive` or a commit of candidate is refused, or None."""
        if self.trial and self.trial.owner is not candidate:
            return "A trial commit is underway in another configuration session."
        if any(other.exclusive and other is not candidate for other in self.candidates):
            return "The Configuration Namespace is locked by another agent."
        return None

    def store(
        self, candidate: Candidate, root: Node, label: str = "", comment: str = "", client: str = "CLI"
    ) -> Commit:
        """Makes root the running configuration."""
        number = self.commits[-1].number + 1 if self.commits else FIRST_COMMIT
        commit = Commit(
            number, label, candidate.user, candidate.line, client, comment, datetime.now(UTC), self.running, root
        )
        self.commits = [*self.commits[-KEPT_COMMITS + 1 :], commit]
        self.running = root
        self.version += 1
        candidate.committed(root)
        if not self.fixed_hardware:
            new = {names.parent(name) for name, node in self.facts.interfaces.items()
                   if names.is_physical(name) and not node.line.startswith("interface preconfigure")}  # fmt: skip
            self._added_hardware |= new - self._base_hardware
        self._settle(commit.before, faulty=client != "Rollback")
        return commit

    def start_trial(self, candidate: Candidate, base: Node, seconds: float) -> None:
        """Arms the timer; a further trial commit of the same session starts it again."""
        if self.trial:
            base = self.trial.base
            self._disarm()
        try:
            timer = asyncio.get_running_loop().call_later(seconds, self.roll_back_trial)
        except RuntimeError:
            timer = None
        self.trial = Trial(candidate, base, time.monotonic() + seconds, timer)

    def confirm_trial(self) -> None:
        self._disarm()
        self.trial = None

    def roll_back_trial(self) -> None:
        """Time is up, or somebody left the session of the trial."""
        trial = self.trial
        if trial:
            self._disarm()
            self.trial = None
            owner = Candidate(self, trial.owner.user, trial.owner.line)
            self.store(owner, trial.base, client="Rollback")

    def _disarm(self) -> None:
        if self.trial and self.trial.timer:
            self.trial.timer.cancel()

    def roll_back_to(self, before: Commit, user: str, line: str) -> list[Change]:
        """Undoes this commit and all later ones, as a commit of its own."""
        owner = Candidate(self, user, line)
        found = changes(self.running, before.before)
        self.store(owner, before.before, client="Rollback")
        return found

    # -- the lab's interface

    async def shell(self, terminal: Any) -> None:
        from .session import Session

        await Session(self, terminal).run()

    async def close(self) -> None:
        self._disarm()
