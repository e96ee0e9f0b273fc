# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_license: licences of the IPS wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir, unusable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.device import LicenseWing, Way
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.model import LicenseFile
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.rules import RULES, Terms
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.license.source_device import (
    LIMITER,
    Attempts,
    LastAttempt,
    LicenseServer,
    LocalFiles,
    Source,
    local_files,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.limiter import Limiter
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package import server as settings
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.device import site_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.ways_device import transfer, wrong_options

DETERMINING = ("transfer", "url", "transfer_address", "transfer_port")


@dataclass(frozen=True)
class Document:
    """files: of the controller. server: None where none is asked."""

    files: tuple[LicenseFile, ...]
    server: settings.UpdateServer | None


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_license.py",
        Constraints(
            no_log=frozenset({"url_password", "server_password", "server_proxy_password"}),
            bounds={
                "days_before_expiry": (0, 3650),
                "transfer_port": (0, 65535),
                "copy_timeout": (1, 3600),
                "limiter_timeout": (0, 86400),
            },
            required_if=[
                ["transfer", "url", ["url"]],
                ["source", "files", ["files"]],
                ["source", "server", ["server"]],
            ],
            required_together=[["transfer_certificate", "transfer_key"]],
        ),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        wrong = []
        if options["source"] == "server" and options["transfer"] == "url":
            wrong.append("transfer: url is for files; what a licence server gave is served by this controller")
        return [*wrong, *wrong_options(options)]

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Document, Sequence[Problem]]:
        source = options["source"]
        if source == "files":
            files, problems = local_files(options["files"])
            return Document(tuple(files), None), problems
        if source == "server":
            given = {**options["server"], "path": options["server"]["path"] or ""}  # a default is that of packages
            server = settings.parse(given)
            return Document((), server), settings.check(server, given)
        return Document((), None), ()

    @contextmanager
    def wing(self, document: Document, options: dict[str, Any], progress: Progress) -> Iterator[LicenseWing]:
        source = options["source"]
        terms = Terms(
            utc_now().date(),
            document.server.type if document.server else "files",
            source == "last_attempt",
            options["select"] or ("due" if source == "server" else "all"),
            options["days_before_expiry"],
            options["force"],
            options["requires_cisco_com"],
        )
        needed = source == "last_attempt" or StateDir.is_known(self._task_vars)
        attempts = Attempts(self._state if needed else None, self._host)
        with TemporaryDirectory(prefix="netsec-") as folder:
            by_url = options["transfer"] == "url"
            way = Way(
                transfer(options, Path(folder), str(self._connection.get_option("host")), progress),
                None if by_url else Path(folder),
                float(options["copy_timeout"]),
                {name: options[name] for name in DETERMINING},
            )
            given: Any = sorted(file.sha256 for file in document.files)
            if source != "files":
                given = document.server.as_dict() if document.server else source
            sensor = Sensor(self._connection, self._connection.read_timeout)
            chosen = self._source(document, options, attempts, progress)
            yield LicenseWing(sensor, terms, chosen, attempts, way, given, progress, utc_now)

    @property
    def _state(self) -> StateDir:
        return StateDir.of(self._task_vars, self._templar.template)

    def _source(self, document: Document, options: dict[str, Any], attempts: Attempts, progress: Progress) -> Source:
        if document.server is not None:
            passwords = options["server_password"] or "", options["server_proxy_password"] or ""
            limit = float(options["limiter_timeout"])
            site = site_of(document.server, *passwords)
            return LicenseServer(site, document.server, lambda: self._limiter(options), limit, progress)
        return LastAttempt(attempts) if options["source"] == "last_attempt" else LocalFiles(document.files)

    def _limiter(self, options: dict[str, Any]) -> Limiter:
        """In check mode, too: the server counts what it gives then as well."""
        if not options["limiter"]:
            return Limiter(self._state.folder(LIMITER, create=True))
        folder = Path(options["limiter"])
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise unusable(f"{folder}: {error.strerror}", "Set limiter to a folder of your own.") from None
        return Limiter(folder)
