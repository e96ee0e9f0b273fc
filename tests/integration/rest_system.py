# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small REST system for the tests of the connection: NITRO's login with a cookie, things to read and write, an upload."""

from __future__ import annotations

import asyncio
import base64
import secrets
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

BASE = "/sdwan/nitro/v1/"
PASSWORD = "CANARY-device-password"


def door_to(lab: Any, directory: Path, name: str = "edge1", action: str = "", **options: Any) -> Any:
    """A connection to a device of a lab, not open yet, that trusts the lab's authority. directory: for the file of it."""
    ca = directory / "ca.pem"
    ca.write_text(lab.ca_pem())
    given = {
        "host": "127.0.0.1",
        "port": lab.device(name).port,
        "remote_user": "ops",
        "password": PASSWORD,
        "ca_path": str(ca),
        "network_os": "citrix.sdwan.sdwan",
        "read_timeout": 5,
        "timeout": 5,
        "retry_wait": 0.01,
    }
    door = connection_loader.get("mspplus.netsec.rest", PlayContext())
    door.set_options(task_keys={"action": action}, direct={**given, **options})
    return door


class Tiny:
    """As "NetScaler SD-WAN NITRO API reference 11.0" has it: `POST config/login`, a cookie, `DELETE config/login`."""

    DIALECT = "sdwan"
    OPTIONS: ClassVar[dict[str, type]] = {"base": str}

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.base = spec.options.get("base", BASE)
        self.live: set[str] = set()
        self.things: list[str] = []
        self.uploads: list[tuple[dict[str, str], str, int]] = []
        self.seen: list[dict[str, str]] = []  # headers of requests
        self.busy = self.busiest = 0  # requests at a time

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{self.base}config/login", self.login),
            web.delete(f"{self.base}config/login", self.logout),
            web.get(f"{self.base}config/things", self.known(self.read)),
            web.post(f"{self.base}config/things", self.known(self.add)),
            web.post(f"{self.base}config/inbox", self.known(self.upload)),
            web.get(f"{self.base}config/moved", self.known(self.moved)),
            web.get(f"{self.base}config/raw", self.known(self.raw)),
            web.get(f"{self.base}config/trickle", self.known(self.trickle)),
        ]

    def forget(self) -> None:
        self.live.clear()

    async def close(self) -> None:
        pass

    async def login(self, request: web.Request) -> web.Response:
        given = (await request.json()).get("login", {})
        wrong = self.spec.faults.active("wrong_password", given.get("username", ""))
        right = (given.get("username"), given.get("password")) == (self.spec.username, self.spec.password)
        if wrong or not right:
            said = f"no such user or password: {given.get('username')}/{given.get('password')}"
            return web.json_response({"errorcode": 401, "errormessage": said}, status=401)
        cookie = f"CANARY-{secrets.token_hex(16)}"
        self.live.add(cookie)
        answer = web.json_response({"login": {"message": "Done", "token": cookie}})
        answer.set_cookie("APNConfigEditorSession", cookie, path="/", secure=True, httponly=True)
        return answer

    async def logout(self, request: web.Request) -> web.Response:
        self.live.discard(request.cookies.get("APNConfigEditorSession", ""))
        return web.json_response({"errorcode": 0, "message": "Done"})

    def known(self, handler: Any) -> Any:
        async def checked(request: web.Request) -> web.StreamResponse:
            self.seen.append(dict(request.headers))
            if not self.live & {request.cookies.get("APNConfigEditorSession"), request.headers.get("X-Token")}:
                basic = base64.b64encode(f"{self.spec.username}:{self.spec.password}".encode()).decode()
                if request.headers.get("Authorization") != f"Basic {basic}":
                    return web.json_response({"errorcode": 401, "errormessage": "Authentication failed"}, status=401)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            try:
                answer: web.StreamResponse = await handler(request)
            finally:
                self.busy -= 1
            return answer

        return checked

    async def trickle(self, request: web.Request) -> web.StreamResponse:
        """An answer that never ends and never stops."""
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while True:
            await answer.write(b" ")
            await asyncio.sleep(0.02)

    async def read(self, request: web.Request) -> web.Response:
        await asyncio.sleep(float(request.query.get("sleep", 0)))
        return web.json_response({"things": [{"name": name} for name in self.things], "query": dict(request.query)})

    async def add(self, request: web.Request) -> web.Response:
        self.things.append((await request.json())["things"]["name"])
        return web.json_response({"things": {"message": "resource added succesfully"}})

    async def upload(self, request: web.Request) -> web.Response:
        fields: dict[str, str] = {}
        async for part in await request.multipart():
            if part.filename is None:
                fields[part.name] = await part.text()
                continue
            size = 0
            while piece := await part.read_chunk(1 << 18):
                size += len(piece)
            self.uploads.append((fields, part.filename, size))
        return web.json_response({"inbox": {"inbox_files": [name for _fields, name, _size in self.uploads]}})

    async def moved(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://192.0.2.1/login"})

    async def raw(self, request: web.Request) -> web.Response:
        """Answers with the bytes that the query asks for, so many times."""
        body = bytes.fromhex(request.query["hex"]) * int(request.query.get("times", 1))
        return web.Response(body=body, content_type="application/json")
