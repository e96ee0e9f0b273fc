# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multipart bodies from files: their announced length is what comes, whatever happens to the file."""

from __future__ import annotations

import tempfile
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.upload import FileChanged, Piece, multipart


@given(
    st.binary(max_size=5000),
    st.dictionaries(st.sampled_from("abc"), st.text("xyz é", max_size=9)),
    st.integers(1, 4096),
)
@settings(max_examples=50)
def test_the_body_has_the_announced_length_and_all_parts(data: bytes, fields: dict[str, str], block: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        body, form = multipart(Piece(file, "f", None), "/somewhere/image.qcow2", "file", fields)
        announced = body.len
        text = b""
        while piece := body.read(block):
            assert len(piece) <= block
            text += piece
    assert len(text) == announced
    parsed = message_from_bytes(f"Content-Type: {form}\r\n\r\n".encode() + text)
    parts = list(parsed.walk())[1:]
    assert [part.get_param("name", header="content-disposition") for part in parts] == [*fields, "file"]
    assert parts[-1].get_filename() == "image.qcow2"
    assert text.count(data) >= 1
    assert b"\r\n\r\n" + data + b"\r\n--" in text


@pytest.mark.parametrize("name", ['a"b', "a\r\nX-Evil: 1", "a\\b", "é日本.img", "x" * 400])
def test_a_file_name_stays_a_file_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"data")
    with path.open("rb") as file:
        body, _form = multipart(Piece(file, "f", None), name, "file", None)
        head = body.read().split(b"\r\n\r\n")[0]
    assert len(head.split(b"\r\n")) == 3, "boundary, disposition, type"
    assert head.count(b'"') == 4
    assert len(head) < 700


def test_progress_counts_the_file_and_a_short_file_ends_the_upload(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100)
    told: list[tuple[int, int]] = []
    with path.open("rb") as file:
        piece = Piece(file, "f", lambda sent, size: told.append((sent, size)))
        assert (piece.read(60), piece.len, piece.sent) == (b"x" * 60, 40, 60)
        assert len(piece.read()) == 40
        assert (piece.read(5), told) == (b"", [(60, 100), (100, 100)])
    with path.open("rb") as file:
        piece = Piece(file, "f", None)
        path.write_bytes(b"x" * 10)
        with pytest.raises(FileChanged, match="f became shorter"):
            piece.read(50)
