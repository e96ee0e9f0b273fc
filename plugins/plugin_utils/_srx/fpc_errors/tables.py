# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Juniper says about error handling of FPCs, as tables: chassis, Routing Engines, cards, releases, actions, wedges. Pure.

Each row has its source; unverified marks what no public source confirms, and rules that rest on such a row only warn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..chassis import Release

Level = Literal["fatal", "major", "minor"]
LEVELS: tuple[Level, ...] = ("fatal", "major", "minor")

TOPIC = "Juniper: FPC error detection and handling on SRX5400, SRX5600 and SRX5800"
STATEMENT = "Juniper CLI reference: fpc error (SRX5000)"
CAUTION = "Juniper CLI reference: error (chassis fpc), caution for SPC2"
YANG_18 = "YANG junos-es-conf-chassis 18.4"
YANG_24 = "YANG junos-es-conf-chassis 24.4R1"

CHASSIS = ("SRX5400", "SRX5600", "SRX5800")  # TOPIC
OLD_ENGINE = 1  # "not supported on Routing Engine version 1", TOPIC
HIGHEST_SLOT = 23  # twelve slots a node, two nodes (SRX5800); unverified
SLOTS_OF_A_NODE = {"SRX5400": 3, "SRX5600": 6, "SRX5800": 12}  # numbering of node 1 begins there (interface names)


@dataclass(frozen=True, slots=True)
class Since:
    """A release with which something begins."""

    release: Release
    text: str
    source: str
    unverified: bool = False


# Detection begins with the first pair, handling on IOC2, IOC3 and SPC2 with the second. 15.1X49 is a train of its own.
DETECTION = (
    Since(Release(15, 1, 1, 49, 30), "15.1X49-D30", TOPIC),
    Since(Release(17, 3, 0, 1), "17.3R1", TOPIC),
)
CARD_HANDLING = (
    Since(Release(15, 1, 1, 49, 50), "15.1X49-D50", TOPIC),
    Since(Release(17, 3, 0, 1), "17.3R1", TOPIC),
)
# `chassis error`, for all FPCs at once: in the first model, not in the second; when it came is unknown.
ALL_FPCS = Since(Release(24, 4), "24.4R1", YANG_24)
NOT_ALL_FPCS = Since(Release(18, 4), "18.4", YANG_18)


@dataclass(frozen=True, slots=True)
class CardSupport:
    """restarts_chassis: offline or reset of this card makes chassisd restart all FPCs; None where no source says."""

    kind: str
    handled: bool
    restarts_chassis: bool | None
    source: str
    unverified: bool = False


CARDS = {
    row.kind: row
    for row in (
        CardSupport("SPC2", True, True, CAUTION),
        CardSupport("IOC2", True, False, TOPIC),
        CardSupport("IOC3", True, False, TOPIC),
        CardSupport("SPC", False, None, TOPIC),
        CardSupport("IOC", False, False, TOPIC),
        # Newer than the text that names the three above.
        CardSupport("SPC3", True, None, "no source", unverified=True),
        CardSupport("IOC4", True, False, "no source", unverified=True),
    )
}


@dataclass(frozen=True, slots=True)
class ActionSet:
    """Actions that a release takes. A release between two rows has at least what both have."""

    release: Release
    actions: frozenset[str]
    source: str
    unverified: bool = False


_FIVE = frozenset({"reset", "offline", "alarm", "get-state", "log"})
ACTIONS = (
    ActionSet(Release(15, 1, 1, 49), _FIVE, TOPIC),
    ActionSet(Release(17, 3), _FIVE, TOPIC, unverified=True),
    ActionSet(Release(18, 4), _FIVE | {"disable-pfe", "offline-pic", "fault"}, YANG_18),
    ActionSet(Release(24, 4), _FIVE | {"disable-pfe", "reset-pfe", "offline-pic", "trap"}, YANG_24),
)
OFFLINE_PFE = ActionSet(Release(0, 0), frozenset({"offline-pfe"}), STATEMENT, unverified=True)  # in no model
KNOWN_ACTIONS = frozenset().union(*(row.actions for row in (*ACTIONS, OFFLINE_PFE)))
RESTARTING = frozenset({"reset", "offline"})  # CAUTION


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Threshold: lowest, highest, default. actions: default, in order.

    Fatal and major errors act once, when their count exceeds the threshold, minor ones each time they reach it; 0 never
    acts (STATEMENT).
    """

    lowest: int
    highest: int
    threshold: int
    actions: tuple[str, ...]
    source: str
    actions_unverified: bool = False


LEVEL_ROWS: dict[Level, LevelRow] = {
    "fatal": LevelRow(1, 1024, 1, ("alarm", "reset"), f"{YANG_24}; {STATEMENT}"),
    "major": LevelRow(1, 1024, 1, ("get-state", "alarm"), YANG_24, actions_unverified=True),
    "minor": LevelRow(0, 1024, 10, ("log",), YANG_24, actions_unverified=True),
}


def reached(release: Release, since: tuple[Since, Since]) -> bool:
    """Whether a release has what began in a train of 15.1X49 and again in 17.3."""
    old, new = since
    same_train = release[:4] == old.release[:4]
    return release >= (old.release if same_train else new.release)


def action_sets(release: Release) -> tuple[ActionSet, ActionSet | None]:
    """The row of a release (the last one that is not newer), and the next one where the release lies between both."""
    place = max((index for index, row in enumerate(ACTIONS) if row.release.train <= release.train), default=0)
    row = ACTIONS[place]
    between = row.release.train != release.train and place + 1 < len(ACTIONS)
    return row, ACTIONS[place + 1] if between else None


# -- wedge conditions: errors that block traffic


@dataclass(frozen=True, slots=True)
class Driver:
    """cards: on which its wedges are detected, reported within five seconds. pattern: how texts may name it (unverified)."""

    name: str
    cards: frozenset[str]
    pattern: str
    source: str = TOPIC


_DATA_PATH = frozenset({"IOC2", "IOC3", "SPC2"})
DRIVERS = (
    Driver("XM", _DATA_PATH, r"XM(?:[ _-]?CHIP)?(?:[ _-]?\d+)?"),
    Driver("LU", _DATA_PATH, r"LU(?:[ _-]?CHIP)?(?:[ _-]?\d+)?"),
    Driver("XL", _DATA_PATH, r"XL(?:[ _-]?CHIP)?(?:[ _-]?\d+)?"),
    Driver("TOE", frozenset({"SPC2"}), r"TOE(?:[ _-]?\d+)?|Trinity Offload Engine"),
    Driver("host-loopback", frozenset({"SPC2"}), r"host[ _-]?loop[ _-]?back"),
)
CONTROL_PATH_CARDS = frozenset({"IOC2", "IOC3"})  # TOPIC
