# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Free text of session logs: four layouts, names with blanks, and the same session as in structured form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow import line as rt_flow
from lab.srx import rtflow as lab
from lab.srx.flowconfig import Scene
from lab.srx.flows import Table

ENDS = "10.0.0.1/5->192.0.2.8/443"
NAT = "203.0.113.1/1024->192.0.2.8/443"


def parsed(event: str, text: str) -> dict[str, Any]:
    (record,) = rt_flow.parse([f"<14>Nov 21 05:51:02 srx1 RT_FLOW: RT_FLOW_SESSION_{event}: {text}"])
    return record


def unlike(record: dict[str, Any], **expected: Any) -> dict[str, Any]:
    """Fields that the record has otherwise, as it has them."""
    return {name: found for name in expected if (found := record.get(name, "absent")) != expected[name]}


# -- the layouts, as the facts of each release tell them


def test_9x_to_11x() -> None:
    record = parsed("CREATE", f"session created {ENDS} junos-https {NAT} src-rule None 6 allow trust untrust 41")
    assert not unlike(
        record,
        src_nat_rule_name="src-rule",
        dst_nat_rule_name=None,
        protocol_id=6,
        policy_name="allow",
        session_id=41,
        nat_applied="source",
    )
    record = parsed(
        "CLOSE", f"session closed TCP FIN: {ENDS} None {NAT} None None 6 allow trust untrust 41 10(840) 9(800) 77"
    )
    assert not unlike(
        record,
        reason="TCP FIN",
        reason_class="fin",
        service_name=None,
        packets_from_client=10,
        bytes_from_client=840,
        elapsed_time=77,
    )
    record = parsed("DENY", f"session denied {ENDS} None 6(0) deny-all trust untrust")
    assert not unlike(
        record,
        protocol_id=6,
        icmp_type=None,
        policy_name="deny-all",
        source_zone_name="trust",
        destination_zone_name="untrust",
    )


def test_the_interface_alone_at_the_end() -> None:
    record = parsed("CREATE", f"session created {ENDS} icmp {ENDS} None None 1 p trust untrust 41 ge-0/0/1.0")
    assert not unlike(record, session_id=41, packet_incoming_interface="ge-0/0/1.0", nat_applied="none")
    record = parsed(
        "CLOSE",
        f"session closed response received: {ENDS} icmp {ENDS} None None 1 p trust untrust 41 1(84) 1(84) 0 ge-0/0/1.0",
    )
    assert not unlike(record, elapsed_time=0, packet_incoming_interface="ge-0/0/1.0", reason_class="icmp")
    record = parsed("DENY", f"session denied {ENDS} None 6(0) my own deny trust untrust reth1.1000")
    assert not unlike(
        record, policy_name="my own deny", destination_zone_name="untrust", packet_incoming_interface="reth1.1000"
    )


def test_11_4_has_application_user_and_interface_and_they_may_be_blank() -> None:
    head = f"session closed idle Timeout: {ENDS} junos-https {NAT} r None 6 allow trust untrust 41 1(2) 3(4) 5"
    assert not unlike(
        parsed("CLOSE", f"{head} HTTP FACEBOOK joe(staff) ge-0/0/1.0 No"),
        application="HTTP", nested_application="FACEBOOK", username="joe", roles="staff", packet_incoming_interface="ge-0/0/1.0", encrypted="No",
    )  # fmt: skip
    record = parsed("CLOSE", f"{head}   N/A(N/A) ge-0/0/1.0 ")
    assert not unlike(
        record,
        application="absent",
        username=None,
        roles=None,
        packet_incoming_interface="ge-0/0/1.0",
        encrypted="absent",
    )
    record = parsed("DENY", f"session denied {ENDS} junos-https 6(0) deny-all trust untrust   N/A(N/A) ge-0/0/1.0 ")
    assert not unlike(
        record,
        policy_name="deny-all",
        destination_zone_name="untrust",
        application="absent",
        packet_incoming_interface="ge-0/0/1.0",
    )
    record = parsed(
        "DENY", f"session denied {ENDS} junos-https 6(0) deny-all trust untrust HTTP UNKNOWN joe(staff) ge-0/0/1.0 No"
    )
    assert not unlike(
        record, policy_name="deny-all", application="HTTP", nested_application="UNKNOWN", username="joe", encrypted="No"
    )


