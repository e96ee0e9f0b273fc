# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live SD-WAN appliance or Center: resources read and lines sent through its door, undocumented ones remembered. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._engine.failures import ApplyFailed
from .._transport.rest.api import Answer, Rejected, RestDoor
from .resources import MAX_PAGES, Resources, parsed, unlisted_in

MOST_STATS = 1000  # the most that the reference lets a client ask for; it has no pages of them


@dataclass(frozen=True)
class Counters:
    """What an appliance counts of the policies that redirect. truncated: it may have more rows than it was possible to ask for, so a
    redirect that is not among them may be there all the same."""

    rows: list[dict[str, Any]]
    truncated: bool = False

    @property
    def cut(self) -> str:
        """In words, "" where nothing was."""
        text = f"the appliance lists no more than {MOST_STATS} policies, so some that redirect may be missing"
        return text if self.truncated else ""


class Manager:
    """One system behind one door, logged in. overrides: the user's, see Resources; it raises ValueError for wrong ones."""

    def __init__(self, door: RestDoor, overrides: Mapping[str, Any] | None = None) -> None:
        door.open()
        self.door = door
        self.table = Resources(door.dialect, overrides)
        self._undocumented: dict[str, None] = {}
        self._unlisted: set[str] = set()

    @property
    def is_center(self) -> bool:
        return self.door.dialect == "sdwan_center"

    @property
    def about(self) -> dict[str, Any]:
        """Keys of a result: whether all calls so far, and the fields that they sent, were documented ones, and which calls were not."""
        documented = not self._undocumented and not self._unlisted
        return {"api_documented": documented, "undocumented_calls": sorted(self._undocumented)}

    @property
    def undocumented_fields(self) -> list[str]:
        """``resource.field`` of what was sent to documented resources and is not in their reference."""
        return sorted(self._unlisted)

    def get(
        self, name: str, keys: Mapping[str, Any] | None = None, filters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """All items, of all pages. Raises Rejected, ConnectionFailed; ApplyFailed where there are more pages than are read: half a
        list is never taken for the whole."""
        items: list[dict[str, Any]] = []
        for number in range(1, MAX_PAGES + 1):
            desired = {**(filters or {}), **({"page_no": number} if number > 1 else {})}
            query = {"filter": ";".join(f"{key}:{value}" for key, value in desired.items())} if desired else None
            answer = self._named(name, partial(self.door.request, "GET", self.table.path(name, keys), query=query))
            if not self.table.has(name, answer.body):
                raise self._not_understood(name)
            items += self.table.unwrap(name, answer.body)
            if number >= self.table.pages(name, answer.body):
                return items
        raise ApplyFailed(f"GET {self.table[name].path} has more than {MAX_PAGES} pages, so its content is not known")

    def _not_understood(self, name: str) -> ApplyFailed:
        """Nothing there and an answer of another form are two things: taking the one for the other would create things again."""
        row = self.table[name]
        return ApplyFailed(
            f"GET {row.path} was answered, but without {row.wrapped_in!r}, so its content is not known. If this release "
            f"names it otherwise, set `resources: {{{name}: {{envelope: ...}}}}`"
        )

    def one(self, name: str, keys: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The first item, {} when there is none: singletons come as a list of one."""
        return next(iter(self.get(name, keys)), {})

    def redirect_counters(self) -> Counters:
        """The policies that redirect, as the appliance counts them: `action` is free text there."""
        rows = self.get("firewall_filter_stats", filters={"max_stats": MOST_STATS})
        found = [row for row in rows if "redirect" in str(row.get("action", "")).lower()]
        return Counters(found, len(rows) >= MOST_STATS)

    def send(
        self,
        line: str,
        secrets: Mapping[str, str] | None = None,
        *,
        safe: bool | None = None,
        timeout: float | None = None,
        expect_down: bool = False,
    ) -> Any:
        """One line of a plan; the body of its answer. Raises Rejected, ConnectionFailed."""
        method, path, body = parsed(line, secrets)
        bare, _mark, query = path.partition("?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&")) if query else None
        name = self.table.of_path(path)
        self._unlisted |= {f"{name}.{field}" for field in unlisted_in(self.table[name], body)} if name else set()
        return self._named(
            name,
            partial(
                self.door.request,
                method,
                bare,
                query=pairs,
                body=body,
                safe=safe,
                timeout=timeout,
                expect_down=expect_down,
            ),
        ).body

    def upload(
        self,
        name: str,
        file: str,
        *,
        filename: str = "",
        action: str = "file_upload",
        fields: Mapping[str, str] | None = None,
        progress: Callable[[int, int], None] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """A local file as multipart. Raises as RestDoor.upload."""
        row = self.table[name]
        return self._named(
            name,
            partial(
                self.door.upload,
                row.path,
                file,
                field=row.upload_field,
                filename=filename,
                query={"action": action},
                fields={(row.fields or {}).get(key, key): value for key, value in (fields or {}).items()},
                progress=progress,
                timeout=timeout,
            ),
        ).body

    def _named(self, name: str, call: Callable[[], Answer]) -> Answer:
        row = self.table[name] if name else None
        if row is None or row.documented:
            return call()
        self._undocumented[name] = None
        try:
            return call()
        except Rejected as rejected:
            if rejected.status in (404, 405) or (rejected.status == 400 and _unknown(rejected.text)):
                raise ApplyFailed(
                    f"{rejected}. This call is not documented by the vendor, and this release has it elsewhere or not at all; "
                    f"the reference of the appliance itself (Configuration > Appliance Settings > NITRO API) names it. "
                    f"Set `resources: {{{name}: {{path: ...}}}}`",
                    rejected.problems,
                    rejected.device_state,
                ) from rejected
            raise


def _unknown(text: str) -> bool:
    """Whether a refusal speaks of the call itself. How NITRO says it is not documented."""
    lowered = text.lower()
    return any(word in lowered for word in ("resource", "not found", "no such", "method not allowed", "unknown url"))
