# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs, line by line: Juniper's own samples, headers, times, what is derived, what is no session log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow import line as rt_flow
from lab.srx import rtflow as lab
from lab.srx.flowconfig import Scene
from lab.srx.flows import Table

# Verbatim from Juniper: Monitoring Security Flow Sessions, in its French copy: keys translated, quotes curly.
CREATE = (
    '<14>1 2010-09-30T14:55:04.323+08:00 mrpp-srx550-dut01 RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2626.192.0.2.1.40 source-address="192.0.2.1 »'
    ' source-port="1 » destination-address="198.51.100.12 » destination-port="46384 » service-name="icmp » nat-source-address="192.0.2.1 »'
    ' nat-source-port="1 » nat-destination-address="198.51.100.12 » nat-destination-port="46384 » src-nat-rule-name="Aucun »'
    ' dst-nat-rule-name="Aucun » protocol-id="1 » nom-stratégie="policy1 » source-zone-name="trustZone » destination-zone-name="untrustZone »'
    ' session-id-32="41 » packet-incoming-interface="ge-0/0/1.0"] session créée 192.0.2.1/1-->198.51.100.12/46384 icmp'
    " 192.0.2.1/1-->198.51.100.12/46384 Aucun Aucun 1 stratégie1 zone de confiance untrustZone 41 ge-0/0/1.0"
)
CLOSE = (
    '<14>1 2010-09-30T14:55:07.188+08:00 mrpp-srx550-dut01 RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2626.192.0.2.1.40 reason="réponse reçue »'
    ' source-address="192.0.2.1 » source-port="1 » destination-address="198.51.100.12 » destination-port="46384 » service-name="icmp »'
    ' nat-source-address="192.0.2.1 » nat-source-port="1 » nat-destination-address="198.51.100.12 » nat-destination-port=« 46384 »'
    ' src-nat-rule-name="Aucun » dst-nat-rule-name="Aucun » protocol-id="1 » nom-stratégie="stratégie1 » nom-zone-source="zoneconfiance »'
    ' nom-zone-destination="untrustZone » session-id-32="41 » paquets-de-client="1 » octets-de-client="84 » paquets-de-serveur="1 »'
    ' octets-de-serveur="84 » temps-de-jeu="0 » interface-de-paquet="ge-0/0/1.0"] Session fermée Réponse reçue : 192.0.2.1/1-->198.51.100.12/46384'
    " ICMP 192.0.2.1/1-->198.51.100.12/46384 Aucun Aucun 1 stratégie1 zone de confiance untrustZone 41 1(84) 1(84) 0 ge-0/0/1.0"
)
ENDS = 'source-address="10.0.0.1" source-port="5" destination-address="192.0.2.8" destination-port="443"'
NAT = 'nat-source-address="{}" nat-source-port="{}" nat-destination-address="{}" nat-destination-port="{}"'


def parsed(line: str | bytes, **options: Any) -> dict[str, Any]:
    (record,) = rt_flow.parse([line], **options)
    return record


def structured(event: str, data: str, stamp: str = "2026-01-02T03:04:05.678+01:00") -> dict[str, Any]:
    return parsed(f"<14>1 {stamp} srx1 RT_FLOW - RT_FLOW_SESSION_{event} [junos@2636.1.1.1.2.40 {data}]")


# -- Juniper's samples


def test_the_vendors_create_keeps_translated_keys_and_drops_curly_quotes() -> None:
    record = parsed(CREATE)
    assert record["event"] == "create"
    assert record["time"] == record["start"] == "2010-09-30T14:55:04.323+08:00"
    assert record["host"] == "mrpp-srx550-dut01"
    assert (record["source_address"], record["source_port"]) == ("192.0.2.1", 1)
    assert (record["destination_address"], record["destination_port"]) == ("198.51.100.12", 46384)
    assert (record["session_id"], record["protocol_id"], record["nat_applied"]) == (41, 1, "none")
    assert record["nom_stratégie"] == "policy1"
    assert record["packet_incoming_interface"] == "ge-0/0/1.0"
    assert "unparsed" not in record


