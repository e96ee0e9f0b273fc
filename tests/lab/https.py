# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTPS for REST kinds: real TLS, a journal of requests, and the faults of layer `http`, around the routes of a device."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import random
import re
import socket
import ssl
import struct
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Protocol

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from .certificates import Authority, fingerprint, server_context
from .faults import Faults
from .journal import Journal
from .spec import DeviceSpec

LARGEST_BODY = 64 << 20  # bytes of a body that a kind reads as a whole; uploads are streamed
SECRET_KEYS = frozenset(
    {"password", "secondarypassword", "vm_auth_key", "auth_code", "sic_key", "psk", "token", "secret"}
)
MASK = "********"
_OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RestDevice(Protocol):
    """What a REST kind provides: one object a device, however many sessions it has.

    DIALECT: what the inventory calls the system (`ansible_rest_dialect`). Optional, looked up by name: `forget()` ends all
    sessions (fault `unauthorized`); `error(status, code, text)` makes the JSON body of an error, or the whole response; `SECRETS` names
    further keys whose values the journal masks; an attribute `certificate` gets the certificate that it shows, as PEM;
    `tls_context()` replaces the lab's certificate: the TLS side of the next connection, None for plain HTTP; `LENIENT` takes
    headers as old servers did.
    """

    DIALECT: ClassVar[str]

    def routes(self) -> list[web.RouteDef]:
        """All that it answers, with full paths (base path included)."""

    async def close(self) -> None:
        """The lab stops: cancel jobs, release files."""


def basic_login(request: web.Request, spec: DeviceSpec, faults: Faults) -> tuple[str, bool]:
    """The user of Basic authentication, "" for none, and whether the password is right; a try goes to the journal.

    Old clients write BASIC, and a newline behind the value.
    """
    scheme, _blank, value = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _colon, password = base64.b64decode(value.strip()).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return "", False
    right = scheme.lower() == "basic" and (user, password) == (spec.username, spec.password)
    right = right and faults.active("wrong_password", user) is None
    wire: Any = request.protocol
    wire.journal.add("login" if right else "login-failed", user, wire.session, "https")
    return user, right


