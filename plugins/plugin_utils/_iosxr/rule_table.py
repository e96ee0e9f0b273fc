# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of traffic mirroring on IOS XR as a table: what each says, who said it, whether it may be downgraded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .._engine.problems import Severity
from .platforms import GUIDE, GUIDE_8000, XRDOCS_UDF, XRDOCS_UDK, YANG_SPAN, YANG_TCAM, YANG_UM

COMMIT_ERROR = "commit error of a router"
MODEL = "YANG Cisco-IOS-XR-um-monitor-session-cfg 24.4.2"
HOUSE = "this collection"


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: of a broken rule; values that are not verified for a platform, and faults that stood before, only warn.

    overridable: the sources contradict each other, or the device takes it, so a user may downgrade it to a warning.
    elsewhere: for a rule that no configuration can show: where it is looked after instead.
    """

    id: str
    text: str
    severity: Severity
    overridable: bool
    source: str
    elsewhere: str = ""

    def __post_init__(self) -> None:
        if not (self.id and self.text and self.source) or self.severity not in ("error", "warning"):
            raise ValueError(f"an incomplete rule: {self!r}")


def _error(rule: str, text: str, source: str, *, overridable: bool = False) -> Rule:
    return Rule(rule, text, "error", overridable, source)


def _warning(rule: str, text: str, source: str) -> Rule:
    return Rule(rule, text, "warning", False, source)


def _elsewhere(rule: str, text: str, source: str, elsewhere: str) -> Rule:
    return Rule(rule, text, "warning", False, source, elsewhere)


_TABLE = (
    _error("S1", "A router has a limited number of sessions (NCS 5500: 4).", GUIDE, overridable=True),
    _error(
        "S2",
        "A session has one destination, or one for each direction where the platform can; without one it mirrors nothing.",
        f"{GUIDE}; {YANG_UM}",
    ),
    _error("S3", "A destination belongs to one session only.", f"{GUIDE}; {COMMIT_ERROR}"),
    _error("S4", "All sessions together have a limited number of sources (NCS 5500: 800).", GUIDE),
    _error("S5", "An interface is attached once only within a class of sessions.", f"{GUIDE}; {COMMIT_ERROR}"),
    _error("S6", "A destination is not a source.", f"{GUIDE}; {GUIDE_8000}"),
    # Members of a bundle are not in the configuration that is read, so only the bundle itself is recognised.
    _error("S7", "A destination is not a bundle (Cisco 8000: nor a member of one).", f"{GUIDE}; {GUIDE_8000}"),
    # The same guide allows an EFP as destination and forbids a VLAN sub-interface.
    _error("S8", "A destination on NCS 5500 is not a sub-interface.", GUIDE, overridable=True),
    _error("S9", "A remote destination is a GRE tunnel (tunnel-ip).", GUIDE),
    _error("S10", "A source is not a BVI.", f"{GUIDE}; Terraform provider iosxr has the attribute", overridable=True),
    _error("S11", "SPAN and ERSPAN do not stand together on a router.", GUIDE, overridable=True),
    _error("S12", "An ACL selects received traffic only.", f"{GUIDE}; {GUIDE_8000}"),
    _error(
        "S13",
        "NCS 5500 mirrors port-level sources only, Cisco 8000 none.",
        f"{GUIDE}; {GUIDE_8000}; samples of both leave the word out",
        overridable=True,
    ),
    _error("S14", "capture stands on permit entries only.", f"{GUIDE}; {XRDOCS_UDF} allows deny", overridable=True),
    _warning("S15", "The ACL of a bundle that is a source is bound to the bundle, not to its members.", GUIDE),
    _error("S16", "Neither layer 2 (ethernet-services) nor MPLS traffic can be selected by an ACL.", GUIDE),
    _error("S17", "No partial or sampled mirroring (mirror first, mirror interval).", GUIDE, overridable=True),
    _elsewhere(
        "S18",
        "No counters for sources with an ACL and for ERSPAN.",
        f"{GUIDE}; {GUIDE_8000}",
        "PLATFORMS.counters; iosxr_span_info reads counters only where the platform has them",
    ),
    _elsewhere(
        "S19",
        "ERSPAN: the next hop has ARP, is reached over a main interface, without MPLS; nothing is decapsulated.",
        GUIDE,
        "run time state; iosxr_span_info looks at route, ARP and outgoing interface of each tunnel destination",
    ),
    _error("S20", "A UDF starts at byte 0 to 63, has 1 to 4 bytes, is not inner l2, its name has 16 characters.", XRDOCS_UDF),
    _error("S21", "A TCAM profile and an ACE hold 8 UDFs; as of 7.2.1 a profile holds 7 usable ones.", f"{GUIDE}; {XRDOCS_UDF}"),
    _error("S22", "A UDF that an ACE matches has a slot in the TCAM profile of the family.", f"{GUIDE}; {XRDOCS_UDF}"),
    _error(
        "S23",
        "The name of an ACL has 64 characters; an attachment takes 80, from 24.4.1 on 128.",
        f"{GUIDE}; {YANG_UM}",
        overridable=True,
    ),
    _error("S24", "The name of a session has 1 to 79 characters.", f"{YANG_SPAN} 7.0.1 to 24.4.2"),
    _error("S25", "An ACL with UDF matches is bound ingress.", XRDOCS_UDF),
    _warning(
        "S26",
        "A source with acl and without any ACL: NCS 5500 mirrors everything, Cisco 8000 nothing.",
        f"{GUIDE}; {GUIDE_8000}",
    ),
    _error("S27", "A source is attached with the class of its session.", YANG_SPAN),
    _error("S28", "Cisco 8000 takes neither a bundle nor its members as source.", GUIDE_8000, overridable=True),
    # -- sessions, destinations and sources
    _error("one-session", "A source is in one session only, whatever the classes.", f"{GUIDE}; {YANG_SPAN} allows one a class", overridable=True),
    _warning("session-missing", "A source refers to a session that is configured.", GUIDE),
    _error("destination-kind", "A destination is a physical port or a tunnel.", GUIDE),
    _error("source-kind", "A source is a port that carries data.", GUIDE, overridable=True),
    _error("local-egress", "Cisco 8000 mirrors received traffic only to a local destination.", GUIDE_8000),
    _warning("class-destination", "ipv4 and ipv6 sessions have a next-hop, ethernet and MPLS sessions an interface.", MODEL),
    _warning("ethernet-tunnel", "A tunnel that carries class ethernet ends at the analyser itself.", GUIDE),
    _warning("tunnel-incomplete", "A tunnel that a session uses has an address, a source, a destination and is not shut down.", XRDOCS_UDF),
    _error("interface-exists", "Every interface that is named exists.", GUIDE),
    _error("feature", "What NCS 5500 cannot do is shown and kept, but not written.", HOUSE),
    _error("value", "Values are within the range of the release.", YANG_UM),
    _elsewhere(
        "flow-and-span",
        "Cisco 8000: no NetFlow or sFlow on a source.",
        GUIDE_8000,
        "flow monitors are not in the configuration that is read",
    ),
    # -- access lists, UDFs and TCAM profiles
    _error("family", "Class of session, ACL, binding and TCAM profile are of one family.", GUIDE),
    _error("capture-missing", "An ACL that selects for a source has an entry with capture.", GUIDE, overridable=True),
    _error("acl-exists", "An ACL that a source names exists; one that is bound or named is not removed.", GUIDE),
    _warning("takes-binding", "An interface has one ACL a family and direction, so binding one takes another off.", HOUSE),
    _warning("named-acl-hides", "An ACL that a source names overrides the one of the interface.", GUIDE),
    _error("udf-exists", "A UDF that an ACE or a TCAM profile names is defined.", GUIDE),
    _error("enable-capture", "Before 6.5.1 capture needs a TCAM profile with enable-capture.", f"{GUIDE}; {XRDOCS_UDK}"),
    _error("tcam-qualifier", "The TCAM profile holds every qualifier that the entries use.", f"{XRDOCS_UDK}; {COMMIT_ERROR}"),
    _warning("tcam-qualifier-unknown", "Qualifiers of a TCAM profile are words that the platform knows.", XRDOCS_UDK),
    _warning("tcam-qualifier-pairs", "Some qualifiers of a TCAM profile need others.", f"{YANG_TCAM}; {XRDOCS_UDK} shows some without"),
    _warning("tcam-width", "The key of a TCAM profile has 160 or 320 bits.", f"{XRDOCS_UDF}; {XRDOCS_UDK}"),
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _TABLE})
if len(RULES) != len(_TABLE):
    raise ValueError("the id of a rule stands twice")


def overridable_rules() -> frozenset[str]:
    """Ids that a user may downgrade to a warning."""
    return frozenset(rule.id for rule in _TABLE if rule.overridable)
