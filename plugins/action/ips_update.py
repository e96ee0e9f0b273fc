# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_update: updates of the IPS wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import Finding, problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.cache_device import Cache, Contents
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.device import FOLDER
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.ways_device import transfer, wrong_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.device import UpdateWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Request
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.plan import Wanted
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.rules import RULES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.signatures import number_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.tuning import parse_document


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_update.py",
        Constraints(
            no_log=frozenset({"url_password"}),
            bounds={"max_levels_per_step": (1, None), "transfer_port": (0, 65535), "upgrade_timeout": (1, None)},
            required_if=[["transfer", "url", ["url"]]],
            required_together=[["transfer_certificate", "transfer_key"]],
        ),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        wrong = []
        if parse_package(options["package"]) is None:
            wrong.append(f"package: {options['package'][:80]!r} is not the name of one package of Cisco IPS")
        for item in options["signature_tuning"] or []:
            if number_of(item["id"]) is None:
                wrong.append(f"signature_tuning: {item['id'][:40]!r} is no id such as 2004/0")
        return [*wrong, *wrong_options(options)]

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        cache = Cache(self._folder(options))
        package = parse_package(options["package"])
        items = options["signature_tuning"] or []
        contents = cache.look(sums=False, lists=None if items else [options["package"]])
        request = Request(
            package,  # type: ignore[arg-type]  # validate() has seen to it
            options["state"] == "present",
            options["max_levels_per_step"],
            options["fail_mode"],
            options["high_availability"],
        )
        numbers = {item["id"]: number_of(item["id"]) or "" for item in items}
        wanted = Wanted(request, parse_document(items, numbers))
        return (wanted, contents, cache), self._not_at_hand(options, contents)

    @staticmethod
    def _not_at_hand(options: dict[str, Any], contents: Contents) -> list[Problem]:
        name = options["package"]
        if options["state"] != "present" or options["transfer"] != "controller" or name in contents.stock:
            return []
        why = next((f": {each.reason}" for each in contents.refused if each.file == name), "")
        text = f"{name} is not in the cache{why}"
        return [problem(RULES, Finding("U50", "package", text, "Download it with ips_package, or place it there."))]

    @contextmanager
    def wing(self, document: Any, options: dict[str, Any], progress: Progress) -> Iterator[UpdateWing]:
        wanted, contents, cache = document
        sensor = Sensor(self._connection, self._connection.read_timeout)
        limit = None if options["upgrade_timeout"] is None else float(options["upgrade_timeout"])
        way = transfer(options, cache.folder, str(self._connection.get_option("host")), progress)
        chosen = {name: options[name] for name in ("transfer", "url", "transfer_address", "transfer_port")}
        yield UpdateWing(sensor, wanted, contents.stock, way, progress, limit, chosen)

    def _folder(self, options: dict[str, Any]) -> Path:
        if options["cache"]:
            return Path(options["cache"])
        return StateDir.of(self._task_vars, self._templar.template).folder(FOLDER, create=False)
