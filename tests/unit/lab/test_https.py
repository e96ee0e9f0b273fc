# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTPS of the lab without a network: certificates, masks of the journal, keys of the specification."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from lab import inventory
from lab.certificates import KINDS, Authority, fingerprint, server_context
from lab.https import SECRET_KEYS, masked
from lab.journal import Journal
from lab.server import Lab
from lab.spec import SpecError, load

pytestmark = pytest.mark.usefixtures("toaster")


def device(**more: Any) -> dict[str, Any]:
    return {"name": "bread1", "kind": "toaster", **more}


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """A handshake in memory. Raises what the client says."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _flight in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    theirs.write(b"x")
    assert ours.read(1) == b"x"


@pytest.mark.parametrize(
    ("kind", "said"),
    [("good", None), ("expired", "has expired"), ("wrong_name", "mismatch"), ("self_signed", "self.signed")],
)
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_each_certificate_is_as_good_as_it_says(kind: str, said: str | None, name: str) -> None:
    authority = Authority()
    key, certificate = authority.server("bread1", kind)
    client = ssl.create_default_context(cadata=authority.pem)
    if said is None:
        shaken(server_context(key, certificate), client, name)
        return
    with pytest.raises(ssl.SSLCertVerificationError, match=said):
        shaken(server_context(key, certificate), client, name)


def test_every_kind_of_certificate_is_tried_above() -> None:
    assert set(KINDS) == {"good", "expired", "wrong_name", "self_signed"}


def test_a_server_may_want_a_certificate_of_its_authority(tmp_path: Path) -> None:
    authority = Authority()
    server = server_context(*authority.server("bread1", "good"), client_ca=authority.pem)
    client = ssl.create_default_context(cadata=authority.pem)
    with pytest.raises(ssl.SSLError):
        shaken(server, client, "localhost")
    (tmp_path / "client.pem").write_text("".join(authority.client("controller")))
    client.load_cert_chain(tmp_path / "client.pem")
    shaken(server, client, "localhost")


def test_certificates_are_kept_with_the_state_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first, second = Authority(tmp_path), Authority(tmp_path)
    assert first.server("bread1", "good") == second.server("bread1", "good")
    assert first.server("bread1", "good") != first.server("bread1", "expired")
    assert first.pem == second.pem == (tmp_path / "ca.pem").read_text()
    for secret in ("ca.key", "bread1.good.pem"):
        assert (tmp_path / secret).stat().st_mode & 0o777 == 0o600
    authority = x509.load_pem_x509_certificate(first.pem.encode())
    leaf = x509.load_pem_x509_certificate(second.server("bread1", "good")[1].encode())
    leaf.verify_directly_issued_by(authority)
    assert len(fingerprint(first.pem)) == 64


def test_secrets_of_a_body_are_masked_at_every_depth() -> None:
    body = {"login": {"Password": "p", "username": "u"}, "vms": [{"vm_auth_key": "k", "auth_code": "", "x": [1, None]}]}
    assert masked(body, SECRET_KEYS) == {
        "login": {"Password": "********", "username": "u"},
        "vms": [{"vm_auth_key": "********", "auth_code": "", "x": [1, None]}],
    }


def test_a_request_is_in_the_journal_at_once_and_in_its_file_when_it_is_done(tmp_path: Path) -> None:
    journal = Journal("bread1", tmp_path)
    entry = journal.begin("request", "GET /x", 3)
    journal.add("fault", "hang_request GET /x", 3)
    assert journal.entries[0] is entry
    journal.done(entry, status=200, bytes=0)
    journal.close()
    lines = [json.loads(line) for line in (tmp_path / "bread1.jsonl").read_text().splitlines()]
    assert [(line["event"], line.get("status")) for line in lines] == [("fault", None), ("request", 200)]
    assert journal.entries[0]["status"] == 200


def test_keys_of_the_specification(tmp_path: Path) -> None:
    (spec,) = load({"devices": [device()]})
    assert (spec.tls, spec.client_ca) == ("good", "")
    (tmp_path / "clients.pem").write_text("-----BEGIN\nx\n")
    (tmp_path / "spec.yml").write_text(yaml.safe_dump({"devices": [device(tls="expired", client_ca="clients.pem")]}))
    (spec,) = load(tmp_path / "spec.yml")
    assert (spec.tls, spec.client_ca) == ("expired", "-----BEGIN\nx\n")
    assert load({"devices": [device(client_ca="lab")]})[0].client_ca == "lab"
    for more, words in (({"tls": "rusty"}, "unknown certificate 'rusty'"), ({"client_ca": "none.pem"}, "none.pem")):
        with pytest.raises(SpecError, match=words):
            load({"devices": [device(**more)]})


def test_the_inventory_leads_to_the_authority_of_the_lab(tmp_path: Path) -> None:
    lab = Lab({"devices": [device(port=8443)]})
    known_hosts = inventory.write(lab, tmp_path / "hosts.yml")
    assert known_hosts.read_text() == ""
    assert (tmp_path / "hosts.ca.txt").read_text() == lab.ca_pem()
    written = yaml.safe_load((tmp_path / "hosts.yml").read_text())["all"]["children"]["toaster"]
    assert written["vars"] == {
        "ansible_connection": "mspplus.netsec.rest",
        "ansible_host": "127.0.0.1",
        "ansible_rest_ca_path": "{{ inventory_dir }}/hosts.ca.txt",
        "ansible_rest_dialect": "sdwan",
    }
    assert written["hosts"]["bread1"] == {"ansible_port": 8443, "ansible_user": "lab", "ansible_password": "lab"}
