# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_certificate: certificates of the IPS wing, the engine, a netmiko connection and the sensor's HTTPS port put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import preload
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.device import CertificateWing, Place
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.rules import RULES, Terms
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.door import DIALECT, PORT, PREFIX, WEB
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.selection import unselected
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor

preload(WEB)
BOUNDS = {"regenerate_before_days": (0, 730), "regenerate_timeout": (1, 3600)}


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_certificate.py",
        Constraints(bounds=BOUNDS),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        if options["all_sensors"] or options["state"] not in ("synced", "regenerated"):
            return []
        return unselected(self._task_vars, f"state: {options['state']}")

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        return options, ()

    @contextmanager
    def wing(
        self, document: Mapping[str, Any], options: dict[str, Any], progress: Progress
    ) -> Iterator[CertificateWing]:
        store = TrustStore.of(options["trust_store"], lambda: StateDir.of(self._task_vars, self._templar.template))
        terms = Terms(
            options["state"],
            options["policy"],
            options["communication"],
            utc_now(),
            bool(self._connection.get_option("host_key_checking")),
            options["regenerate_before_days"],
            options["force"],
        )
        with ExitStack() as doors:
            web = doors.enter_context(self.second_door(WEB, PREFIX, defaults={"port": PORT}, dialect=DIALECT))
            place = Place(self._host, str(web.get_option("host")), int(web.get_option("port")))
            asked = terms.state != "absent"
            sensor = Sensor(self._connection, self._connection.read_timeout) if asked else None
            shown = web if asked and terms.communication == "https" else None
            yield CertificateWing(sensor, shown, store, place, terms, float(options["regenerate_timeout"]), progress)
