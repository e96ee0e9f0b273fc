# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_notify against an SMTP server that others wrote: STARTTLS, TLS, logins, refusals, and what does not hold."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from integration.conftest import StartLab
from integration.harness import Tasks
from integration.mails import Mailbox, free_port

from lab.certificates import HERE, Authority

PASSWORD = "canary-smtp-password"
LICENSES = {
    "s1": {"changed": True, "reason": "its information differs", "license": {"status": "valid", "days_left": 200}},
    "s2": {"license": {"status": "expired", "days_left": -3}},
}


def authenticated(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


class Smtp:
    """A server, and the tasks that mail to it."""

    def __init__(self, tasks: Tasks, directory: Path, *, tls: str) -> None:
        self.tasks, self.mailbox, self.tls = tasks, Mailbox(), tls
        authority = Authority()
        key, certificate = authority.server("mail", "good", HERE)
        (directory / "mail.pem").write_text(key + certificate)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(directory / "mail.pem")
        self.ca = directory / "ca.pem"
        self.ca.write_text(authority.pem)
        keys: dict[str, Any] = {"authenticator": authenticated, "hostname": HERE, "port": free_port()}
        if tls == "tls":
            self.controller = Controller(self.mailbox, ssl_context=context, auth_require_tls=False, **keys)
        elif tls == "starttls":
            self.controller = Controller(self.mailbox, tls_context=context, require_starttls=True, **keys)
        else:
            self.controller = Controller(self.mailbox, **keys)

    def __call__(self, *, check: bool = False, mail: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        given = {
            "to": ["noc@example.net"],
            "sender": "controller@example.net",
            "server": "127.0.0.1",
            "port": self.port,
            "tls": self.tls,
            "ca_path": str(self.ca),
            **(mail or {}),
        }
        result = self.tasks("ips_notify", {"licenses": LICENSES, "mail": given, **more}, check=check)
        assert "canary" not in json.dumps(result).lower()
        assert self.tasks.journal == []  # no sensor is asked
        return result

    @property
    def port(self) -> int:
        return int(self.controller.port)


@pytest.fixture
def smtp(request: pytest.FixtureRequest, lab: StartLab, tmp_path: Path) -> Iterator[Smtp]:
    made = Smtp(Tasks(lab({"name": "s1", "kind": "ips"}), tmp_path, "s1"), tmp_path, tls=request.param)
    made.controller.start()
    try:
        yield made
    finally:
        made.controller.stop()


each_tls = pytest.mark.parametrize("smtp", ["starttls", "tls"], indirect=True)


@each_tls
def test_rule_11_the_result_is_mailed_over_tls_to_addresses_with_commas_between_them(smtp: Smtp) -> None:
    login = {"username": "controller", "to": ["noc@example.net, a@example.net", "b@example.net"]}
    foretold = smtp(check=True, mail=login, mail_password=PASSWORD)
    assert foretold["changed"] and smtp.mailbox.mails == []
    done = smtp(mail=login, mail_password=PASSWORD)
    assert done["changed"] and done["mailed_to"] == foretold["mailed_to"], done
    ((to, mail),) = smtp.mailbox.mails
    assert to == ["noc@example.net", "a@example.net", "b@example.net"]
    assert mail["Subject"] == "Cisco IPS sensors: 2 notices, 1 to look at"
    assert mail.get_payload().splitlines() == [
        "! s2: the status of its licence is expired",
        "  s1: a licence was applied: its information differs",
    ]
    assert [each["event"] for each in done["notifications"]] == ["license_expiry", "license_job"]


@each_tls
def test_a_mail_that_is_not_taken_is_a_failure_that_still_has_the_notices(smtp: Smtp, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(Authority().pem)
    for mail, password, said in (
        ({"username": "controller"}, "canary-wrong", "refused the login"),
        ({"to": ["unknown@example.net"]}, None, "no such mailbox"),
        ({"ca_path": str(other)}, None, "is not accepted"),
        ({"port": 1}, None, "refused"),
    ):
        failed = smtp(mail=mail, **({"mail_password": password} if password else {}))
        assert failed["failed"] and said in failed["msg"], failed["msg"]
        assert len(failed["notifications"]) == 2 and failed["device_state"] == "unchanged"
    assert smtp.mailbox.mails == []
    some = smtp(mail={"to": ["unknown@example.net", "noc@example.net"]})
    assert some["mailed_to"] == ["noc@example.net"] and "unknown@example.net" in some["warnings"][0]


@pytest.mark.parametrize("smtp", ["none"], indirect=True)
def test_without_tls_no_password_goes_and_a_server_without_starttls_is_named(smtp: Smtp) -> None:
    refused = smtp(mail={"username": "controller"}, mail_password=PASSWORD)
    assert refused["failed"] and "over TLS only" in refused["msg"]
    without = smtp(mail={"tls": "starttls"})
    assert without["failed"] and "does not offer" in without["msg"]
    assert smtp()["changed"] and len(smtp.mailbox.mails) == 1


@pytest.mark.parametrize("smtp", ["none"], indirect=True)
def test_nothing_to_tell_is_no_mail_and_wrong_addresses_are_named_at_once(smtp: Smtp) -> None:
    quiet = smtp(notify_on=["available"])
    assert not quiet["changed"] and quiet["notifications"] == [] and quiet["mailed_to"] == []
    wrong = smtp(mail={"to": ["a@b\nBcc: x@y.z"], "sender": "nothing", "port": 0})
    assert [error.partition(":")[0] for error in wrong["errors"]] == ["mail.to", "mail.sender", "mail.port"]
    assert smtp.mailbox.mails == []
