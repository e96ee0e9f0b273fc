# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show chassis fpc errors`, text of any layout and XML, as counters of FPCs, categories and single errors. Pure.

Tags: YANG get-fpc-error-information 24.4R1, which spells `-level-occured` in a card and `-level-occurred` in a category. No
public source has a sample of the text. So a table is read by the words of its header, in whatever order and width they
stand, and everything else by its labels; what is not understood is returned as it is. Never raises; one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..._engine.words.device_text import cut
from ..refusals import refusal_in
from ..xml_tree import Element, is_xml, nodes
from .tables import LEVELS

LONGEST_LINE = 2000
MOST_LINES = 50_000
MOST_UNPARSED = 100
MOST_FPCS = 1000
MOST_VALUES = 100  # of one label of one error: its history, say

COUNTERS = ("occurred", "cleared", "threshold", "action_taken")

# Words of a header, longest first -> what the column holds.
_COLUMNS: tuple[tuple[str, str], ...] = (
    (r"actions?[ _-]taken", "action_taken"),
    (r"occurr?e(?:d|nces?)|occur[ _-]count|count|errors", "occurred"),
    (r"clear(?:ed|[ _-]count)", "cleared"),
    (r"threshold|limit", "threshold"),
    (r"actions?", "actions"),
    (r"level|severity", "level"),
    (r"category", "category"),
    (r"scope", "scope"),
    (r"fpc|slot", "fpc"),
)
_COLUMN = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<{name}>{pattern})" for pattern, name in _COLUMNS) + r")(?![\w-])", re.IGNORECASE
)
_HEADER_REST = re.compile(r"[\w()]+")
_LEVEL_PAIRS = re.compile(r"^(?P<level>fatal|major|minor)\b(?:[ -]level)?[ \t:-]*(?P<rest>\S.*)$", re.IGNORECASE)
_LEVEL_ALONE = re.compile(r"^(?:level|severity)?[ \t:]*(?P<level>fatal|major|minor)(?:[ -]level)?(?: errors?)?[ \t]*:?$", re.IGNORECASE)  # fmt: skip
_PAIR = re.compile(r"(?P<label>[A-Za-z][A-Za-z _-]{0,20}?)[ \t]*[:=][ \t]*(?P<value>[^,;:=]*)(?:[,;]|$)")
_NODE = re.compile(r"^(node\d{1,2}):$")
_FPC = re.compile(r"^(?:FPC|Slot)(?:[ -]?slot)?[ \t]*[#:]?[ \t]*(?P<slot>\d{1,3})\b[ \t]*:?(?P<rest>[^\d].{0,60})?$", re.IGNORECASE)  # fmt: skip
_LABEL = re.compile(r"^(?P<label>[A-Za-z][^:=\n]{0,60}?)[ \t]*[:=](?=[ \t]|$)[ \t]*(?P<value>.*)$")
_RULE = re.compile(r"^[-=*_ \t]{3,}$")
_PFE_STATE = re.compile(r"^pfe[ _-]?state[ \t]*[:=][ \t]*(?P<value>.*)$", re.IGNORECASE)
_NOISE = re.compile(
    r"^(?:\{[a-z-]+:?\w*\}|\[edit.*\]|[\w.@-]+[>#%].*|.*\bshow chassis fpc.*|error detail information.*|-+\(more.*)$",
    re.IGNORECASE,
)

# Label of a single error, in lower case with underscores -> key. Spellings of the lab's and of `show chassis errors active`.
_ALIASES = {
    "error_name": "name",
    "error_identifier": "identifier",
    "error_id": "identifier",
    "error_state": "state",
    "error_scope": "scope",
    "error_category": "category",
    "error_level": "level",
    "error_severity": "level",
    "severity": "level",
    "error_threshold": "threshold",
    "error_limit": "limit",
    "error_description": "description",
    "occur_count": "occurred",
    "occured": "occurred",
    "occurrences": "occurred",
    "count": "occurred",
    "error_occur_count": "occurred",
    "error_occurred": "occurred",
    "error_occured": "occurred",
    "clear_count": "cleared",
    "error_clear_count": "cleared",
    "error_cleared": "cleared",
    "last_occurred": "last_occurred_ms",
    "last_occurred_ms_ago": "last_occurred_ms",
    "error_last_occurred": "last_occurred_ms",
    "last_occurred(ms_ago)": "last_occurred_ms",
    "last_cleared(ms_ago)": "last_cleared_ms",
    "action": "actions",
    "error_action": "actions",
    "error_action_taken": "action_taken",
    "actions_taken": "action_taken",
}
_NUMBERS = frozenset(
    {"occurred", "cleared", "threshold", "limit", "last_occurred_ms", "last_cleared_ms", "action_taken"}
)
_BEGINS_ERROR = frozenset({"name", "identifier"})