@pytest.mark.parametrize(
    ("rules", "types", "names"),
    [
        ("source rule NAME N/A N/A", ("source rule", None), ("NAME", None)),
        ("N/A N/A N/A N/A", (None, None), (None, None)),
        ("N/A N/A destination rule my dnat", (None, "destination rule"), (None, "my dnat")),
        ("static rule a b destination rule c d", ("static rule", "destination rule"), ("a b", "c d")),
    ],
)
def test_connection_tags_and_rule_types(rules: str, types: tuple[Any, Any], names: tuple[Any, Any]) -> None:
    record = parsed(
        "CREATE",
        f"session created {ENDS} 0x0 junos-dns-udp {NAT} 0x1f {rules} 17 allow out trust untrust 41 N/A(N/A) reth1.1",
    )
    assert (record["src_nat_rule_type"], record["dst_nat_rule_type"]) == types
    assert (record["src_nat_rule_name"], record["dst_nat_rule_name"]) == names
    assert not unlike(
        record,
        connection_tag=0,
        nat_connection_tag=31,
        service_name="junos-dns-udp",
        protocol_id=17,
        policy_name="allow out",
        session_id=41,
    )


SESSION = f"{ENDS} 0x0 junos-https {NAT} 0x0 source rule r N/A N/A 6 allow trust untrust 85905209174"
CREATED = f"session created {SESSION} N/A(N/A) reth1.0"
CLOSED = f"session closed TCP RST: {SESSION} 1(2) 3(4) 5 SSL UNKNOWN N/A(N/A) reth1.0"
DENIED = f"session denied {ENDS} 0x0 None 6(0) deny all trust untrust HTTP UNKNOWN N/A(N/A) reth1.0"
PEERS = "NA 7 10.9.9.9/1->10.9.9.8/2"
PHRASES = "Can Leak Information;Supports File Transfer;Prone to Misuse;"

# Columns behind those that came before, by the release that added them (Juniper's System Log Explorer). Each value is of its own.
FURTHER = {
    "CREATE": (
        ("dst_identity_context_name", "n1"), ("dst_identity_context_roles", "r1"), ("gbp_src_tag", "t1"), ("gbp_dst_tag", "t2"),
        ("forwarded_for", "203.0.113.77"), ("src_vrf", "v1"), ("dst_vrf", "v2"),
    ),
    "CLOSE": (
        ("user_type", "u1"), ("dst_identity_context_name", "n1"), ("dst_identity_context_roles", "r1"), ("gbp_src_tag", "t1"),
        ("gbp_dst_tag", "t2"), ("forwarded_for", "203.0.113.77"), ("url_host", "www.example.net"), ("url_cat", "c1"), ("url_risk", "3"),
        ("src_vrf", "v1"), ("dst_vrf", "v2"),
    ),
    "DENY": (
        ("user_type", "u1"), ("dst_identity_context_name", "n1"), ("dst_identity_context_roles", "r1"), ("source_country", "XA"),
        ("destination_country", "XB"), ("gbp_src_tag", "t1"), ("gbp_dst_tag", "t2"), ("forwarded_for", "203.0.113.77"),
        ("url_host", "www.example.net"), ("url_cat", "c1"), ("url_risk", "3"), ("src_vrf", "v1"), ("dst_vrf", "v2"),
    ),
}  # fmt: skip
CATEGORY = (
    ("application_category", "Web"),
    ("application_sub_category", "N/A"),
    ("application_risk", 4),
    ("application_characteristics", PHRASES),
)
VRF, TUNNEL = (
    (("src_vrf_grp", "g1"), ("dst_vrf_grp", "g2")),
    (("tunnel_inspection", "Off"), ("tunnel_inspection_policy_set", "root")),
)
TENANT = (("source_tenant", "s1"), ("destination_service", "d1"))
RELEASES = {
    "CREATE": ((*CATEGORY, *VRF), TUNNEL, TENANT, FURTHER["CREATE"]),
    "CLOSE": (
        (*CATEGORY, ("secure_web_proxy_session_type", "NA"), ("peer_session_id", 7), ("peers", "10.9.9.9/1->10.9.9.8/2"), ("hostname", "NA NA"), *VRF),
        TUNNEL, (("session_flag", "0"), *TENANT), FURTHER["CLOSE"],
    ),
    "DENY": ((*CATEGORY, *VRF), TENANT, FURTHER["DENY"]),
}  # fmt: skip
HEADS = {"CREATE": f"{CREATED} SSL UNKNOWN Yes", "CLOSE": f"{CLOSED} Yes", "DENY": f"{DENIED} No policy deny 41"}


