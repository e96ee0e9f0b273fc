# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer of `show security flow session` that you already have, complete: what the filter makes of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..refusals import refusal_in
from . import text_reader as session_text
from . import xml_reader as session_xml
from .aggregate import Aggregate
from .model import Report, session

_XML = re.compile(r"<(?:\?xml|[A-Za-z][\w.:-]*(?:\s[^<>]*)?/?>)")


def is_xml(text: str) -> bool:
    """Whether an element comes before the first session of a text layout.

    >>> is_xml("user@srx> show ... | display xml\\n<rpc-reply>"), is_xml("Session ID: 1, Policy name: a/4")
    (True, False)
    """
    head = text[:65536]
    found = _XML.search(head)
    return found is not None and "Session ID: " not in head[: found.start()]


def parse(text: str, layout: str, limit: int | None, by: Sequence[str], top: int) -> dict[str, Any]:
    """layout: auto, xml or text. limit: sessions to return, all when None. Never raises on any text."""
    report = Report()
    chosen = ("xml" if is_xml(text) else "text") if layout == "auto" else layout
    counted = Aggregate(by, top) if by else None
    sessions: list[dict[str, Any]] = []
    reader = session_xml.sessions if chosen == "xml" else session_text.sessions
    for raw in reader([text], report):
        if counted:
            counted.add(raw)
        if limit is None or len(sessions) < limit:
            sessions.append(session(raw))
    broken = why_incomplete(text, chosen, report)
    return {
        "format": chosen,
        "sessions": sessions,
        "total": report.sessions,
        "displayed": report.total,
        "summary": [report.figures(place) for place in report.summary],
        **({"aggregate": {"total": counted.figures, **counted.result()}} if counted else {}),
        "complete": not broken,
        "broken": broken or None,
        "unparsed": report.samples,
    }


def why_incomplete(text: str, layout: str, report: Report) -> str:
    """Why no one may take what was read for the whole table; "" where the text says itself that it is whole."""
    if not text.strip():
        return "it is empty"
    if refused := refusal_in(report.lead, *report.samples):
        return refused
    if report.broken:
        return report.broken
    if report.total is None and not report.summary and not report.sessions:
        json = text.lstrip().startswith(("{", "["))
        why = "JSON is not read, take | display xml" if json else " ".join(report.lead.split())[:200]
        return f"it holds neither sessions nor a count of them{f': {why}' if why else ''}"
    if report.uncounted:
        last = "Maximum-sessions:" if report.summary and not report.sessions else "Total sessions:"
        return f"it ends before '{last}', so it may be cut" if layout == "text" else "a node tells nothing"
    if report.total not in (None, report.sessions) and not report.summary:
        return f"it tells of {report.total} sessions, {report.sessions} were understood"
    return ""
