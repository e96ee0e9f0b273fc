# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sensors of the lab for the tests of the IPS wing: their specification, tasks on one of them, what it was sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from integration.harness import Tasks

from lab.server import Lab

PASSWORD = "CANARY-lab-password"
OLD_TLS = {"ips_https_tls_min_version": "TLSv1", "ips_https_tls_ciphers": "DEFAULT@SECLEVEL=0"}


def sensor(name: str = "s1", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "ips", "password": PASSWORD, **more}


class SensorTasks:
    """`tasks(module, options, check=..., **variables)` on one sensor; no result holds a password."""

    def __init__(self, lab: Lab, directory: Path, host: str = "s1") -> None:
        self.lab, self.host = lab, host
        self.device = lab.device(host).device
        self.state_dir = directory / "inventory" / ".netsec_state"
        self._tasks = Tasks(lab, directory, host)

    def __call__(self, module: str, options: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        result = self._tasks(f"ips_{module}", options or {}, **more)
        assert "canary" not in json.dumps(result).lower()
        return result

    @property
    def commands(self) -> list[str]:
        return [entry["text"].strip() for entry in self._tasks.journal if entry["event"] == "command"]

    @property
    def requests(self) -> list[str]:
        """What was asked of the web server."""
        return [entry["text"] for entry in self._tasks.journal if entry["event"] == "request"]

    @property
    def mark(self) -> int:
        """How long the journal is."""
        return len(self._tasks.journal)

    def events(self, since: int = 0) -> list[str]:
        """What it noticed behind so many entries of the journal, but that an earlier session ended."""
        return [entry["event"] for entry in self._tasks.journal[since:] if entry["event"] != "disconnect"]

    @property
    def written(self) -> list[str]:
        return self._tasks.written()