@pytest.mark.parametrize("event", RELEASES)
def test_the_columns_of_each_release_are_read_from_left_to_right(event: str) -> None:
    columns: tuple[tuple[str, Any], ...] = ()
    for added in RELEASES[event]:
        columns += added
        record = parsed(event, " ".join([HEADS[event], *(str(value) for _name, value in columns)]))
        expected = {name: None if value == "N/A" else value for name, value in columns if name != "peers"}
        assert not unlike(record, **expected)
        assert "unparsed" not in record
        assert ("peers" in dict(columns)) == (record.get("peer_destination_address") == "10.9.9.8")
        later = {name for release in RELEASES[event] for name, _value in release} - dict(columns).keys()
        assert not later & record.keys(), "columns of later releases"


def test_22_2_without_values_has_no_logical_system_in_its_last_columns() -> None:
    record = parsed("CREATE", f"{CREATED} SSL UNKNOWN Yes Web N/A 4 N/A N/A N/A Off root N/A N/A")
    assert not unlike(
        record, encrypted="Yes", application_category="Web", application_risk=4, application_characteristics=None, src_vrf_grp=None,
        dst_vrf_grp=None, tunnel_inspection="Off", tunnel_inspection_policy_set="root", source_tenant=None, destination_service=None,
        logical_system_name="absent", unparsed="absent",
    )  # fmt: skip
    record = parsed("CLOSE", f"{CLOSED} No  Web N/A 4 N/A NA 0 0.0.0.0/0->0.0.0.0/0 NA NA N/A N/A Off root 0 N/A N/A")
    assert not unlike(
        record, encrypted="No", application_characteristics=None, secure_web_proxy_session_type="NA", peer_session_id=0,
        peer_source_address="0.0.0.0", peer_destination_port=0, hostname="NA NA", src_vrf_grp=None, dst_vrf_grp=None,
        tunnel_inspection="Off", tunnel_inspection_policy_set="root", session_flag="0", source_tenant=None, destination_service=None,
        logical_system_name="absent", unparsed="absent",
    )  # fmt: skip


@pytest.mark.parametrize("phrases", [PHRASES, "Evasive;", "Loss of Productivity; Bandwidth;", "N/A"])
def test_characteristics_are_phrases_that_end_in_a_semicolon_or_one_word(phrases: str) -> None:
    said = None if phrases == "N/A" else phrases
    for event, head in HEADS.items():  # 19.x ends with them, 20.x goes on
        for connect_to, group in (
            ("", "absent"),
            (f" {PEERS} NA NA red N/A" if event == "CLOSE" else " red N/A", "red"),
        ):
            record = parsed(event, f"{head} Web N/A 4 {phrases}{connect_to}")
            assert not unlike(record, application_risk=4, application_characteristics=said, src_vrf_grp=group)
            assert "unparsed" not in record


@pytest.mark.parametrize(
    ("event", "tail", "unparsed"),
    [
        ("CLOSE", "Web N/A 4 Can Leak Information;Supports File", "Can Leak Information;Supports File"),
        ("CREATE", "Web N/A 4 Can Leak", "Can Leak"),
        ("DENY", "Web N/A", "Web N/A"),
        ("CREATE", "Web N/A high N/A N/A N/A", "Web N/A high N/A N/A N/A"),
        ("CREATE", "Web N/A 4 N/A red", "red"),
        ("CREATE", "Web N/A 4 N/A N/A N/A Off", "Off"),
        ("CLOSE", "Web N/A 4 N/A N/A N/A Off root", "N/A N/A Off root"),
        ("CLOSE", "Web N/A 4 N/A NA x 0.0.0.0/0->0.0.0.0/0 NA NA N/A N/A", "NA x 0.0.0.0/0->0.0.0.0/0 NA NA N/A N/A"),
        ("CREATE", " ".join(["Web N/A 4 N/A", *["N/A"] * 13, "later column"]), "later column"),
    ],
)
def test_what_fits_no_column_is_told_and_moves_no_other(event: str, tail: str, unparsed: str) -> None:
    record = parsed(event, f"{HEADS[event]} {tail}")
    assert record["unparsed"] == unparsed
    assert record.get("encrypted") == ("No" if event == "DENY" else "Yes")
    assert {record.get(name) for name in ("src_vrf_grp", "tunnel_inspection", "hostname")} <= {None}
    assert record.get("application_risk") in (None, 4)


# -- global policies


