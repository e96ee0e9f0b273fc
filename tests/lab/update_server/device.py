# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of packages and licences for Cisco IPS sensors. README.md tells every key of the specification."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any, ClassVar

from aiohttp import web

from ..https import basic_login
from ..ips.licenses import license_file
from ..ips.packages import name_of, package
from . import pages
from .otherways import Ftp, Scp

LISTINGS = ("apache", "iis", "nginx", "off", "default_page")
LIMIT = "Too many license requests from this server. Try again later."
ELIGIBLE = (
    "<html><head><title>Cisco Systems</title></head><body><p>You are not eligible to download strong encryption software. "
    "Accept the Encryption Software Usage Agreement.</p></body></html>"
)
WELCOME = '<html><head><title>IIS7</title></head><body><img src="welcome.png" alt="IIS7"></body></html>'
PIECE = 16384
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class UpdateServer:
    """spec: a DeviceSpec of the lab (name, options, faults)."""

    OPTIONS: ClassVar[dict[str, type]] = {
        "path": str, "packages": list, "package_size": int, "new_signatures": int, "modified_signatures": int,
        "threat_profiles": list, "listing": str, "login": bool, "licenses": dict, "license_info": str, "contract": list,
        "license_limit": int, "license_seconds": float, "bytes_per_second": int, "eligible": bool, "download_url": str,
        "ftp_port": int, "scp_port": int,
    }  # fmt: skip

    def __init__(self, spec: Any) -> None:
        self.spec, self.faults, option = spec, spec.faults, spec.options.get
        self.options: dict[str, Any] = dict(spec.options)
        if option("listing", "apache") not in LISTINGS:
            raise ValueError(f"listing must be one of {', '.join(LISTINGS)}, not {option('listing')!r}")
        self.path = str(option("path", "IPSpath")).strip("/")
        profiles = tuple(map(str, option("threat_profiles", ())))
        self.shelf = pages.Shelf(option("new_signatures", 2), option("modified_signatures", 1), profiles)
        self.files: dict[str, bytes] = {}  # of the folder
        self.licenses = {
            str(serial): license_file(str(serial), _date(expires), info=str(option("license_info", "contract 1")))
            for serial, expires in option("licenses", {}).items()
        }
        for name in option("packages", ()):
            self.publish(str(name), package(str(name), option("package_size", 20_000)))
        self.downloads: list[str] = []
        self.given: list[str] = []
        self._times: deque[float] = deque()
        self.ftp_port: int = option("ftp_port", -1)
        self.scp_port: int = option("scp_port", -1)
        self._ftp = Ftp(self._everything, spec.username, spec.password) if self.ftp_port >= 0 else None
        self._scp = Scp(self._everything, spec.username, spec.password) if self.scp_port >= 0 else None
        self._starting: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    # -- what tests use

    @property
    def base_url(self) -> str:
        """Of the folder, with its last slash."""
        return f"https://{self.spec.address}:{self.spec.port}/{self.path}/"

    @property
    def ssh_key(self) -> str:
        """The host key of its SCP side, as known_hosts has it behind the host."""
        return self._scp.key_line if self._scp else ""

    def publish(self, name: str, data: bytes) -> None:
        """Put a file into the folder; with a package come its metadata and its readme."""
        self.files[name] = data
        told = name_of(name)
        if told is not None and told.kind != "image":
            self.files[f"{pages.stem(name)}.json"] = pages.metadata(name, data, self.shelf)
            self.files[f"{pages.stem(name)}.readme.txt"] = pages.readme(name, self.shelf)
        if getattr(self, "_scp", None):
            self._scp.refresh()  # type: ignore[union-attr]

    def remove(self, name: str) -> None:
        """Take a file out of the folder, with what came with it."""
        for path in (name, f"{pages.stem(name)}.json", f"{pages.stem(name)}.readme.txt"):
            self.files.pop(path, None)

    def _everything(self) -> dict[str, bytes]:
        folder = {f"{self.path}/{name}": data for name, data in self.files.items()}
        return folder | {f"licenses/{serial}.lic": data for serial, data in self.licenses.items()}

    # -- the lab's interface

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._guarded(self._welcome)),
            web.get(f"/{self.path}", self._guarded(self._folder)),
            web.get(f"/{self.path}/", self._guarded(self._list)),
            web.get(f"/{self.path}/{{name}}", self._guarded(self._file)),
            web.get("/licenses/{name}", self._guarded(self._licence)),
        ]

    def started(self) -> None:
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        if self._ftp:
            self.ftp_port = await self._ftp.start(self.spec.address, self.ftp_port)
        if self._scp:
            self.scp_port = await self._scp.start(self.spec.address, self.scp_port)
        self.listening.set()

    async def close(self) -> None:
        for side in (self._ftp, self._scp):
            if side:
                await side.close()

    def error(self, status: int, _code: int, text: str) -> web.Response:
        """A web server says errors in HTML."""
        page = f"<html><head><title>{status}</title></head><body><h1>{text}</h1></body></html>"
        return web.Response(status=status, text=page, content_type="text/html")

    # -- requests

    def _guarded(self, handler: _Handler) -> _Handler:
        async def guard(request: web.Request) -> web.StreamResponse:
            if self.options.get("login") and not basic_login(request, self.spec, self.faults)[1]:
                response = self.error(401, 401, "Unauthorized")
                response.headers["WWW-Authenticate"] = 'Basic realm="updates"'
                return response
            return await handler(request)

        return guard

    async def _welcome(self, _request: web.Request) -> web.Response:
        return web.Response(text=WELCOME, content_type="text/html")

    async def _folder(self, _request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": f"/{self.path}/"})

    async def _list(self, request: web.Request) -> web.Response:
        form = str(self.options.get("listing", "apache"))
        if form == "off":
            return self.error(403, 403, "Directory Listing Denied")
        if form == "default_page":
            return await self._welcome(request)
        entries = [pages.Entry(name, len(data), _moment(name)) for name, data in self._shown().items()]
        return web.Response(text=pages.listing(form, self.path, entries), content_type="text/html")

    def _shown(self) -> dict[str, bytes]:
        sums = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n"
            for name, data in sorted(self.files.items())
            if name.endswith((".pkg", ".zip", ".img"))
        )
        return {**self.files, "SHA256SUMS": sums.encode()}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        data = self._shown().get(name)
        if data is None:
            return self.error(404, 404, "Not Found")
        if name_of(name) is not None and not self.options.get("eligible", True):
            return web.Response(status=403, text=ELIGIBLE, content_type="text/html")
        site = str(self.options.get("download_url", ""))
        if site:
            return web.Response(status=302, headers={"Location": f"{site.rstrip('/')}/{self.path}/{name}"})
        self.downloads.append(name) if request.method == "GET" else None
        return await self._stream(request, name, data)

    async def _stream(self, request: web.Request, name: str, data: bytes) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Length": str(len(data)),
                "Last-Modified": format_datetime(_moment(name), usegmt=True),
                "ETag": f'"{hashlib.sha256(data).hexdigest()[:16]}"',
            }
        )
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        if self.faults.active("download_damaged", name):
            half = len(data) // 2
            data = data[:half] + bytes(byte ^ 255 for byte in data[half:])
        broken = self.faults.active("download_broken", name)
        if broken:
            data = data[: len(data) // 2 if broken["after_bytes"] is None else broken["after_bytes"]]
        await response.prepare(request)
        rate = int(self.options.get("bytes_per_second", 0))
        piece = min(PIECE, max(1, rate // 20)) if rate else PIECE
        for start in range(0, len(data), piece):
            await response.write(data[start : start + piece])
            if rate:
                await asyncio.sleep(piece / rate)
        if broken and request.transport is not None:
            request.transport.close()
        return response

    async def _licence(self, request: web.Request) -> web.StreamResponse:
        serial = request.match_info["name"].removesuffix(".lic")
        data = self.licenses.get(serial)
        if data is None:
            return self.error(404, 404, "Not Found")
        contract = self.options.get("contract")
        if contract is not None and serial not in map(str, contract):
            return self.error(403, 403, f"The support contract does not include serial number {serial}.")
        wait = self._wait_for_licence()
        if wait is not None:
            response = self.error(429, 429, LIMIT)
            response.headers["Retry-After"] = str(int(wait) + 1)
            return response
        self.given.append(serial)
        return await self._stream(request, f"{serial}.lic", data)

    def _wait_for_licence(self) -> float | None:
        """Seconds until it gives the next licence; None: now, and it is counted."""
        now, period = time.monotonic(), float(self.options.get("license_seconds", 180))
        while self._times and self._times[0] <= now - period:
            self._times.popleft()
        if len(self._times) >= int(self.options.get("license_limit", 9)):
            return self._times[0] + period - now
        self._times.append(now)
        return None


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _moment(name: str) -> datetime:
    own = pages.day_of(f"{name.removesuffix('.json').removesuffix('.readme.txt').removesuffix('.pkg')}.pkg")
    return datetime(own.year, own.month, own.day, 10, tzinfo=UTC)
