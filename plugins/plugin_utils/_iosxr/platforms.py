# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each IOS XR platform and release can do of traffic mirroring: tables only, and who a router is. Pure.

Every value has a mark. ``verified``: seen on a device. ``documented``: a vendor document or YANG model says so.
``unverified``: no public source confirms it; rules that rest on it only warn. A platform of which little is known takes
the values of NCS 5500, all of them marked unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Release = tuple[int, ...]
Mark = Literal["verified", "documented", "unverified"]
MARKS: tuple[Mark, ...] = ("verified", "documented", "unverified")

GUIDE = "Cisco NCS 5500 guide, Configuring Traffic Mirroring"
GUIDE_8000 = "Cisco 8000 guide, Restrictions for Traffic Mirroring"
GUIDE_8000_LOCAL = "Traffic Mirroring Configuration Guide for Cisco 8000, Restrictions for local SPAN"
GUIDE_8000_FILE = "Traffic Mirroring Configuration Guide for Cisco 8000, SPAN to file"
GUIDE_8000_ERSPAN = "Traffic Mirroring Configuration Guide for Cisco 8000, Configuration guidelines for ERSPAN"
GUIDE_ASR9K = "Cisco ASR 9000 guide, Configuring Traffic Mirroring"
GUIDE_74X = "Cisco NCS 5500 guide 7.4.x, Configuring Traffic Mirroring, feature history"
GUIDE_560 = "Cisco NCS 560 guide 7.1.x, Configuring Traffic Mirroring"
XRDOCS_UDF = "XRDOCS tutorial, User Defined Field on NCS 55xx and NCS 5xx"
XRDOCS_UDK = "XRDOCS tutorial, User Defined Key on NCS 55xx and NCS 5xx"
YANG_UM = "YANG Cisco-IOS-XR-um-monitor-session-cfg"
YANG_SPAN = "YANG Cisco-IOS-XR-Ethernet-SPAN-cfg"
YANG_TCAM = "YANG Cisco-IOS-XR-um-hw-module-profile-cfg 24.4.2"
NO_SOURCE = "unverified"


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A value, how sure it is, and who said it. Only unverified values may go without a named source."""

    value: T_co
    mark: Mark
    source: str

    def __post_init__(self) -> None:
        if self.mark not in MARKS or not self.source:
            raise ValueError(f"a platform value needs a mark and a source: {self!r}")
        if self.mark != "unverified" and self.source == NO_SOURCE:
            raise ValueError(f"a {self.mark} value needs a source: {self!r}")

    @property
    def certain(self) -> bool:
        return self.mark != "unverified"


def _documented(value: T, source: str) -> Known[T]:
    return Known(value, "documented", source)


def _unverified(value: T, source: str = NO_SOURCE) -> Known[T]:
    return Known(value, "unverified", source)


PortLevel = Literal["required", "forbidden", "free"]
WithoutAcl = Literal["everything", "nothing"]


@dataclass(frozen=True, slots=True)
class Platform:
    """Limits of one platform. The booleans say what is possible.

    sessions, sources: most of them on one router. port_level: must, must not or may a source say it.
    acl_receive_only: an ACL can select received traffic only. local_egress, remote_egress: sent traffic can be mirrored to a port, into a
    tunnel. source_member, destination_member: a member of a bundle can be one. capture_on_deny: an entry that denies may capture.
    without_acl: what a source with ``acl`` mirrors when it names no ACL and its interface has none.
    counters: mirror counters of sources that select by ACL or of remote sessions.
    erspan_session_id: why the id in the ERSPAN header of copies cannot be chosen; "" where it can.
    tcam_profiles: ACLs live in a key that ``hw-module profile tcam format access-list`` defines.
    udf_offset: highest first byte of a user-defined field.
    """

    key: str
    title: str
    sessions: Known[int]
    sources: Known[int]
    destination_bundle: Known[bool]
    destination_subinterface: Known[bool]
    source_bvi: Known[bool]
    source_member: Known[bool]
    destination_member: Known[bool]
    one_session_per_source: Known[bool]
    span_with_erspan: Known[bool]
    port_level: Known[PortLevel]
    acl_receive_only: Known[bool]
    acl_on_layer2: Known[bool]
    local_egress: Known[bool]
    remote_egress: Known[bool]
    capture_on_deny: Known[bool]
    partial_mirroring: Known[bool]
    counters: Known[bool]
    without_acl: Known[WithoutAcl]
    erspan_session_id: Known[str]
    tcam_profiles: Known[bool]
    udf_offset: Known[int]


NCS5500 = Platform(
    key="ncs5500",
    title="NCS 5500",
    sessions=_documented(4, GUIDE),
    sources=_documented(800, GUIDE),
    destination_bundle=_documented(False, GUIDE),
    destination_subinterface=_documented(False, GUIDE),
    source_bvi=_documented(False, GUIDE),
    source_member=_documented(True, GUIDE),
    destination_member=_documented(True, GUIDE),
    one_session_per_source=_documented(True, GUIDE),
    span_with_erspan=_documented(False, GUIDE),
    port_level=_documented("required", GUIDE),
    acl_receive_only=_documented(True, GUIDE),
    acl_on_layer2=_documented(False, GUIDE),
    local_egress=_documented(True, GUIDE),
    remote_egress=_documented(True, GUIDE),
    capture_on_deny=_documented(False, GUIDE),
    partial_mirroring=_documented(False, GUIDE),
    counters=_documented(False, GUIDE),
    without_acl=_documented("everything", GUIDE),
    erspan_session_id=_documented("its ERSPAN session id is always zero", GUIDE),
    tcam_profiles=_documented(True, GUIDE),
    udf_offset=_documented(63, GUIDE),
)


def _assumed(key: str, title: str, **known: object) -> Platform:
    """A platform that is taken to be like NCS 5500, unverified, but for what is known of it."""
    doubtful = {}
    for each in fields(Platform):
        value = getattr(NCS5500, each.name)
        if isinstance(value, Known):
            doubtful[each.name] = replace(value, mark="unverified", source="as NCS 5500, unverified")
    return replace(NCS5500, key=key, title=title, **{**doubtful, **known})  # type: ignore[arg-type]


_ALL = (
    NCS5500,
    _assumed("ncs540", "NCS 540"),
    _assumed("ncs560", "NCS 560"),
    _assumed("ncs5700", "NCS 5700 (NC57)"),
    _assumed(
        "asr9k",
        "ASR 9000",
        sessions=_unverified(8),
        destination_subinterface=_documented(True, GUIDE_ASR9K),
        source_bvi=_unverified(True, "Terraform provider iosxr: BVI interfaces have monitor_sessions"),
        one_session_per_source=_documented(False, f"{YANG_SPAN} up to 7.6.1: one attachment a class"),
        span_with_erspan=_unverified(True),
        port_level=_documented("free", GUIDE_ASR9K),
        partial_mirroring=_documented(True, GUIDE_ASR9K),
        counters=_unverified(True),
        without_acl=_unverified("nothing"),
        erspan_session_id=_unverified("", f"{YANG_UM}; no document of this platform names it"),
        tcam_profiles=_unverified(False),
    ),
    _assumed(
        "cisco8000",
        "Cisco 8000",
        destination_bundle=_documented(False, GUIDE_8000),
        # Bundles are sources, their members are not.
        source_member=_documented(False, GUIDE_8000),
        destination_member=_documented(False, GUIDE_8000_LOCAL),
        port_level=_documented("forbidden", GUIDE_8000),
        acl_receive_only=_documented(True, GUIDE_8000),
        local_egress=_documented(False, GUIDE_8000),
        remote_egress=_documented(False, GUIDE_8000_ERSPAN),
        capture_on_deny=_documented(True, GUIDE_8000_ERSPAN),
        partial_mirroring=_documented(True, GUIDE_8000_FILE),  # of a session, from 7.5.3 on: see FEATURES
        counters=_documented(False, GUIDE_8000),
        without_acl=_documented("nothing", GUIDE_8000),
        erspan_session_id=_documented(
            "its ERSPAN session id is a number of its own that tells sessions apart", GUIDE_8000_ERSPAN
        ),
        tcam_profiles=_unverified(False),
        # 128 bytes from the start of the packet; where a header starts differs from packet to packet.
        udf_offset=_unverified(127),
    ),
    _assumed("xrv9000", "IOS XRv 9000", tcam_profiles=_unverified(False)),
    _assumed("generic", "this platform (not recognised)"),
)

PLATFORMS: Mapping[str, Platform] = MappingProxyType({platform.key: platform for platform in _ALL})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks know about the router itself.

    platform: a key of PLATFORMS; another one counts as generic. release: None when it could not be read.
    What a change needs to know of the router beside its mirroring; None when the router was not asked. interfaces: full names of all
    that exist. layer2: those that are configured as l2transport, whether they exist or not. members: of bundles, and their bundle.
    captures: of access lists that a changed source depends on and that are not read otherwise, by family and name, whether an entry
    captures; None for one that the router does not have. cross_connects: of l2vpn, by the session that they name.
    """

    platform: str = "generic"
    release: Release | None = None
    interfaces: frozenset[str] | None = None
    layer2: frozenset[str] | None = None
    members: Mapping[str, str] | None = None
    captures: Mapping[tuple[str, str], bool | None] = field(default_factory=dict)
    cross_connects: Mapping[str, str] = field(default_factory=dict)


