# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides of a certificate, where another run makes a new one between the two looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, Unreachable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.look_device import both_sides
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import Certificate

from .minted import minted, told

OLD, NEW = minted("old", -800, -1), minted("new")


class Sides:
    """A sensor that tells, and a web server that shows, one thing after the other; the last one stays."""

    def __init__(self, told: list[Certificate | Exception], shown: list[Certificate | Exception]) -> None:
        self._told, self._shown = told, shown

    def tls_fingerprints(self) -> Mapping[str, str]:
        return dict(told(self._next(self._told)))

    def certificate(self) -> bytes:
        return self._next(self._shown).der

    @staticmethod
    def _next(listed: list[Certificate | Exception]) -> Certificate:
        item = listed.pop(0) if len(listed) > 1 else listed[0]
        if isinstance(item, Exception):
            raise item
        return item


def look(told: list[Any], shown: list[Any]) -> Any:
    sides = Sides(told, shown)
    return both_sides(sides, sides)  # type: ignore[arg-type]


def test_a_new_certificate_between_the_two_looks_is_no_contradiction() -> None:
    seen = look([OLD, NEW], [NEW])
    assert (seen.shown, seen.same) == (NEW, True)
    assert look([NEW], [OLD, OLD, NEW]).same is True


def test_a_contradiction_that_stays_is_one() -> None:
    seen = look([OLD], [NEW])
    assert (seen.shown, seen.same) == (NEW, False)


@pytest.mark.parametrize(
    ("told", "shown", "why", "untold"),
    [
        ([ApplyFailed("refused")], [NEW], "", "refused"),
        ([NEW], [Unreachable("set ansible_rest_tls_ciphers")], "set ips_https_tls_ciphers", ""),
    ],
)
def test_where_a_side_is_missing_nothing_is_claimed(told: list[Any], shown: list[Any], why: str, untold: str) -> None:
    seen = look(told, shown)
    assert (seen.why, seen.untold, seen.same) == (why, untold, None)
