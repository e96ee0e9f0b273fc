# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an update server offers, and its packages on their way into the cache. I/O; no sensor is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem
from ..._engine.waiting import Progress
from ..._engine.words.json_text import object_of
from ..._transport.rest.files import Site, WebFailed, WebFiles, rate
from ..packages import Package
from .cache_device import SUMS, Cache, Contents, sums_of
from .listing import Listing, newest, parse_listing
from .server import LISTING_REMEDY, NO_LISTING, UpdateServer, remedy_for
from .wanted import new

FOLDER = "ips_packages"  # in the folder for the state of this controller
STATUS = ".update_status.json"
RULE = "update-server"
OTHER_RUN_SECONDS = 3600.0  # that another run may take to download the same package


def site_of(server: UpdateServer, password: str, proxy_password: str) -> Site:
    proxy = server.proxy.rstrip("/")
    if proxy and server.proxy_user:
        scheme, _slashes, address = proxy.partition("://")
        proxy = f"{scheme}://{quote(server.proxy_user, safe='')}:{quote(proxy_password, safe='')}@{address}"
    return Site(
        server.host,
        server.port,
        server.user,
        password,
        accepted=server.accepted,
        ca=server.ca,
        validate=server.validate,
        proxy=proxy,
        timeout=server.timeout,
    )


@dataclass(frozen=True)
class Download:
    """One package that was brought. size: bytes; seconds: how long that took."""

    package: Package
    size: int
    sha256: str
    seconds: float
    rate: int
    server: str

    def as_dict(self) -> dict[str, Any]:
        found = {"file": self.package.name, "size": self.size, "sha256": self.sha256, "seconds": round(self.seconds, 1)}
        return {**found, "rate": self.rate, "server": self.server}


class Source:
    """An update server for the time of a task."""

    def __init__(self, web: WebFiles, server: UpdateServer, progress: Progress) -> None:
        self._web = web
        self._server = server
        self._progress = progress
        self._sums: Mapping[str, str] | None = None

    def listing(self) -> Listing:
        """What the folder of the server holds: the test of its settings, too. Raises ApplyFailed."""
        try:
            page = self._web.text(self._server.below())
        except WebFailed as failed:
            raise self._failed(failed, "server") from None
        found = parse_listing(page.text, self._server.path) if page.html or "<" in page.text else None
        if found is None:
            problem = Problem(RULE, "server.path", f"{page.server}: {NO_LISTING}", LISTING_REMEDY)
            raise ApplyFailed("the update server cannot be read", [problem])
        return found

    def fetch(self, package: Package, cache: Cache) -> Download | None:
        """A package and what is published beside it; None where another run brought it meanwhile. Raises ApplyFailed."""
        started = time.monotonic()

        def received(done: int, whole: int) -> None:
            self._progress(f"downloading {package.name}", done / whole if whole else None)

        def waiting() -> None:
            self._progress(f"another run downloads {package.name}")

        with cache.adding(package, OTHER_RUN_SECONDS, waiting) as file:
            if file is None:
                return None
            metadata = self._published(f"{package.stem}.json")
            readme = self._published(f"{package.stem}.readme.txt")
            try:
                got = self._web.fetch(self._server.below(package.name), file, received)
            except WebFailed as failed:
                raise self._failed(failed, f"packages[{package.name}]") from None
            self._verify(package, got.size, got.sha256, metadata)
        cache.note(package, "server", got.sha256)
        for name, text in ((f"{package.stem}.json", metadata), (f"{package.stem}.readme.txt", readme)):
            if text:
                cache.put_beside(name, text)
        seconds = time.monotonic() - started
        return Download(package, got.size, got.sha256, seconds, rate(got.size, started), got.server)

    def _verify(self, package: Package, size: int, sha256: str, metadata: str) -> None:
        told = object_of(metadata)
        due = str(told.get("sha256") or self._known_sums().get(package.name) or "").lower()
        item = f"packages[{package.name}]"
        if due and due != sha256:
            text = f"its SHA-256 is {sha256}, and the server says {due}"
            raise ApplyFailed(f"{package.name} was damaged on its way", [Problem(RULE, item, text, "Run again.")])
        if isinstance(told.get("size"), int) and told["size"] != size:
            text = f"it has {size} bytes, and the server says {told['size']}"
            raise ApplyFailed(f"{package.name} was damaged on its way", [Problem(RULE, item, text, "Run again.")])

    def _known_sums(self) -> Mapping[str, str]:
        if self._sums is None:
            self._sums = sums_of(self._published(SUMS))
        return self._sums

    def _published(self, name: str) -> str:
        """A text beside the packages; "" where the server has none. Raises ApplyFailed where it does not answer at all."""
        try:
            found = self._web.text(self._server.below(name))
        except WebFailed as failed:
            if failed.kind in ("missing", "forbidden", "status", "text"):
                return ""
            raise self._failed(failed, "server") from None
        return "" if found.html else found.text

    def _failed(self, failed: WebFailed, item: str) -> ApplyFailed:
        remedy = remedy_for(failed.kind, self._server, failed.fingerprint)
        if item != "server" and failed.kind in ("forbidden", "text") and self._server.type == "local":
            remedy = "See its words, and its own log."
        problem = Problem(RULE, item, str(failed), remedy, device_text=failed.said)
        what = "the update server cannot be read" if item == "server" else "a package cannot be downloaded"
        return ApplyFailed(what, [problem])


