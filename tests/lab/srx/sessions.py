# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show security flow session ...` and `clear security flow session ...`: from a table and a query to text or XML, piece by piece.

`Listing` knows no device; generate.py and the tests use it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from . import flow_text, flow_words, flow_xml, nodes
from .flow_words import Query
from .flows import Spu, Table
from .slots import SLOTS, Slot

_BATCH = 32  # sessions a piece
_SCAN = 4096  # sessions looked at before an empty piece gives others a turn
MAXIMUM = {
    "vsrx": 4_194_304,
    "srx345": 393_216,
}  # the first is captured; an SPU of the SRX5000 line has 6,291,456 (captured)
MAXIMUM_SPU = 6_291_456
SPC_SLOTS = {"srx5400": (0,), "srx5600": (0, 1), "srx5800": (0, 1, 2)}  # where the lab's chassis have their SPC2 cards


def spus_of(model: str, shape: str = "", cards: tuple[int, ...] = ()) -> tuple[Spu, ...]:
    """Units of a model. An SPC2 has four; the first of the chassis is its central point, which lists no sessions here.

    cards: slots of its SPCs; () is where the lab's chassis have them.
    """
    cards = cards or SPC_SLOTS.get(model, SPC_SLOTS["srx5400"] if shape == "multi_spu" else ())
    units = tuple(Spu(card, pic, card * 4 + pic) for card in cards for pic in range(4))[1:]
    return units or (Spu(0, 0, 4),)


