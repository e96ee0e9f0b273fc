# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flow sessions of a live SRX: a summary, one session, or a listing that is read while it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..._engine.failures import ApplyFailed, ConnectionFailed, Dropped, ValidationFailed
from ..._engine.problems import errors
from ..._engine.refusals import Match
from ..._engine.waiting import Progress
from ..firewall import Firewall, refused
from ..refusals import REFUSALS
from . import aggregate as session_aggregate
from . import interface_nat as session_interface_nat
from . import pages as session_pages
from . import text_reader as session_text
from . import xml_reader as session_xml
from .aggregate import Aggregate
from .file_device import SessionFile
from .interface_nat import InterfaceNat
from .model import MAX_UNPARSED, Place, Raw, Report, session
from .query import KEPT, NO_CLUSTER, Query, command, no_cluster, problems

Format = Literal["auto", "xml", "text"]
Take = Callable[[Raw], object]

PIPES = {"xml": " | display xml | no-more", "text": " | no-more"}
LARGEST = 32 * 1024**3  # characters of one listing: six million sessions in extensive XML have about 20 GB
CLUSTER = "show chassis cluster status | no-more"
EVERY = 5000  # sessions between two looks at the clock


class _Refusal(Exception):
    """The device did not take this form of the question."""

    def __init__(self, line: str, refusal: Match) -> None:
        super().__init__(refusal.text)
        self.line, self.refusal = line, refusal


class _NoPages(Exception):
    """The device knows pages, but does not keep the order that they need."""


@dataclass(frozen=True)
class Dialect:
    """One form of the question: the layout of the answer, and whether pages are asked for."""

    layout: str
    pages: bool


def checked(query: Query) -> Query:
    """Raises ValidationFailed with all that is wrong with a question."""
    found = problems(query)
    if errors(found):
        raise ValidationFailed(found)
    return query


def inspect(firewall: Firewall, query: Query, layout: Format, progress: Progress) -> dict[str, Any]:
    """Keys of the task's result. query: a checked one.

    Raises ApplyFailed when the device refuses or its answer is not whole, ConnectionFailed.
    """
    reading = Reading(firewall, query, progress)
    return _listing(reading, layout) if query.lists or query.session_identifier else _summary(reading, layout)


