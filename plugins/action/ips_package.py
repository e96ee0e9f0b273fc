# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_package: an update server and the cache of packages on this controller."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import ControllerAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package import server as settings
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.cache_device import Cache, Contents
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.device import (
    FOLDER,
    Download,
    Source,
    checked,
    offered,
    site_of,
    status,
    unhindered,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.files import Site, WebFailed, WebFiles


class ActionModule(ControllerAction):
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_package.py",
        Constraints(
            no_log=frozenset({"server_password", "server_proxy_password"}),
        ),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        self._downloads: list[Download] = []
        self._cache = Cache(self._folder(options))
        given = options["server"]
        if given is None:
            return self._cached()
        server = settings.parse(given)
        wrong = settings.check(server, given)
        if errors(wrong):
            raise ValidationFailed(wrong, "The settings of the update server are wrong")
        site = site_of(server, options["server_password"] or "", options["server_proxy_password"] or "")
        with closing(self._web(site)) as web:
            return self._from(Source(web, server, self.progress(options["progress"])), server, options)

    @staticmethod
    def _web(site: Site) -> WebFiles:
        try:
            return WebFiles(site)
        except WebFailed as failed:
            raise ApplyFailed(str(failed)) from None

    def known(self, error: Exception) -> dict[str, Any]:
        """What was brought before a failure stays in the cache."""
        return {"downloaded": [each.as_dict() for each in getattr(self, "_downloads", [])]}

    def _from(self, source: Source, server: settings.UpdateServer, options: dict[str, Any]) -> dict[str, Any]:
        writes = not self._task.check_mode
        now = utc_now()
        before = self._cache.look()
        try:
            listing = source.listing()
        except ApplyFailed as failed:
            if writes:
                problem = "; ".join(str(each) for each in failed.problems) or str(failed)
                checked(self._cache, server, None, problem, now)
            raise
        names = options["packages"]
        wanted = offered(listing, names, before) if options["mode"] == "download" else []
        wanted = unhindered(wanted, before, named=names is not None)
        if writes:
            checked(self._cache, server, listing, "", now)
            for package in wanted:
                got = source.fetch(package, self._cache)
                self._downloads += [got] if got else []
        after = self._cache.look() if wanted and writes else before
        if writes:
            self._cache.keep(after)
        result = {
            **self._shown(after, offered(listing, None, after)),
            "changed": bool(wanted) if not writes else bool(self._downloads),
            "offered": [package.name for package in listing.packages],
            "would_download": [package.name for package in wanted] if not writes else [],
        }
        if self._task.diff:
            result["diff"] = {
                "before_header": str(self._cache.folder),
                "after_header": str(self._cache.folder),
                "before": _lines(before.stock),
                "after": _lines([*before.stock, *(package.name for package in wanted)]),
            }
        return result

    def _cached(self) -> dict[str, Any]:
        contents = self._cache.look()
        if not self._task.check_mode:
            self._cache.keep(contents)
        return {"changed": False, "offered": [], "would_download": [], **self._shown(contents, [])}

    def _shown(self, contents: Contents, not_downloaded: list[Any]) -> dict[str, Any]:
        refused = [{"file": each.file, "reason": each.reason} for each in contents.refused]
        warnings = [f"{each.file} in {self._cache.folder} is not used: {each.reason}" for each in contents.refused]
        return {
            "update_status": status(self._cache, contents, lambda: not_downloaded),
            "packages": contents.rows(),
            "refused": refused,
            "downloaded": [each.as_dict() for each in self._downloads],
            "cache": str(self._cache.folder),
            **({"warnings": warnings} if warnings else {}),
        }

    def _folder(self, options: dict[str, Any]) -> Path:
        if options["cache"]:
            return Path(options["cache"])
        state = StateDir.of(self._task_vars, self._templar.template)
        return state.folder(FOLDER, create=not self._task.check_mode)


def _lines(names: Any) -> str:
    return "".join(f"{name}\n" for name in sorted(names))
