# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST connection against real HTTPS servers: who is trusted, every way to log in and to fail, what is tried again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from integration.rest_system import BASE, PASSWORD, Tiny, door_to

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest import api as rest
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest import session as rest_session
from lab import kinds

USER = {"username": "ops", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "tiny", Tiny)
    # Nothing of the one who runs the tests may help or hurt.
    for name in list(os.environ):
        if name.startswith("ANSIBLE_") or name.lower().endswith("_proxy") or "CA_BUNDLE" in name:
            monkeypatch.delenv(name)


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`login(lab, "edge1", **options)`: a connection that is not open yet, and trusts the lab's authority."""
    doors: list[Any] = []

    def make(lab: Any, *arguments: str, **options: Any) -> Any:
        doors.append(door_to(lab, tmp_path, *arguments, **options))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


def edge(**more: Any) -> dict[str, Any]:
    return {"name": "edge1", "kind": "tiny", **USER, **more}


def refused(door: Any) -> str:
    """The message of a login that fails: one line, no secret, unreachable for Ansible and for the engine."""
    with pytest.raises(AnsibleConnectionFailure) as caught:
        door.open()
    assert isinstance(caught.value, failures.Unreachable)
    return checked(caught.value)


def checked(error: BaseException) -> str:
    text = str(error)
    assert len(text.splitlines()) == 1
    assert "CANARY" not in text
    return text


def requests_of(lab: Any, name: str = "edge1") -> list[tuple[str, int | None]]:
    """(method and path below the base path, status) of each request that arrived."""
    entries = [entry for entry in lab.journal(name) if entry["event"] == "request"]
    return [(entry["text"].replace(BASE, ""), entry["status"]) for entry in entries]


def count(lab: Any, event: str, name: str = "edge1") -> int:
    return [entry["event"] for entry in lab.journal(name)].count(event)


# -- a session --------------------------------------------------------------------------------------------------------


def test_one_connection_carries_login_calls_and_logout(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    door.open()
    assert (door.dialect, door.base_url) == ("sdwan", f"https://127.0.0.1:{running.device('edge1').port}{BASE}")
    door.request("POST", "config/things", body={"things": {"name": "né 日本"}})
    answer = door.request("GET", "config/things", query={"filter": "page_no:2;application:a b"})
    assert answer.status == 200
    assert answer.body == {"things": [{"name": "né 日本"}], "query": {"filter": "page_no:2;application:a b"}}
    door.close()
    door.close()
    assert requests_of(running) == [
        ("POST config/login", 200),
        ("POST config/things", 200),
        ("GET config/things?filter=page_no:2;application:a%20b", 200),
        ("DELETE config/login", 200),
    ]
    assert count(running, "connect") == 1
    assert running.device("edge1").device.live == set()


def test_base_path_and_version_are_options(lab, login):
    running = lab(edge(base="/proxied/nitro/v2/"))
    login(running, base_path="/proxied/nitro/{version}", api_version="v2").open()
    text = refused(login(running))
    assert "HTTP 404" in text


def test_nothing_of_the_surroundings_counts(lab, login, monkeypatch, tmp_path):
    running = lab(edge())
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password CANARY-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    door = login(running)
    door.request("GET", "config/things")
    (headers,) = running.device("edge1").device.seen
    assert "Authorization" not in headers
    assert headers["Accept-Encoding"] == "identity"


def test_two_doors_at_once_have_a_session_each(lab, login):
    running = lab(edge())
    first, second = login(running), login(running)
    for door in (first, second):
        door.request("GET", "config/things")
    first.close()
    assert second.request("GET", "config/things").status == 200
    assert len(running.device("edge1").device.live) == 1


# -- who is trusted ---------------------------------------------------------------------------------------------------


def test_an_authority_that_is_not_trusted_is_refused_with_the_way_to_trust_it(lab, login):
    running = lab(edge())
    text = refused(login(running, ca_path=None))
    assert text.index("ansible_rest_ca_path") < text.index("ansible_rest_pin_sha256")
    assert text.endswith("In a lab, ansible_rest_validate_certs: false accepts any certificate, even an impostor's.")
    assert running.device("edge1").https.fingerprint in text
    assert requests_of(running) == []


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("self_signed", "the certificate is not trusted: self"),
        ("expired", "the certificate is out of date: certificate has expired"),
        ("wrong_name", "the certificate is for another name"),
    ],
)
def test_each_bad_certificate_is_refused_before_the_password_is_sent(lab, login, tls, said):
    running = lab(edge(tls=tls))
    text = refused(login(running))
    assert said in text
    assert text.index("ansible_rest_pin_sha256") < text.index("ansible_rest_validate_certs")
    assert text.index("ansible_rest_ca_path") < text.index("ansible_rest_pin_sha256")
    assert requests_of(running) == []
    fingerprint = running.device("edge1").https.fingerprint
    login(running, pin_sha256=fingerprint).open()
    login(running, validate_certs=False).open()


