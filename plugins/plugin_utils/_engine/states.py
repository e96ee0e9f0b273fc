# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""merged, replaced, overridden, deleted: what they make of a set of keyed things. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

State = Literal["merged", "replaced", "overridden", "deleted"]
STATES: tuple[State, ...] = ("merged", "replaced", "overridden", "deleted")

K = TypeVar("K")
V = TypeVar("V")
G = TypeVar("G")


def desired_state(
    current: Mapping[K, V],
    given: Mapping[K, G],
    state: State,
    build: Callable[[V | None, G], V],
    owned: Callable[[K], bool] = lambda key: True,
) -> dict[K, V]:
    """The things that a device must have afterwards.

    build(existing, given) makes a desired thing: existing is the thing on the device where the state is merged (what
    the document leaves out stays), None where the document's word is the whole thing (what it leaves out is default).
    owned(key) says which of the things that the document does not name overridden may remove.
    """
    if state == "deleted":
        return {key: value for key, value in current.items() if key not in given}
    kept = {key: value for key, value in current.items() if key in given or state != "overridden" or not owned(key)}
    desired = {key: build(current.get(key) if state == "merged" else None, item) for key, item in given.items()}
    return {**kept, **desired}
