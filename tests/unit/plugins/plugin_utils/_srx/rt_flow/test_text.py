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


def test_20_on_has_categories_peers_and_the_logical_system_last() -> None:
    head = f"{ENDS} 0x0 junos-https {NAT} 0x0 source rule r N/A N/A 6 allow trust untrust 85905209174"
    record = parsed(
        "CREATE", f"session created {head} N/A(N/A) reth1.0 UNKNOWN UNKNOWN UNKNOWN N/A N/A -1 N/A N/A N/A Off root"
    )
    assert not unlike(
        record,
        application="UNKNOWN",
        encrypted="UNKNOWN",
        application_risk=-1,
        src_vrf_grp=None,
        tunnel_inspection="Off",
        logical_system_name="root",
    )
    record = parsed(
        "CLOSE",
        f"session closed TCP RST: {head} 1(2) 3(4) 5 SSL UNKNOWN N/A(N/A) reth1.0 Yes Web N/A 4 Loss of Productivity;Bandwidth; NA 7"
        " 10.9.9.9/1->10.9.9.8/2 NA NA N/A N/A Off root",
    )
    assert not unlike(
        record, encrypted="Yes", application_category="Web", application_risk=4, application_characteristics="Loss of Productivity;Bandwidth;",
        secure_web_proxy_session_type="NA", peer_session_id=7, peer_source_address="10.9.9.9", peer_destination_port=2, hostname="NA NA",
        logical_system_name="root", session_id=85905209174,
    )  # fmt: skip
    text = f"session denied {ENDS} 0x0 None 6(0) deny all trust untrust UNKNOWN UNKNOWN N/A(N/A) reth1.0 No policy deny 85905209174 N/A N/A -1 N/A"
    assert not unlike(
        parsed("DENY", text),
        policy_name="deny all",
        reason="policy deny",
        reason_class="policy",
        session_id=85905209174,
        application_risk=-1,
    )


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


CLOSED = f"session closed TCP FIN: {ENDS} junos-https {NAT} r None 6 allow trust untrust 41 1(2) 3(4) 5"


@pytest.mark.parametrize("cut", range(len(CLOSED) - 1))
def test_a_text_that_is_cut_gives_what_it_tells_and_says_so(cut: int) -> None:
    whole, record = parsed("CLOSE", CLOSED), parsed("CLOSE", CLOSED[:cut])
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


# -- the law

# The lab prints a constant there, as the capture that its layout is of does.
CONSTANT = {("create", "encrypted")}


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
        different = {
            name for name in shared if structured[name] != text[name] and (text["event"], name) not in CONSTANT
        }
        assert different == set()
        assert (text["start"] or "")[:19] == (structured["start"] or "")[:19]
        seen.add(text["tag"].removesuffix("_LS"))
        # All that was printed was found: what structured lines tell beside it stands in no free text of that layout.
        missing = structured.keys() - text.keys()
        assert missing <= {
            "packet_incoming_interface",
            "destination_interface_name",
            "logical_system_name",
            "application",
            "nested_application",
            "encrypted",
        }
        assert generation != "d" or missing <= {"destination_interface_name", "logical_system_name"}
    assert len(seen) == 7


def test_a_line_with_more_words_than_names_can_have_is_given_up() -> None:
    def line(words: int) -> str:
        pair = "192.0.2.1/1->192.0.2.2/2"
        return f"RT_FLOW: RT_FLOW_SESSION_CREATE: session created {pair} 0x0 s {pair} 0x0 source rule {'x ' * words}N/A N/A 6 p a b 5"

    (short,), (long,) = rt_flow.parse(line(3)), rt_flow.parse(line(4000))
    assert short.get("session_id") == 5 and "session_id" not in short.get("unparsed", "")
    assert long.get("unparsed") and not long.get("policy_name")