def test_the_other_name_of_a_certificate_may_be_named(lab, login):
    running = lab(edge(tls="wrong_name"))
    login(running, server_name="another.example").open()
    assert "another name" in refused(login(running, server_name="third.example"))


def test_a_self_signed_certificate_is_its_own_authority(lab, login, tmp_path):
    running = lab(edge(tls="self_signed"))
    own = tmp_path / "own.pem"
    own.write_text(running.device("edge1").https.certificate)
    assert "certificate" in refused(login(running))
    login(running, ca_path=str(own)).open()
    assert requests_of(running, "edge1") != []


def test_a_pin_is_exactly_that_certificate(lab, login):
    running = lab(edge(), edge(name="edge2"))
    fingerprint = running.device("edge1").https.fingerprint
    colons = "SHA256:" + ":".join(re.findall("..", fingerprint.upper()))
    login(running, pin_sha256=colons, ca_path=None).open()
    for more in ({}, {"validate_certs": False}):
        text = refused(login(running, "edge2", pin_sha256=fingerprint, **more))
        assert running.device("edge2").https.fingerprint in text
        assert "ansible_rest_pin_sha256" in text
    assert requests_of(running, "edge2") == []
    assert "64 hexadecimal digits" in refused(login(running, pin_sha256="12:34"))


def test_the_authority_beside_the_inventory_is_found(lab, login, tmp_path):
    running = lab(edge())
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    door = login(running, ca_path=None, inventory_dir=str(inventory))
    assert "not trusted" in refused(door)
    (inventory / "ca.pem").write_text(running.ca_pem())
    login(running, ca_path=None, inventory_dir=str(inventory)).open()
    (inventory / "ca.txt").write_text("nothing")
    assert "holds no certificate" in refused(login(running, ca_path=None, inventory_dir=str(inventory)))
    assert "cannot be read: No such file" in refused(login(running, ca_path=str(inventory / "none")))


def test_client_certificates(lab, login, tmp_path):
    running = lab(edge(client_ca="lab"))
    text = refused(login(running))
    assert "ansible_rest_client_cert" in text
    key, certificate = running.authority.client("controller")
    (tmp_path / "client.key").write_text(key)
    (tmp_path / "client.pem").write_text(certificate)
    shown = {"client_cert": str(tmp_path / "client.pem"), "client_key": str(tmp_path / "client.key")}
    login(running, **shown).open()
    (tmp_path / "both.pem").write_text(key + certificate)
    login(running, client_cert=str(tmp_path / "both.pem")).open()
    assert "cannot be used with its key" in refused(login(running, client_cert=str(tmp_path / "client.pem")))
    assert "cannot be read" in refused(login(running, client_cert="/nowhere"))
    assert "needs ansible_rest_client_cert" in refused(login(running, client_key=str(tmp_path / "client.key")))


