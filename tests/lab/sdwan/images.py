# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Software images over NITRO, on an appliance and on a Center: list, upload, delete, and the room for them.

None of these calls is documented; multipart with the field `file` is what the reference has for other uploads. The bytes of an
image are counted and thrown away.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any

from aiohttp import BodyPartReader

from ..faults import Faults
from .hosting import Hosting, Image
from .nitro import Ask, Handler, Refusal

PIECE = 1 << 20
OVERHEAD = 4096  # of a multipart body around its file, at most


class Images:
    """field: of the file. rate: bytes a second that the device takes, 0 for all it gets. hashing: keep a SHA-256 of what came."""

    def __init__(
        self, hosting: Hosting, faults: Faults, *, field: str = "file", rate: float = 0.0, hashing: bool = True
    ) -> None:
        self._hosting, self._faults, self._field, self._rate, self._hashing = hosting, faults, field, rate, hashing

    def table(self) -> dict[str, dict[str, Handler]]:
        return {
            "config/hosted_firewall_images": {
                "GET": self._list,
                "POST?file_upload": self._upload,
                "DELETE": self._delete,
            },
        }

    async def _list(self, _ask: Ask) -> Any:
        return self._hosting.shown_images()

    async def _delete(self, ask: Ask) -> None:
        self._hosting.delete_image(ask.keys.get("image_name", ""))

    async def _upload(self, ask: Ask) -> None:
        assert ask.request is not None
        announced, vendor = ask.request.content_length or 0, ""
        came: list[Image] = []

        async def take(part: BodyPartReader) -> None:
            nonlocal vendor
            if part.filename is None:
                vendor = bytes(await part.read()).decode(errors="replace") if part.name == "vendor" else vendor
            elif part.name != self._field:
                raise Refusal(f"The field {self._field} is mandatory")
            else:
                image = self._hosting.begin_upload(part.filename, vendor, max(0, announced - OVERHEAD))
                came.append(image)
                await self._read(part, image, announced)

        try:
            await ask.parts(take)
        except BaseException:  # whatever ends it: an image that uploads for ever would block all others
            for image in came:
                image.status = "failed"
            raise
        if not came:
            raise Refusal(f"The field {self._field} is mandatory")
        for image in came:
            self._complete(image)

    async def _read(self, part: BodyPartReader, image: Image, announced: int) -> None:
        digest, began = hashlib.sha256(), time.monotonic()
        while piece := await part.read_chunk(PIECE):
            if self._hashing:
                digest.update(piece)
            image.size += len(piece)
            image.percent = min(99, 100 * image.size // max(1, announced))
            late = image.size / self._rate - (time.monotonic() - began) if self._rate else 0.0
            if late > 0:
                await asyncio.sleep(late)
        image.sha256 = digest.hexdigest() if self._hashing else ""

    def _complete(self, image: Image) -> None:
        if not self._faults.active("upload_stalls", image.image_name):
            image.status, image.percent = "complete", 100
