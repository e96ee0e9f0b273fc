# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local file as multipart/form-data, read from the disk while it is sent: any size, constant memory, exact length."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, Any

from .rest import Sent, clean

try:
    from requests_toolbelt.multipart.encoder import MultipartEncoder  # type: ignore[import-untyped]
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


class FileChanged(Exception):
    """The file became shorter while it was sent."""


class Piece:
    """The part of a body that comes from a file: its size is what it was when the upload began.

    requests-toolbelt asks for `len`, the bytes that are left, and for read(). A file that grows is cut there; one that
    shrinks ends the upload, because the device would wait for the rest.
    """

    def __init__(self, file: IO[bytes], name: str, progress: Sent | None) -> None:
        self._file = file
        self._name = name
        self._progress = progress
        self.size = os.fstat(file.fileno()).st_size
        self.len = self.size

    @property
    def sent(self) -> int:
        """Bytes taken so far; some of them may still be on their way."""
        return self.size - self.len

    def read(self, size: int = -1) -> bytes:
        wanted = self.len if size < 0 else min(size, self.len)
        data = self._file.read(wanted)
        if len(data) < wanted:
            raise FileChanged(f"{self._name} became shorter while it was sent")
        self.len -= len(data)
        if self._progress is not None and data:
            self._progress(self.sent, self.size)
        return data


def multipart(piece: Piece, filename: str, field: str, fields: Mapping[str, str] | None) -> tuple[Any, str]:
    """(body with `len` and read(), its Content-Type). The plain fields come first: a device may need them to begin."""
    name = clean(os.path.basename(filename), 255).replace('"', "_").replace("\\", "_")
    parts: dict[str, Any] = {**(fields or {}), field: (name, piece, "application/octet-stream")}
    encoder = MultipartEncoder(parts)
    return encoder, str(encoder.content_type)