@dataclass(slots=True)
class Listing:
    """How a device prints its sessions. nodes: of the cluster, ("",) for a device alone; the first one is active."""

    table: Table
    release: str = "21.4R3"
    layout: str = "18"
    shape: str = "single"
    nodes: tuple[str, ...] = ("",)
    maximum: int = MAXIMUM["vsrx"]

    @property
    def many(self) -> bool:
        """Sections for SPUs."""
        return len(self.table.spus) > 1

    # -- text and XML of a query

    def text(self, query: Query) -> Iterator[str]:
        def body(node: str, _depth: int) -> Iterator[str]:
            left = query.count
            for index, spu in enumerate(self.table.spus):
                if self.many:
                    yield f"{chr(10) if index else ''}Flow Sessions on FPC{spu.fpc} PIC{spu.pic}:\n"
                if query.level == "summary":
                    figures = self.figures(index, query, node)
                    yield (
                        flow_text.filtered_summary(figures)
                        if query.filtered
                        else flow_text.summary(figures, self.layout)
                    )
                    continue
                first = "\n" if self.many else ""
                count = yield from self._rows(query, node, index, left, self._text_maker(query, node), "\n", first)
                left = max(0, left - count) or -1 if query.count else 0
                yield f"Total sessions: {count}\n"

        return nodes.text(self._wanted_nodes(query), body)

    def _text_maker(self, query: Query, node: str) -> Callable[[Slot], str]:
        style, level = self._style(node), self._level(query)
        return lambda slot: flow_text.template(slot, level, style)

    def xml(self, query: Query) -> Iterator[str]:
        def body(node: str, depth: int) -> Iterator[str]:
            if query.level == "summary":
                yield from self._xml_summary(query, node, depth)
                return
            if self.shape == "wrapped":
                yield f"{'    ' * depth}<security-flow-information>\n"
                depth += 1
            left = query.count
            for index, spu in enumerate(self.table.spus):
                part = self._xml_part(query, node, index, left, depth + 1)
                where = f" on FPC{spu.fpc} PIC{spu.pic}:" if self.many else ""
                yield from flow_xml.information(part, self.release, depth, where)
                left = max(0, left - part.count) or -1 if query.count else 0
            if self.shape == "wrapped":
                yield f"{'    ' * (depth - 1)}</security-flow-information>\n"

        return nodes.xml(self._wanted_nodes(query), body, wrap=self.shape == "cluster")

    def _xml_part(self, query: Query, node: str, index: int, left: int, depth: int) -> _Part:
        style, level = self._style(node), self._level(query)
        rows = self._rows(query, node, index, left, lambda slot: flow_xml.template(slot, level, style, depth), "", "")
        return _Part(rows, depth)

    def _xml_summary(self, query: Query, node: str, depth: int) -> Iterator[str]:
        if query.filtered:
            inner = depth + (self.shape == "wrapped")
            if self.shape == "wrapped":
                yield f"{'    ' * depth}<security-flow-information>\n"
            for index, spu in enumerate(self.table.spus):
                body = flow_xml.filtered_summary(
                    self.figures(index, query, node), inner + 1, invalidated=self.shape != "siblings"
                )
                where = f" on FPC{spu.fpc} PIC{spu.pic}:" if self.many else ""
                yield from flow_xml.information([body], self.release, inner, where)
            if self.shape == "wrapped":
                yield f"{'    ' * depth}</security-flow-information>\n"
            return
        for index, spu in enumerate(self.table.spus):
            figures = self.figures(index, query, node)
            if self.shape == "per_pic":
                blank = "    " * depth
                yield f"{blank}<flow-session-per-pic>\n{flow_xml.element(depth + 1, 'flow-fpc-id', str(spu.fpc))}"
                yield flow_xml.element(depth + 1, "flow-pic-id", str(spu.pic))
                yield flow_xml.summary(figures, self.release, depth + 1) + f"{blank}</flow-session-per-pic>\n"
                continue
            if self.shape == "siblings" or self.many:
                where = f" on FPC{spu.fpc} PIC{spu.pic}:" if self.many else ""
                yield from flow_xml.information([], self.release, depth, where)
            yield flow_xml.summary(figures, self.release, depth)
            if self.shape == "siblings":
                yield from flow_xml.information([], self.release, depth)

    # -- what both are made of

    def _style(self, node: str) -> flow_text.Style:
        ha = "" if not node else "Active" if node == self.nodes[0] else "Backup"
        return flow_text.Style(self.layout, ha, self.many)

    @staticmethod
    def _level(query: Query) -> str:
        """One session is always shown in full."""
        return "extensive" if query.identifier or query.level in ("extensive", "plugins", "pretty") else "brief"

    def _wanted_nodes(self, query: Query) -> list[str]:
        names = [
            name for name in self.nodes if query.node in ("", "all", "local", "primary") or name == f"node{query.node}"
        ]
        return names[:1] if query.node in ("local", "primary") else names

    def _none_of(self, query: Query, node: str) -> bool:
        """A filter on the role of sessions, and this node has the other one."""
        return query.backup is not None and query.backup != (bool(node) and node != self.nodes[0])

    def found(self, query: Query, node: str, index: int, left: int) -> Iterator[int]:
        """k of the selected sessions of an SPU; -1 now and then, when many were passed over. left: at most so many; 0 is all."""
        table = self.table
        if left < 0 or self._none_of(query, node):
            return
        numbers: Iterable[int]
        if query.identifier:
            k = table.find(query.identifier)
            numbers = [] if k is None or k % len(table.spus) != index else [k]
        else:
            numbers = table.numbers(index, table.first_from(index, query.start) if query.start else 0)
        allowed = [query.wants(slot) for slot in table.slots]
        tests, seen, shown = query.session, 0, 0
        for k in numbers:
            seen += 1
            if not seen % _SCAN:
                yield -1
            if not allowed[k % SLOTS]:
                continue
            if tests:
                session = table.session(k)
                if not all(test(session) for test in tests):
                    continue
            yield k
            shown += 1
            if shown == left:
                return

    def _rows(
        self, query: Query, node: str, index: int, left: int, make: Callable[[Slot], str], between: str, first: str
    ) -> Generator[str, None, int]:
        """The selected sessions of an SPU, formatted; returns how many. between, first: what stands between them, and before the first."""
        table, templates = self.table, [""] * SLOTS
        batch: list[str] = []
        count, before = 0, first
        for k in self.found(query, node, index, left):
            if k < 0:
                yield ""
                continue
            number = k % SLOTS
            if not templates[number]:
                templates[number] = make(table.slots[number])
            batch.append(templates[number] % table.session(k).values)
            count += 1
            if len(batch) == _BATCH:
                yield before + between.join(batch)
                batch, before = [], between
        if batch:
            yield before + between.join(batch)
        return count

    def figures(self, index: int, query: Query, node: str) -> dict[str, int]:
        """The numbers of a summary, of one SPU. Without tests on single sessions they are arithmetic."""
        table = self.table
        if query.session or query.identifier or query.start or query.count or self._none_of(query, node):
            by_state = {"Valid": 0, "Pending": 0, "Invalidated": 0}
            offload = 0
            for k in self.found(query, node, index, query.count):
                if k >= 0:
                    slot = table.slots[k % SLOTS]
                    by_state[slot.state] += 1
                    offload += slot.offload
        else:
            by_state = {
                state: table.count(index, lambda slot, state=state: slot.state == state and query.wants(slot))  # type: ignore[misc]
                for state in ("Valid", "Pending", "Invalidated")
            }
            offload = table.count(index, lambda slot: slot.offload and query.wants(slot))
        used = sum(by_state.values())
        return {
            "unicast": used - by_state["Invalidated"], "multicast": 0, "offload": offload, "failed": 0, "drop": 0, "used": used,
            "valid": by_state["Valid"], "pending": by_state["Pending"], "invalidated": by_state["Invalidated"], "other": 0,
            "maximum": self.maximum,
        }  # fmt: skip

    def clear(self, query: Query) -> Generator[str, None, int]:
        """Clears what the query selects, yields nothing but empty pieces, returns how many."""
        if not (query.filtered or query.identifier):
            return self.table.clear_all()
        count = 0
        for index in range(len(self.table.spus)):
            for k in self.found(query, "", index, 0):
                if k < 0:
                    yield ""
                    continue
                self.table.clear(k)
                count += 1
        return count


class _Part:
    """Sessions of one flow-session-information, and after them their count."""

    def __init__(self, rows: Generator[str, None, int], depth: int) -> None:
        self._rows, self._depth, self.count = rows, depth, 0

    def __iter__(self) -> Iterator[str]:
        self.count = yield from self._rows
        yield flow_xml.element(self._depth, "displayed-session-count", str(self.count))


def parse(words: Iterable[str], paging: bool = True, cluster: bool = False) -> Query:
    """As flow_words.parse, for those who have no device."""
    return flow_words.parse(tuple(words), paging, cluster)
