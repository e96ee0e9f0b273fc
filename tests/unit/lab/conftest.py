# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab is the package `lab` in tests/, wherever pytest was started."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest

TESTS = str(Path(__file__).resolve().parents[2])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)


class Toaster:
    """A kind of devices with nothing but the door of an HTTPS device."""

    DIALECT = "sdwan"
    OPTIONS: ClassVar[dict[str, type]] = {}

    def __init__(self, spec: Any) -> None:
        self.spec = spec

    def routes(self) -> list[Any]:
        return []

    async def close(self) -> None:
        pass


@pytest.fixture
def toaster(monkeypatch: pytest.MonkeyPatch) -> None:
    from lab import kinds  # here: it is found only now

    monkeypatch.setitem(kinds.KINDS, "toaster", Toaster)
