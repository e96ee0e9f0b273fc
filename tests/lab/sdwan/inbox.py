# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inbox of change management: files over multipart, whose names alone are shown.

Source: "NetScaler SD-WAN NITRO API reference 11.0" (index: field `file`; config/file_upload_to_inbox: field `filename`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from aiohttp import BodyPartReader

from .nitro import Ask, Handler, Refusal

ACTIONS = ("file_upload", "upload_license", "upload_os_image", "upload_lcm_package")
FIELDS = ("file", "filename")
PIECE = 1 << 20


class Inbox:
    """names: the list that is shown. came: called with the name of each configuration that was uploaded. files: name -> (bytes,
    SHA-256) of what came; the bytes themselves are thrown away."""

    def __init__(self, names: Callable[[], list[str]], came: Callable[[str], None] = lambda name: None) -> None:
        self._names, self._came = names, came
        self.files: dict[str, tuple[int, str]] = {}

    def table(self) -> dict[str, dict[str, Handler]]:
        return {"config/file_upload_to_inbox": {f"POST?{name}": self._upload for name in ACTIONS}}

    async def _upload(self, ask: Ask) -> Any:
        came: dict[str, tuple[int, str]] = {}

        async def take(part: BodyPartReader) -> None:
            if part.filename and part.name in FIELDS:
                came[part.filename] = await _thrown_away(part)

        await ask.parts(take)
        if not came:
            raise Refusal("The field file is mandatory")
        names = self._names()
        names += [name for name in came if name not in names]
        self.files |= came
        for name in came if ask.action == "file_upload" else ():
            self._came(name)
        return {"inbox_files": list(names)}


async def _thrown_away(part: BodyPartReader) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := await part.read_chunk(PIECE):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()
