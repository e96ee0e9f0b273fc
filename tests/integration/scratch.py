# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a connection reads by their path; they are gone when the tests' process is."""

from __future__ import annotations

import tempfile
from pathlib import Path

_DIRECTORY = tempfile.TemporaryDirectory(prefix="netsec-")


def scratch_file(name: str, text: str) -> str:
    """The path of a new file of this name."""
    path = Path(tempfile.mkdtemp(dir=_DIRECTORY.name)) / name
    path.write_text(text, encoding="utf-8")
    return str(path)
