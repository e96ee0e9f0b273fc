# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow session table: any number of sessions, none of them stored. Session k is a function of the seed and k.

What changes while the device runs is small: a bit for each session that was cleared, and the addresses of the interfaces
that translate. Sessions translated with an interface's address take its new address when a commit changes it
("Juniper: Monitoring Security Flow Sessions"); `stale` of them may keep the old one for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from . import slots
from .flowconfig import Scene, is_v6
from .slots import SLOTS, Slot

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
FIRST_LOCAL = 33_385  # local part of the first session's id, as in a vSRX 24.4 capture (17179902569 = 4 << 32 | 33385)
OLD_STEP = 10_000_000  # ids of an SPU before they had 64 bits: 170067004 is of SPU 17
CP_BASE = 10_000_000
EPOCH = 1_757_835_486  # start times of new releases are seconds since 1970 (SRX4700 25.x capture)
DEFAULT_ADDRESS, DEFAULT_ADDRESS6, DEFAULT_POOL = "203.0.113.1", "2001:db8:ffff::1", "198.51.100.30"


@dataclass(frozen=True, slots=True)
class Spu:
    """A services processing unit. unit: the part of the session ids that names it."""

    fpc: int
    pic: int
    unit: int


@dataclass(slots=True)
class Session:
    """One session. values: what differs between the sessions of a slot, for templates. src, dst: the In wing's addresses."""

    k: int
    slot: Slot
    values: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Stale:
    """Sessions of this interface below k that still use an address the interface had before. until: monotonic seconds."""

    address: str
    below: int
    until: float


def mix(number: int) -> int:
    """64 well mixed bits (splitmix64)."""
    number = (number * _GOLDEN) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


@lru_cache(maxsize=256)
def _network(interface: str) -> int:
    """The inside /16 that hosts behind an interface live in."""
    return sum(map(ord, interface)) % 200 + 16


