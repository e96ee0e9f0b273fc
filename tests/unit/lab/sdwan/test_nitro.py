# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NITRO of the lab without a network: how calls are taken apart, answers wrapped and sessions kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from lab.sdwan import nitro
from lab.sdwan.nitro import COOKIE, PAGE, Ask, Nitro, Refusal, paged

BASE = "/sdwan/nitro/v1/"
PASSWORD = "canary-password"
LOGIN = {"login": {"username": "ops", "password": PASSWORD}}
KEYS = st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.text(max_size=12), min_size=1, max_size=4)


def said(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Client:
    """Calls of one client, with its cookie."""

    def __init__(self, **more: Any) -> None:
        self.nitro = Nitro(BASE, "ops", PASSWORD, **more)
        self.asked: list[Ask] = []
        self.cookie = ""
        self.answer: Any = None
        things = dict.fromkeys(("GET", "POST", "PUT", "DELETE", "POST?sing"), self._thing)
        self.nitro.table = {"config/things": things}

    async def _thing(self, ask: Ask) -> Any:
        self.asked.append(ask)
        return said(self.answer)

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, Any]:
        async def work() -> web.StreamResponse:
            data = raw or (json.dumps(body).encode() if body is not None else b"")
            payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 1 << 16)
            payload.feed_data(data)
            payload.feed_eof()
            headers = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
            if data:
                headers |= {"Content-Type": kind, "Content-Length": str(len(data))}
            request = make_mocked_request(
                method, BASE + path, headers=headers, payload=payload if data else EMPTY_PAYLOAD
            )
            return await self.nitro._handle(request)

        response = asyncio.run(work())
        assert isinstance(response, web.Response)
        if COOKIE in response.cookies:
            self.cookie = response.cookies[COOKIE].value
        assert response.text is not None
        return response.status, json.loads(response.text)

    def welcome(self) -> Client:
        assert self("POST", "config/login", LOGIN)[0] == 200
        return self


@pytest.fixture
def client() -> Client:
    return Client().welcome()


def refused(answer: tuple[int, Any]) -> int:
    status, body = answer
    assert set(body) == {"errorcode", "errormessage"}
    assert body["errorcode"] == status
    return status


@given(keys=KEYS)
def test_keys_of_a_path_come_as_they_were_meant(keys: dict[str, str]) -> None:
    client = Client().welcome()
    path = ",".join(f"{key}={quote(value, safe='')}" for key, value in keys.items())
    assert client("DELETE", f"config/things/{path}")[0] == 200
    assert client.asked[0].keys == keys


def test_a_call_is_taken_apart(client: Client) -> None:
    assert (
        client("POST", "config/things?action=sing&filter=page_no:2;application:a%3Ab", {"things": {"a": 1}})[0] == 200
    )
    (ask,) = client.asked
    assert (ask.resource, ask.action, ask.item) == ("config/things", "sing", {"a": 1})
    assert ask.filter == {"page_no": "2", "application": "a:b"}


@pytest.mark.parametrize(
    ("method", "answer", "body"),
    [
        ("GET", [{"a": 1}, {"a": 2}], {"things": [{"a": 1}, {"a": 2}]}),
        ("GET", {"a": 1}, {"things": {"a": 1}}),
        ("POST", None, {"things": {"message": "resource added succesfully"}}),
        ("PUT", None, {"things": {"message": "resource modified succesfully"}}),
        ("DELETE", None, {"things": {"message": "resource deleted succesfully"}}),
    ],
)
def test_an_answer_is_wrapped(client: Client, method: str, answer: Any, body: Any) -> None:
    client.answer = answer
    assert client(method, "config/things") == (200, body)


def test_lists_may_be_bare_or_flat(client: Client) -> None:
    client.answer = [{"a": 1}]
    client.nitro.bare = True
    assert client("GET", "config/things") == (200, {"things": {"a": 1}})
    client.answer = []
    assert client("GET", "config/things") == (200, {"things": []})
    client.answer = {"things": [], "metadata": []}
    assert client("GET", "config/things") == (200, {"things": client.answer})
    client.nitro.nested = False
    assert client("GET", "config/things") == (200, client.answer)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (("GET", "config/other"), 400),
        (("GET", "config"), 400),
        (("GET", "config/things/a=1/b=2"), 400),
        (("DELETE", "config/things/a"), 400),
        (("GET", "config/things?filter=a"), 400),
        (("PATCH", "config/things"), 405),
        (("POST", "config/things?action=dance"), 405),
        (("PUT", "config/things", {"others": {}}), 400),
        (("PUT", "config/things", {"things": {}, "more": {}}), 400),
        (("PUT", "config/things", [1]), 400),
    ],
)
def test_what_is_no_call_is_refused(client: Client, call: Any, status: int) -> None:
    assert refused(client(*call)) == status
    assert client.asked == []


