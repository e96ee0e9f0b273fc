# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of a run of ansible-playbook as data: a callback plugin writes them, a line of JSON each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CALLBACK = """
import json
import os
from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_NAME = "results"

    def note(self, result, **_more):
        with open(os.environ["RESULTS"], "a") as file:
            file.write(json.dumps([str(result._task._uuid), result._host.name, result._result], default=str) + "\\n")

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_unreachable = note
"""


class Results:
    """environment: variables of ansible-playbook that make it write them."""

    def __init__(self, directory: Path) -> None:
        self._lines = directory / "results"
        callbacks = directory / "callback"
        callbacks.mkdir()
        (callbacks / "results.py").write_text(CALLBACK)
        self.environment = {
            "ANSIBLE_CALLBACK_PLUGINS": str(callbacks),
            "ANSIBLE_CALLBACKS_ENABLED": "results",
            "RESULTS": str(self._lines),
        }

    def clear(self) -> None:
        self._lines.write_text("")

    @property
    def text(self) -> str:
        return self._lines.read_text()

    def by_host(self) -> list[dict[str, Any]]:
        """Of each task: host -> result."""
        found: dict[str, dict[str, Any]] = {}
        for task, host, result in map(json.loads, self.text.splitlines()):
            found.setdefault(task, {})[host] = result
        return list(found.values())