class Reading:
    """Everything that is read for one task. sessions: how many so far; displayed: how many the device says they were."""

    def __init__(self, firewall: Firewall, query: Query, progress: Progress) -> None:
        self.firewall, self.query = firewall, query
        self._end = time.monotonic() + query.timeout
        self._progress = progress
        self.commands: list[str] = []
        self.layout = ""
        self.sessions = 0
        self.displayed: int | None = None
        self.unparsed, self.samples = 0, list[str]()
        self.warnings: list[str] = []
        self.summary: dict[Place, dict[str, int]] = {}
        self.totals: dict[Place, int] = {}

    # -- finding the form that the device takes

    def run(self, layout: Format, take: Take, desired: frozenset[str] | None) -> None:
        """Reads all that is asked for. A form that is refused is refused before it gives a session, so the next one may
        be tried: text for XML, then one long answer for pages."""
        query = self.query
        paged = query.lists and bool(query.limit or query.page_size or query.start_identifier)
        last: _Refusal | None = None
        for dialect in _dialects(layout, paged):
            try:
                self._read(dialect, take, desired)
            except _Refusal as refusal_:
                if last is None:
                    self._look_for_the_node(refusal_)
                last = refusal_
                continue
            except _NoPages:
                continue
            self.layout = dialect.layout
            if last and paged and not dialect.pages:
                self.warnings.append(
                    f"this release does not know start-identifier and count ({last.refusal.text}): everything was read in one answer"
                )
            return
        if last:
            raise refused(last.line, last.refusal)
        raise ApplyFailed("the firewall gives its sessions in no order that pages can follow: set page_size: 0")

    def _look_for_the_node(self, refusal: _Refusal) -> None:
        """Raises ApplyFailed when a node was asked for and there are none: devices refuse that as any word that they do not know."""
        if not self.query.node:
            return
        (status,) = self.firewall.attempt(CLUSTER)
        if not self.firewall.node and "cluster id" not in status.lower():
            said = f"the firewall refused {refusal.line!r}: {refusal.refusal.text}"
            raise ApplyFailed(f"{NO_CLUSTER} ({said})", no_cluster(self.query.node))

    def _read(self, dialect: Dialect, take: Take, desired: frozenset[str] | None) -> None:
        query = self.query
        if dialect.pages and query.page_size > 0 and (not query.limit or query.limit > query.page_size):
            self._pages(dialect, take, desired)
            return
        count = query.limit or None if dialect.pages else None
        start = query.start_identifier if dialect.pages else None
        lowest = 0 if dialect.pages else query.start_identifier or 0
        report = Report()
        raws = self._answer(dialect, start, count, report, desired)
        taken = 0
        for raw in raws:
            if query.limit and taken >= query.limit:
                if count is None:
                    raws.close()  # hangs up: what is left of the table would take its time
                    self._merge(report, whole=False)
                    return
                continue  # each node gives as many
            if lowest and session_pages.identifier(raw) < lowest:
                continue
            taken += 1
            self._take(raw, take)
        self._merge(report)

    def _pages(self, dialect: Dialect, take: Take, desired: frozenset[str] | None) -> None:
        query, fresh = self.query, session_pages.Fresh()
        start, first = query.start_identifier or 1, True
        while True:
            left = query.limit - self.sessions if query.limit else query.page_size
            size = min(query.page_size, left)
            page = self._page(dialect, start, size, desired)
            if not session_pages.in_order(page):
                if first:
                    raise _NoPages
                raise ApplyFailed(
                    "the sessions of a page are in no order: set page_size: 0 to read the table in one answer"
                )
            for raw in page:
                if fresh(raw) and not (query.limit and self.sessions >= query.limit):
                    self._take(raw, take)
            following = session_pages.following(page, size)
            if following is None or following <= start or (query.limit and self.sessions >= query.limit):
                return
            start, first = following, False

    def _page(self, dialect: Dialect, start: int, size: int, desired: frozenset[str] | None) -> list[Raw]:
        """One page, from a new session when the link dropped in its middle."""
        for again in (False, True):
            report = Report()
            try:
                page = list(self._answer(dialect, start, size, report, desired))
            except Dropped:
                if again or not self.sessions:
                    raise
                self.warnings.append(f"the session ended after {self.sessions} sessions; reading went on in a new one")
                self.firewall.reopen()
                continue
            self._merge(report)
            displayed = sum(report.totals.values())
            if displayed >= size and displayed > len(page):
                raise ApplyFailed(
                    f"of {displayed} sessions of a page only {len(page)} were understood: set page_size: 0 to continue"
                )
            return page
        return []

    # -- one answer

    def _answer(
        self, dialect: Dialect, start: int | None, count: int | None, report: Report, desired: frozenset[str] | None
    ) -> Generator[Raw, None, None]:
        """Raises _Refusal, ApplyFailed for an answer that is not whole, ConnectionFailed."""
        line = command(self.query, start, count) + PIPES[dialect.layout]
        if len(self.commands) < 100:
            self.commands.append(line)
        left = self._end - time.monotonic()
        if left <= 0:
            raise ApplyFailed(
                f"reading takes longer than {self.query.timeout} s (option timeout): {self.sessions} sessions were read"
            )
        stream = cast("Generator[str, None, None]", self.firewall.stream(line, left, LARGEST))
        try:
            with closing(stream) as pieces:  # hangs up when the rest is not read
                if dialect.layout == "xml":
                    yield from session_xml.sessions(pieces, report, desired)
                else:
                    yield from session_text.sessions(pieces, report, desired)
        except ConnectionFailed as error:
            raise type(error)(f"{error} {self.sessions + report.sessions} sessions had been read.") from None
        refusal = REFUSALS.find(report.lead)
        if refusal and not report.sessions and not report.summary and not report.totals:
            raise _Refusal(line, refusal)
        if report.broken:
            raise ApplyFailed(
                f"the answer to {line!r} is not complete: {report.broken}", details={"sessions_read": self.sessions}
            )

    def _take(self, raw: Raw, take: Take) -> None:
        take(raw)
        self.sessions += 1
        if self.sessions % EVERY == 0:
            share = self.sessions / self.query.limit if self.query.limit else None
            self._progress(f"{self.sessions} sessions read", share)

    def _merge(self, report: Report, *, whole: bool = True) -> None:
        self.unparsed += report.unparsed
        self.samples += report.samples[: MAX_UNPARSED - len(self.samples)]
        for place, figures in report.summary.items():
            self.summary.setdefault(place, {}).update(figures)
        for place, count in report.totals.items():
            self.totals[place] = self.totals.get(place, 0) + count
        if not whole or not self.query.lists:
            return
        if report.total is None or report.uncounted:
            self.warnings.append("the firewall did not report how many sessions it displayed: the answer may be cut")
        if report.total is not None:
            self.displayed = (self.displayed or 0) + report.total
            if report.total != report.sessions:
                self.warnings.append(
                    f"the firewall reports that it displayed {report.total} sessions, {report.sessions} were understood"
                )

    def to_result(self) -> dict[str, Any]:
        """What every result has."""
        found: dict[str, Any] = {"changed": False, "format": self.layout, "commands": self.commands}
        if self.unparsed:
            found["unparsed"] = self.samples
            self.warnings.append(f"{self.unparsed} lines were not understood, see unparsed")
        if self.warnings:
            found["warnings"] = self.warnings
        return found