def offered(listing: Listing, names: Iterable[str] | None, held: Contents) -> list[Package]:
    """What to download: the packages of these names, or without names all that is new. Raises ApplyFailed for a name that the
    server does not have, unless the cache has it."""
    if names is None:
        return new(listing.packages, [each.package for each in held.stock.values()])
    by_name = {package.name: package for package in listing.packages}
    missing = [name for name in names if name not in by_name and name not in held.stock]
    if missing:
        problems = [Problem(RULE, f"packages[{name}]", "the update server does not have it") for name in missing]
        raise ApplyFailed("a package cannot be downloaded", problems)
    return [by_name[name] for name in names if name not in held.stock]


def unhindered(wanted: Iterable[Package], held: Contents, *, named: bool) -> list[Package]:
    """Those whose name no unusable file in the cache has: such a file is never overwritten, as it may be by hand.

    named: the user named these packages. Then one that is hindered is an error, which names the file. Raises ApplyFailed."""
    reasons = {each.file: each.reason for each in held.refused}
    found = list(wanted)
    problems = [
        Problem(
            RULE, f"packages[{each.name}]", f"the file in the cache is not used: {reasons[each.name]}", "Delete it."
        )
        for each in found
        if each.name in reasons
    ]
    if named and problems:
        raise ApplyFailed("a package cannot be downloaded", problems)
    return [each for each in found if each.name not in reasons]


def checked(cache: Cache, server: UpdateServer, listing: Listing | None, problem: str, now: datetime) -> None:
    """Note the outcome of a look at the server. problem: why there is no listing."""
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    last = {"server": server.as_dict(), "last_check": at, "last_result": problem or "ok"}
    if listing is not None:
        last["newest_found"] = newest(listing.packages)
    cache.record(STATUS, lambda before: {**before, **last})


def status(cache: Cache, contents: Contents, offers: Callable[[], list[Package]] | None = None) -> dict[str, Any]:
    """The update status: server, last check, newest found, newest downloaded, and what the server has that the cache has not."""
    recorded = cache.recorded(STATUS)
    packages = [held.package for held in contents.stock.values()]
    return {
        "server": recorded.get("server"),
        "last_check": recorded.get("last_check"),
        "last_result": recorded.get("last_result"),
        "newest_found": recorded.get("newest_found") or {},
        "newest_downloaded": newest(packages),
        "not_downloaded": [package.name for package in offers()] if offers else [],
    }
