# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of a sensor: SDEE and the transaction server, as deep as public clients ask."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from ..https import basic_login
from .events import MOST_EVENTS, Event, element

if TYPE_CHECKING:
    from .device import IpsDevice

SD = "http://example.org/2003/08/sdee"
ENV = "http://www.w3.org/2003/05/soap-envelope"
CID = "http://www.cisco.com/cids/2006/08/cidee"
KINDS = ("evIdsAlert", "evStatus", "evError", "evShunRqst")
_Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes(device: IpsDevice) -> list[web.RouteDef]:
    """All that it answers; every other path is 404."""
    site = Site(device)
    return [
        web.get("/cgi-bin/sdee-server", site.guarded(site.sdee)),
        web.get("/cgi-bin/event-server", site.guarded(site.sdee)),
        web.post("/cgi-bin/transaction-server", site.guarded(site.transaction)),
    ]


class Site:
    """The servlets of one sensor. sessions: cookies of those that logged in."""

    def __init__(self, device: IpsDevice) -> None:
        self.device = device
        self.sessions: set[str] = set()

    def guarded(self, handler: _Handler) -> _Handler:
        """Behind Basic authentication, or the cookie of a session."""

        async def guard(request: web.Request) -> web.Response:
            known = request.cookies.get("sessionId", "") in self.sessions
            if not known and not self._login(request):
                return web.Response(
                    status=401, text="Unauthorized", headers={"WWW-Authenticate": 'Basic realm="Cisco IPS"'}
                )
            return await handler(request)

        return guard

    def _login(self, request: web.Request) -> bool:
        user, right = basic_login(request, self.device.spec, self.device.faults)
        if user:
            self.device.events.add("loginAction", user)
        return right

    # -- SDEE

    async def sdee(self, request: web.Request) -> web.Response:
        action = request.query.get("action", "get")
        handler = {"open": self._open, "get": self._get, "close": self._close, "cancel": self._close}.get(action)
        if handler is None:
            return _fault("errInvalidAction", f"unknown action {action}")
        response = await handler(request)
        if request.query.get("sessionCookies") == "yes":
            cookie = secrets.token_hex(16)
            self.sessions.add(cookie)
            response.set_cookie("sessionId", cookie, secure=True)
        return response

    async def _open(self, request: web.Request) -> web.Response:
        query = request.query
        kinds = {kind for kind in KINDS if kind in query}  # valueless parameters
        for names in query.getall("events", []):
            kinds |= {name for name in names.replace(" ", "+").split("+") if name in KINDS}
        opened = self.device.events.open(frozenset(kinds), query.get("startTime") == "0", query.get("force") == "yes")
        if opened is None:
            return _fault("errLimitExceeded", "the number of subscriptions is limited")
        return _soap(f"<sd:subscriptionId>sub-{opened}-{self._salt}</sd:subscriptionId>", head=_session_id())

    @property
    def _salt(self) -> str:
        return self.device.serial.lower()

    def _number(self, request: web.Request) -> int:
        parts = request.query.get("subscriptionId", "").split("-", 2)
        return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() and parts[2] == self._salt else 0

    async def _get(self, request: web.Request) -> web.Response:
        query = request.query
        most = query.get("maxNbrOfEvents") or query.get("maxNbrofEvents") or str(MOST_EVENTS)
        waited = query.get("timeout")
        if not most.isdigit() or (waited is not None and not waited.isdigit()):
            return _fault("errInvalidArgument", "a number is wanted")
        found = await self.device.events.get(self._number(request), int(most), None if waited is None else int(waited))
        if found is None:
            return _fault("errNotFound", "Subscription does not exist")
        events, left = found
        text = "".join(_event(event, self.device) for event in events)
        return _soap(
            f"<sd:events>{text}</sd:events>",
            head=_session_id(f"<sd:remaining-events>{left}</sd:remaining-events>"),
        )

    async def _close(self, request: web.Request) -> web.Response:
        if self.device.events.subscriptions.pop(self._number(request), None) is None:
            return _fault("errNotFound", "Subscription does not exist")
        return _soap("")

    # -- transactions

    async def transaction(self, request: web.Request) -> web.Response:
        """The command of the query decides, whatever the body asks for."""
        await request.read()
        name = request.query.get("command", "")
        if name == "getVersion":
            return _xml(_version(self.device))
        text = escape(f"unknown command {name}")
        return _xml(f"<error><errorMessage-unknownCommand>{text}</errorMessage-unknownCommand></error>")


