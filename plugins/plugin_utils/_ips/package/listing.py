# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory listing of a web server: which files it names. Pure, never raises.

Apache, nginx and IIS print a link for each file and one to the folder above; the latter tells a listing of an empty folder from any
other page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from ..packages import Package, parse_package

LARGEST = 8 * 1024 * 1024  # characters that are looked at
MOST = 20_000  # links

_TITLE = re.compile(r"index of\b|directory listing", re.IGNORECASE)
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+", re.ASCII)
_UP = re.compile(r"(?:\[?to )?parent directory\]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """names: all files of the folder. packages: those that are packages of Cisco IPS, by name."""

    names: tuple[str, ...]
    packages: tuple[Package, ...]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headed = False  # a title or a link says that this is a listing
        self._titled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._titled = tag in ("title", "h1")
        if tag == "a" and len(self.links) < MOST:
            self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.headed = self.headed or bool((self._titled and _TITLE.search(data)) or _UP.fullmatch(data.strip()))


def parse_listing(page: str, path: str) -> Listing | None:
    """path: of the folder, without slashes around it. None for a page that is no listing."""
    reader = _Links()
    reader.feed(page[:LARGEST])
    up = "/" + "/".join(path.split("/")[:-1])
    is_listing = reader.headed or any(link in ("../", "..", up, up + "/") for link in reader.links)
    names = dict.fromkeys(filter(None, (_name(link, path) for link in reader.links)))
    packages = tuple(filter(None, map(parse_package, names)))
    if not is_listing and not packages:
        return None
    return Listing(tuple(names), packages)


def _name(link: str, path: str) -> str:
    """The file that a link names, "" for one that is not in this folder."""
    target = decoded(link.split("#")[0].split("?")[0])
    folder = f"/{path}/" if path else "/"
    if target.startswith(folder):
        target = target[len(folder) :]
    target = target.removeprefix("./")
    return "" if "/" in target or target in ("", "..") else target


def decoded(text: str) -> str:
    """Percent-encoded text as it was.

    >>> decoded("IPS%2dK9-7.1-9-E4.pkg")
    'IPS-K9-7.1-9-E4.pkg'
    """
    return _ENCODED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text)


def newest(packages: Sequence[Package]) -> dict[str, str]:
    """The highest of each type, by its file name: ``sensor`` and ``signature``; a type without one is left out."""
    found: dict[str, str] = {}
    software = [each for each in packages if each.release and each.kind in ("sensor", "patch")]
    signatures = [each for each in packages if each.signature and each.kind == "signature"]
    if software:
        best = max(software, key=lambda each: (each.release, each.engine or 0, each.name))
        found["sensor"] = best.name
    if signatures:
        found["signature"] = max(signatures, key=lambda each: (each.signature, each.name)).name
    return found
