# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local file as multipart/form-data, read from the disk while it is sent: any size, constant memory, exact length."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import IO, Any, Protocol

from ..._engine.words.device_text import clean
from .api import Sent

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

    len: the bytes that are left. A file that grows is cut there; one that shrinks ends the upload, because the device would
    wait for the rest.
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
        desired = self.len if size < 0 else min(size, self.len)
        data = self._file.read(desired)
        if len(data) < desired:
            raise FileChanged(f"{self._name} became shorter while it was sent")
        self.len -= len(data)
        if self._progress is not None and data:
            self._progress(self.sent, self.size)
        return data


class Source(Protocol):
    """What a body is made of."""

    def read(self, size: int = -1, /) -> bytes: ...


class Body:
    """Sources one after the other. requests asks for `len`, the bytes of all of them, and for read().

    Each read is of one source and handed on as it is: the encoder of requests-toolbelt copies all bytes twice more.
    """

    def __init__(self, length: int, *sources: Source) -> None:
        self.len = length
        self._sources = list(sources)

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes, b"" at the end; a negative size: those of a whole source."""
        while self._sources:
            data = self._sources[0].read(size)
            if data:
                return data
            del self._sources[0]
        return b""


def multipart(piece: Piece, filename: str, field: str, fields: Mapping[str, str] | None) -> tuple[Body, str]:
    """(body, its Content-Type). The plain fields come first: a device may need them to begin."""
    name = clean(os.path.basename(filename), 255).replace('"', "_").replace("\\", "_")
    # One with an empty file gives what is around it.
    empty: dict[str, Any] = {**(fields or {}), field: (name, b"", "application/octet-stream")}
    encoder = MultipartEncoder(empty)
    around = bytes(encoder.to_string())
    tail = f"\r\n--{encoder.boundary_value}--\r\n".encode()
    head = around.removesuffix(tail)
    length = len(head) + piece.len + len(tail)
    return Body(length, io.BytesIO(head), piece, io.BytesIO(tail)), str(encoder.content_type)
