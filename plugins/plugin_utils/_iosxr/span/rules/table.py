# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of traffic mirroring on IOS XR as a table: what each says, who said it, whether it may be downgraded. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ...._engine.rules import HOUSE, Rule, elsewhere, error, rule_table, warning
from ...platforms import GUIDE, GUIDE_8000, GUIDE_8000_ERSPAN, XRDOCS_UDF, XRDOCS_UDK, YANG_SPAN, YANG_TCAM, YANG_UM

PSEUDOWIRE = "YANG Cisco-IOS-XR-Ethernet-SPAN-cfg: monitor-session of an l2vpn p2p; feature history of the guide, 7.0.2"
COMMIT_ERROR = "commit error of a router"
LAYER = "guide NCS 5500, examples of layer 2 sources; YANG um-monitor-session-cfg 24.4.2 augments both places"
MODEL = "YANG Cisco-IOS-XR-um-monitor-session-cfg 24.4.2"

RULES: Mapping[str, Rule] = rule_table((
    error("S1", "A router has a limited number of sessions (NCS 5500: 4).", GUIDE, overridable=True),
    error(
        "S2",
        "A session has one destination, or one for each direction where the platform can; without one it mirrors nothing.",
        f"{GUIDE}; {YANG_UM}",
    ),
    error("S3", "A destination belongs to one session only.", f"{GUIDE}; {COMMIT_ERROR}"),
    error("S4", "All sessions together have a limited number of sources (NCS 5500: 800).", GUIDE),
    error("S5", "An interface is attached once only within a class of sessions.", f"{GUIDE}; {COMMIT_ERROR}"),
    error("S6", "A destination is not a source.", f"{GUIDE}; {GUIDE_8000}"),
    # Members of a bundle are read where a source or a destination is new.
    error("S7", "A destination is not a bundle (Cisco 8000: nor a member of one).", f"{GUIDE}; {GUIDE_8000}"),
    # The same guide allows an EFP as destination and forbids a VLAN sub-interface.
    error("S8", "A destination on NCS 5500 is not a sub-interface.", GUIDE, overridable=True),
    error("S9", "A remote destination is a GRE tunnel (tunnel-ip).", GUIDE),
    error("S10", "A source is not a BVI.", f"{GUIDE}; Terraform provider iosxr has the attribute", overridable=True),
    error("S11", "SPAN and ERSPAN do not go together on a router.", GUIDE, overridable=True),
    error("S12", "An ACL selects received traffic only.", f"{GUIDE}; {GUIDE_8000}"),
    error(
        "S13",
        "NCS 5500 mirrors port-level sources only, Cisco 8000 none.",
        f"{GUIDE}; {GUIDE_8000}; samples of both leave the word out",
        overridable=True,
    ),
    error(
        "S14",
        "capture is set on permit entries only (Cisco 8000: on deny entries too).",
        f"{GUIDE}; {XRDOCS_UDF} allows deny; {GUIDE_8000_ERSPAN}",
        overridable=True,
    ),
    warning("S15", "The ACL of a bundle that is a source is bound to the bundle, not to its members.", GUIDE),
    error("S16", "Neither layer 2 (ethernet-services) nor MPLS traffic can be selected by an ACL.", GUIDE),
    error("S17", "No partial or sampled mirroring (mirror first, mirror interval).", GUIDE, overridable=True),
    elsewhere(
        "S18",
        "No counters for sources with an ACL and for ERSPAN.",
        f"{GUIDE}; {GUIDE_8000}",
        "PLATFORMS.counters; iosxr_span_info reads counters only where the platform has them",
    ),
    elsewhere(
        "S19",
        "ERSPAN: the next hop has ARP, is reached over a main interface, without MPLS; nothing is decapsulated.",
        GUIDE,
        "run time state; iosxr_span_info looks at route, ARP and outgoing interface of each tunnel destination",
    ),
    error("S20", "A UDF starts at byte 0 to 63, has 1 to 4 bytes, is not inner l2, its name has 16 characters.", XRDOCS_UDF),
    error("S21", "A TCAM profile and an ACE hold 8 UDFs; as of 7.2.1 a profile holds 7 usable ones.", f"{GUIDE}; {XRDOCS_UDF}"),
    error("S22", "A UDF that an ACE matches has a slot in the TCAM profile of the family.", f"{GUIDE}; {XRDOCS_UDF}"),
    error(
        "S23",
        "The name of an ACL has 64 characters; an attachment takes 80, from 24.4.1 on 128.",
        f"{GUIDE}; {YANG_UM}",
        overridable=True,
    ),
    error("S24", "The name of a session has 1 to 79 characters.", f"{YANG_SPAN} 7.0.1 to 24.4.2"),
    error("S25", "An ACL with UDF matches is bound ingress.", XRDOCS_UDF),
    warning(
        "S26",
        "A source with acl and without any ACL: NCS 5500 mirrors everything, Cisco 8000 nothing.",
        f"{GUIDE}; {GUIDE_8000}",
    ),
    error("S27", "A source is attached with the class of its session.", YANG_SPAN),
    error("S28", "Cisco 8000 takes no member of a bundle as source.", GUIDE_8000, overridable=True),
    # -- sessions, destinations and sources
    error("one-session", "A source is in one session only, whatever the classes.", f"{GUIDE}; {YANG_SPAN} allows one a class", overridable=True),
    warning("session-missing", "A source refers to a session that is configured.", GUIDE),
    error("destination-kind", "A destination is a physical port or a tunnel.", GUIDE),
    error("source-kind", "A source is a port that carries data.", GUIDE, overridable=True),
    error("layer", "A source is attached under l2transport exactly where its interface is l2transport.", LAYER),
    error("local-egress", "Cisco 8000 mirrors received traffic only to a local destination.", GUIDE_8000),
    error("remote-egress", "Cisco 8000 mirrors received traffic only into a tunnel.", GUIDE_8000_ERSPAN),
    warning("class-destination", "ipv4 and ipv6 sessions have a next-hop, ethernet and MPLS sessions an interface.", MODEL),
    warning("ethernet-tunnel", "A tunnel that carries class ethernet ends at the analyser itself.", GUIDE),
    warning("tunnel-incomplete", "A tunnel that a session uses has an address, a source, a destination and is not shut down.", XRDOCS_UDF),
    error("interface-exists", "Every interface that is named exists.", GUIDE),
    error(
        "interface-type",
        "A type of interface is one that this collection knows; another one is kept as it is where the router has it.",
        HOUSE,
        overridable=True,
    ),
    error("bundle-member", "A destination is not a member of a bundle that is a source.", GUIDE, overridable=True),
    error("cross-connect", "A session that an l2vpn cross connect names is not removed.", PSEUDOWIRE, overridable=True),
    error("erspan-id", "The id of an ERSPAN session, and the one of the router, are set where platform and release can.", f"{GUIDE}; {YANG_UM}"),
    error("feature", "What NCS 5500 cannot do is shown and kept, but not written.", HOUSE),
    error("unwritten", "What is never written is removed only with remove_unsupported: this collection could not restore it.", HOUSE),
    error("value", "Values are within the range of the release.", YANG_UM),
    error(
        "ace",
        "An entry has the words that its command line takes: protocol, addresses with their lengths, ports.",
        "YANG Cisco-IOS-XR-ipv4-acl-datatypes and -ipv6-acl-datatypes 7.0.1; `?` help of IOS XR ACLs",
        overridable=True,
    ),
    elsewhere(
        "flow-and-span",
        "Cisco 8000: no NetFlow or sFlow on a source.",
        GUIDE_8000,
        "flow monitors are not in the configuration that is read",
    ),
    # -- access lists, UDFs and TCAM profiles
    error("family", "Class of session, ACL, binding and TCAM profile are of one family.", GUIDE),
    error("capture-missing", "An ACL that selects for a source has an entry with capture.", GUIDE, overridable=True),
    error("acl-exists", "An ACL that a source names or that is bound exists; one that is bound or named is not removed.", GUIDE),
    warning("takes-binding", "An interface has one ACL a family and direction, so binding one takes another off.", HOUSE),
    warning("filters", "An ACL filters wherever it is bound: a change for a mirror must not let pass or drop other traffic there.", GUIDE),
    warning("named-acl-hides", "An ACL that a source names overrides the one of the interface.", GUIDE),
    error("udf-exists", "A UDF that an ACE or a TCAM profile names is defined.", GUIDE),
    error("enable-capture", "Before 6.5.1 capture needs a TCAM profile with enable-capture.", f"{GUIDE}; {XRDOCS_UDK}"),
    error("tcam-qualifier", "The TCAM profile holds every qualifier that the entries use.", f"{XRDOCS_UDK}; {COMMIT_ERROR}"),
    warning("tcam-qualifier-unknown", "Qualifiers of a TCAM profile are words that the platform knows.", XRDOCS_UDK),
    warning("tcam-qualifier-pairs", "Some qualifiers of a TCAM profile need others.", f"{YANG_TCAM}; {XRDOCS_UDK} shows some without"),
    warning("tcam-width", "The key of a TCAM profile has 160 or 320 bits.", f"{XRDOCS_UDF}; {XRDOCS_UDK}"),
))  # fmt: skip