Row = dict[str, Any]


@dataclass
class Report:
    """fpcs: by node and slot, in order. unparsed: lines, or what is wrong with the XML; at most MOST_UNPARSED of them. broken: why
    reading stopped early."""

    fpcs: list[Row] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)
    broken: str = ""

    def __post_init__(self) -> None:
        self._fpcs: dict[tuple[str, int], Row] = {}
        self._categories: dict[tuple[str, int, str, str], Row] = {}

    def fpc(self, node: str, slot: int) -> Row:
        """The row of a slot, made where there is none; beyond MOST_FPCS it goes nowhere."""
        row = self._fpcs.get((node, slot))
        if row is None:
            row = {**({"node": node} if node else {}), "fpc": slot, "levels": {}, "categories": [], "errors": []}
            if len(self.fpcs) < MOST_FPCS:
                self.fpcs.append(row)
                self._fpcs[node, slot] = row
        return row

    def levels(self, node: str, slot: int, scope: str, category: str) -> dict[str, Row]:
        """The counters of an FPC, or of one of its categories."""
        row = self.fpc(node, slot)
        if scope or category:
            found = self._categories.get((node, slot, scope, category))
            if found is None:
                found = self._categories[node, slot, scope, category] = {
                    "scope": scope,
                    "category": category,
                    "levels": {},
                }
                row["categories"].append(found)
            row = found
        levels: dict[str, Row] = row["levels"]
        return levels

    def missed(self, line: str) -> None:
        if len(self.unparsed) < MOST_UNPARSED:
            self.unparsed.append(line)

    def as_dict(self) -> dict[str, Any]:
        broken = self._why_incomplete()
        return {"fpcs": self.fpcs, "unparsed": self.unparsed, "complete": not broken, "broken": broken or None}

    def _why_incomplete(self) -> str:
        """Why no one may take this for all counters of all FPCs. A device that counts has a row for each FPC."""
        return refusal_in(*self.unparsed) or self.broken or ("" if self.fpcs else "it has no counters of any FPC")


def parse_fpc_errors(source: str | Iterable[str]) -> dict[str, Any]:
    """A whole answer, or its lines: {fpcs: [{node?, fpc, pfe_state?, levels, categories, errors}], unparsed, complete, broken}.

    levels: level -> counters (occurred, cleared, threshold, action_taken, actions), as far as they are reported. categories:
    the same by scope and category. errors: single errors with their counters and history.
    """
    report = Report()
    if isinstance(source, str):
        if is_xml(source):
            _xml(source, report)
        else:
            _text(source.splitlines(), report)
    else:
        lines = iter(source)
        head = [str(line) for line, _number in zip(lines, range(40), strict=False)]
        if is_xml("\n".join(line.rstrip("\r\n") for line in head)):
            _xml("\n".join(_shortened(head, lines)), report)
        else:
            _text(_shortened(head, lines), report)
    return report.as_dict()


def _shortened(head: Iterable[str], rest: Iterable[object]) -> Iterator[str]:
    yield from (line.rstrip("\r\n") for line in head)
    yield from (str(line).rstrip("\r\n") for line in rest)


def actions_of(text: str) -> list[str]:
    """Names of actions in the words of the configuration.

    >>> actions_of("GET STATE|ALARM|"), actions_of("LOG"), actions_of("none")
    (['get-state', 'alarm'], ['log'], [])
    """
    names = ["-".join(part.lower().replace("_", "-").split()) for part in re.split(r"[|,;/]", text[:500])]
    return [name for name in names if name and name not in ("none", "-", "n-a", "no-action")]


def number(text: str) -> int | None:
    """
    >>> number("12"), number(" 1,024 "), number("-")
    (12, 1024, None)
    """
    digits = text.strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _count(key: str, text: str) -> Row:
    """One counter as keys of a row. Some releases may print what was done instead of how often (unverified)."""
    value = number(text)
    if key == "actions":
        return {"actions": actions_of(text)}
    if value is not None:
        return {key: value}
    if key == "action_taken" and actions_of(text):
        return {"actions_taken": actions_of(text)}
    return {}


# -- XML


def _xml(text: str, report: Report) -> None:
    parts, wrong = nodes(text)
    for node, part in parts:
        for fpc in part.all("fpc"):
            slot = number(fpc.value("slot"))
            if slot is None:
                report.missed(f"<fpc> without a slot: {fpc.value('slot')[:100]!r}")
                continue
            _xml_fpc(fpc, report.fpc(node, slot))
        for output in (*part.all("output"), *part.all("message")):
            _text(output.text.splitlines(), report, node)
    for complaint in (element for _node, part in parts for element in part.all("error-message")):
        report.missed(f"error: {complaint.text}")
    if wrong:
        report.broken = wrong
        report.missed(wrong)


