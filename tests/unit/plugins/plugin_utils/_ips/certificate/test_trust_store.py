# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The trust store: files that are the truth, an index that can be lost, writers that do not lose each other's work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.status import seen_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore, file_name

from .minted import NOW, minted

ROOT = Path(__file__).parents[6]
GOOD, OTHER = minted(), minted("10.0.0.6")
HOST, PORT = "10.0.0.5", 443


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "trust", wait=0.3)


def test_nothing_is_made_before_something_is_written(store: TrustStore, tmp_path: Path) -> None:
    assert (store.get(HOST, PORT), store.seen(HOST, PORT), store.names()) == (None, None, [])
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_one_file_and_is_found_again(store: TrustStore, tmp_path: Path) -> None:
    assert store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    entry = store.get(HOST, PORT)
    assert entry is not None
    assert (entry.certificate, entry.source, entry.fetched_at) == (GOOD, "ssh-verified", "2026-11-28T12:00:00Z")
    assert (tmp_path / "trust" / "10.0.0.5_443.pem").read_text() == GOOD.pem
    assert (tmp_path / "trust").stat().st_mode & 0o077 == 0
    assert store.names() == ["10.0.0.5_443.pem"]


def test_the_same_again_changes_no_file(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "trust").iterdir()}
    assert not store.put(HOST, PORT, GOOD, "ssh-verified", NOW + timedelta(days=1))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "trust").iterdir()} == before


def test_changed_is_decided_on_the_bytes_and_not_on_the_text(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    path = tmp_path / "trust" / "10.0.0.5_443.pem"
    path.write_text("subject=CN=10.0.0.5\n" + GOOD.pem.replace("\n", "\r\n"))
    assert not store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    assert store.put(HOST, PORT, OTHER, "ssh-verified", NOW)


def test_a_file_that_was_put_there_by_hand_counts(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    (tmp_path / "trust" / "10.0.0.5_443.pem").write_text(OTHER.pem)
    entry = store.get(HOST, PORT)
    assert entry is not None
    assert (entry.certificate, entry.source) == (OTHER, "manual")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"10.0.0.5_443.pem": 5, "../x": {}}', "[" * 100_000])
def test_a_spoilt_index_is_made_again(store: TrustStore, tmp_path: Path, text: str) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    (tmp_path / "trust" / "index.json").write_text(text)
    entry = store.get(HOST, PORT)
    assert entry is not None
    assert entry.certificate == GOOD
    assert store.rebuild(NOW) == 1
    index = json.loads((tmp_path / "trust" / "index.json").read_text())
    assert index["10.0.0.5_443.pem"]["sha256"] == GOOD.sha256


def test_what_was_seen_is_remembered(store: TrustStore) -> None:
    store.note(HOST, PORT, seen_now(GOOD, "", NOW))
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    seen = store.seen(HOST, PORT)
    assert seen is not None
    assert (seen.sha1, seen.at) == (GOOD.sha1, "2026-11-28T12:00:00Z")


def test_the_index_of_a_large_fleet_is_kept(store: TrustStore, tmp_path: Path) -> None:
    store.put("10.0.0.5", 443, minted(), "ssh-verified", NOW)
    (path,) = tmp_path.rglob("index.json")
    (row,) = json.loads(path.read_text()).values()
    many = {f"10.{number // 250}.1.{number % 250}_443.pem": row for number in range(5000)}
    path.write_text(json.dumps(many, indent=1))
    store.put("10.0.0.6", 443, minted(), "ssh-verified", NOW)
    assert len(json.loads(path.read_text())) == 5001


def test_a_file_that_holds_another_thing_is_named(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    (tmp_path / "trust" / "10.0.0.5_443.pem").write_text("no certificate")
    with pytest.raises(ValidationFailed, match=r"10\.0\.0\.5_443\.pem"):
        store.get(HOST, PORT)
    assert store.put(HOST, PORT, GOOD, "ssh-verified", NOW)  # which repairs it


def test_a_link_is_not_followed(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    path = tmp_path / "trust" / "10.0.0.5_443.pem"
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(ValidationFailed, match=r"10\.0\.0\.5_443\.pem"):
        store.get(HOST, PORT)


def test_removing_forgets_the_file_and_the_entry(store: TrustStore) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    assert store.remove(HOST, PORT)
    assert not store.remove(HOST, PORT)
    assert (store.get(HOST, PORT), store.seen(HOST, PORT)) == (None, None)


@pytest.mark.parametrize("host", ["../x", "a/b", "", ".hidden", "a b", "a\nb", "x" * 300, "a..b"])
def test_no_name_leads_out_of_the_folder(host: str) -> None:
    with pytest.raises(ValueError, match="name of a file"):
        file_name(host, 443)


def test_a_full_disk_leaves_what_was_there(store: TrustStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValidationFailed, match="No space left"):
        store.put(HOST, PORT, OTHER, "ssh-verified", NOW)
    monkeypatch.undo()
    entry = store.get(HOST, PORT)
    assert entry is not None
    assert entry.certificate == GOOD
    assert sorted(path.name for path in (tmp_path / "trust").iterdir()) == [".lock", "10.0.0.5_443.pem", "index.json"]


WRITER = """
import sys, pathlib
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import from_pem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now

folder, pem, first, count = sys.argv[1:]
certificate = from_pem(pathlib.Path(pem).read_text())
store = TrustStore(pathlib.Path(folder))
for number in range(int(first), int(first) + int(count)):
    store.put(f"10.0.1.{number}", 443, certificate, "ssh-verified", utc_now())
    store.put("10.0.0.5", 443, certificate, "ssh-verified", utc_now())  # all write this one
"""
HOLDER = """
import sys, pathlib, fcntl, os
number = os.open(pathlib.Path(sys.argv[1]) / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(number, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def process(code: str, *arguments: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "build" / "collections")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_write_at_once_lose_nothing(store: TrustStore, tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(GOOD.pem)
    writers = [process(WRITER, tmp_path / "trust", tmp_path / "a.pem", 10 * number, 10) for number in range(5)]
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == ""
    expected = sorted([f"10.0.1.{number}_443.pem" for number in range(50)] + ["10.0.0.5_443.pem"])
    assert store.names() == expected
    index = json.loads((tmp_path / "trust" / "index.json").read_text())
    assert sorted(index) == expected
    assert {about["sha256"] for about in index.values()} == {GOOD.sha256}


def test_a_lock_that_is_held_ends_the_wait_and_a_dead_holder_gives_it_up(store: TrustStore, tmp_path: Path) -> None:
    store.put(HOST, PORT, GOOD, "ssh-verified", NOW)
    holder = process(HOLDER, tmp_path / "trust")
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        started = time.monotonic()
        with pytest.raises(ValidationFailed, match="locked by another process"):
            store.put(HOST, PORT, OTHER, "ssh-verified", NOW)
        assert time.monotonic() - started < 5
        entry = store.get(HOST, PORT)
        assert entry is not None  # readers need no lock
    finally:
        holder.kill()
        holder.communicate()
    assert store.put(HOST, PORT, OTHER, "ssh-verified", NOW)