def test_a_global_policy_is_no_user() -> None:
    for tail, application in (
        ("", "absent"),
        (" UNKNOWN UNKNOWN N/A(N/A) ge-0/0/0.0 UNKNOWN policy deny", "UNKNOWN"),
        ("   N/A(N/A) ge-0/0/0.0 ", "absent"),
    ):
        record = parsed("DENY", f"session denied {ENDS} junos-dns-udp 17(0) deny-all(global) trust untrust{tail}")
        assert not unlike(
            record, policy_name="deny-all(global)", source_zone_name="trust", destination_zone_name="untrust", application=application,
            reason="policy deny" if "policy" in tail else None, unparsed="absent",
        )  # fmt: skip
        assert record.get("username") is record.get("roles") is None
        assert record.get("packet_incoming_interface") == ("ge-0/0/0.0" if tail else None)
    record = parsed("DENY", f"session denied {ENDS} junos-dns-udp 17(0) my own deny(global) trust untrust reth1.1")
    assert not unlike(record, policy_name="my own deny(global)", packet_incoming_interface="reth1.1", unparsed="absent")


@pytest.mark.parametrize(
    "tail", ["", " ge-0/0/1.0", " joe(staff) ge-0/0/1.0", " N/A(N/A) ge-0/0/1.0 SSL UNKNOWN Yes Web N/A 4 N/A"]
)
@pytest.mark.parametrize("tags", [("", ""), (" 0x0", " 0x0 N/A N/A")])
def test_a_global_policy_of_a_session_is_no_user(tags: tuple[str, str], tail: str) -> None:
    text = f"{ENDS}{tags[0]} junos-https {NAT}{tags[1]} N/A N/A 6 my allow(global) trust untrust 41"
    expected = {
        "policy_name": "my allow(global)",
        "source_zone_name": "trust",
        "destination_zone_name": "untrust",
        "session_id": 41,
    }
    record = parsed("CREATE", f"session created {text}{tail}")
    assert not unlike(
        record, **expected, unparsed="absent", username="joe" if "joe" in tail else None if "(" in tail else "absent"
    )
    assert not unlike(parsed("CLOSE", f"session closed TCP FIN: {text} 1(2) 3(4) 5"), **expected, unparsed="absent")


def test_a_user_may_have_a_role_that_is_called_global() -> None:
    record = parsed(
        "DENY", f"session denied {ENDS} None 17(0) deny trust untrust HTTP UNKNOWN joe(global) ge-0/0/1.0 No"
    )
    assert not unlike(
        record, policy_name="deny", username="joe", roles="global", packet_incoming_interface="ge-0/0/1.0"
    )
    record = parsed(
        "CREATE", f"session created {ENDS} junos-https {NAT} r None 6 p trust untrust 41 joe(global) ge-0/0/1.0"
    )
    assert not unlike(record, policy_name="p", username="joe", roles="global", session_id=41)


# -- the application firewall


def test_a_denial_by_the_application_firewall_has_its_interface_and_rule() -> None:
    # The session was created first (Juniper: then, Security Application Firewall), so the policy that permitted it is named, and its id.
    data = (
        'source-address="10.0.0.1" source-port="5" destination-address="192.0.2.8" destination-port="443" connection-tag="0" service-name="junos-https"'
        ' protocol-id="6" icmp-type="0" policy-name="web(global)" source-zone-name="trust" destination-zone-name="untrust" application="HTTP"'
        ' nested-application="FACEBOOK-ACCESS" username="N/A" roles="N/A" packet-incoming-interface="reth1.100" encrypted="No"'
        ' reason="application failure or action" session-id="41" application-category="Web" application-sub-category="Social-Networking"'
        ' application-risk="3" application-characteristics="N/A" src-vrf-grp="N/A" dst-vrf-grp="N/A"'
    )
    text = (
        f"session denied {ENDS} 0x0 junos-https 6(0) web(global) trust untrust HTTP FACEBOOK-ACCESS N/A(N/A) reth1.100 No"
        " application failure or action 41 Web Social-Networking 3 N/A N/A N/A"
    )
    stamp = "2026-11-21T05:51:02Z srx1"
    structured, free, ruled = rt_flow.parse(
        [
            f"<14>1 {stamp} RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 {data}]",
            f"{stamp} RT_FLOW: RT_FLOW_SESSION_DENY: {text}",
            f'<14>1 {stamp} RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 {data} rule-set-name="social" rule-name="no-games"]',
        ]
    )
    assert structured == free
    assert not unlike(
        free, event="deny", packet_incoming_interface="reth1.100", policy_name="web(global)", application="HTTP",
        nested_application="FACEBOOK-ACCESS", reason="application failure or action", reason_class="other", session_id=41, unparsed="absent",
    )  # fmt: skip
    assert not unlike(ruled, rule_set_name="social", rule_name="no-games", packet_incoming_interface="reth1.100")