def _xml_fpc(fpc: Element, row: Row) -> None:
    row["levels"].update(_xml_levels(fpc))
    state = " ".join(fpc.value("fpc-pfe-state").split())
    if state:
        row["pfe_state"] = state
    for scope in fpc.all("scope-level"):
        for category in scope.all("category-level"):
            row["categories"].append(
                {
                    "scope": scope.value("scope").lower(),
                    "category": category.value("category").lower(),
                    "levels": _xml_levels(category),
                }
            )
    for error in fpc.all("fpc-error"):
        row["errors"].append(_xml_error(error))


def _xml_levels(element: Element) -> dict[str, Row]:
    """Both spellings of occurred, wherever they are."""
    found: dict[str, Row] = {}
    for child in element.inside:
        level, separator, what = child.tag.partition("-level-")
        key = {"occured": "occurred", "action-taken": "action_taken", "action": "actions"}.get(what, what)
        if separator and level in LEVELS and key in (*COUNTERS, "actions"):
            found.setdefault(level, {}).update(_count(key, child.text))
    return {level: found[level] for level in LEVELS if level in found}


def _xml_error(error: Element) -> Row:
    found: Row = {}
    for child in error.inside:
        if child.inside:  # a history, say: its texts, in order
            texts = [each.text for each in _leaves(child)]
            found.setdefault(_key(child.tag), []).append(texts if len(texts) > 1 else "".join(texts))
        else:
            _add(found, child.tag, child.text)
    return found


def _leaves(element: Element) -> Iterator[Element]:
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one.inside:
            waiting += reversed(one.inside)
        elif one.text:
            yield one


def _key(label: str) -> str:
    plain = re.sub(r"[\s_-]+", "_", label.strip().lower())
    return _ALIASES.get(plain, plain)


def _add(row: Row, label: str, text: str) -> None:
    """One value of a single error, typed; the first of its name counts, further ones make a list."""
    key = _key(label)
    value: Any = number(text) if key in _NUMBERS else actions_of(text) if key == "actions" else " ".join(text.split())
    if key in ("level", "scope", "category", "state"):
        value = str(value).lower()
    if key in _NUMBERS and value is None:
        if not text.strip():
            return
        value = " ".join(text.split())
    if key not in row:
        row[key] = value
    elif key not in _NUMBERS and key != "actions":
        values = row[key] if isinstance(row[key], list) else [row[key]]
        row[key] = [*values, value] if len(values) < MOST_VALUES else values


# -- text


@dataclass
class _Place:
    """Where the next line belongs. columns: of the last header, in order. error: the single error that is open."""

    node: str = ""
    fpc: int | None = None
    scope: str = ""
    category: str = ""
    level: str = ""
    columns: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    error: Row | None = None

    def enter(self, fpc: int | None) -> None:
        self.fpc, self.scope, self.category, self.level, self.error = fpc, "", "", "", None


def _text(lines: Iterable[str], report: Report, node: str = "") -> None:
    place = _Place(node)
    for count, line in enumerate(lines):
        if count >= MOST_LINES:
            report.broken = f"more than {MOST_LINES} lines"
            report.missed(report.broken)
            return
        line = cut(line, LONGEST_LINE).expandtabs(8).rstrip()
        if line.strip() and not _line(line, place, report):
            report.missed(line.strip())


def _line(line: str, place: _Place, report: Report) -> bool:
    """Whether a line was understood."""
    bare = line.strip()
    found = _NODE.match(bare)
    if found:
        place.node, place.columns = found[1], ()
        place.enter(None)
        return True
    if _RULE.match(line):
        place.error = None
        return True
    if _header(line, place):
        place.error = None
        return True
    if place.columns and _table_row(line, place, report):
        return True
    found = _FPC.match(bare)
    if found and not found["rest"]:
        place.enter(int(found["slot"]))
        report.fpc(place.node, int(found["slot"]))
        return True
    return _labelled(bare, place, report) or bool(_NOISE.match(bare)) or bool(found and _entered(found, place, report))


def _entered(found: re.Match[str], place: _Place, report: Report) -> bool:
    """`FPC 3 error information`: a heading with words."""
    place.enter(int(found["slot"]))
    report.fpc(place.node, int(found["slot"]))
    return True