def test_the_vendors_close_takes_both_directions_of_curly_quotes() -> None:
    record = parsed(CLOSE)
    assert record["event"] == "close"
    assert record["nat_destination_port"] == 46384
    assert (record["reason"], record["reason_class"]) == ("réponse reçue", "other")
    assert record["temps_de_jeu"] == "0"
    assert record["start"] is None, "elapsed-time is not called so here"
    assert "unparsed" not in record


# -- headers


@pytest.mark.parametrize(
    ("head", "host", "time"),
    [
        ("<14>1 2026-01-02T03:04:05.678+01:00 srx1 RT_FLOW - ", "srx1", "2026-01-02T03:04:05.678+01:00"),
        ("1 2014-01-19T11:16:39.616 SRX3400_1 RT_FLOW - ", "SRX3400_1", "2014-01-19T11:16:39.616"),
        ("<14>1 2026-01-02T03:04:05Z - RT_FLOW - ", None, "2026-01-02T03:04:05+00:00"),
        ("<14>1 2026-01-02T03:04:05-0330 - RT_FLOW - ", None, "2026-01-02T03:04:05-03:30"),
        ("2026-01-02T03:04:05 srx1 RT_FLOW[123]: ", "srx1", "2026-01-02T03:04:05"),
        ("Jan  9 01:02:03 relay 1 2026-01-02T03:04:05.678901Z srx1 RT_FLOW - ", "srx1", "2026-01-02T03:04:05.678901+00:00"),
        ("812 <14>1 2026-01-02T03:04:05Z srx1 RT_FLOW 77 ", "srx1", "2026-01-02T03:04:05+00:00"),
        ("<14>1 2026-13-02T03:04:05Z srx1 RT_FLOW - ", "srx1", None),
        ("srx1 RT_FLOW - ", "srx1", None),
        ("", None, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [f"[junos@2636.1.1.1.2.129 {ENDS}]", f"[{ENDS}] session", f"[-custom@1 {ENDS}]", ENDS])
def test_a_line_is_read_whatever_header_and_identifier_it_has(head: str, host: str, time: str, body: str) -> None:
    record = parsed(f"{head}RT_FLOW_SESSION_CREATE {body}")
    assert (record["event"], record["host"], record["time"]) == ("create", host, time)
    assert record["destination_port"] == 443
    assert "unparsed" not in record


@pytest.mark.parametrize(
    ("tag", "event"),
    [
        ("RT_FLOW_SESSION_CREATE", "create"),
        ("RT_FLOW_SESSION_CLOSE_LS", "close"),
        ("RT_FLOW_SESSION_DENY_LS", "deny"),
        ("APPTRACK_SESSION_CREATE_LS", "create"),
        ("APPTRACK_SESSION_CLOSE", "close"),
        ("APPTRACK_SESSION_VOL_UPDATE", "volume_update"),
        ("APPTRACK_SESSION_ROUTE_UPDATE_LS", "route_update"),
    ],
)
def test_every_message_has_its_event(tag: str, event: str) -> None:
    record = parsed(f"<14>1 2026-01-02T03:04:05Z srx1 RT_FLOW - {tag} [junos@2636.1.1.1.2.40 {ENDS}]")
    assert (record["tag"], record["event"]) == (tag, event)


# -- times


@pytest.mark.parametrize(
    "elements",
    [
        '[timeQuality tzKnown="1" isSynced="0"]{}',
        "[timeQuality] {}",
        '[origin ip="192.0.2.1" software="a\\"]b"][meta sequenceId="3"]{}',
        '{}[meta sequenceId="3"]',
    ],
)
def test_elements_of_structured_data_that_a_relay_added_do_not_hide_the_firewalls(elements: str) -> None:
    own = '[junos@2636.1.1.1.2.40 reason="TCP FIN" source-address="192.0.2.7" session-id="9"]'
    (record,) = rt_flow.parse(
        [f"<14>1 2026-11-21T05:51:02Z srx1 RT_FLOW - RT_FLOW_SESSION_CLOSE {elements.format(own)}"]
    )
    assert (record["reason"], record["source_address"], record["session_id"]) == ("TCP FIN", "192.0.2.7", 9)
    assert "unparsed" not in record and not {"tzKnown", "ip", "sequenceId"} & record.keys()


def test_free_text_behind_an_element_that_a_relay_added_is_read() -> None:
    head = "<14>1 2026-11-21T05:51:02Z srx1 RT_FLOW - RT_FLOW_SESSION_DENY"
    (record,) = rt_flow.parse(
        [f'{head} [timeQuality tzKnown="1"] session denied 192.0.2.7/5->192.0.2.8/53 None 17(0) deny-all trust untrust']
    )
    assert (record["policy_name"], record["source_address"], record["host"]) == ("deny-all", "192.0.2.7", "srx1")


def test_a_close_is_written_at_the_end_of_the_session() -> None:
    record = structured("CLOSE", f'{ENDS} elapsed-time="3600"')
    assert record["start"] == "2026-01-02T02:04:05.678+01:00"
    assert record["end"] == record["time"] == "2026-01-02T03:04:05.678+01:00"
    assert record["naive"] is False


def test_a_line_without_an_offset_says_that_its_time_is_the_wall_clock_of_the_firewall() -> None:
    record = structured("CLOSE", f'{ENDS} elapsed-time="6"', stamp="2026-01-02T00:00:05")
    assert (record["time"], record["start"], record["naive"]) == ("2026-01-02T00:00:05", "2026-01-01T23:59:59", True)


def test_a_volume_update_tells_the_start_but_no_end() -> None:
    record = parsed(f'1 2026-01-02T03:04:05Z x RT_FLOW - APPTRACK_SESSION_VOL_UPDATE [a@1 {ENDS} elapsed-time="60"]')
    assert (record["start"], record["end"]) == ("2026-01-02T03:03:05+00:00", None)


def test_a_denied_session_never_started() -> None:
    record = structured("DENY", ENDS)
    assert (record["start"], record["end"], record["nat_applied"]) == (None, None, "none")


@pytest.mark.parametrize("elapsed", ["N/A", "-1", "9" * 30, "99999999999", "x"])
def test_an_elapsed_time_that_is_none_gives_no_start(elapsed: str) -> None:
    assert structured("CLOSE", f'{ENDS} elapsed-time="{elapsed}"')["start"] is None


TEXT = "srx1 RT_FLOW: RT_FLOW_SESSION_DENY: session denied 10.0.0.1/5->192.0.2.8/443 None 6(0) deny-all trust untrust"


def test_a_stamp_without_a_year_gives_no_time_unless_the_year_is_told() -> None:
    record = parsed(f"<14>Nov 21 05:51:02 {TEXT}")
    assert (record["time"], record["naive"], record["stamp"]) == (None, None, "Nov 21 05:51:02")
    record = parsed(f"<14>Nov 21 05:51:02 {TEXT}", year=2026)
    assert (record["time"], record["naive"]) == ("2026-11-21T05:51:02", True)
    assert "stamp" not in record


def test_the_turn_of_the_year_is_followed_both_ways() -> None:
    stamps = ["Nov 30", "Dec 31", "Jan  1", "Dec 31", "Jan  1", "Feb  2"]
    records = rt_flow.parse([f"{stamp} 05:51:02 {TEXT}" for stamp in stamps], year=2025)
    years = [record["time"][:4] for record in records]
    assert years == ["2025", "2025", "2026", "2025", "2026", "2026"]


def test_a_day_that_the_year_does_not_have_is_no_time() -> None:
    record = parsed(f"Feb 29 05:51:02 {TEXT}", year=2026)
    assert (record["time"], record["stamp"]) == (None, "Feb 29 05:51:02")


def test_a_year_in_the_stamp_wins() -> None:
    record = parsed(f"Nov 21 05:51:02.123 2024 {TEXT}", year=2026)
    assert (record["time"], record["host"]) == ("2024-11-21T05:51:02.123", "srx1")


# -- what is derived


@pytest.mark.parametrize(
    ("translated", "expected"),
    [
        (("10.0.0.1", 5, "192.0.2.8", 443), "none"),
        (("203.0.113.1", 1024, "192.0.2.8", 443), "source"),
        (("10.0.0.1", 1024, "192.0.2.8", 443), "source"),
        (("10.0.0.1", 5, "10.9.9.9", 443), "destination"),
        (("10.0.0.1", 5, "192.0.2.8", 8443), "destination"),
        (("203.0.113.1", 5, "10.9.9.9", 443), "both"),
    ],
)
def test_nat_is_told_from_the_addresses_and_ports(translated: tuple[Any, ...], expected: str) -> None:
    assert structured("CREATE", f"{ENDS} {NAT.format(*translated)}")["nat_applied"] == expected


def test_without_nat_fields_nothing_is_said_about_nat() -> None:
    assert structured("CREATE", ENDS)["nat_applied"] is None


@pytest.mark.parametrize(("protocol", "printed", "expected"), [(1, 8, 8), (1, 0, 0), (58, 128, 128), (6, 0, None), (17, 0, None)])  # fmt: skip
def test_only_icmp_has_an_icmp_type(protocol: int, printed: int, expected: int | None) -> None:
    assert structured("DENY", f'{ENDS} protocol-id="{protocol}" icmp-type="{printed}"')["icmp_type"] == expected


def test_numbers_are_numbers_and_nothing_is_null_but_not_in_names_that_somebody_chose() -> None:
    record = structured(
        "CLOSE",
        f'{ENDS} service-name="None" username="N/A" encrypted="No " application="UNKNOWN" policy-name="None" application-risk="-1"'
        ' bytes-from-client="18446744073709551615" packets-from-client="many" peer-session-id="N/A" connection-tag="0x1f"',
    )
    assert (record["service_name"], record["username"], record["encrypted"], record["application"]) == (
        None,
        None,
        "No",
        "UNKNOWN",
    )
    assert (record["policy_name"], record["application_risk"], record["bytes_from_client"]) == ("None", -1, 2**64 - 1)
    assert (record["packets_from_client"], record["peer_session_id"], record["connection_tag"]) == ("many", None, 31)


def test_both_keys_of_a_session_are_its_id_and_the_wide_one_wins() -> None:
    assert structured("CREATE", f'{ENDS} session-id-32="41"')["session_id"] == 41
    assert structured("CREATE", f'{ENDS} session-id="85905209174"')["session_id"] == 85905209174
    for keys in ('session-id-32="41" session-id="85905209174"', 'session-id="85905209174" session-id-32="41"'):
        record = structured("CREATE", f"{ENDS} {keys}")
        assert (record["session_id"], record["session_id_32"]) == (85905209174, 41)


def test_unknown_keys_are_kept_and_cannot_hide_our_own() -> None:
    record = structured("CREATE", f'{ENDS} x-forwarded-for="a; b" event="boo" unparsed="boo"')
    assert record["x_forwarded_for"] == "a; b"
    assert (record["event"], record["event_"], record["unparsed_"]) == ("create", "boo", "boo")
    assert "unparsed" not in record


# -- what is no session log


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{primary:node0}",
        "Nov 21 05:51:02 srx1 sshd[1]: Accepted password",
        "<14>1 2026-01-02T03:04:05Z srx1 RT_FLOW - RT_FLOW_SESSION_CREATE",
        "<14>1 2026-01-02T03:04:05Z srx1 RT_FLOW - RT_FLOW_SESSION_UNHEARD_OF [junos@2636.1.1.1.2.40 a=\"b\"]",
        "<14>1 2026-01-02T03:04:05Z srx1 RT_IDP - IDP_ATTACK_LOG_EVENT [junos@2636.1.1.1.2.40 a=\"b\"]",
        "RT_FLOW_SESSION_CLOSE: session closed for lunch",
    ],
)  # fmt: skip
def test_any_other_line_comes_back_as_it_was(line: str) -> None:
    assert parsed(line) == {"event": None, "unparsed": line}


