# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirroring of a live router: which reads, how it is written to, what its errors mean. The only I/O of this wing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..configure import CommitOptions, Configuration
from ..interfaces import parse_interfaces_brief
from ..platforms import Facts, dotted, platform_of
from ..refusals import TCAM_PENDING, UNKNOWN_COMMAND
from ..router import INTERFACES, VERSION, Router, answered
from ..span_status.live_device import STATUSES, live_status
from ..span_status.status import SourceStatus, merged, parse_status
from ..span_status.troubleshooting import explain
from .canonical import to_document
from .desired import resulting
from .document import Document
from .model import AccessListKey, BindingKey, Span
from .parse import bundle_members, cross_connects, layer2_interfaces, parse
from .plan import plan
from .reload import ALL_CARDS
from .render import render
from .rules.check import check
from .rules.view import View
from .scope import Scope, in_scope, owned
from .unwritten import has_destination

SESSIONS = "show running-config monitor-session"
ATTACHMENTS = "show running-config formal interface"
CROSS_CONNECTS = "show running-config formal l2vpn"
STATUS, DETAIL = STATUSES


class SpanReads:
    """The reads of mirroring, and whether this release takes the output filter that keeps them small."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._filtered = True

    def span(self, scope: Scope, *further: str) -> tuple[Span, list[str]]:
        """The mirroring of the router in that scope, and the answers of further commands; one round trip.

        Where the release does not take the output filter, the attachments are read unfiltered: one more round trip.
        Raises ApplyFailed naming the command that was refused.
        """
        suffix = f" | include {scope.attachment_filter}" if self._filtered else ""
        commands = [SESSIONS, f"{ATTACHMENTS}{suffix}", *scope.reads, *further]
        answers = self._router.read_optional(commands)
        if self._filtered and UNKNOWN_COMMAND.search(answers[1]):
            self._filtered = False
            commands[1] = ATTACHMENTS
            answers[1:2] = self._router.read_optional([ATTACHMENTS])
        answered(commands, answers)
        count = len(commands) - len(further)
        return parse("\n!\n".join(answers[:count])), answers[count:]

    @property
    def ports(self) -> str:
        """The read of which ports are l2transport, and which are members of a bundle."""
        return f'{ATTACHMENTS} | include "l2transport|bundle id"' if self._filtered else ATTACHMENTS

    @property
    def cross_connects(self) -> str:
        """The read of which cross connects of l2vpn name a session."""
        return f"{CROSS_CONNECTS} | include monitor-session" if self._filtered else CROSS_CONNECTS

    def parts(self, scope: Scope) -> Span:
        """What the scope names beside sessions and attachments; no round trip when it names nothing."""
        return parse("\n!\n".join(self._router.read(scope.reads)))


class SpanWing:
    """iosxr_span: the six steps of one router (see _engine/run.py)."""

    def __init__(
        self,
        router: Router,
        document: Document,
        commit: CommitOptions,
        settle: float,
        progress: Progress,
        platform: str = "auto",
    ) -> None:
        self._router = router
        self._reads = SpanReads(router)
        self._document = document
        self._commit = commit
        self._settle = settle
        self._progress = progress
        self._platform = platform
        self._scope = Scope.of(document)
        self._facts: Facts | None = None  # known when the router was read
        self._findings: Sequence[Problem] = ()  # of the document, on what was read
        self._taken: set[BindingKey] = set()  # bindings that an ACL of the document takes from another

    def desired(self) -> dict[str, Any]:
        return {
            "config": self._document.normalised(),
            "state": self._document.state,
            "platform": self._platform,
        }

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> Span:
        span, (version,) = self._reads.span(self._scope, VERSION)
        platform, release = platform_of(version)
        self._facts = Facts(platform if self._platform == "auto" else self._platform, release, None)
        self._commit = replace(self._commit, release=release)
        return span

    def desired_state(self, current: Span) -> Span:
        desired, self._findings = resulting(current, self._document)
        self._taken = {key for key in desired.bindings if desired.bindings[key] != current.bindings.get(key)}
        return desired

    def read_details(self, current: Span, desired: Span) -> None:
        if current == desired:
            return
        ports = [self._reads.ports] if _moves(current, desired) else []
        sessions = [] if current.sessions.keys() <= desired.sessions.keys() else [self._reads.cross_connects]
        lists = _unread_lists(current, desired, self._known)
        reads = [f"show running-config {family} access-list {name}" for family, name in lists]
        commands = [*ports, *sessions, *reads]
        brief, *answers = self._router.read_optional([INTERFACES, *commands])
        answered(commands, answers)
        found = dict(zip(commands, answers, strict=True))
        known = frozenset(parse_interfaces_brief(brief))
        there = parse("\n!\n".join(found[command] for command in reads)).access_lists
        self._facts = replace(
            self._known,
            interfaces=known or None,
            layer2=layer2_interfaces(found[ports[0]]) if ports else None,
            members=bundle_members(found[ports[0]]) if ports else None,
            captures={key: any(ace.capture for ace in there[key].entries) if key in there else None for key in lists},
            cross_connects=cross_connects(found[sessions[0]]) if sessions else {},
        )
        if not known:
            text = "the router did not list its interfaces, so it was not checked whether those of the document exist"
            unlisted = Problem("interface-exists", "config", text, f"Check {INTERFACES} by hand.", "warning")
            self._findings = (*self._findings, unlisted)

    def check(self, current: Span, desired: Span) -> list[Problem]:
        return check(current, desired, self._known, self._findings)

    def plan(self, current: Span, desired: Span) -> Plan:
        return plan(current, desired)

    def show(self, state: Span) -> dict[str, Any]:
        udfs = {item.key for item in self._document.udfs}
        shown = to_document(in_scope(state, self._scope, self._taken, udfs))
        return {**shown, **({"router_id": state.router_id} if self._document.names_router_id else {})}

    def owned(self, state: Span) -> dict[str, Any]:
        return owned(state, self._document)

    def counts(self, state: Span) -> dict[str, int]:
        return {"monitor sessions": len(state.sessions), "sources of monitor sessions": len(state.sources)}

    def report(self) -> dict[str, str | None]:
        """Both are None as long as the router was not read."""
        if self._facts is None:
            return {"platform": None, "release": None}
        release = self._facts.release
        return {"platform": self._facts.platform, "release": dotted(release) if release else None}

    def status(self) -> list[dict[str, Any]]:
        """All sessions of the router as they are doing now. Raises ApplyFailed, ConnectionFailed."""
        return live_status(self._router, self._router.read(STATUSES))

    @property
    def _known(self) -> Facts:
        return self._facts or Facts()

    def apply(self, plan: Plan, current: Span, desired: Span) -> Applied:
        self._prove_reload(plan, current)
        before = mirrors(self._router.read([STATUS])[0])
        touched = touched_mirrors(plan, desired)
        working = {key for key, status in before.items() if status.operational}
        required = touched | (working - removed_mirrors(current, desired, self._document))
        configuration = Configuration(self._router.cli, self._commit)
        after: Mirrors = {}
        lost: list[MirrorKey] = []
        try:
            with configuration:
                configuration.paste(plan.operations, render(current))
                self._progress("committing on trial")
                command = configuration.commit_on_trial(plan.operations)
                after = self._settled(required & set(_mirror_keys(desired)))
                lost = sorted(key for key in required if key not in after or not after[key].operational)
                if lost:
                    after = self._explained(after)
                else:
                    configuration.confirm()
        except (ConnectionFailed, ApplyFailed) as error:
            raise self._undone(error, configuration, current, plan) from error
        details = {
            "mirrors": [_mirror_row(key, after.get(key)) for key in sorted(touched.union(lost))],
            "commit": command,
        }
        if lost:
            message = f"{len(lost)} of the mirrors {_what(lost, working)}; the change was not confirmed"
            down = [self._down(key, after.get(key), key in working, desired) for key in lost]
            failed = ApplyFailed(message, down, details=details)
            raise self._undone(failed, configuration, current, plan)
        if configuration.lost:
            self._router.reopen()
        return Applied((*self._not_sent(), *_old_faults(touched, desired, after)), details)

    def _down(self, key: MirrorKey, status: SourceStatus | None, worked: bool, desired: Span) -> Problem:
        name, interface = key
        before = "was operational before this run, and is " if worked else ""
        advice = _advice(status)
        if worked and name in desired.sessions and not has_destination(desired.sessions[name]):
            advice = f"Write the destination of session {name} too, or destination: {{}} to end its mirrors."
        text = f"{before}not operational after {self._settle:g} s: {_text(status)}"
        return Problem("settle", f"sessions[{name}].sources[{interface}]", text, advice)

    def _settled(self, required: frozenset[MirrorKey] | set[MirrorKey]) -> Mirrors:
        """The status when all required mirrors are operational, or the last one seen within the settle time."""

        def look() -> Mirrors:
            seen = mirrors(self._router.read([f"do {STATUS}"])[0])
            up = sum(key in seen and seen[key].operational for key in required)
            self._progress(f"{up} of {len(required)} mirrors are operational", up / max(len(required), 1))
            return seen

        return poll(look, lambda seen: all(key in seen and seen[key].operational for key in required), self._settle)

    def _explained(self, seen: Mirrors) -> Mirrors:
        """The same mirrors, those that are down with the reason that only the detailed status tells: it is gone when the trial ends. Where the
        router does not come to say it, what is known already is told."""
        try:
            detail = mirrors(self._router.read_optional([f"do {DETAIL}"])[0])
        except ConnectionFailed:
            return seen
        return {key: _fuller(status, detail.get(key)) for key, status in seen.items()}

    def _prove_reload(self, plan: Plan, current: Span) -> None:
        """Raises ConcurrentChange when a second read of UDFs and profiles differs: line cards must not be reloaded for a text that was
        cut on its way."""
        if plan.notes.get("reload_required"):
            again = self._reads.parts(Scope(keys=True))
            if (again.udfs, again.tcam_profiles) != (current.udfs, current.tcam_profiles):
                raise ConcurrentChange("two reads of the TCAM profiles differ")

    def _undone(
        self, error: ConnectionFailed | ApplyFailed, configuration: Configuration, current: Span, plan: Plan
    ) -> ApplyFailed:
        """The error with the state of the router now, proved by a read where a commit may have been taken."""
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
            late = "a commit that still arrives"
            failed.device_state = f"unchanged; {late} rolls back by itself within {timer} s"
        else:
            failed.device_state = "rolled back"
        return failed

    def _not_sent(self) -> list[Problem]:
        if not self._commit.comment or self._commit.comment_fits:
            return []
        text = "the commit comment was dropped: releases before 7.0 accept none together with a timer"
        return [Problem("commit-comment", "commit_comment", text, "Use commit_label instead.", "warning")]


def _moves(current: Span, desired: Span) -> bool:
    """Whether a mirror gets a new source, or a session another destination."""
    return not desired.sources.keys() <= current.sources.keys() or any(
        (was := current.sessions.get(name)) is None or was.destination != session.destination
        for name, session in desired.sessions.items()
    )


def _unread_lists(current: Span, desired: Span, facts: Facts) -> list[AccessListKey]:
    """The access lists that select for new or changed sources, by being bound to them, and that no document names."""
    view = View(current, desired, facts)
    keys = {
        key
        for source in view.selecting_sources
        if source != current.sources.get(source.key)
        for key in view.selecting_lists(source)
    }
    return sorted(key for key in keys - desired.access_lists.keys() if " " not in key.name)


MirrorKey = tuple[str, str]  # session, interface
Mirrors = dict[MirrorKey, SourceStatus]

MARGIN = 5  # seconds that a roll back may take after the timer
MANY = 20  # warnings of one kind, before they are counted instead


def mirrors(text: str) -> Mirrors:
    """Every mirror of `show monitor-session status`."""
    statuses = merged(parse_status(text))
    return {(session.name, source.interface): source for session in statuses for source in session.sources}


def _fuller(status: SourceStatus, detail: SourceStatus | None) -> SourceStatus:
    """Of a mirror that is down, what the detailed status says of it, unless it came up in between."""
    return status if status.operational or detail is None or detail.operational else detail


def _mirror_keys(span: Span) -> list[MirrorKey]:
    """The mirrors that can be operational: their session has a destination and their hardware is there."""
    return [
        (source.session, source.interface)
        for source in span.sources.values()
        if not source.preconfigure and source.session in span.sessions and _has_destination(span, source.session)
    ]


def _has_destination(span: Span, name: str) -> bool:
    return has_destination(span.sessions[name])


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


def removed_mirrors(current: Span, desired: Span, document: Document) -> set[MirrorKey]:
    """The mirrors that may stop working, because the document removes them: the source, its session, or explicitly the destination of its
    session. A destination that the document only leaves out does not count."""
    left = {(source.session, source.interface) for source in desired.sources.values()}
    gone = {(source.session, source.interface) for source in current.sources.values()} - left
    sessions = {item.name for item in document.sessions if item.removes or None in item.values.values()}
    sessions |= current.sessions.keys() - desired.sessions.keys()
    present = (source for span in (current, desired) for source in span.sources.values())
    return gone | {(source.session, source.interface) for source in present if source.session in sessions}


def _what(lost: Sequence[MirrorKey], working: Collection[MirrorKey]) -> str:
    return "stopped working" if set(lost) <= set(working) else "did not come up"


def _waiting(plan: Plan, current: Span) -> dict[str, Any]:
    """The result's keys for a profile that is configured and not live: the whole plan waits for the operator."""
    cards = [profile.location or ALL_CARDS for profile in current.tcam_profiles.values()]
    return {
        "reload_required": sorted(set(cards)) or [ALL_CARDS],
        "deferred": [operation.as_dict() for operation in plan.operations],
    }


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
            "Run iosxr_span_info to see the cause that the router reports.",
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
    """Cisco's explanation. The router has rolled back when this is read: iosxr_span_info would find nothing there."""
    known = explain(status.status) if status else None
    if known is None:
        return "Fix the cause given in the status, or give it more time with settle, and run again."
    return f"{known.explanation} {known.remedy}".strip()


def _mirror_row(key: MirrorKey, status: SourceStatus | None) -> dict[str, Any]:
    return {
        "session": key[0],
        "interface": key[1],
        "operational": bool(status and status.operational),
        "status": _text(status),
    }