def test_an_encrypted_key_asks_no_terminal(lab, login, tmp_path):
    running = lab(edge(client_ca="lab"))
    key, certificate = running.authority.client("controller")
    (tmp_path / "client.pem").write_text(certificate)
    phrase = "CANARY-phrase"
    command = ["openssl", "pkcs8", "-topk8", "-passout", f"pass:{phrase}", "-out", tmp_path / "client.key"]
    subprocess.run(command, input=key.encode(), check=True)
    shown = {"client_cert": str(tmp_path / "client.pem"), "client_key": str(tmp_path / "client.key")}
    login(running, **shown, client_key_passphrase=phrase).open()
    assert "ansible_rest_client_key_passphrase" in refused(login(running, **shown))


# -- logging in -------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_said_without_it_even_if_the_device_repeats_it(lab, login):
    running = lab(edge())
    text = refused(login(running, password="CANARY-wrong"))
    assert "authentication of user ops failed (HTTP 401)" in text
    assert "no such user or password: ops/********" in text
    assert "ansible_password" in text
    assert requests_of(running) == [("POST config/login", 401)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"remote_user": None}, "set ansible_user"),
        ({"password": None}, "set ansible_password"),
        ({"network_os": None}, "set ansible_network_os"),
        ({"network_os": "citrix.sdwan.centre"}, "near: citrix.sdwan.center"),
        ({"host": "https://edge1/"}, "Check ansible_host: it has no https://"),
        ({"port": 0}, "port 0 is not between"),
        ({"proxy": "proxy.example"}, "ansible_rest_proxy"),
        ({"base_path": "/../x"}, "is not a path of a URL"),
        ({"read_timeout": 0}, "must be more than 0"),
        ({"host": "no-such-host.invalid"}, "cannot be resolved"),
        ({"proxy": "http://eve:CANARY-proxy@127.0.0.1:9"}, "the proxy 127.0.0.1:9 does not connect to it"),
    ],
)
def test_each_wrong_option_is_named(lab, login, options, said):
    assert said in refused(login(lab(edge()), **options))


def test_what_listens_may_not_be_what_is_looked_for(lab, login):
    running = lab(edge(faults=[{"name": "refuse", "how": "refused"}]))
    assert "connection refused: nothing listens there" in refused(login(running))
    running.clear_faults("edge1")
    running.add_fault("edge1", {"name": "garbage_body", "at": "login"})
    text = refused(login(running))
    assert "not JSON (text/html; charset=utf-8): 'Log in Please log in'" in text
    assert "ansible_rest_base_path" in text
    running.clear_faults("edge1")
    running.add_fault("edge1", {"name": "hang_request", "at": "login"})
    assert "ansible_rest_read_timeout allows more" in refused(login(running, read_timeout=0.3))


def test_a_server_that_speaks_no_tls(lab, login):
    running = lab(edge(), {"name": "ssh1", "kind": "iosxr", "config_text": "hostname ssh1"})
    assert "does not speak TLS there. Check ansible_port" in refused(login(running, "ssh1"))


# -- calls that fail --------------------------------------------------------------------------------------------------


def test_a_forgotten_session_is_renewed_once_whatever_the_call(lab, login):
    running = lab(edge())
    door = login(running)
    for call in (("GET", None), ("POST", {"things": {"name": "one"}})):
        door.open()
        running.add_fault("edge1", {"name": "unauthorized", "at": "things", "times": 1})
        door.request(call[0], "config/things", body=call[1])
    assert running.device("edge1").device.things == ["one"]
    assert [name for name, _status in requests_of(running)].count("POST config/login") == 3
    running.add_fault("edge1", {"name": "unauthorized", "at": "things", "times": 2})
    with pytest.raises(rest.Rejected) as caught:
        door.request("GET", "config/things")
    assert caught.value.status == 401
    assert requests_of(running)[-3:] == [
        ("GET config/things", 401),
        ("POST config/login", 200),
        ("GET config/things", 401),
    ]


