# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How NITRO of SD-WAN speaks: login with a cookie, envelopes, keys in paths, statuses; what appliance and Center share.

Source: "NetScaler SD-WAN NITRO API reference 11.0" (index; ErrorSchema) and 10.0 (keys in URLs).
"""

from __future__ import annotations

import json
import secrets
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

COOKIE = "APNConfigEditorSession"  # undocumented: clients keep whatever they are given
PAGE = 50  # items a page of monitor lists


class Refusal(Exception):
    """The device says no. status: of HTTP, of those that the reference lists: 400, 401, 403, 405, 415, 500."""

    def __init__(self, text: str, status: int = 400, code: int = 0) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code or status, text


@dataclass
class Ask:
    """One call, taken apart. item: what stood in the envelope. keys: of the path. filter: of the query, `a:1;b:2`."""

    method: str
    resource: str  # group and name: "config/login"
    keys: dict[str, str] = field(default_factory=dict)
    action: str = ""
    filter: dict[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    item: Any = None
    request: web.Request | None = None

    def text(self, key: str, *, needed: bool = True) -> str:
        """A string of the item. Raises Refusal when it is needed and not there."""
        value = self.item.get(key) if isinstance(self.item, Mapping) else None
        if value is None or value == "":
            if needed:
                raise Refusal(f"{key} is mandatory")
            return ""
        if isinstance(value, (Mapping, list)):
            raise Refusal(f"Invalid {key}")
        return str(value)

    async def parts(self, take: Callable[[BodyPartReader], Awaitable[None]]) -> None:
        """take gets each part of a multipart body as it comes. Raises Refusal where it is none, or not one to its end."""
        assert self.request is not None
        if not self.request.content_type.startswith("multipart/"):
            raise Refusal("Data format unacceptable", 415)
        try:
            async for part in await self.request.multipart():
                if isinstance(part, BodyPartReader):
                    await take(part)
        except ValueError as error:  # of aiohttp: framing
            raise Refusal("Invalid multipart data") from error


# Answers: a list becomes {"name": [...]}, a mapping {"name": {...}}, None a message; a Response goes out as it is.
Handler = Callable[[Ask], Awaitable[Any]]
DONE = {
    "POST": "resource added succesfully",  # their spelling
    "PUT": "resource modified succesfully",
    "DELETE": "resource deleted succesfully",
}


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return _bare(value[0]) if len(value) == 1 and isinstance(value[0], Mapping) else [_bare(item) for item in value]
    return value


class Nitro:
    """Sessions and routes of one system. table: resource -> method -> handler; `POST?stage` is an action of a POST."""

    def __init__(
        self, base: str, username: str, password: str, *, second: str = "", idle: Callable[[], bool] = lambda: False
    ) -> None:
        self.base, self.username, self.password, self.second = base, username, password, second
        self.table: dict[str, dict[str, Handler]] = {}
        self.live: set[str] = set()
        self.busy = self.busiest = 0  # calls at a time; NITRO is synchronous, so a client has one
        self.down = idle  # while it is, nothing is answered but a reset
        self.old_errors = False  # words of 10.0: `message` for `errormessage`
        self.nested = True  # lists of the group monitor stand in one more envelope
        self.bare = False  # a list of one item is answered as that item, at every depth
        self.session_seconds = 0.0  # without a call after which a session ends; 0: none does
        self._used: dict[str, float] = {}
        self.before: Callable[[Ask], None] = lambda ask: None
        self.wrong_password: Callable[[str], bool] = lambda user: False

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", f"{self.base}{{path:.+}}", self._handle)]

    def forget(self) -> None:
        self.live.clear()

    def error(self, _status: int, code: int, text: str) -> dict[str, Any]:
        """The body of an error."""
        words = {"message": text, "severity": "ERROR"} if self.old_errors else {"errormessage": text}
        return {"errorcode": code, **words}

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.down():
            transport = request.transport
            if transport is not None:
                wire = transport.get_extra_info("socket")
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
                transport.abort()
            return web.Response(status=503)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            return await self._answer(await self._parsed(request))
        except Refusal as refusal:
            body = self.error(refusal.status, refusal.code, refusal.text)
            return web.json_response(body, status=refusal.status)
        finally:
            self.busy -= 1

    async def _parsed(self, request: web.Request) -> Ask:
        raw = request.raw_path.split("?", 1)[0].removeprefix(self.base).strip("/").split("/")
        if len(raw) < 2 or len(raw) > 3:
            raise Refusal("Invalid resource")
        ask = Ask(request.method, "/".join(raw[:2]), query=request.query, request=request)
        ask.action = request.query.get("action", "")
        if len(raw) == 3:
            ask.keys = dict(_pair(text, "=") for text in raw[2].split(","))
        if request.query.get("filter"):
            ask.filter = dict(_pair(text, ":") for text in request.query["filter"].split(";"))
        if request.body_exists and not request.content_type.startswith("multipart/"):
            if request.content_type != "application/json":
                raise Refusal("Data format unacceptable", 415)
            ask.item = _item(await request.read(), raw[1])
        return ask

    async def _answer(self, ask: Ask) -> web.StreamResponse:
        if ask.resource == "config/login" and ask.method == "POST":
            return self._login(ask)
        assert ask.request is not None
        cookie = ask.request.cookies.get(COOKIE, "")
        if not self._knows(cookie):
            raise Refusal("Authentication failed", 401)
        if ask.resource == "config/login" and ask.method == "DELETE":
            self.live.discard(cookie)
            return web.json_response({"errorcode": 0, "message": "Done", "severity": "NONE"})
        methods = self.table.get(ask.resource)
        if methods is None:
            raise Refusal("Invalid resource")
        handler = methods.get(f"{ask.method}?{ask.action}" if ask.action and ask.method == "POST" else ask.method)
        if handler is None:
            raise Refusal("Method not allowed" if not ask.action else f"Invalid action {ask.action}", 405)
        self.before(ask)
        answer = await handler(ask)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response(self._body(ask.resource.partition("/")[2], ask.method, answer))

    def _body(self, name: str, method: str, answer: Any) -> dict[str, Any]:
        if answer is None:
            return {name: {"message": DONE.get(method, "Done")}}
        if isinstance(answer, Mapping) and isinstance(answer.get(name), list) and not self.nested:
            return dict(_bare(answer) if self.bare else answer)
        return {name: _bare(answer) if self.bare else answer}

    def _knows(self, cookie: str) -> bool:
        now = time.monotonic()
        if self.session_seconds and now - self._used.get(cookie, now) > self.session_seconds:
            self.live.discard(cookie)
        if cookie not in self.live:
            return False
        self._used[cookie] = now
        return True

    def _login(self, ask: Ask) -> web.Response:
        item = ask.item if isinstance(ask.item, Mapping) else {}
        right = (item.get("username"), item.get("password")) == (self.username, self.password)
        second = not self.second or item.get("secondaryPassword") == self.second
        welcome = right and second and not self.wrong_password(str(item.get("username", "")))
        _journalled(ask, welcome, str(item.get("username", "")))
        if not welcome:
            raise Refusal("Authentication failed", 401)
        cookie = f"canary-{secrets.token_hex(16)}"
        self.live.add(cookie)
        self._used[cookie] = time.monotonic()
        answer = web.json_response({"login": {"message": "Done"}})
        answer.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True)
        return answer


def _journalled(ask: Ask, welcome: bool, user: str) -> None:
    wire = ask.request.protocol if ask.request is not None else None
    journal = getattr(wire, "journal", None)
    if journal is not None:
        journal.add("login" if welcome else "login-failed", user, getattr(wire, "session", 0))


def paged(name: str, items: list[Any], ask: Ask) -> dict[str, Any]:
    """A list of the group monitor: nested once more, fifty a page, with metadata."""
    number = ask.filter.get("page_no", "1")
    page = int(number) if number.isdecimal() else 1
    pages = max(1, -(-len(items) // PAGE))
    return {name: items[(page - 1) * PAGE : page * PAGE], "metadata": [{"no_of_pages": str(pages)}]}


def _pair(text: str, between: str) -> tuple[str, str]:
    key, sign, value = text.partition(between)
    if not sign:
        raise Refusal(f"Invalid argument {key}")
    return unquote(key), unquote(value)


def _item(data: bytes, name: str) -> Any:
    try:
        body = json.loads(data) if data.strip() else None
    except (ValueError, RecursionError):
        raise Refusal("Invalid JSON input") from None
    if body is None:
        return None
    if not isinstance(body, Mapping) or set(body) != {name}:
        raise Refusal(f"Invalid JSON input: {name} expected")
    return body[name]
