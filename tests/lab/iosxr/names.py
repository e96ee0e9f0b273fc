# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interface names as IOS XR takes and prints them. Written for the lab, on its own.

Source of the table: genieparser common.py (iosxr map) and outputs of devices kept there.
"""

from __future__ import annotations

import re
from functools import lru_cache

# full name: (short name that tables print, further spellings, shape of the number, order in a configuration)
KINDS: dict[str, tuple[str, tuple[str, ...], str, int]] = {
    "Bundle-Ether": ("BE", ("bundle-e", "be"), "id", 1),
    "Bundle-POS": ("BP", ("bundle-p", "bp"), "id", 2),
    "BVI": ("BV", ("bvi", "bv"), "id", 3),
    "Loopback": ("Lo", ("loopback", "lo"), "id", 4),
    "tunnel-ip": ("ti", ("tunnel-ip", "tunnelip", "ti"), "id", 5),
    "tunnel-ipsec": ("tsec", ("tunnel-ipsec", "tsec"), "id", 6),
    "tunnel-te": ("tt", ("tunnel-te", "tt"), "id", 7),
    "tunnel-mte": ("tm", ("tunnel-mte", "tm"), "id", 8),
    "tunnel-tp": ("tp", ("tunnel-tp", "tp"), "id", 9),
    "MgmtEth": ("Mg", ("mgmteth", "mg"), "slots", 10),
    "FastEthernet": ("Fa", ("fastethernet", "fa"), "slots", 11),
    "GigabitEthernet": ("Gi", ("gigabitethernet", "gi"), "slots", 12),
    "TenGigE": ("Te", ("tengige", "te"), "slots", 13),
    "TwentyFiveGigE": ("TF", ("twentyfivegige", "tf"), "slots", 14),
    "FortyGigE": ("Fo", ("fortygige", "fo"), "slots", 15),
    "FiftyGigE": ("FI", ("fiftygige", "fi"), "slots", 16),
    "HundredGigE": ("Hu", ("hundredgige", "hu"), "slots", 17),
    "TwoHundredGigE": ("TH", ("twohundredgige", "th"), "slots", 18),
    "FourHundredGigE": ("FH", ("fourhundredgige", "fh", "f"), "slots", 19),
    "PW-Ether": ("PE", ("pw-ether", "pw-e", "pw"), "id", 20),
    "Null": ("Nu", ("null", "nu"), "id", 21),
}
SPEED = {  # kbit/s, for `show interfaces`
    "FastEthernet": 100_000, "GigabitEthernet": 1_000_000, "MgmtEth": 1_000_000, "TenGigE": 10_000_000,
    "TwentyFiveGigE": 25_000_000, "FortyGigE": 40_000_000, "FiftyGigE": 50_000_000, "HundredGigE": 100_000_000,
    "TwoHundredGigE": 200_000_000, "FourHundredGigE": 400_000_000, "Bundle-Ether": 100_000_000, "BVI": 10_000_000,
    "tunnel-ip": 100,
}  # fmt: skip
_EXACT = {spelling: kind for kind, (_s, spellings, _n, _o) in KINDS.items() for spelling in spellings}
_NAME = re.compile(r"([A-Za-z][A-Za-z-]*) ?(\d[0-9A-Za-z/]*?(?:\.\d+)?)")
_SHAPE = {
    "id": re.compile(r"\d{1,10}(?:\.\d{1,10})?"),
    "slots": re.compile(r"\d+/(?:\d+|RS?P\d+)/(?:\d+|CPU\d+)/\d+(?:/\d+)?(?:\.\d{1,10})?", re.IGNORECASE),
}
LETTERS_ONLY = re.compile(r"[A-Za-z][A-Za-z-]*")


@lru_cache(maxsize=20_000)
def canonical(text: str) -> str | None:
    """The full name, or None when it is none: "te0/0/0/1" -> "TenGigE0/0/0/1"."""
    match = _NAME.fullmatch(text)
    if not match:
        return None
    word, number = match[1].lower(), match[2].upper()
    kind = _EXACT.get(word) or _by_prefix(word)
    if kind is None or not _SHAPE[KINDS[kind][2]].fullmatch(number):
        return None
    return kind + number


def _by_prefix(word: str) -> str | None:
    found = {kind for kind, (_s, spellings, _n, _o) in KINDS.items() if spellings[0].startswith(word)
             or kind.lower().startswith(word)} if len(word) > 1 else set()  # fmt: skip
    return found.pop() if len(found) == 1 else None


def is_kind(text: str) -> bool:
    """True for the letters of a name that stand alone: `HundredGigE 0/5/0/38`."""
    return bool(LETTERS_ONLY.fullmatch(text)) and bool(_EXACT.get(text.lower()) or _by_prefix(text.lower()))


@lru_cache(maxsize=20_000)
def kind(name: str) -> str:
    """The kind of a canonical name: letters before the first digit."""
    return re.split(r"\d", name, maxsplit=1)[0]


def parent(name: str) -> str:
    return name.partition(".")[0]


def is_sub(name: str) -> bool:
    return "." in name


def is_physical(name: str) -> bool:
    return KINDS[kind(name)][2] == "slots"


@lru_cache(maxsize=20_000)
def short(name: str) -> str:
    letters = kind(name)
    return KINDS[letters][0] + name[len(letters) :]


@lru_cache(maxsize=20_000)
def order(name: str) -> tuple[int, ...]:
    """Where the interface stands in a configuration: by kind, then by number."""
    letters = kind(name)
    return (KINDS[letters][3], *(int(number) for number in re.findall(r"\d+", name)))


def card(name: str) -> str:
    """The line card of a physical port or its sub-interface: "TenGigE0/3/0/1" -> "0/3/CPU0"."""
    rack, slot = name[len(kind(name)) :].split("/")[:2]
    return f"{rack}/{slot}/CPU0"