def _dialects(layout: Format, pages: bool) -> list[Dialect]:
    layouts = ["xml", "text"] if layout == "auto" else [layout]
    return [Dialect(name, paged) for paged in ((True, False) if pages else (False,)) for name in layouts]


def _summary(reading: Reading, layout: Format) -> dict[str, Any]:
    reading.run(layout, lambda raw: None, frozenset())
    sums = Report(summary=reading.summary, totals=reading.totals)
    rows = [sums.figures(place) for place in dict.fromkeys([*sums.summary, *sums.totals])]
    if not rows:
        reading.warnings.append("no figure was understood in the summary")
    return {"summary": rows, **reading.to_result()}


def _listing(reading: Reading, layout: Format) -> dict[str, Any]:
    query = reading.query
    kept: list[dict[str, Any]] = []
    counted = Aggregate(query.aggregate, query.top) if query.aggregate else None
    nat: InterfaceNat | None = None
    if "interface_nat" in query.checks:
        (terse,) = reading.firewall.read(f"{session_interface_nat.COMMAND} | no-more")
        nat = InterfaceNat(session_interface_nat.addresses(terse))
    most = query.kept if query.lists else KEPT
    with ExitStack() as stack:
        file = stack.enter_context(SessionFile(query.dest)) if query.dest else None
        sinks: list[Take] = [sink for sink in (counted and counted.add, nat and nat.add, file and file.write) if sink]

        def take(raw: Raw) -> None:
            for sink in sinks:
                sink(raw)
            if len(kept) < most:
                kept.append(session(raw))

        reading.run(layout, take, None if file or most else _desired(query))
    result: dict[str, Any] = {"total": reading.sessions, "displayed": reading.displayed}
    if most:
        result["sessions"] = kept
        if reading.sessions > len(kept):
            reading.warnings.append(
                f"sessions holds the first {len(kept)} of {reading.sessions}: limit or dest give more"
            )
    if counted:
        result["aggregate"] = {"total": counted.figures, **counted.result()}
    if nat:
        result["interface_nat"] = nat.result()
    if file:
        result["file"] = {"path": str(file.path), "sessions": file.rows, "bytes": file.size}
    return {**result, **reading.to_result()}


def _desired(query: Query) -> frozenset[str]:
    """Keys that are looked at when no session is kept."""
    counted = session_aggregate.needed(query.aggregate) if query.aggregate else frozenset[str]()
    return counted | (session_interface_nat.NEEDED if query.checks else frozenset[str]())
