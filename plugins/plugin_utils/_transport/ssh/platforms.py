# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Platforms of a command line: what a row of one says, and the table that finds it by any of its names. Pure.

The rows are elsewhere: each wing has its own, and the connection puts them into one table.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..._engine.refusals import Refusals

# netmiko reaches these in other ways than SSH, or by trying commands on an unknown device.
_NOT_SSH = re.compile(r"_telnet$|_serial$|^autodetect$")

# How most command lines refuse a line: a percent sign and a word of this list at its start.
PERCENT = Refusals(
    (),
    re.compile(
        r"^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Permission|Access denied|Authorization|"
        r"This command is not authorized|Command authorization failed)\b",
        re.MULTILINE | re.IGNORECASE,
    ),
)


@dataclass(frozen=True)
class FastLogin:
    """A login in two round trips: wait for the prompt, then everything that quiets the terminal in one write.

    netmiko's own preparation waits for each echo, and sleeps between its looks at the channel.
    prompt: the whole of what the device prints when it waits, without a blank at the end. longest: how many characters
    of it stay the same in every mode, None for all. shell: the prompt of a Unix shell that some users land in, and the
    command that leads from there to the command line. refused: a prompt that ends the login, and why.
    """

    prompt: re.Pattern[str]
    commands: tuple[str, ...]
    longest: int | None = None
    shell: tuple[re.Pattern[str], str] | None = None
    refused: tuple[re.Pattern[str], str] | None = None


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True)
class Platform:
    """What the connection has to know of a system.

    device_type: netmiko's name. network_os: as the collections of Ansible name it, and further names of netmiko for the same
    driver. fast_login: None leaves the login to netmiko. refusals: how the device refuses what ansible.builtin.raw sent.
    cleaned: an answer without what the device prints around it while it works. driver: a class of netmiko's kind, for a system
    that netmiko does not know.
    """

    device_type: str
    network_os: tuple[str, ...] = ()
    fast_login: FastLogin | None = None
    refusals: Refusals = PERCENT
    cleaned: Callable[[str], str] = _as_it_is
    driver: Any = None


@dataclass(frozen=True)
class PlatformTable:
    """rows: by netmiko's device_type. names: in lower case, of all that is known -> device_type. See platform_table()."""

    rows: Mapping[str, Platform]
    names: Mapping[str, str]

    def row(self, device_type: str) -> Platform:
        """What is known of it; a plain row for the many that netmiko knows alone."""
        return self.rows.get(device_type) or Platform(device_type)

    @property
    def example(self) -> tuple[str, str]:
        """An ansible_network_os and its device_type, for messages."""
        return next(iter(self.names.items()))

    def device_type(self, name: str, known: Collection[str]) -> str:
        """netmiko's device_type for an ansible_network_os or a device_type. known: netmiko's own names.

        Raises ValueError, whose text lists near matches.
        """
        word = name.strip().lower()
        found = self.names.get(word) or (word if word in known else None)
        if found and not _NOT_SSH.search(found):
            plain = found.removesuffix("_ssh")  # netmiko has both names for one driver; the tables have one
            return plain if plain in known else found
        usable = sorted({*self.names, *(item for item in known if not _NOT_SSH.search(item))})
        near = difflib.get_close_matches(word, usable, n=4, cutoff=0.5)
        hint = f"; near: {', '.join(near)}" if near else ""
        if found:
            raise ValueError(f"{name!r} is not a platform that is reached by SSH{hint}")
        raise ValueError(f"unknown platform {name!r}{hint}")


def platform_table(*rows: Platform, others: Mapping[str, str] | None = None) -> PlatformTable:
    """A table of rows and of others, an ansible_network_os -> device_type for what has no row.

    The last word of a name is a name too, and so is a row's device_type. Raises ValueError when a name means two things.

    >>> table = platform_table(Platform("maker_os", ("maker.os.os",)))
    >>> table.device_type("maker.os.os", []), table.device_type("os", [])
    ('maker_os', 'maker_os')
    """
    names: dict[str, str] = {}
    listed = [(name, row.device_type) for row in rows for name in (*row.network_os, row.device_type)]
    for name, device_type in [*listed, *(others or {}).items()]:
        for word in (name, name.rpartition(".")[2]):
            if names.setdefault(word, device_type) != device_type:
                raise ValueError(f"{word!r} is listed twice: as {names[word]} and as {device_type}")
    table = {row.device_type: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("a device_type is listed twice")
    return PlatformTable(MappingProxyType(table), MappingProxyType(names))