def platform(facts: Facts) -> Platform:
    """
    >>> platform(Facts("ncs5500")).sessions.value
    4
    """
    return PLATFORMS.get(facts.platform, PLATFORMS["generic"])


# ---- features by release -------------------------------------------------------------------------------------------


class Releases(NamedTuple):
    """Releases from ``first`` on, up to but without ``before`` (None: no end is known)."""

    first: Release
    before: Release | None = None


ANY = Releases(())


Ranges = tuple[Releases, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that not every platform and release has.

    rule: id of the rule that refuses it. platforms: who is known to have it, in which releases.
    model: releases whose YANG models have the words; models are shared, so they say nothing of a platform.
    """

    key: str
    title: str
    rule: str
    platforms: Mapping[str, Known[Ranges]]
    model: Known[Ranges] | None = None


def _since(source: str, first: Release, before: Release | None = None) -> Known[Ranges]:
    return _documented((Releases(first, before),), source)


_ASR9K_ALWAYS: Mapping[str, Known[Ranges]] = {"asr9k": _documented((ANY,), GUIDE_ASR9K)}

_FEATURES = (
    Feature("next-hop", "a next-hop as destination", "S9", _ASR9K_ALWAYS),
    Feature(
        "pseudowire",
        "a pseudowire as destination",
        "S9",
        {**_ASR9K_ALWAYS, "ncs5500": _since(GUIDE_74X, (7, 0, 2))},
    ),
    Feature(
        "file",
        "a file as destination",
        "feature",
        {
            "ncs5500": _since(GUIDE_74X, (7, 1, 2)),
            "ncs5700": _since(GUIDE_74X, (7, 2, 1)),
            "cisco8000": _since(GUIDE_8000_FILE, (7, 5, 3)),  # the oldest release that the page names
        },
    ),
    Feature("file-pcapng", "a pcapng file as destination", "feature", {"ncs5500": _since(GUIDE_74X, (7, 3, 1))}),
    Feature(
        "rx-tx-destination",
        "separate destinations for received and sent traffic",
        "feature",
        {"ncs5700": _since(f"{GUIDE_74X}; {GUIDE_560}", (7, 4, 2))},
    ),
    Feature(
        "mirror-first",
        "partial mirroring (mirror first)",
        "S17",
        {"asr9k": _since(GUIDE_ASR9K, (4, 0, 1)), "cisco8000": _since(GUIDE_8000_FILE, (7, 5, 3))},
    ),
    Feature(
        "source-mirror-first",
        "partial mirroring of a single source (mirror first)",
        "S17",
        # "Starting with 7.5.3, truncation is supported per global session rather than per interface."
        {
            "asr9k": _since(GUIDE_ASR9K, (4, 0, 1)),
            "cisco8000": _documented((Releases((), (7, 5, 3)),), GUIDE_8000_FILE),
        },
    ),
    Feature("mirror-interval", "sampled mirroring (mirror interval)", "S17", {"asr9k": _since(GUIDE_ASR9K, (5, 1, 0))}),
    Feature("discard-class", "a discard class", "feature", {}, _since(YANG_UM, (7, 4, 1))),
    Feature("traffic-class", "a traffic class", "feature", {}, _since(YANG_UM, (7, 4, 1))),
    Feature("inject-interface", "an inject interface", "feature", {}),
    # 25.3.1 moved the limit from the session to its destination.
    Feature("rate-limit", "a rate limit of the session", "feature", {}, _since(YANG_UM, (7, 9, 1), (25, 3, 1))),
    Feature("erspan-id", "an ERSPAN session id", "erspan-id", {}, _since(YANG_UM, (7, 8, 1))),
    Feature("router-id", "a router-wide id of its mirrors", "erspan-id", {}, _since(YANG_UM, (7, 7, 1))),
    Feature("acl-mpls", "an MPLS ACL", "feature", {}, _since(YANG_UM, (7, 8, 1))),
    Feature("merge-group", "merge groups of ACLs", "feature", {}, _since(YANG_UM, (7, 8, 1))),
    Feature(
        "sflow",
        "sFlow in a session",
        "feature",
        {},
        _documented((Releases((7, 9, 1), (7, 11)), Releases((24, 2, 1))), YANG_UM),
    ),
    Feature("drops", "mirroring of dropped packets", "feature", {}, _since(YANG_UM, (24, 2, 1))),
    Feature("tunnel-mode", "a tunnel of another mode than GRE as the way of a copy", "feature", {}),
    Feature("other", "configuration that this collection does not know", "feature", {}),
)

FEATURES: Mapping[str, Feature] = MappingProxyType({feature.key: feature for feature in _FEATURES})


def covers(releases: Ranges, release: Release) -> bool:
    """
    >>> covers((Releases((7, 9, 1), (7, 11)), Releases((24, 2, 1))), (24, 1, 1))
    False
    """
    return any(first <= release and (before is None or release < before) for first, before in releases)


def has(feature: str, facts: Facts) -> bool | None:
    """Whether the router is known to have a feature of FEATURES; None when its release would have to be known.

    >>> has("pseudowire", Facts("ncs5500", (7, 0, 2))), has("pseudowire", Facts("cisco8000", (7, 0, 2)))
    (True, False)
    """
    known = FEATURES[feature].platforms.get(facts.platform)
    if known is None:
        return False
    if facts.release is None:
        return True if known.value == (ANY,) else None
    return covers(known.value, facts.release)


def dotted(release: Release) -> str:
    """
    >>> dotted((6, 5, 1))
    '6.5.1'
    """
    return ".".join(map(str, release))


def where(feature: str) -> str:
    """Who has a feature, for a message; "" when no platform is known to have it.

    >>> where("rx-tx-destination")
    'NCS 5700 (NC57) from 7.4.2'
    >>> where("rate-limit")
    'the YANG model from 7.9.1 until before 25.3.1 (no platform is named)'
    """
    known = FEATURES[feature]
    who = [f"{PLATFORMS[key].title}{_ranges_text(ranges.value)}" for key, ranges in known.platforms.items()]
    if known.model:
        who.append(f"the YANG model{_ranges_text(known.model.value)} (no platform is named)")
    return "; ".join(who)


def _ranges_text(ranges: Ranges) -> str:
    return " and".join(map(_range_text, ranges))


def in_model(feature: str, release: Release) -> bool:
    """Whether the YANG model of a release has the words of a feature.

    >>> in_model("erspan-id", (7, 7, 1)), in_model("erspan-id", (7, 8, 1))
    (False, True)
    """
    known = FEATURES[feature].model
    return known is not None and covers(known.value, release)


def _range_text(releases: Releases) -> str:
    if releases == ANY:
        return ""
    start = f" from {dotted(releases.first)}" if releases.first else ""
    return start + (f" until before {dotted(releases.before)}" if releases.before else "")


# ---- limits by release ---------------------------------------------------------------------------------------------

# Longest name of an ACL that an attachment takes. The guide says 64 for the ACL itself.
ACL_NAME_GUIDE = _documented(64, GUIDE)
ACL_NAME_BY_RELEASE: tuple[tuple[Releases, Known[int]], ...] = (
    (Releases((), (24, 4, 1)), _documented(80, YANG_UM)),
    (Releases((24, 4, 1)), _documented(128, YANG_UM)),
)
SESSION_NAME = _documented(79, f"{YANG_SPAN} 7.0.1 to 24.4.2, Span-session-name")

# Up to here an ACE with `capture` needs a TCAM profile with `enable-capture`; from here on it is always there.
CAPTURE_INCLUDED_FROM: Release = (6, 5, 1)

_SHORT_INTERVALS = ("512", "1K", "2K", "4K", "8K", "16K")
_LONG_INTERVALS = ("2", "4", "8", "16", "32", "64", "128", "256", *_SHORT_INTERVALS)
MIRROR_INTERVALS: tuple[tuple[Releases, Known[tuple[str, ...]]], ...] = (
    (Releases((), (7, 7, 1)), _documented(_SHORT_INTERVALS, YANG_UM)),
    (Releases((7, 7, 1)), _documented(_LONG_INTERVALS, YANG_UM)),
)
# YANG Cisco-IOS-XR-um-monitor-session-cfg, the same in all releases that have the leaf
MIRROR_FIRST = range(1, 10001)  # bytes
ERSPAN_SESSION_ID = range(1, 65536)
ROUTER_ID = range(1, 256)
RATE_LIMIT = range(4_294_967_296)  # kbit/s
SEQUENCE = range(1, 2_147_483_644)  # of an entry of an ACL, YANG Cisco-IOS-XR-ipv6-acl-datatypes
TRAFFIC_CLASS = range(8)  # YANG, both models
DISCARD_CLASS = range(8)  # native YANG model; the user model allows 0 to 2 only


def acl_name_limit(release: Release | None) -> int:
    """Most characters of the name of an ACL; the shortest known limit when the release is not known.

    >>> acl_name_limit((24, 3, 1)), acl_name_limit((24, 4, 1)), acl_name_limit(None)
    (80, 128, 64)
    """
    if release is None:
        return ACL_NAME_GUIDE.value
    return next(known.value for releases, known in ACL_NAME_BY_RELEASE if covers((releases,), release))


def mirror_intervals(release: Release | None) -> tuple[str, ...]:
    """Words that `mirror interval` takes; all that any release takes when the release is not known."""
    if release is None:
        return _LONG_INTERVALS
    return next(known.value for releases, known in MIRROR_INTERVALS if covers((releases,), release))


# ---- user-defined fields and the TCAM key --------------------------------------------------------------------------

UDF_NAME = re.compile(r"[A-Za-z0-9][-_.:A-Za-z0-9]{0,15}")  # YANG Cisco-IOS-XR-um-8000-udf-cfg; XRDOCS: 16 characters
UDF_LENGTH = range(1, 5)  # bytes
UDF_VALUE = range(1 << 32)  # of a value and a mask, which have the length of the field
UDFS_PER_PROFILE = _documented(8, GUIDE)
UDFS_PER_ACE = _documented(8, "YANG: max-elements 8")
# "Only 7 UDFs are usable as of 7.2.1", XRDOCS UDF tutorial.
UDFS_USABLE = _documented(7, XRDOCS_UDF)
UDFS_USABLE_FROM: Release = (7, 2, 1)

# Bits of each qualifier in the key (`?` output printed in the XRDOCS UDK tutorial).
QUALIFIER_BITS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "ipv4": MappingProxyType(
            {
                "src-addr": 32,
                "dst-addr": 32,
                "src-port": 16,
                "dst-port": 16,
                "proto": 8,
                "tcp-flags": 6,
                "packet-length": 16,
                "frag-bit": 1,
                "precedence": 8,
                "port-range": 24,
                "common-acl": 1,
            }
        ),
        "ipv6": MappingProxyType(
            {
                "src-addr": 128,
                "dst-addr": 128,
                "src-port": 16,
                "dst-port": 16,
                "next-hdr": 8,
                "payload-length": 16,
                "tcp-flags": 8,
                "traffic-class": 8,
            }
        ),
    }
)
KEY_BITS: Mapping[str, tuple[int, ...]] = MappingProxyType({"ipv4": (160, 320), "ipv6": (320,)})
ACL_ID_BITS = 8  # every key also has the number of its ACL

# "must" rules of the user model; XRDOCS examples on 7.2.1 break the first, so rules only warn.
QUALIFIERS_WANTING_FRAG_BIT = ("src-port", "dst-port", "tcp-flags", "port-range")
IPV6_MANDATORY_QUALIFIERS = ("src-port", "next-hdr")


# ---- who a router is -----------------------------------------------------------------------------------------------

_LONGEST_SHOW_VERSION = 65536  # characters that are looked at; real ones have some thousand
# The line that names the hardware: `cisco NCS-5500 () processor`, `cisco 8201 (Intel...)`, `NCS5501 1RU Chassis`.
_HARDWARE = re.compile(
    r"^[ \t]*(?:cisco[ \t]+(?!IOS[ -]XR[ \t]+Software)(.{1,200})|(.{1,200}[ \t]chassis\b.*))$",
    re.IGNORECASE | re.MULTILINE,
)
_RELEASE = re.compile(r"\bVersion[ \t]*:?[ \t]*(\d{1,4}(?:\.\d{1,4}){1,3})", re.IGNORECASE)
# First match wins; matched at the start of what follows "cisco".
_MODELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(pattern, re.IGNORECASE))
    for key, pattern in (
        ("xrv9000", r"(?:IOS[ -])?XRv[ -]?9000\b|R-IOSXRV9000"),
        ("ncs5700", r"NCS[ -]?57\w"),
        ("ncs5500", r"NCS[ -]?55\w\w"),
        ("ncs540", r"(?:NCS[ -]?|N)540"),
        ("ncs560", r"(?:NCS[ -]?|N)560"),
        ("asr9k", r"ASR[ -]?9(?:K|\d{3})"),
        ("cisco8000", r"8\d{3}(?![\w.])"),
    )
)


def platform_of(show_version: str) -> tuple[str, Release | None]:
    """Key of PLATFORMS and release out of `show version`; ("generic", None) for a text that says neither.

    >>> platform_of("Cisco IOS XR Software, Version 6.5.1[Default]\\ncisco NCS-5500 () processor\\n")
    ('ncs5500', (6, 5, 1))
    """
    text = show_version[:_LONGEST_SHOW_VERSION].replace("\r", "")
    version = _RELEASE.search(text)
    release = tuple(int(part) for part in version[1].split(".")) if version else None
    for hardware in _HARDWARE.finditer(text):
        name = (hardware[1] or hardware[2]).strip()
        for key, pattern in _MODELS:
            if pattern.match(name):
                return key, release
    return "generic", release


def _validate() -> None:
    """A wrong table must not be importable."""
    for feature in _FEATURES:
        if not feature.platforms.keys() <= PLATFORMS.keys():
            raise ValueError(f"feature {feature.key}: unknown platform in {sorted(feature.platforms)}")
        for known in (*feature.platforms.values(), *((feature.model,) if feature.model else ())):
            ends = [edge for first, before in known.value for edge in (first, before) if edge is not None]
            if not known.value or ends != sorted(set(ends)):
                raise ValueError(f"feature {feature.key}: ranges of releases must ascend")
    for table in (_FEATURES, _ALL):
        keys = [row.key for row in table]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key is listed twice: {keys}")


_validate()
