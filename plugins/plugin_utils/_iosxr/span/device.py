# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirroring of a live router: which reads, how it is written to, what its errors mean. The only I/O of this wing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.states import State
from ..._engine.waiting import Progress, poll
from ..._transport.ssh.cli import Cli, Door
from ..candidate import TCAM_PENDING
from ..configure import PROMPT, REFUSALS, CommitOptions, Configuration
from ..interfaces import parse_interfaces_brief
from ..names import interface_name
from ..platforms import Facts, platform_of
from ..span_status.status import SourceStatus, merged, parse_status
from ..span_status.troubleshooting import explain
from .desired import desired_state, document_findings, kept_back
from .document import to_document
from .model import BindingKey, Family, Span
from .parse import parse
from .plan import plan
from .reload import ALL_CARDS
from .render import render
from .rules.check import check

_READ_ERROR = re.compile(
    r"^% (?P<text>(?:Invalid input|Incomplete command|Ambiguous command|This command is not authorized|.*denied).*)$",
    re.MULTILINE | re.IGNORECASE,
)
_INVALID = re.compile(r"^% Invalid input detected", re.MULTILINE)

PLATFORM = "cisco_xr"
READ_TIMEOUT = "ansible_netmiko_read_timeout"

VERSION = "show version"
SESSIONS = "show running-config monitor-session"
ATTACHMENTS = "show running-config formal interface"
STATUS = "show monitor-session status"
INTERFACES = "show interfaces brief"