# -- logical systems, AppTrack


def test_a_logical_system_is_a_field() -> None:
    record = parsed("CLOSE_LS", f"Lsys LS1: {CLOSED} Yes")
    assert not unlike(
        record,
        tag="RT_FLOW_SESSION_CLOSE_LS",
        logical_system_name="LS1",
        reason="TCP RST",
        session_id=85905209174,
        unparsed="absent",
    )
    assert not unlike(parsed("CREATE_LS", f"Lsys LS1: {CREATED}"), logical_system_name="LS1", unparsed="absent")
    assert not unlike(
        parsed("DENY_LS", f"Lsys LS1: {DENIED} No"),
        logical_system_name="LS1",
        policy_name="deny all",
        unparsed="absent",
    )
    (record,) = rt_flow.parse(
        [f"RT_FLOW: APPTRACK_SESSION_VOL_UPDATE_LS: Lsys LS1: AppTrack volume update: {TRACKED} 1(2) 3(4) 5 N/A N/A No"]
    )
    assert not unlike(
        record, event="volume_update", logical_system_name="LS1", elapsed_time=5, encrypted="No", unparsed="absent"
    )


TRACKED = f"{ENDS} junos-https SSL UNKNOWN {NAT} r N/A 6 1 trust untrust 111547"
ROUTED = (
    ("profile_name", "pf1"),
    ("rule_name", "r1"),
    ("routing_instance", "inst1"),
    ("destination_interface_name", "reth1.106"),
)
UPLINK = (("uplink_incoming_interface_name", "ge-0/0/2.0"), ("uplink_tx_bytes", "10"), ("uplink_rx_bytes", "20"))
CLASS, APBR, MULTI = (
    (("category", "P2P"), ("sub_category", "File-Sharing")),
    (("apbr_policy_name", "a1"),),
    (("multipath_rule_name", "m1"),),
)
DSCP = (("dscp_value", "46"), ("apbr_rule_type", "default"))


@pytest.mark.parametrize(
    ("event", "columns"),
    [
        ("CREATE", ()),
        ("CREATE", (ROUTED[-1],)),
        ("CREATE", (ROUTED[-1], *CLASS, *VRF)),
        ("VOL_UPDATE", (ROUTED[-1], *CLASS, *VRF)),
        ("ROUTE_UPDATE", ROUTED),
        ("ROUTE_UPDATE", (*ROUTED, *CLASS, *APBR)),
        ("ROUTE_UPDATE", (*ROUTED, *CLASS, *APBR, *VRF, *DSCP)),
        ("CLOSE", ROUTED[:3]),
        ("CLOSE", ROUTED),
        ("CLOSE", (*ROUTED, *UPLINK)),
        ("CLOSE", (*ROUTED, *UPLINK, *MULTI, *VRF)),
        ("CLOSE", (*ROUTED, *UPLINK, *CLASS, *APBR, *MULTI)),
        ("CLOSE", (*ROUTED, *UPLINK, *CLASS, *APBR, *MULTI, *VRF, *DSCP)),
    ],
)
@pytest.mark.parametrize("system", ["", "Lsys LS1: "])
def test_apptrack_has_profiles_and_interfaces_behind_the_user(
    event: str, columns: tuple[tuple[str, str], ...], system: str
) -> None:
    words = {
        "CREATE": "session created",
        "CLOSE": "session closed TCP FIN:",
        "VOL_UPDATE": "volume update:",
        "ROUTE_UPDATE": "route update:",
    }[event]
    counters = " 1(2) 3(4) 5" if event in ("CLOSE", "VOL_UPDATE") else ""
    tail = "".join(f" {value}" for _name, value in columns)
    name = f"APPTRACK_SESSION_{event}{'_LS' if system else ''}"
    (record,) = rt_flow.parse([f"RT_FLOW: {name}: {system}AppTrack {words} {TRACKED}{counters} joe staff No{tail}"])
    assert not unlike(
        record, tag=name, policy_name="1", session_id=111547, application="SSL", username="joe", roles="staff", encrypted="No",
        logical_system_name="LS1" if system else "absent", unparsed="absent", **dict(columns),
    )  # fmt: skip