def _header(line: str, place: _Place) -> bool:
    """A line of nothing but names of columns, the level and two counters at least."""
    matches = list(_COLUMN.finditer(line))
    names = [found.lastgroup or "" for found in matches]
    if len({"occurred", "cleared", "threshold"} & set(names)) < 2 or len(set(names)) != len(names):
        return False
    if _HEADER_REST.search(_COLUMN.sub(" ", line)) or any(character in line for character in ":=,"):
        return False
    place.columns, place.starts = tuple(names), tuple(found.start() for found in matches)
    place.level = ""
    return True


def _table_row(line: str, place: _Place, report: Report) -> bool:
    """Cells by the order of the columns. A slot, a scope, a category that is left out is that of the row above."""
    words = [(found[0], found.start()) for found in re.finditer(r"\S+", line)]
    row: dict[str, str] = {}
    columns = list(place.columns)
    while columns and words:
        column = columns.pop(0)
        taken = _cell(column, words, columns, place)
        if taken is None:
            return False
        if taken:
            row[column] = " ".join(word for word, _start in words[:taken])
            words = words[taken:]
    counted = sum(key in row for key in ("occurred", "cleared", "threshold"))
    slot = number(row["fpc"]) if "fpc" in row else place.fpc
    level = row.get("level", place.level).lower()
    if words or counted < 2 or slot is None or level not in LEVELS:
        return False
    if slot != place.fpc:
        place.enter(slot)
    place.scope = row.get("scope", place.scope).lower()
    place.category = row.get("category", place.category).lower()
    _levels(place, report)[level] = _counters((key, text) for key, text in row.items() if key in (*COUNTERS, "actions"))
    return True


def _cell(column: str, words: list[tuple[str, int]], after: list[str], place: _Place) -> int | None:
    """How many words belong to a column; None when this is no row of the table."""
    first = words[0][0]
    if column == "level":
        return 1 if first.lower() in LEVELS else None
    if column == "fpc":
        return 1 if number(first) is not None and _more(words) else 0
    if column in ("scope", "category"):
        return 0 if first.lower() in LEVELS or number(first) is not None else 1
    if column in ("occurred", "cleared", "threshold"):
        return 1 if number(first) is not None or first in ("-", "N/A", "n/a") else None
    if column == "action_taken" and (number(first) is not None or first in ("-", "N/A", "n/a")):
        return 1
    if not after:
        return len(words)
    end = place.starts[len(place.columns) - len(after)]
    text = [start for word, start in words if start < end and number(word) is None]
    return len(text)


def _more(words: list[tuple[str, int]]) -> bool:
    """A row begins with its slot when no level comes first; a continued one has a number first only after its level."""
    return any(word.lower() in LEVELS for word, _start in words[1:])


def _counters(pairs: Iterable[tuple[str, str]]) -> Row:
    found: Row = {}
    for key, text in pairs:
        found.update(_count(key, text))
    return found


def _levels(place: _Place, report: Report) -> dict[str, Row]:
    return report.levels(place.node, place.fpc or 0, place.scope, place.category)


def _labelled(bare: str, place: _Place, report: Report) -> bool:
    """`label: value` lines: state of the PFEs, scope, category, counters of a level, values of a single error."""
    found = _PFE_STATE.match(bare)
    if found and place.fpc is not None:
        report.fpc(place.node, place.fpc)["pfe_state"] = " ".join(found["value"].split())
        return True
    found = _LEVEL_ALONE.match(bare)
    if found and place.error is None and place.fpc is not None:
        place.level = found["level"].lower()
        return True
    found = _LEVEL_PAIRS.match(bare)
    if found and place.fpc is not None and _pairs(found["rest"], found["level"].lower(), place, report):
        return True
    found = _LABEL.match(bare)
    if not found or place.fpc is None:
        return False
    key = _key(found["label"])
    if key in _BEGINS_ERROR and (place.error is None or key in place.error):
        place.error = {}
        report.fpc(place.node, place.fpc)["errors"].append(place.error)
    if place.error is not None:
        _add(place.error, found["label"], found["value"])
        return True
    if key in ("scope", "category"):
        place.category = ""
        setattr(place, key, found["value"].lower())
        return True
    return bool(place.level) and _pairs(bare, place.level, place, report)


def _pairs(text: str, level: str, place: _Place, report: Report) -> bool:
    """`occurred: 1, cleared: 0, ...` of one level."""
    found: Row = {}
    for pair in _PAIR.finditer(text):
        column = _COLUMN.fullmatch(pair["label"].strip())
        if column is None or column.lastgroup not in (*COUNTERS, "actions"):
            return False
        found.update(_count(column.lastgroup, pair["value"]))
    if not found:
        return False
    _levels(place, report).setdefault(level, {}).update(found)
    return True