@dataclass(frozen=True)
class Scope:
    """Which parts of the configuration a document speaks of, and so which are read.

    access_lists: named, and so owned. referenced: only used by sources. keys: UDFs and TCAM profiles. bindings: which
    ACLs interfaces carry.
    """

    access_lists: tuple[tuple[Family, str], ...] = ()
    keys: bool = False
    tunnels: tuple[str, ...] = ()
    bindings: bool = False
    referenced: tuple[tuple[Family, str], ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Scope:
        """Names that no router would take are left out here; the check of the document reports them."""
        sources = [source for session in document.get("sessions", ()) for source in session.get("sources", ())]
        named = {(item["family"], item["name"]) for item in document.get("access_lists", ()) if _safe(item)}
        used = {
            (family, source[key])
            for source in sources
            for key, families in _ACL_KEYS.items()
            for family in families
            if source.get(key) and _safe({"family": family, "name": source[key]})
        }
        selecting = bool(used) or any(source.get("acl") for source in sources)
        return cls(
            tuple(sorted(named)),
            any(document.get(key) for key in ("access_lists", "udfs", "tcam_profiles")),
            tuple(sorted(set(_tunnel_names(document)))),
            bool(named) or selecting,
            tuple(sorted(used - named)),
        )

    @property
    def attachment_filter(self) -> str:
        return '"monitor-session|access-group"' if self.bindings else "monitor-session"

    @property
    def reads(self) -> list[str]:
        lists = (*self.access_lists, *self.referenced)
        commands = [f"show running-config {family} access-list {name}" for family, name in lists]
        if self.keys:
            commands += ["show running-config udf", "show running-config hw-module"]
        return commands + [f"show running-config interface {name}" for name in self.tunnels]


_ACL_KEYS: dict[str, tuple[Family, ...]] = {
    "acl_name": ("ipv4", "ipv6"),
    "acl_ipv4": ("ipv4",),
    "acl_ipv6": ("ipv6",),
}
ALL = Scope(bindings=True)


def owned(span: Span, scope: Scope, taken: Collection[BindingKey] = (), named: Collection[str] = ()) -> Span:
    """Of what was read, what a document of that scope speaks of.

    ACLs that sources only use are read to know that they exist, bindings of other ACLs to know who has the interface,
    UDFs of others to know what exists: none of it is ours.
    """
    used = {match.name for acl in span.access_lists.values() for ace in acl.entries for match in ace.udfs}
    used |= {name for profile in span.tcam_profiles.values() for name in profile.udfs}
    lists = set(scope.access_lists)
    return replace(
        span,
        access_lists={key: acl for key, acl in span.access_lists.items() if key in lists},
        bindings={
            key: binding
            for key, binding in span.bindings.items()
            if key.direction == "ingress" and ((key.family, binding.acl) in lists or key in taken)
        },
        udfs={name: udf for name, udf in span.udfs.items() if name in used or name in named},
    )


def _tunnel_names(document: Mapping[str, Any]) -> Iterable[str]:
    for item in document.get("tunnels", ()):
        try:
            name = interface_name(item["name"])
        except ValueError:
            continue
        if name.startswith("tunnel-ip"):
            yield name


def _safe(access_list: Mapping[str, Any]) -> bool:
    name = str(access_list["name"])
    return access_list["family"] in ("ipv4", "ipv6") and bool(re.fullmatch(r"[!-~]{1,128}", name)) and "|" not in name


class Router:
    """The reads that every capability of this wing shares."""

    def __init__(self, door: Door, timeout: float) -> None:
        self._door = door
        self._timeout = timeout
        self._filtered = True
        self.open()

    def open(self) -> None:
        self._door.open()
        if self._door.platform != PLATFORM:
            raise ApplyFailed(
                f"this connection speaks {self._door.platform}, not IOS XR: set ansible_network_os: cisco.iosxr.iosxr"
            )
        prompt = PROMPT.format(base=re.escape(self._door.base_prompt))
        self.cli = Cli(self._door, prompt, self._timeout, READ_TIMEOUT)

    def reopen(self) -> None:
        """A new session, whatever became of the old one."""
        self._door.close()
        self.open()

    def known(self, commands: list[str]) -> list[str]:
        """Answers of read commands, all in one round trip. Raises ApplyFailed naming the command that was refused."""
        answers = self.cli.run(*commands)
        for command, answer in zip(commands, answers, strict=True):
            error = _READ_ERROR.search(answer)
            if error:
                raise _read_failed(command, error["text"])
        return answers

    def optional(self, commands: list[str]) -> list[str]:
        """As known(), for reads that a platform may not know or that may find nothing: their text, whatever it is."""
        return self.cli.run(*commands)

    def span(self, scope: Scope, *further: str) -> tuple[Span, list[str]]:
        """The mirroring of the router in that scope, and the answers of further commands; one round trip.

        Where the release does not take the output filter, the attachments are read unfiltered: one more round trip.
        """
        suffix = f" | include {scope.attachment_filter}" if self._filtered else ""
        commands = [SESSIONS, f"{ATTACHMENTS}{suffix}", *scope.reads, *further]
        answers = self.cli.run(*commands)
        if self._filtered and _INVALID.search(answers[1]):
            self._filtered = False
            commands[1] = ATTACHMENTS
            answers[1] = self.cli.run(ATTACHMENTS)[0]
        for command, answer in zip(commands, answers, strict=True):
            error = _READ_ERROR.search(answer)
            if error:
                raise _read_failed(command, error["text"])
        count = len(commands) - len(further)
        return parse("\n!\n".join(answers[:count])), answers[count:]

    def parts(self, scope: Scope) -> Span:
        """What the scope names beside sessions and attachments; no round trip when it names nothing."""
        return parse("\n!\n".join(self.known(scope.reads)))


def _read_failed(command: str, text: str) -> ApplyFailed:
    remedy = next((remedy for pattern, _meaning, remedy in REFUSALS if pattern.search(text)), "")
    problem = Problem("device", command, "the router refused this read", remedy, "error", text.strip())
    return ApplyFailed(f"the router refused to answer {command!r}: {text.strip()}", [problem])


class SpanWing:
    """iosxr_span: the six steps of one router (see _engine/run.py)."""

    def __init__(
        self,
        router: Router,
        document: Mapping[str, Any],
        state: State,
        commit: CommitOptions,
        settle: float,
        progress: Progress,
        platform: str = "auto",
    ) -> None:
        self._router = router
        self._document = document
        self._state = state
        self._commit = commit
        self._settle = settle
        self._progress = progress
        self._scope = Scope.of(document)
        self._udfs = {str(item.get("name")) for item in document.get("udfs", ())}
        self._taken: set[BindingKey] = set()  # bindings that an ACL of the document takes from another
        self._unlisted = False
        self._platform = platform
        self.facts = Facts("generic" if platform == "auto" else platform, None, None)

    @property
    def about(self) -> dict[str, str]:
        release = ".".join(map(str, self.facts.release or ()))
        return {"platform": self.facts.platform, **({"release": release} if release else {})}

    def read(self) -> Span:
        span, (version,) = self._router.span(self._scope, VERSION)
        platform, release = platform_of(version)
        self.facts = Facts(platform if self._platform == "auto" else self._platform, release, None)
        self._commit = replace(self._commit, release=release)
        return span

    def desired_state(self, current: Span) -> Span:
        desired = desired_state(current, self._document, self._state)
        self._taken = {key for key in desired.bindings if desired.bindings[key] != current.bindings.get(key)}
        return desired

    def read_details(self, current: Span, desired: Span) -> None:
        if current != desired:
            brief = self._router.optional([INTERFACES])[0]
            known = frozenset(parse_interfaces_brief(brief))
            self.facts = Facts(self.facts.platform, self.facts.release, known or None)
            self._unlisted = not known

    def check(self, current: Span, desired: Span) -> list[Problem]:
        told = document_findings(current, self._document, self._state)
        problems = check(current, desired, self.facts, told) + kept_back(current, self._document, self._state)
        if self._unlisted:
            text = "the router did not list its interfaces, so nobody checked whether those of the document exist"
            problems.append(Problem("interface-exists", "config", text, f"Check {INTERFACES} by hand.", "warning"))
        return problems

    def plan(self, current: Span, desired: Span) -> Plan:
        return plan(current, desired)

    def show(self, state: Span) -> dict[str, Any]:
        return to_document(owned(state, self._scope, self._taken, self._udfs))

    def apply(self, plan: Plan, current: Span, desired: Span) -> Applied:
        self._prove_reload(plan, current)
        before = mirrors(self._router.known([STATUS])[0])
        touched = touched_mirrors(plan, desired)
        kept = {key for key, status in before.items() if status.operational} & set(_mirror_keys(desired))
        configuration = Configuration(self._router.cli, self._commit)
        after: Mirrors = {}
        lost: list[MirrorKey] = []
        try:
            with configuration:
                configuration.paste(plan.operations, render(current))
                self._progress("committing on trial")
                command = configuration.commit_on_trial(plan.operations)
                after = self._settled(touched | kept)
                lost = sorted(key for key in touched | kept if key not in after or not after[key].operational)
                if not lost:
                    configuration.confirm()
        except (ConnectionFailed, ApplyFailed) as error:
            raise self._undone(error, configuration, current, plan) from error
        details = {"mirrors": [_shown(key, after.get(key)) for key in sorted(touched)], "commit": command}
        if lost:
            message = f"{len(lost)} of the mirrors did not come up; the change was not confirmed"
            failed = ApplyFailed(message, [_down(key, after.get(key), self._settle) for key in lost], details=details)
            raise self._undone(failed, configuration, current, plan)
        if configuration.lost:
            self._router.reopen()
        return Applied((*self._not_sent(), *_old_faults(touched, desired, after)), details)

    def _settled(self, required: frozenset[MirrorKey] | set[MirrorKey]) -> Mirrors:
        """The status when all required mirrors are operational, or the last one seen within the settle time."""

        def look() -> Mirrors:
            seen = mirrors(self._router.known([f"do {STATUS}"])[0])
            up = sum(key in seen and seen[key].operational for key in required)
            self._progress(f"{up} of {len(required)} mirrors are operational", up / max(len(required), 1))
            return seen

        return poll(look, lambda seen: all(key in seen and seen[key].operational for key in required), self._settle)

    def _prove_reload(self, plan: Plan, current: Span) -> None:
        """Raises ConcurrentChange when a second read of UDFs and profiles differs: nobody reloads line cards for a text that was
        cut on its way."""
        if plan.notes.get("reload_required"):
            again = self._router.parts(Scope(keys=True))
            if (again.udfs, again.tcam_profiles) != (current.udfs, current.tcam_profiles):
                raise ConcurrentChange("two reads of the TCAM profiles differ")

    def _undone(
        self, error: ConnectionFailed | ApplyFailed, configuration: Configuration, current: Span, plan: Plan
    ) -> ApplyFailed:
        """The error with what the router carries now, proved by a read where a commit may have been taken."""
        phase = configuration.phase
        failed = (
            error if isinstance(error, ApplyFailed) else ApplyFailed(f"the session was lost while applying: {error}")
        )
        if any(TCAM_PENDING.search(problem.device_text) for problem in failed.problems):
            failed.details |= _waiting(plan, current)
        if phase in ("closed", "candidate"):
            failed.device_state = "unchanged"  # a candidate is dropped with its session
            return failed
        timer = self._commit.confirm_timeout
        self._progress("waiting for the router to roll back")
        try:
            if configuration.lost:
                self._router.reopen()
            seen = poll(self.read, lambda seen: seen == current, timer + MARGIN)
        except (ConnectionFailed, ApplyFailed) as unread:
            failed.device_state = f"unknown, it could not be read ({unread}); it rolls back by itself within {timer} s"
            return failed
        failed.details["after"] = self.show(seen)
        if seen != current:
            failed.device_state = "changed; run again to verify it"
        elif phase == "committing":
            late = "a commit that still comes"
            failed.device_state = f"unchanged; {late} rolls back by itself within {timer} s"
        else:
            failed.device_state = "rolled back"
        return failed

    def _not_sent(self) -> list[Problem]:
        if not self._commit.comment or self._commit.comment_fits:
            return []
        text = "the commit comment was dropped: releases before 7.0 take none together with a timer"
        return [Problem("commit-comment", "commit_comment", text, "Use commit_label instead.", "warning")]


MirrorKey = tuple[str, str]  # session, interface
Mirrors = dict[MirrorKey, SourceStatus]

MARGIN = 5  # seconds that a roll back may take after the timer
MANY = 20  # warnings of one kind, before they are counted instead


def mirrors(text: str) -> Mirrors:
    """Every mirror of `show monitor-session status`."""
    statuses = merged(parse_status(text))
    return {(session.name, source.interface): source for session in statuses for source in session.sources}


def _mirror_keys(span: Span) -> list[MirrorKey]:
    """The mirrors that can be operational: their session has a destination and their hardware is there."""
    return [
        (source.session, source.interface)
        for source in span.sources.values()
        if not source.preconfigure and source.session in span.sessions and _has_destination(span, source.session)
    ]


def _has_destination(span: Span, name: str) -> bool:
    session = span.sessions[name]
    return any((session.destination, session.rx_destination, session.tx_destination))


def touched_mirrors(plan: Plan, desired: Span) -> set[MirrorKey]:
    """Mirrors that this plan creates or changes: themselves, their session, or the tunnel that the session uses."""
    written = {operation.item for operation in plan.operations if operation.kind != "delete"}
    waiting = {operation.item for operation in plan.deferred}
    found: set[MirrorKey] = set()
    for name, interface in _mirror_keys(desired):
        destination = desired.sessions[name].destination
        parts = {f"sessions[{name}].sources[{interface}]", f"sessions[{name}]"}
        if destination and destination.interface:
            parts.add(f"tunnels[{destination.interface}]")
        if parts & written and not parts & waiting:
            found.add((name, interface))
    return found


def _waiting(plan: Plan, current: Span) -> dict[str, Any]:
    """The result's keys for a profile that is configured and not live: the whole plan waits for the operator."""
    cards = [profile.location or ALL_CARDS for profile in current.tcam_profiles.values()]
    return {
        "reload_required": sorted(set(cards)) or [ALL_CARDS],
        "deferred": [operation.as_dict() for operation in plan.operations],
    }


def _down(key: MirrorKey, status: SourceStatus | None, settle: float) -> Problem:
    item = f"sessions[{key[0]}].sources[{key[1]}]"
    return Problem("settle", item, f"not operational after {settle:g} s: {_text(status)}", _advice(status))


def _old_faults(touched: set[MirrorKey], desired: Span, after: Mirrors) -> list[Problem]:
    faults = [
        (key, after[key])
        for key in sorted(set(_mirror_keys(desired)) - touched)
        if key in after and not after[key].operational
    ]
    problems = [
        Problem(
            "was-down",
            f"sessions[{key[0]}].sources[{key[1]}]",
            f"was not operational before: {_text(status)}",
            "iosxr_span_info tells what the router blames.",
            "warning",
        )
        for key, status in faults[:MANY]
    ]
    if len(faults) > MANY:
        text = f"{len(faults) - MANY} more mirrors were not operational before"
        problems.append(Problem("was-down", "sessions", text, "See iosxr_span_info.", "warning"))
    return problems


def _text(status: SourceStatus | None) -> str:
    return status.status if status else "the router does not list it"


def _advice(status: SourceStatus | None) -> str:
    """What Cisco says of it. The router has rolled back when this is read: iosxr_span_info would find nothing there."""
    known = explain(status.status) if status else None
    if known is None:
        return "Mend what the status blames, or give it more time with settle, and run again."
    return f"{known.explanation} {known.remedy}".strip()


def _shown(key: MirrorKey, status: SourceStatus | None) -> dict[str, Any]:
    return {
        "session": key[0],
        "interface": key[1],
        "operational": bool(status and status.operational),
        "status": _text(status),
    }