def test_an_apptrack_message_as_it_was_captured() -> None:
    head = "<14>Apr 28 10:57:14 fw1 RT_FLOW: APPTRACK_SESSION_CREATE: AppTrack session created 10.9.5.3/59896->10.9.6.1/443 junos-https"
    tail = "UNKNOWN UNKNOWN 10.9.5.3/59896->10.9.6.1/443 N/A N/A 6 lab_vm lab vm 111547 N/A N/A UNKNOWN reth1.106 N/A N/A N/A N/A"
    (record,) = rt_flow.parse([f"{head} {tail}"])
    assert not unlike(
        record, session_id=111547, policy_name="lab_vm", encrypted="UNKNOWN", destination_interface_name="reth1.106", category=None,
        dst_vrf_grp=None, unparsed="absent",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tail", "unparsed"),
    [("a b No p r i d u 1 2 x", "x"), ("a b No p r i d u v w", "u v w"), ("a b No p r", "p r"), ("a", "a")],
)
def test_what_fits_no_column_of_apptrack_is_told(tail: str, unparsed: str) -> None:
    (record,) = rt_flow.parse(
        [f"RT_FLOW: APPTRACK_SESSION_CLOSE: AppTrack session closed TCP FIN: {TRACKED} 1(2) 3(4) 5 {tail}"]
    )
    assert not unlike(record, unparsed=unparsed, session_id=111547, elapsed_time=5)


# -- lines whose name a relay took away


@pytest.mark.parametrize("program", ["RT_FLOW", "RT_FLOW:", "RT_FLOW[77]:", "RT_FLOW - -", "RT_FLOW: -"])
@pytest.mark.parametrize(
    ("text", "event", "expected"),
    [
        (CREATED, "create", {"session_id": 85905209174, "packet_incoming_interface": "reth1.0"}),
        (f"{CLOSED} Yes", "close", {"reason": "TCP RST", "session_id": 85905209174, "elapsed_time": 5}),
        (f"{DENIED} No policy deny", "deny", {"policy_name": "deny all", "reason": "policy deny"}),
        (f"Lsys LS1: {CREATED}", "create", {"logical_system_name": "LS1", "session_id": 85905209174}),
        (f"AppTrack session closed TCP FIN: {TRACKED} 1(2) 3(4) 5 a b No", "close", {"application": "SSL", "elapsed_time": 5}),
        (f"AppTrack volume update: {TRACKED} 1(2) 3(4) 5 a b No", "volume_update", {"application": "SSL", "username": "a"}),
        (f"AppTrack route update: {TRACKED} a b No p r i d", "route_update", {"profile_name": "p", "session_id": 111547}),
    ],
)  # fmt: skip
def test_a_message_without_its_name_is_known_by_its_words(
    program: str, text: str, event: str, expected: dict[str, Any]
) -> None:
    (record,) = rt_flow.parse([f"2026-11-21T05:51:02Z srx1 {program} {text}"])
    assert not unlike(
        record, event=event, tag=None, host="srx1", time="2026-11-21T05:51:02+00:00", unparsed="absent", **expected
    )


def test_a_structured_message_without_its_name_is_known_by_its_words() -> None:
    data = '[junos@2636.1.1.1.2.40 reason="TCP RST" source-address="10.0.0.1" session-id="41"]'
    (record,) = rt_flow.parse([f"<14>1 2026-11-21T05:51:02Z srx1 RT_FLOW - - {data} {CLOSED} Yes"])
    assert not unlike(
        record, event="close", tag=None, host="srx1", session_id=41, reason_class="rst", source_address="10.0.0.1"
    )


@pytest.mark.parametrize(
    "line",
    [
        "RT_FLOW: session created for lunch",
        f"RT_FLOW: RT_FLOW_SESSION_UNHEARD_OF: {CREATED}",
        "FLOW_SESSION_CREATE: session created 10.0.0.1/5->192.0.2.8/443,6: allow",  # JUNOS-ES, another message
        "sshd: session closed: 10.0.0.1 -> 192.0.2.8",
    ],
)
def test_words_alone_make_no_session_log(line: str) -> None:
    assert list(rt_flow.parse([line])) == [{"event": None, "unparsed": line}]


# -- names, and what cannot be known