def _version(device: IpsDevice) -> str:
    state = device.license_state
    expires = ""
    if device.licence is not None:
        seconds = (device.licence.expires.toordinal() - 719163) * 86400  # days since 1970
        expires = f"<expirationTime>{seconds}000000000</expirationTime>"
    rows = "".join(
        f"<application><name>{name}</name><executionState>{'running' if told == 'Running' else 'notRunning'}"
        "</executionState></application>"
        for name, told in device.applications.items()
    )
    return (
        "<response><respGetVersion>"
        f"<platform>{escape(device.platform)}</platform><serialNumber>{escape(device.serial)}</serialNumber>"
        f"<version>{escape(device.version)}</version><signatureVersion>{device.signature}</signatureVersion>"
        f"<licenseKey><status>{state}</status>{expires}</licenseKey>"
        f"<partition-application><applications>{rows}</applications></partition-application>"
        "</respGetVersion></response>"
    )


def _event(event: Event, device: IpsDevice) -> str:
    kind = element(event)
    stamp = int(event.when.timestamp() * 1_000_000_000)
    head = (
        f"<sd:originator><sd:hostId>{escape(device.hostname)}</sd:hostId>"
        "<cid:appName>mainApp</cid:appName><cid:appInstanceId>1</cid:appInstanceId></sd:originator>"
        f'<sd:time offset="0" timeZone="UTC">{stamp}</sd:time>'
    )
    if kind == "evIdsAlert":
        details = dict(event.details)
        body = (
            f"<sd:signature description={quoteattr(event.text)} id={quoteattr(details.get('id', '2004'))} "
            'cid:version="S1"><cid:subsigId>0</cid:subsigId></sd:signature><sd:interfaceGroup>vs0</sd:interfaceGroup>'
        )
        return f'<sd:evIdsAlert eventId="{event.number}" vendor="Cisco" severity="low">{head}{body}</sd:evIdsAlert>'
    if kind == "evError":
        body = f"<cid:errorMessage>{escape(event.text)}</cid:errorMessage>"
        return f'<sd:evError eventId="{event.number}" vendor="Cisco" severity="error">{head}{body}</sd:evError>'
    body = f"<cid:{event.kind}><cid:description>{escape(event.text)}</cid:description></cid:{event.kind}>"
    return f'<sd:evStatus eventId="{event.number}" vendor="Cisco">{head}{body}</sd:evStatus>'


def _session_id(more: str = "") -> str:
    return f"<sd:oobInfo><sd:sessionId>{secrets.token_hex(8)}</sd:sessionId>{more}</sd:oobInfo>"


def _fault(code: str, reason: str) -> web.Response:
    return _soap(
        "<env:Fault><env:Code><env:Value>env:Sender</env:Value>"
        f"<env:Subcode><env:Value>sd:{code}</env:Value></env:Subcode></env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{escape(f"{code}: {reason}")}</env:Text></env:Reason></env:Fault>'
    )


def _soap(body: str, head: str = "") -> web.Response:
    return _xml(
        f'<env:Envelope xmlns:env="{ENV}" xmlns:sd="{SD}" xmlns:cid="{CID}">'
        f"<env:Header>{head}</env:Header><env:Body>{body}</env:Body></env:Envelope>"
    )


def _xml(text: str) -> web.Response:
    return web.Response(text=f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', content_type="text/xml")