def test_a_line_that_is_too_long_comes_back_cut() -> None:
    line = CREATE + "x" * 20000
    assert parsed(line) == {"event": None, "unparsed": line[: rt_flow.MAX_LINE]}


def test_a_line_cut_short_keeps_what_was_whole() -> None:
    record = parsed(
        f'<14>1 2026-01-02T03:04:05Z srx1 RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.40 {ENDS} policy-name="al'
    )
    assert record["destination_port"] == 443
    assert "policy_name" not in record
    assert record["unparsed"] == 'policy-name="al'


# -- laws


def lab_lines(count: int, **style: Any) -> list[str]:
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return list(lab.lines(Table(Scene(), count, 3), count, start, lab.Style(**style), mixed=True))


@pytest.mark.parametrize("form", [True, False], ids=["structured", "text"])
def test_one_entry_a_line_and_every_quirk_of_the_lab_is_understood(form: bool) -> None:
    lines = lab_lines(2500, structured=form, quirks=True)
    records = list(rt_flow.parse(lines))
    assert len(records) == 2500
    assert [
        line for line, record in zip(lines, records, strict=True) if record["event"] is None or "unparsed" in record
    ] == []


def test_text_lines_and_bytes_give_the_same() -> None:
    lines = [*lab_lines(40, quirks=True), "", "no log", CREATE]
    expected = list(rt_flow.parse(lines))
    assert list(rt_flow.parse("\n".join(lines))) == expected
    assert list(rt_flow.parse("\r\n".join(lines) + "\r\n")) == expected
    assert list(rt_flow.parse("\n".join(lines).encode())) == expected
    assert list(rt_flow.parse(f"{line}\n".encode() for line in lines)) == expected