@pytest.mark.parametrize(
    ("names", "source", "destination", "protocol", "policy"),
    [
        ("None None 6 internet offload2_ssr", None, None, 6, "internet offload2_ssr"),
        ("my source rule None 17 a b c", "my source rule", None, 17, "a b c"),
        ("None my destination rule 17 a", None, "my destination rule", 17, "a"),
        ("10 20 6 30", "10", "20", 6, "30"),
        ("None None 6 10 20", None, None, 6, "10 20"),
        ("r1 r2 6 p 300 17", "r1", "r2", 6, "p 300 17"),
    ],
)
def test_names_may_have_blanks_and_be_numbers(
    names: str, source: str, destination: str, protocol: int, policy: str
) -> None:
    for tail in ("", " 1(2) 3(4) 5", " joe(x) ge-0/0/0.0"):
        event, words = ("CLOSE", "closed TCP FIN:") if "5" in tail else ("CREATE", "created")
        record = parsed(event, f"session {words} {ENDS} junos-https {NAT} {names} trust untrust 41{tail}")
        assert not unlike(
            record,
            src_nat_rule_name=source,
            dst_nat_rule_name=destination,
            protocol_id=protocol,
            policy_name=policy,
            session_id=41,
        )
        assert "unparsed" not in record


def test_two_names_with_blanks_are_not_guessed_apart() -> None:
    record = parsed(
        "CLOSE",
        f"session closed TCP FIN: {ENDS} junos-https {NAT} one rule another rule 6 p trust untrust 41 1(2) 3(4) 5",
    )
    assert not unlike(
        record, source_address="10.0.0.1", nat_applied="source", elapsed_time=5, policy_name="absent", session_id=None
    )
    assert record["unparsed"] == "one rule another rule 6 p trust untrust 41 1(2) 3(4) 5"


def test_ipv6_and_long_arrows() -> None:
    ends = "2001:db8::1/5-->2001:db8::2/443"
    record = parsed("CREATE", f"session created {ends} junos-https {ends} None None 6 p trust untrust 41")
    assert not unlike(
        record,
        source_address="2001:db8::1",
        source_port=5,
        destination_address="2001:db8::2",
        destination_port=443,
        nat_applied="none",
    )


OLD_CLOSED = f"session closed TCP FIN: {ENDS} junos-https {NAT} r None 6 allow trust untrust 41 1(2) 3(4) 5"


@pytest.mark.parametrize("cut", range(len(OLD_CLOSED) - 1))
def test_a_text_that_is_cut_gives_what_it_tells_and_says_so(cut: int) -> None:
    whole, record = parsed("CLOSE", OLD_CLOSED), parsed("CLOSE", OLD_CLOSED[:cut])
    assert "unparsed" in record
    assert "unparsed" not in whole
    for name in (
        "source_address",
        "source_port",
        "destination_address",
        "service_name",
        "nat_source_address",
        "protocol_id",
        "elapsed_time",
    ):
        assert record.get(name, whole[name]) == whole[name]


def of_22_2(event: str) -> str:
    """A line in which each column has a value of its own, and no value begins another."""
    tail = " ".join(str(value) for release in RELEASES[event][:-1] for _name, value in release)
    who = "joe(staff) ge-0/0/1.0"
    where = "6 my allow(global) trust untrust 85905209174"
    session = f"{ENDS} 0x0 junos-https {NAT} 0x1 source rule snat destination rule dnat {where}"
    return {
        "CREATE": f"session created {session} {who} SSL GOOGLE Yes {tail}",
        "CLOSE": f"session closed TCP FIN: {session} 12(345) 67(890) 77 SSL GOOGLE {who} Yes {tail}",
        "DENY": f"session denied {ENDS} 0x0 junos-https 6(0) my deny(global) trust untrust SSL GOOGLE {who} Yes policy deny 41 {tail}",
    }[event]


@pytest.mark.parametrize("event", RELEASES)
def test_a_line_of_22_2_that_is_cut_has_no_value_in_the_column_of_another(event: str) -> None:
    """What is left of the last value may be short, and a name with blanks too; all others are those of the whole line."""
    text = of_22_2(event)
    whole = parsed(event, text)
    assert "unparsed" not in whole
    for cut in range(len(text)):
        record = parsed(event, text[:cut])
        if record["event"] is None:
            continue
        odd = {
            name: value
            for name, value in record.items()
            if value is not None and name != "unparsed" and whole.get(name) != value
        }
        derived = {"nat_applied", "reason_class", "reason_meaning", "nat_connection_tag"}  # `0x` of `0x1`
        short = {name for name, value in odd.items() if str(whole.get(name)).startswith(str(value))}
        assert odd.keys() - derived - short == set(), (text[:cut], odd)
        assert len(short - derived) <= 1, (text[:cut], odd)