class Table:
    """sessions: how many at the start. spus: units that hold them, in turn. wide: ids have 64 bits. epoch: of start times."""

    def __init__(
        self,
        scene: Scene,
        sessions: int,
        seed: int = 1,
        *,
        spus: tuple[Spu, ...] = (Spu(0, 0, 4),),
        wide: bool = True,
        epoch: int = EPOCH,
    ) -> None:
        self.scene, self.size, self.seed, self.spus, self.wide, self.epoch = scene, sessions, seed, spus, wide, epoch
        self.slots = slots.build(scene, seed)
        self.gone = 0
        self._gone_bits: bytearray | None = None
        self._salt = mix(seed + 1)
        self._bases = [spu.unit << 32 if wide else spu.unit * OLD_STEP for spu in spus]
        self._egress: dict[str, str] = {}
        self.stale: dict[str, Stale] = {}
        self.use(scene)

    # -- what a session is

    def session(self, k: int) -> Session:
        """Session k, cleared or not. 0 <= k < size."""
        slot = self.slots[k % SLOTS]
        first = mix(k ^ self._salt)
        second = mix(first)
        service = slot.service
        count = len(self.spus)
        local = k // count + FIRST_LOCAL
        v6 = slot.family == "inet6"
        if v6:
            src = f"2001:db8:{_network(slot.ingress):x}::{(first & 0xFFFF) + 1:x}"
            dst = f"2001:db8:{(first >> 16 & 0x3FF) + 0x1000:x}::{(first >> 28 & 0xFFF) + 1:x}"
        else:
            src = f"10.{_network(slot.ingress)}.{first >> 8 & 0xFF}.{(first & 0xFF) % 254 + 1}"
            dst = f"{(first >> 16 & 0x3F) + 130}.{first >> 22 & 0xFF}.{first >> 30 & 0xFF}.{(first >> 38 & 0xFF) % 254 + 1}"
        sport = 1 if slot.tunnel else (first >> 44) % 64_512 + 1024
        dport = service.port or (1 if slot.tunnel else (second >> 50) % 16_384 + 1)
        back_src, back_sport, back_dst, back_dport = dst, dport, src, sport
        if slot.nat == "destination":
            src, dst = dst, self._address(slot.ingress, v6, k)
            back_src, back_dst = f"10.{_network(slot.egress)}.0.{second & 0xF | 1}", src
        elif slot.nat:
            pool = self.scene.pools.get(slot.pool, DEFAULT_POOL)
            back_dst = self._address(slot.egress, v6, k) if slot.nat == "interface" else pool
            back_dport = (second >> 30) % 64_512 + 1024
        sent = second & 0xFFF
        packets = sent if sent < 4_000 else sent << 22  # one in forty is an elephant, above 32 bits
        duration = second >> 12 & 0x3FFF
        timeout: int | str = "N/A" if slot.timeout is None else slot.timeout
        left: int | str = "N/A" if slot.timeout is None else (second >> 26) % slot.timeout + 1
        return Session(
            k,
            slot,
            {
                "id": self._bases[k % count] + local, "cp": CP_BASE + k, "src": src, "sport": sport, "dst": dst, "dport": dport,
                "bsrc": back_src, "bsport": back_sport, "bdst": back_dst, "bdport": back_dport, "timeout": timeout, "left": left,
                "duration": duration, "start": self.epoch - duration, "packets": packets + 1, "bytes": packets * 740 + 84,
                "bpackets": packets * 3, "bbytes": packets * 2217, "token": second & 7 | 8,
            },
        )  # fmt: skip

    def _address(self, interface: str, v6: bool, k: int) -> str:
        stale = self.stale.get(interface)
        if stale and not v6 and k < stale.below and time.monotonic() < stale.until:
            return stale.address
        return self._egress.get(f"{interface} inet6" if v6 else interface) or (
            DEFAULT_ADDRESS6 if v6 else DEFAULT_ADDRESS
        )

    def find(self, identifier: int) -> int | None:
        """k of the session with this id; None for none or a cleared one."""
        for index, base in enumerate(self._bases):
            k = (identifier - base - FIRST_LOCAL) * len(self.spus) + index
            if 0 <= k < self.size and (self.wide or len(self.spus) == 1 or identifier // OLD_STEP * OLD_STEP == base):
                return None if self.is_gone(k) else k
        return None

    def first_from(self, spu: int, identifier: int) -> int:
        """The first k of this SPU whose id is identifier or more; ids of an SPU rise with k."""
        return max(0, identifier - self._bases[spu] - FIRST_LOCAL) * len(self.spus) + spu

    def numbers(self, spu: int, start: int = 0) -> Iterator[int]:
        """k of the sessions of one SPU (index), from k = start on, cleared ones left out."""
        bits = self._gone_bits
        for k in range(max(start, spu), self.size, len(self.spus)):
            if bits is None or not bits[k >> 3] >> (k & 7) & 1:
                yield k

    # -- what changes

    def is_gone(self, k: int) -> bool:
        return self._gone_bits is not None and bool(self._gone_bits[k >> 3] >> (k & 7) & 1)

    def clear(self, k: int) -> None:
        if self._gone_bits is None:
            self._gone_bits = bytearray((self.size >> 3) + 1)
        if not self.is_gone(k):
            self._gone_bits[k >> 3] |= 1 << (k & 7)
            self.gone += 1

    def clear_all(self) -> int:
        """How many there were."""
        count = self.size - self.gone
        self._gone_bits = bytearray(b"\xff" * ((self.size >> 3) + 1))
        self.gone = self.size
        return count

    def count(self, spu: int, wanted: Callable[[Slot], bool]) -> int:
        """Sessions of one SPU whose slot is wanted: arithmetic while none was cleared, else one pass over the numbers."""
        allowed = [wanted(slot) for slot in self.slots]
        if self.gone == self.size:
            return 0
        if self.gone:
            return sum(allowed[k % SLOTS] for k in self.numbers(spu))
        step = len(self.spus)
        whole = SLOTS * step  # so many k, and each slot met this SPU as often as in the next so many
        rounds, rest = divmod(self.size, whole)
        once = sum(allowed[k % SLOTS] for k in range(spu, whole, step)) if rounds else 0
        return rounds * once + sum(allowed[k % SLOTS] for k in range(spu, rest, step))

    def use(self, scene: Scene, stale: int = 0, seconds: float = 0.0) -> None:
        """Addresses of a new configuration: sessions are renewed, the first `stale` of each interface only after seconds."""
        before = self._egress
        self.scene = scene
        self._egress = {name: own[0].partition("/")[0] for name, own in scene.addresses.items() if own}
        self._egress |= {
            f"{name} inet6": own[0].partition("/")[0] for name, own in scene.addresses6.items() if own and is_v6(own[0])
        }
        for name, old in before.items():
            if stale and " " not in name and self._egress.get(name) != old:
                self.keep(name, old, stale, seconds)

    def keep(self, interface: str, address: str, number: int, seconds: float) -> None:
        """The first `number` sessions translated with this interface show `address` for so long."""
        for k in range(self.size):
            slot = self.slots[k % SLOTS]
            if slot.nat == "interface" and slot.egress == interface and slot.family == "inet":
                number -= 1
                if not number:
                    break
        else:
            k = self.size
        self.stale[interface] = Stale(address, k + 1, time.monotonic() + seconds)