def test_bodies_are_json(client: Client) -> None:
    assert refused(client("PUT", "config/things", raw=b"a=1", kind="application/x-www-form-urlencoded")) == 415
    assert refused(client("PUT", "config/things", raw=b'{"things"{')) == 400


def test_a_refusal_is_worded_as_the_release_does(client: Client) -> None:
    client.answer = Refusal("No", 403, 77)
    assert client("GET", "config/things") == (403, {"errorcode": 77, "errormessage": "No"})
    client.nitro.old_errors = True
    assert client("GET", "config/things") == (403, {"errorcode": 77, "message": "No", "severity": "ERROR"})


def test_nothing_is_answered_without_a_session() -> None:
    client = Client()
    for call in (("GET", "config/things"), ("GET", "config/other"), ("DELETE", "config/login")):
        assert refused(client(*call)) == 401
    for wrong in ({}, {"username": "ops"}, {"username": "ops", "password": "x"}, "ops", [], None):
        assert refused(client("POST", "config/login", {"login": wrong})) == 401
    client.nitro.wrong_password = lambda user: user == "ops"
    assert refused(client("POST", "config/login", LOGIN)) == 401
    assert client.nitro.live == set()


def test_sessions_are_told_apart_and_end(client: Client) -> None:
    first = client.cookie
    client.welcome()
    assert client.cookie != first
    assert client("DELETE", "config/login")[0] == 200
    assert refused(client("GET", "config/things")) == 401
    client.cookie = first
    assert client("GET", "config/things")[0] == 200
    client.nitro.forget()
    assert refused(client("GET", "config/things")) == 401


def test_a_session_ends_that_is_not_used(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(nitro.time, "monotonic", lambda: now)
    client.welcome()
    client.nitro.session_seconds = 10
    for _call in range(3):
        now += 9
        assert client("GET", "config/things")[0] == 200
    now += 11
    assert refused(client("GET", "config/things")) == 401
    now -= 11
    assert refused(client("GET", "config/things")) == 401


def test_a_second_factor_is_needed_where_there_is_one() -> None:
    client = Client(second="canary-second")
    assert refused(client("POST", "config/login", LOGIN)) == 401
    both = {"login": {**LOGIN["login"], "secondaryPassword": "canary-second"}}
    assert client("POST", "config/login", both)[0] == 200


def test_what_comes_before_a_call_hears_of_it_once(client: Client) -> None:
    heard: list[str] = []
    client.nitro.before = lambda ask: heard.append(f"{ask.method} {ask.resource}")
    client("GET", "config/things")
    client("GET", "config/other")
    assert heard == ["GET config/things"]


@given(count=st.integers(0, 260))
def test_pages_hold_every_item_once(count: int) -> None:
    items = list(range(count))

    def page(number: str) -> dict[str, Any]:
        return paged("things", items, Ask("GET", "monitor/things", filter={"page_no": number}))

    (metadata,) = paged("things", items, Ask("GET", "monitor/things"))["metadata"]
    pages = [page(str(number + 1))["things"] for number in range(int(metadata["no_of_pages"]))]
    assert [item for found in pages for item in found] == items
    assert all(len(found) == PAGE for found in pages[:-1])
    assert page(str(len(pages) + 1))["things"] == []


@pytest.mark.parametrize(
    ("item", "needed", "text"),
    [({"a": "x"}, True, "x"), ({"a": 5}, True, "5"), ({}, False, ""), (None, False, ""), ([], False, "")],
)
def test_a_text_of_a_body(item: Any, needed: bool, text: str) -> None:
    assert Ask("POST", "config/things", item=item).text("a", needed=needed) == text


@pytest.mark.parametrize("item", [{}, {"a": ""}, {"a": None}, None, []])
def test_a_text_that_is_needed(item: Any) -> None:
    with pytest.raises(Refusal, match="a is mandatory"):
        Ask("POST", "config/things", item=item).text("a")
