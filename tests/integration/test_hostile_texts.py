# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hostile system says reaches no terminal raw: every state module, with a device whose words move cursors, forge lines, turn
texts around and repeat the password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.contract_rows import ROWS, Row, image_file
from integration.harness import Tasks

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import waiting
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import FREE_TEXT
from lab.iosxr import session as router_session
from lab.sdwan import hosting
from lab.server import Lab
from lab.srx import session as firewall_session

PASSWORD = "CANARY  lab  word"  # two blanks each: joining them would hide it from whoever looks for it
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u2066\u200b\x9b31m\r\nFORGED: ok\r\n\u2028FORGED: ok\x00\x7f"


def _words(fill: int) -> str:
    """fill: characters before the password, so that it lies across the edge of a cut."""
    return f"no {HOSTILE} for {PASSWORD} {'x' * fill}{PASSWORD} or {PASSWORD.replace(' ', chr(10))}"


def _unseen(text: str) -> list[str]:
    return [char for char in text if not char.isprintable() and char not in "\n\t"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _checked(result: dict[str, Any], printed: str) -> None:
    """Neither the free texts of a result nor what was printed."""
    texts = [text for key in sorted(FREE_TEXT & result.keys()) for text in _texts(result[key])]
    for text in [*texts, printed]:
        assert _unseen(text) == []
        assert not [line for line in text.splitlines() if line.lstrip().startswith("FORGED")]
        assert not re.search(r"CANA|lab\s+word|\blab\b.{0,3}$", text)
    for problem in result.get("problems", ()):
        assert len(problem["device_text"]) <= 501


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress from the first second, each line."""
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(waiting, "EVERY_SECONDS", 0.0)


def _run(row: Row, lab: Callable[..., Lab], directory: Path, fault: dict[str, Any]) -> dict[str, Any]:
    devices = [{**device, "password": PASSWORD} for device in row.devices("start")]
    started = lab(*devices)
    row.prepare(started, "start")
    started.add_fault(row.host, fault)
    tasks = Tasks(started, directory, row.host)
    files = {"{{ image }}": image_file(directory)}
    options = {
        name: files.get(value, value) if isinstance(value, str) else value for name, value in row.options.items()
    }
    return tasks(row.module, {**options, "progress": True})


TERMINALS = [row for row in ROWS if row.module.startswith(("iosxr", "srx"))]
SYSTEMS = [row for row in ROWS if row.module.startswith("sdwan")]
WRITES = {
    "iosxr_span": "^(configure|commit)",
    "srx_flow_monitor": "^monitor security flow (file|filter|start)",
}


@pytest.mark.parametrize("fill", [0, 330])
@pytest.mark.parametrize("row", TERMINALS, ids=str)
def test_a_command_line_that_refuses_with_hostile_words(
    row: Row,
    fill: int,
    lab: Callable[..., Lab],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
    talkative: None,
) -> None:
    said = _words(fill).encode("utf-8", "replace").decode()
    monkeypatch.setattr(router_session, "NOT_AUTHORIZED", f"% This command is not authorized {said}")
    monkeypatch.setattr(firewall_session, "DENIED", f"error: permission denied: {said} {{}}")
    at = WRITES.get(row.module, "^(configure|set|delete|commit)")
    result = _run(row, lab, tmp_path, {"name": "not_authorized", "at": at})
    assert result["failed"]
    _checked(result, "".join(capfd.readouterr()))


@pytest.mark.parametrize("fill", [0, 330])
@pytest.mark.parametrize("row", SYSTEMS, ids=str)
def test_a_rest_system_that_refuses_with_hostile_words(
    row: Row, fill: int, lab: Callable[..., Lab], tmp_path: Path, capfd: Any, talkative: None
) -> None:
    fault = {"name": "error_in_200", "at": "^(PUT|DELETE|POST) (?!.*login)", "code": 7, "text": _words(fill)}
    result = _run(row, lab, tmp_path, fault)
    assert result["failed"]
    assert "error 7" in result["msg"]
    _checked(result, "".join(capfd.readouterr()))


@pytest.mark.parametrize("fill", [0, 450])
@pytest.mark.parametrize("fails", [False, True])
def test_a_job_whose_status_is_hostile(
    fails: bool,
    fill: int,
    lab: Callable[..., Lab],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
    talkative: None,
) -> None:
    (row,) = [row for row in ROWS if row.module == "sdwan_hosted_firewall"]
    monkeypatch.setattr(hosting, "PHASES", (_words(fill), "booting"))
    fault = {"name": "job_fails" if fails else "slow_answer", "at": "^no " if fails else "nothing"}
    result = _run(row, lab, tmp_path, fault)
    printed = "".join(capfd.readouterr())
    assert result.get("failed", False) is fails
    assert fails or "owned" in printed  # that of the device, cleaned
    _checked(result, printed)
