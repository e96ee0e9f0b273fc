# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, Unreachable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_entry import Entry
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info import web_device, web_text

from ..certificate.minted import minted

# The paths that check_cisco_idps reads.
VERSION = """<?xml version="1.0"?><response xmlns="http://www.cisco.com/cids/idiom"><respGetVersion><platform>IPS-4260</platform>
<licenseKey><status>valid</status><expirationTime>1785542400000000000</expirationTime></licenseKey>
<partition-application><applications>
<application><name>mainApp</name><executionState>running</executionState></application>
<application><name>analysisEngine</name><executionState>notRunning</executionState></application>
</applications></partition-application></respGetVersion></response>"""
HEAD = '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:sd="http://example.org/2003/08/sdee" '


def soap(body: str, header: str = "", cid: str = "http://www.cisco.com/cids/2006/08/cidee") -> str:
    return f'{HEAD}xmlns:cid="{cid}"><env:Header>{header}</env:Header><env:Body>{body}</env:Body></env:Envelope>'


OPENED = soap(
    "<sd:subscriptionId>sub-1-abc</sd:subscriptionId>", "<sd:oobInfo><sd:sessionId>f00</sd:sessionId></sd:oobInfo>"
)
STATUS = (
    '<sd:evStatus eventId="2" vendor="Cisco"><sd:originator><sd:hostId>s1</sd:hostId></sd:originator>'
    '<sd:time offset="0" timeZone="UTC">1785542400000000000</sd:time>'
    "<cid:certificatesChanged><cid:description>a new one</cid:description></cid:certificatesChanged></sd:evStatus>"
)
ERROR = (
    '<sd:evError eventId="1" vendor="Cisco" severity="error"><sd:time>1785542300000000000</sd:time>'
    "<cid:errorMessage>no route</cid:errorMessage></sd:evError>"
)
FAULT = soap(
    "<env:Fault><env:Code><env:Value>env:Sender</env:Value></env:Code><env:Reason>"
    '<env:Text xml:lang="en">errLimitExceeded: too many</env:Text></env:Reason></env:Fault>'
)


def test_a_version_of_the_transaction_server() -> None:
    assert web_text.version(VERSION) == {
        "platform": "IPS-4260",
        "license": {"status": "valid", "expires": "2026-08-01T00:00:00Z"},
        "applications": [{"name": "mainApp", "running": True}, {"name": "analysisEngine", "running": False}],
    }


def test_one_application_is_a_list_too() -> None:
    text = "<response><respGetVersion><a><applications><application><name>m</name></application></applications></a></respGetVersion></response>"
    assert web_text.version(text)["applications"] == [{"name": "m", "running": False}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "<error><errorMessage-unknownCommand>unknown command x</errorMessage-unknownCommand></error>",
            "unknown command x",
        ),
        ("<response/>", "did not answer"),
        ("<html>", "not XML"),
        ("", "not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "entities"),
        ("<a>" * 50_000, "not XML"),
    ],
)
def test_no_version(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        web_text.version(text)


@pytest.mark.parametrize("cid", ["http://www.cisco.com/cids/2003/09/cidee", "http://www.cisco.com/cids/2006/08/cidee"])
def test_events_of_both_namespaces_in_their_order(cid: str) -> None:
    assert web_text.events(soap(f"<sd:events>{STATUS}{ERROR}</sd:events>", cid=cid)) == [
        {"kind": "evError", "what": "errorMessage", "time": "2026-07-31T23:58:20Z", "words": ["no route"]},
        {"kind": "evStatus", "what": "certificatesChanged", "time": "2026-08-01T00:00:00Z", "words": ["a new one"]},
    ]
    assert web_text.events(soap("<sd:events/>", cid=cid)) == []


def test_a_fault_is_told_in_the_servers_words() -> None:
    for read in (web_text.subscription, web_text.events, web_text.remaining):
        with pytest.raises(ValueError, match="errLimitExceeded: too many"):
            read(FAULT)


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["<a>", "</a>", STATUS, "x", '<b c="d">', "</b>"]), max_size=12).map("".join)
)
def test_no_answer_is_too_odd(text: str) -> None:
    """Each reader gives what it promises, or a ValueError with a text of a bounded length."""
    promises: dict[Callable[[str], Any], Callable[[Any], bool]] = {
        web_text.version: lambda found: set(found) == {"platform", "license", "applications"},
        web_text.subscription: lambda found: bool(re.fullmatch(r"[\w.:-]{1,100}", found)),
        web_text.events: lambda found: isinstance(found, list) and len(found) <= web_text.MOST,
        web_text.remaining: lambda found: isinstance(found, int) and found >= 0,
    }
    for read, holds in promises.items():
        for whole in (text, soap(text), f"<response><respGetVersion>{text}</respGetVersion></response>"):
            refused: str | None = None
            found: Any = None
            try:
                found = read(whole)
            except ValueError as error:
                refused = str(error)
            assert holds(found) if refused is None else 0 < len(refused) < 1000, (found, refused)


class Server:
    """An SDEE server that answers in turn, and remembers what it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def request(
        self, method: str, path: str, *, query: dict[str, str], body: Any = None, safe: bool | None = None
    ) -> Any:
        self.asked.append(query.get("action", query.get("command", "")))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(body=answer)


def session(server: Server) -> web_device.Session:
    @contextmanager
    def opened(sha256: str) -> Iterator[Server]:
        assert sha256 == "pin"
        yield server

    return opened


def test_events_are_fetched_until_there_are_no_more_and_the_subscription_is_closed() -> None:
    more = soap(
        f"<sd:events>{ERROR}</sd:events>", "<sd:oobInfo><sd:remaining-events>1</sd:remaining-events></sd:oobInfo>"
    )
    server = Server(OPENED, more, soap(f"<sd:events>{STATUS}</sd:events>"), soap(""))
    assert [event["kind"] for event in web_device.events(session(server), "pin")] == ["evError", "evStatus"]
    assert server.asked == ["open", "get", "get", "close"]


def test_a_subscription_is_closed_after_a_failure_too() -> None:
    server = Server(OPENED, FAULT, soap(""))
    with pytest.raises(ApplyFailed, match="errLimitExceeded"):
        web_device.events(session(server), "pin")
    assert server.asked == ["open", "get", "close"]


def test_a_port_that_cannot_be_reached_is_told_with_the_variables_of_its_door() -> None:
    server = Server(Unreachable("set ansible_rest_tls_min_version: TLSv1"))
    with pytest.raises(ApplyFailed, match="set ips_https_tls_min_version"):
        web_device.version(session(server), "pin")


GOOD, OTHER = minted(), minted("10.0.0.6")
TOLD = {"SHA1": GOOD.sha1, "MD5": GOOD.md5}


def test_rule_31_user_and_password_go_to_the_accepted_certificate_only() -> None:
    def accepted(certificate: Any) -> Entry:
        return Entry(certificate, "2026-11-01T00:00:00Z", "ssh-verified")

    assert web_device.pin(GOOD, {}, accepted(GOOD), False) == GOOD.sha256
    assert web_device.pin(GOOD, TOLD, None, True) == GOOD.sha256
    with pytest.raises(ApplyFailed, match=r"not the accepted one.*state: synced"):
        web_device.pin(GOOD, TOLD, accepted(OTHER), True)
    for told, checked in (({}, True), (TOLD, False), ({"SHA1": OTHER.sha1}, True)):
        with pytest.raises(ApplyFailed, match="not sent"):
            web_device.pin(GOOD, told, None, checked)