def test_lines_are_read_as_they_come() -> None:
    def endless() -> Any:
        yield CREATE
        raise AssertionError("read ahead")

    assert next(rt_flow.parse(endless()))["session_id"] == 41


MESSAGES = st.sampled_from([*lab_lines(60, quirks=True), *lab_lines(60, structured=False, quirks=True), CREATE, CLOSE])


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)), st.sampled_from([None, 2026, 1, 9999]))
def test_any_text_and_any_bytes_are_read(source: str | bytes, year: int | None) -> None:
    records = list(rt_flow.parse(source, year=year))
    assert all(record["event"] is None for record in records)


@given(
    MESSAGES,
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 60), st.text(max_size=6)), max_size=4),
    st.booleans(),
)
def test_any_damage_to_a_line_is_read_and_is_plain_data(
    line: str, damages: list[tuple[int, int, str]], wide: bool
) -> None:
    for at, length, instead in damages:
        line = line[:at] + instead + line[at + length :]
    source: str | bytes = line.encode("utf-16" if wide else "utf-8", errors="replace")
    for record in (*rt_flow.parse(source, year=9999), *rt_flow.parse([line], year=1)):
        assert ("unparsed" in record) >= (record["event"] is None)
        json.dumps(record)


@pytest.mark.parametrize(
    "unit",
    [
        "->",
        "1 ",
        "a(",
        "1(1) ",
        "/",
        '"',
        'a="',
        "RT_FLOW_SESSION_CLOSE ",
        "session closed ",
        "a(global) b ",
        "Lsys ",
        "A b;",
        "AppTrack ",
        "reason=",
        "\\",
        "1/1->1/1 ",
        "»",
        " ",
        "[",
        "=",
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        "",
        "RT_FLOW_SESSION_CLOSE: session closed a: 1/1->1/1 x 1/1->1/1 ",
        "RT_FLOW_SESSION_CREATE [",
        'RT_FLOW_SESSION_DENY a="',
        "RT_FLOW_SESSION_DENY: session denied 1/1->1/1 x 6(0) ",
        "RT_FLOW_SESSION_DENY: session denied 1/1->1/1 x 6(0) p a b h u u(r) i No policy deny 41 Web N/A 4 ",
        "APPTRACK_SESSION_CREATE: AppTrack session created 1/1->1/1 x a b 1/1->1/1 ",
    ],
)
def test_a_hostile_line_of_full_length_costs_no_more_than_any(unit: str, head: str) -> None:
    line = (head + unit * rt_flow.MAX_LINE)[: rt_flow.MAX_LINE]
    assert len(list(rt_flow.parse([line]))) == 1  # what is not linear would take minutes here