def test_a_login_that_fails_in_the_middle_is_no_unreachable_host(lab, login):
    running = lab(edge())
    door = login(running)
    door.request("GET", "config/things")
    running.add_fault("edge1", "wrong_password")
    running.add_fault("edge1", {"name": "unauthorized", "at": "things", "times": 1})
    with pytest.raises(failures.Dropped) as caught:
        door.request("POST", "config/things", body={})
    assert "while logging in again" in checked(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_only_what_is_safe_is_tried_again(lab, login, status):
    running = lab(edge())
    door = login(running)
    fault = {"name": "http_status", "at": "things", "status": status, "times": 3}
    running.add_fault("edge1", fault)
    assert door.request("GET", "config/things").status == 200
    assert [code for _name, code in requests_of(running)] == [200, status, status, status, 200]
    for method, safe, tries in (("POST", None, 1), ("POST", True, 4), ("GET", False, 1), ("GET", None, 4)):
        before = len(requests_of(running))
        running.clear_faults("edge1")
        running.add_fault("edge1", {**fault, "times": 9})
        with pytest.raises(rest.Rejected) as caught:
            door.request(method, "config/things", body={}, safe=safe)
        assert (caught.value.status, caught.value.code, caught.value.text) == (status, status, "Out of order")
        assert len(requests_of(running)) - before == tries
    assert running.device("edge1").device.things == []


@pytest.mark.parametrize("status", [400, 403, 404, 405, 415])
def test_a_refusal_is_not_tried_again(lab, login, status):
    running = lab(edge())
    door = login(running)
    running.add_fault("edge1", {"name": "http_status", "at": "things", "status": status, "times": 1})
    with pytest.raises(rest.Rejected) as caught:
        door.request("GET", "config/things")
    assert caught.value.status == status
    assert checked(caught.value).startswith(
        f"127.0.0.1: GET config/things was refused with HTTP {status}, error {status}"
    )


def test_retry_after_is_kept_and_too_much_of_it_is_refused(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    fault = {"name": "http_status", "at": "things", "status": 503, "times": 1}
    running.add_fault("edge1", {**fault, "retry_after": 1})
    started = time.monotonic()
    door.request("GET", "config/things")
    assert 1 <= time.monotonic() - started < 30
    running.add_fault("edge1", {**fault, "retry_after": 3600})
    started = time.monotonic()
    with pytest.raises(rest.Rejected, match="asks for a retry in 3600 s"):
        door.request("GET", "config/things")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("name", ["reset", "lost_answer"])
def test_a_lost_link_is_tried_again_for_reads_and_said_for_writes(lab, login, name):
    running = lab(edge())
    door = login(running)
    door.open()
    running.add_fault("edge1", {"name": name, "at": "things", "times": 2})
    assert door.request("GET", "config/things").status == 200
    running.add_fault("edge1", {"name": name, "at": "things", "times": 1})
    with pytest.raises(failures.Dropped) as caught:
        door.request("POST", "config/things", body={"things": {"name": "one"}})
    assert "What the device did with it is unknown." in checked(caught.value)
    assert running.device("edge1").device.things == (["one"] if name == "lost_answer" else [])
    assert door.request("GET", "config/things").status == 200


def test_one_call_at_a_time(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(door.request, "GET", "config/things", query={"sleep": "0.1"}) for _call in range(3)]
        assert [call.result(20).status for call in calls] == [200, 200, 200]
    assert running.device("edge1").device.busiest == 1
    assert count(running, "connect") == 1


def test_an_error_inside_200_is_a_refusal_with_its_code(lab, login):
    running = lab(edge())
    door = login(running)
    running.add_fault("edge1", {"name": "error_in_200", "at": "things", "code": 1200, "text": "Package\n locked"})
    with pytest.raises(rest.Rejected) as caught:
        door.request("PUT", "config/things", body={})
    assert (caught.value.status, caught.value.code, caught.value.text) == (200, 1200, "Package locked")
    assert (caught.value.method, caught.value.path) == ("PUT", "config/things")


def test_silence_names_the_option_and_is_not_waited_for_twice(lab, login):
    running = lab(edge())
    door = login(running, read_timeout=1.0)
    door.open()
    running.add_fault("edge1", {"name": "hang_request", "at": "things"})
    with pytest.raises(failures.Timeout, match="ansible_rest_read_timeout allows more") as caught:
        door.request("GET", "config/things")
    assert [call for call, _status in requests_of(running)].count("GET config/things") == 1
    assert "GET config/things within 1 s" in checked(caught.value)
    with pytest.raises(failures.Timeout) as caught:
        door.request("POST", "config/things", body={}, timeout=0.2)
    assert "within 0.2 s. What the device did with it is unknown." in checked(caught.value)


@pytest.mark.parametrize(
    ("how", "said"),
    [("html", "not JSON (text/html"), ("noise", "not JSON (application/json)"), ("truncated", "not JSON")],
)
def test_an_answer_that_is_no_json(lab, login, how, said):
    running = lab(edge())
    door = login(running)
    door.open()
    running.add_fault("edge1", {"name": "garbage_body", "at": "GET", "how": how})
    with pytest.raises(rest.Rejected) as caught:
        door.request("GET", "config/things")
    assert said in checked(caught.value)
    tries = [name for name, _status in requests_of(running)].count("GET config/things")
    assert tries == (1 if how == "html" else 4), "a page is what that server says; spoilt JSON may come better"


def test_a_huge_answer_is_not_read_to_its_end(lab, login, monkeypatch):
    monkeypatch.setattr(rest_session, "LARGEST_ANSWER", 1 << 20)
    running = lab(edge())
    door = login(running)
    running.add_fault(
        "edge1", {"name": "garbage_body", "at": "things", "how": "huge", "bytes": 50_000_000_000, "times": 1}
    )
    started = time.monotonic()
    with pytest.raises(rest.Rejected, match="more than 1 MiB"):
        door.request("GET", "config/things")
    assert time.monotonic() - started < 30
    assert door.request("GET", "config/things").status == 200


@pytest.mark.parametrize(
    ("text", "times"),
    [(b"[", 100_000), (b'"\\ud800"', 1), (b"NaN", 1), (b"1", 5000), (b'{"a": 1} x', 1), (b"\xff\xfe", 1)],
)
def test_hostile_json_is_no_answer(lab, login, text, times):
    door = login(lab(edge()), retries=0)
    with pytest.raises(rest.Rejected, match="not JSON"):
        door.request("GET", "config/raw", query={"hex": text.hex(), "times": str(times)})


@pytest.mark.parametrize(("text", "body"), [(b"", None), (b" \n", None), (b"null", None), (b"[]", []), (b"7", 7)])
def test_small_answers(lab, login, text, body):
    assert login(lab(edge())).request("GET", "config/raw", query={"hex": text.hex()}).body == body


def test_redirects_are_not_followed(lab, login):
    door = login(lab(edge()))
    with pytest.raises(rest.Rejected, match=r"a redirect to https://192\.0\.2\.1/login, which is not followed"):
        door.request("GET", "config/moved")


@pytest.mark.parametrize("path", ["/config/login", "../x", "config/%2e%2E/x", "a b", "x?y=1", "x#y", "http://x/\n", ""])
def test_a_path_that_leads_elsewhere_is_not_sent(lab, login, path):
    running = lab(edge())
    door = login(running)
    with pytest.raises(failures.ApplyFailed, match="was not sent"):
        door.request("GET", path)
    assert [name for name, _status in requests_of(running) if "login" not in name] == []


def test_a_restart_is_dropped_at_once_and_survived(lab, login):
    running = lab(edge())
    door = login(running)
    door.request("GET", "config/things")
    running.call(running.device("edge1").device.forget)
    running.add_fault("edge1", {"name": "reset", "at": ".", "times": 1})
    with pytest.raises(failures.Dropped):
        door.request("GET", "config/things", expect_down=True)
    running.add_fault("edge1", {"name": "refuse", "how": "refused"})
    for _poll in range(2):
        with pytest.raises(failures.Dropped, match="connection refused"):
            door.request("GET", "config/things", expect_down=True)
    running.clear_faults("edge1")
    assert door.request("GET", "config/things", expect_down=True).status == 200


# -- uploads ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / 'pa-vm "100".qcow2'
    path.write_bytes(os.urandom(3_000_001))
    return path


def test_an_upload_arrives_with_its_fields_and_tells_how_far_it_is(lab, login, image):
    running = lab(edge())
    told: list[tuple[int, int]] = []
    answer = login(running).upload(
        "config/inbox",
        str(image),
        field="file",
        query={"action": "file_upload"},
        fields={"vendor": "Palo Alto"},
        progress=lambda sent, size: told.append((sent, size)),
    )
    name = "pa-vm _100_.qcow2"
    assert answer.body == {"inbox": {"inbox_files": [name]}}
    assert running.device("edge1").device.uploads == [({"vendor": "Palo Alto"}, name, 3_000_001)]
    assert told == sorted(told)
    assert told[-1] == (3_000_001, 3_000_001)


def test_an_empty_file_is_a_file(lab, login, tmp_path):
    (tmp_path / "empty").touch()
    running = lab(edge())
    login(running).upload("config/inbox", str(tmp_path / "empty"), field="file")
    assert running.device("edge1").device.uploads == [({}, "empty", 0)]


@pytest.mark.parametrize("after", [0, 1_000_000])
def test_an_upload_that_is_cut_is_not_begun_again(lab, login, image, after):
    running = lab(edge())
    door = login(running)
    running.add_fault("edge1", {"name": "reset", "at": "inbox", "after_bytes": after, "times": 1})
    with pytest.raises(failures.Dropped) as caught:
        door.upload("config/inbox", str(image), field="file")
    assert re.search(r"unknown\. \d+ of 3000001 bytes of .* had been handed over", checked(caught.value))
    assert [name for name, _status in requests_of(running)].count("POST config/inbox") == 1
    assert running.device("edge1").device.uploads == []
    door.upload("config/inbox", str(image), field="file")
    assert len(running.device("edge1").device.uploads) == 1


def test_a_401_to_an_upload_means_that_it_was_not_done(lab, login, image):
    running = lab(edge())
    door = login(running)
    door.open()
    running.call(running.device("edge1").device.forget)
    door.upload("config/inbox", str(image), field="file")
    assert [size for _fields, _name, size in running.device("edge1").device.uploads] == [3_000_001]


def test_files_that_cannot_be_sent(lab, login, image, tmp_path):
    running = lab(edge())
    door = login(running)
    with pytest.raises(failures.ApplyFailed, match="cannot be read: No such file"):
        door.upload("config/inbox", str(tmp_path / "none"), field="file")
    with pytest.raises(failures.ApplyFailed, match="became shorter while it was sent"):
        door.upload("config/inbox", str(image), field="file", progress=lambda sent, _size: os.truncate(image, 600_000))
    grown = tmp_path / "grown"
    grown.write_bytes(b"x" * 600_000)

    def grow(_sent: int, _size: int) -> None:
        with grown.open("ab") as file:
            file.write(b"more")

    door.upload("config/inbox", str(grown), field="file", progress=grow)
    assert running.device("edge1").device.uploads == [({}, "grown", 600_000)]


# Peak memory of a process that uploads a file, in KiB: run with a small and a large one.
CHILD = """
import resource, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([sys.argv[1]])
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.dialects import APPLIANCE
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import dialect_table
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.login import planned
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.session import Session
options = dict(host="127.0.0.1", port=int(sys.argv[2]), remote_user="ops", password=sys.stdin.read(), ca_path=sys.argv[3],
               dialect="sdwan", validate_certs=True, timeout=5, read_timeout=20, retries=0, retry_wait=1)
session = Session(planned(options.get, dialect_table(APPLIANCE)))
answer = session.upload("config/inbox", sys.argv[4], field="file")
session.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(lab, tmp_path):
    running = lab(edge())
    (tmp_path / "ca.pem").write_text(running.ca_pem())
    peaks = []
    for size in (1 << 20, 300 << 20):
        file = tmp_path / str(size)
        with file.open("wb") as sparse:
            sparse.truncate(size)
        collections = str(Path(__file__).resolve().parents[2] / "build" / "collections")
        port = str(running.device("edge1").port)
        command = [sys.executable, "-c", CHILD, collections, port, str(tmp_path / "ca.pem"), str(file)]
        done = subprocess.run(command, input=PASSWORD, capture_output=True, text=True, timeout=60, check=True)
        peaks.append(int(done.stdout))
    assert [size for _fields, _name, size in running.device("edge1").device.uploads] == [1 << 20, 300 << 20]
    assert peaks[1] - peaks[0] < 20 * 1024


# -- raw, and what is refused -----------------------------------------------------------------------------------------


def test_raw_reads(lab, login):
    running = lab(edge())
    door = login(running, action="ansible.builtin.raw")
    code, out, err = door.exec_command("GET config/things?filter=a:b;c:d")
    assert (code, err) == (0, b"")
    assert json.loads(out) == {"things": [], "query": {"filter": "a:b;c:d"}}
    code, out, err = door.exec_command("GET config/nothing")
    assert (code, out) == (1, b"")
    assert b"HTTP 404" in err


@pytest.mark.parametrize(
    "line", ["POST config/things", "config/things", "GET", "GET a b", "GET ../x", "show version", "get x"]
)
def test_raw_does_nothing_else(lab, login, line):
    running = lab(edge())
    with pytest.raises(AnsibleError) as caught:
        login(running, action="raw").exec_command(line)
    assert len(str(caught.value).splitlines()) == 1
    assert [name for name, _status in requests_of(running) if "login" not in name] == []


@pytest.mark.parametrize("action", ["ansible.builtin.setup", "command", "ansible.builtin.copy", "wait_for_connection"])
def test_other_modules_are_refused_before_a_byte_is_sent(lab, login, action):
    running = lab(edge())
    with pytest.raises(AnsibleError) as caught:
        login(running, action=action).open()
    text = checked(caught.value)
    assert "takes mspplus.netsec.* and ansible.builtin.raw only" in text
    assert ("Set `gather_facts: false`" in text) == action.endswith("setup")
    assert running.journal("edge1") == []


def test_other_options_of_a_loops_item_are_another_session(lab, login):
    running = lab(edge(), edge(name="edge2"))
    door = login(running)
    door.request("GET", "config/things")
    options = {name: value for name, value in door.get_options().items() if not name.startswith("_")}
    door.set_options(direct=options)
    door.request("GET", "config/things")
    assert count(running, "connect") == 1
    door.set_options(direct={**options, "port": running.device("edge2").port})
    door.request("GET", "config/things")
    assert requests_of(running)[-1] == ("DELETE config/login", 200)
    assert requests_of(running, "edge2")[-1] == ("GET config/things", 200)


# -- clients of others ------------------------------------------------------------------------------------------------


def test_curl_logs_in_as_the_documented_example_does(lab, tmp_path):
    running = lab(edge())
    (tmp_path / "ca.pem").write_text(running.ca_pem())
    url = f"https://127.0.0.1:{running.device('edge1').port}{BASE}config"
    jar = str(tmp_path / "cookies.txt")

    def curl(*arguments: str) -> Any:
        command = ["curl", "-sS", "-m", "20", "--cacert", str(tmp_path / "ca.pem"), *arguments]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    body = json.dumps({"login": USER})
    assert curl(f"{url}/things")["errorcode"] == 401
    curl("-c", jar, "-X", "POST", "-H", "Content-Type: application/json", "-d", body, f"{url}/login")
    assert curl("-b", jar, "-X", "GET", f"{url}/things")["things"] == []
    assert curl("-b", jar, "-F", f"file=@{tmp_path / 'ca.pem'}", f"{url}/inbox")["inbox"]["inbox_files"] == ["ca.pem"]
    curl("-b", jar, "-X", "DELETE", f"{url}/login")
    assert curl("-b", jar, f"{url}/things")["errorcode"] == 401
    logins = [entry for entry in running.journal("edge1") if entry["text"] == f"POST {BASE}config/login"]
    assert [entry["body"] for entry in logins] == [{"login": {"username": "ops", "password": "********"}}]