class Https:
    """One REST device on the wire. on_error gets what a handler of the kind raised."""

    def __init__(
        self,
        spec: DeviceSpec,
        device: RestDevice,
        journal: Journal,
        authority: Authority,
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.spec, self.device, self.journal = spec, device, journal
        self.faults: Faults = spec.faults
        self.on_error = on_error
        self.certificate = ""
        own: Callable[[], ssl.SSLContext | None] | None = getattr(device, "tls_context", None)
        self.tls = own or self._issued(authority)
        self.secrets = SECRET_KEYS | {name.lower() for name in getattr(device, "SECRETS", ())}
        self._runner: web.AppRunner | None = None
        self._starting = asyncio.Lock()
        self._stopped = False
        self._sessions = 0

    def _issued(self, authority: Authority) -> Callable[[], ssl.SSLContext]:
        """The TLS side with a certificate of the lab's authority, as `tls` and `client_ca` of the specification say."""
        key, self.certificate = authority.server(self.spec.name, self.spec.tls, self.spec.address)
        client_ca = authority.pem if self.spec.client_ca == "lab" else self.spec.client_ca
        context = server_context(key, self.certificate, client_ca)
        if hasattr(self.device, "certificate"):
            self.device.certificate = self.certificate
        return lambda: context

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that the device shows, in hexadecimal."""
        return fingerprint(self.certificate)

    async def serve(self, connection: socket.socket) -> None:
        """Speak TLS and HTTP on an accepted connection; returns after the handshake."""
        server = await self._server()
        self._sessions += 1
        session, loop = self._sessions, asyncio.get_running_loop()
        self.journal.add("connect", "", session)

        def protocol() -> RequestHandler:
            return _Wire(server, loop, self.journal, session, lenient=getattr(self.device, "LENIENT", False))

        try:
            context = self.tls()
            if context and context.maximum_version in _OLD and await _told_why_not(context, connection):
                raise ssl.SSLError("the client wants another version")
            limit = 30.0 if context else None
            await loop.connect_accepted_socket(protocol, connection, ssl=context, ssl_handshake_timeout=limit)
        except (ssl.SSLError, OSError, TimeoutError) as error:
            connection.close()
            self.journal.add("disconnect", f"TLS: {error}", session)

    def cut(self) -> None:
        """Every connection ends now, without a goodbye; new ones are served as before."""
        server = self._runner.server if self._runner else None
        for wire in list(server.connections) if server else ():
            if wire.transport is not None:
                wire.transport.abort()

    async def stop(self) -> None:
        """Cut every connection."""
        self._stopped = True
        if self._runner:
            await self._runner.cleanup()

    async def _server(self) -> web.Server:
        async with self._starting:
            if self._runner is None:

                @web.middleware
                async def around(request: web.Request, handler: _Handler) -> web.StreamResponse:
                    return await self._handle(request, handler)

                app = web.Application(middlewares=[around], client_max_size=LARGEST_BODY)
                app.add_routes(self.device.routes())
                runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, read_bufsize=1 << 18)
                await runner.setup()
                self._runner = runner
            server = self._runner.server
            assert server is not None
            return server

    # -- one request --------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        text = f"{request.method} {request.raw_path}"
        session = getattr(request.protocol, "session", 0)
        entry = self.journal.begin("request", text, session)
        entry.update(status=None, bytes=0)
        response: web.StreamResponse | None = None
        try:
            response = await self._spoilt(request, text, session) or await self._answer(request, handler, text, entry)
            response = await self._on_its_way(request, response, text, session)
            if isinstance(response, web.HTTPException):
                raise response  # as aiohttp wants it
            return response
        except (ConnectionError, web.RequestPayloadError):
            return web.Response(status=503)  # the client left in the middle; nobody gets this
        finally:
            status = response.status if response is not None and not _gone(request) else None
            self.journal.done(entry, status=status, bytes=request.content.total_bytes)

    async def _answer(
        self, request: web.Request, handler: _Handler, text: str, entry: dict[str, Any]
    ) -> web.StreamResponse:
        if request.content_type == "application/json" and request.can_read_body:
            entry["body"] = masked(_json(await request.read()), self.secrets)
        refused = self._refused(text, entry["session"])
        if refused is not None:
            return refused
        try:
            return await handler(request)
        except web.HTTPException as error:
            return error  # 404, 405: routes that the kind does not have
        except (ConnectionError, web.RequestPayloadError, asyncio.CancelledError):
            raise  # the client left in the middle
        except Exception as error:
            self.on_error(error)
            self.journal.add("error", repr(error), entry["session"])
            sys.stderr.write(f"lab: {self.spec.name}: {text} failed\n{traceback.format_exc()}")
            return self.error(500, 500, "Internal error")

    def error(self, status: int, code: int, text: str) -> web.Response:
        """An error as the kind words it, else as NITRO does."""
        make = getattr(self.device, "error", None)
        body = make(status, code, text) if make else {"errorcode": code, "errormessage": text}
        return body if isinstance(body, web.Response) else web.json_response(body, status=status)

    # -- faults -------------------------------------------------------------------------------------------------------

    def _active(self, name: str, text: str, session: int) -> dict[str, Any] | None:
        return self.faults.active(name, text, session=session, mode="http")

    async def _spoilt(self, request: web.Request, text: str, session: int) -> web.StreamResponse | None:
        """Faults before the device has the whole request."""
        if self._active("hang_request", text, session):
            while not _gone(request) and not self._stopped:
                await asyncio.sleep(0.02)
            return web.Response(status=503)
        reset = self._active("reset", text, session)
        if reset:
            left = reset["after_bytes"] or 0
            while left > 0 and (data := await request.content.read(min(left, 65536))):
                left -= len(data)
            return _cut(request)
        return None

    def _refused(self, text: str, session: int) -> web.Response | None:
        """Faults that answer in the device's place; it does nothing."""
        if self._active("unauthorized", text, session):
            forget = getattr(self.device, "forget", None)
            if forget:
                forget()  # it says 401 itself, as it does whenever it does not know a session
                return None
            return self.error(401, 401, "Unauthorized")
        status = self._active("http_status", text, session)
        if status:
            response = self.error(status["status"], status["status"], "Out of order")
            if status["retry_after"] is not None:
                response.headers["Retry-After"] = str(status["retry_after"])
            return response
        wrong = self._active("error_in_200", text, session)
        if wrong:
            response = self.error(200, wrong["code"], wrong["text"])
            response.set_status(200)
            return response
        return None

    async def _on_its_way(
        self, request: web.Request, response: web.StreamResponse, text: str, session: int
    ) -> web.StreamResponse:
        """Faults after the device has acted."""
        slow = self._active("slow_answer", text, session)
        if slow:
            await asyncio.sleep(slow["milliseconds"] / 1000)
        if self._active("lost_answer", text, session):
            return _cut(request)
        garbage = self._active("garbage_body", text, session)
        if garbage and isinstance(response, web.Response):
            return await _garbled(request, response, garbage)
        return response


class _Wire(RequestHandler):
    """As aiohttp's, but it knows its number and tells the journal when it ends."""

    __slots__ = ("journal", "lenient", "session")

    def __init__(
        self,
        server: web.Server,
        loop: asyncio.AbstractEventLoop,
        journal: Journal,
        session: int,
        *,
        lenient: bool = False,
    ) -> None:
        super().__init__(server, loop=loop, **server._kwargs)  # aiohttp has no public way to make one
        self.journal, self.session, self.lenient = journal, session, lenient

    def data_received(self, data: bytes) -> None:
        super().data_received(_without_stray_newlines(data) if self.lenient else data)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self.journal.add("disconnect", str(exc or ""), self.session)


def _without_stray_newlines(data: bytes) -> bytes:
    """Old clients (pySDEE) leave the newline of base64 behind the value of a header; old servers did not mind."""
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith((b"GET ", b"POST ")):
        return data
    return re.sub(rb"(?<!\r)\n(?=\r\n)", b"", data[: end + 2]) + data[end + 2 :]


def masked(value: Any, secrets: frozenset[str] | set[str]) -> Any:
    """A JSON body with asterisks for the values of secret keys (compared in lower case)."""
    if isinstance(value, Mapping):
        return {key: MASK if key.lower() in secrets and item else masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, secrets) for item in value]
    return value


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _cut(request: web.Request) -> web.Response:
    """The connection is reset; the response that is returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        wire = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=503)


async def _told_why_not(context: ssl.SSLContext, connection: socket.socket) -> bool:
    """Whether a server of an old version refuses the client's hello. asyncio would close without the alert that says so."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection, arrived.set)
    try:
        await asyncio.wait_for(arrived.wait(), 30)
        hello = connection.recv(16384, socket.MSG_PEEK)
    finally:
        loop.remove_reader(connection)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(hello)
    try:
        context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        connection.recv(len(hello))  # what is unread when a socket is closed makes the kernel reset it
        await loop.sock_sendall(connection, outgoing.read())
        return True
    return False


async def _garbled(request: web.Request, response: web.Response, fault: dict[str, Any]) -> web.StreamResponse:
    how = fault["how"]
    if how == "huge":
        stream = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
        await stream.prepare(request)
        piece = b" " * 65536
        for _piece in range(fault["bytes"] // len(piece) + 1):
            if request.transport is None or request.transport.is_closing():
                break  # whoever asked is gone; writes into nothing never wait, and nobody else would be served
            await stream.write(piece)
        return stream
    body = response.body if isinstance(response.body, bytes) else b""
    if how == "truncated":
        return web.Response(status=response.status, body=body[: len(body) // 2], content_type="application/json")
    if how == "noise":
        noise = random.Random(len(body)).randbytes(fault["bytes"])
        return web.Response(status=response.status, body=noise, content_type="application/json")
    page = "<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in</body></html>"
    return web.Response(status=response.status, text=page, content_type="text/html")