# -- the law


@pytest.mark.parametrize("system", ["", "customer-7"])
@pytest.mark.parametrize("generation", lab.GENERATIONS)
def test_free_text_tells_the_same_as_the_structured_line_of_the_same_session(generation: str, system: str) -> None:
    table, start = Table(Scene(), 1500, 5), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    both = [
        rt_flow.parse(
            lab.lines(table, 1500, start, lab.Style(structured=form, generation=generation, logical_system=system)),
            year=2026,
        )
        for form in (True, False)
    ]
    seen = set()
    for structured, text in zip(*both, strict=True):
        shared = structured.keys() & text.keys() - {"time", "naive", "start", "end"}
        assert {name for name in shared if structured[name] != text[name]} == set()
        assert (text["start"] or "")[:19] == (structured["start"] or "")[:19]
        assert "unparsed" not in text
        seen.add(text["tag"].removesuffix("_LS"))
        # All that was printed was found: what structured lines tell beside it is in no free text of 9.x and 11.4.
        missing = structured.keys() - text.keys()
        old = {"packet_incoming_interface", "application", "nested_application", "encrypted"}
        assert missing <= (old if generation in ("9", "11.4") else set())
    assert len(seen) == 7


def test_a_line_with_more_words_than_names_can_have_is_given_up() -> None:
    def line(words: int) -> str:
        pair = "192.0.2.1/1->192.0.2.2/2"
        return f"RT_FLOW: RT_FLOW_SESSION_CREATE: session created {pair} 0x0 s {pair} 0x0 source rule {'x ' * words}N/A N/A 6 p a b 5"

    (short,), (long,) = rt_flow.parse(line(3)), rt_flow.parse(line(4000))
    assert short.get("session_id") == 5 and "session_id" not in short.get("unparsed", "")
    assert long.get("unparsed") and not long.get("policy_name")


# -- what is before the words of a message, and columns that a release does not have


@pytest.mark.parametrize(
    ("before", "system", "unparsed"),
    [
        ("Lsys LS1: ", "LS1", None),
        ("Tenant T1: ", "T1", None),
        ("- ", None, None),
        ("VSYS V1: ", None, "VSYS V1"),
        ("Lsys one two: ", None, "Lsys one two"),
    ],
)
@pytest.mark.parametrize(
    "message",
    [
        f"session created {ENDS} junos-https {NAT} None None 6 allow trust untrust 41",
        f"session closed TCP FIN: {ENDS} junos-https {NAT} None None 6 allow trust untrust 41 10(840) 9(800) 77",
        f"session denied {ENDS} None 6(0) allow trust untrust",
    ],
)
def test_a_name_before_the_message_is_a_field_or_is_told(
    before: str, system: str | None, unparsed: str | None, message: str
) -> None:
    event = {"created": "CREATE_LS", "closed": "CLOSE_LS", "denied": "DENY_LS"}[message.split()[1]]
    record = parsed(event, f"{before}{message}")
    assert (record.get("logical_system_name"), record.get("unparsed")) == (system, unparsed)
    assert record["policy_name"] == "allow"


def test_a_tenant_is_known_where_a_relay_took_the_name_of_the_message_away() -> None:
    (record,) = rt_flow.parse(
        [f"Nov 21 05:51:02 srx1 RT_FLOW: Tenant T1: session denied {ENDS} None 6(0) deny-all a b"]
    )
    assert (record["event"], record["logical_system_name"], record["host"]) == ("deny", "T1", "srx1")


@pytest.mark.parametrize(
    ("tail", "unparsed"),
    [
        ("Web N/A 4 N/A Off root", "Off root"),  # no VRF groups before it
        ("Web N/A 4 N/A red Off root", "red Off root"),
    ],
)
def test_the_state_of_tunnel_inspection_is_never_the_name_of_a_vrf_group(tail: str, unparsed: str) -> None:
    text = f"session created {ENDS} 0x0 None {NAT} 0x0 N/A N/A N/A N/A 6 p a b 41 N/A(N/A) ge-0/0/1.0 SSL UNKNOWN Yes"
    record = parsed("CREATE", f"{text} {tail}")
    assert record["unparsed"] == unparsed
    assert not {"src_vrf_grp", "dst_vrf_grp", "tunnel_inspection"} & record.keys()
