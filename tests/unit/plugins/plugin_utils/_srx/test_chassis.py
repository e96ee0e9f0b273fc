# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a chassis is made of, from text and XML; releases in their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.chassis import (
    card_kind,
    hardware_document,
    parse_hardware,
    parse_release,
    parse_routing_engine,
    parse_version,
)

# Columns as in Juniper's sample for the SRX5800, with a CPU and PICs below their cards.
HARDWARE = """\
Hardware inventory:
Item             Version  Part number  Serial number     Description
Chassis                                JN12170EAAGA      SRX5800
Midplane         REV 01   710-041799   ACAX3849          SRX 5800 Backplane
FPM Board        REV 01   710-024632   CAAX7297          Front Panel Display
PEM 0            Rev 03   740-034724   QCS13090908S      PS 4.1kW; 200-240V AC in
Routing Engine 0 REV 01   740-056658   9009196548        SRX5k RE-1800X4
CB 0             REV 05   750-056587   CACG1424          SRX5k SCB II
CB 1             REV 05   750-056587   CACG1307          SRX5k SCB II
FPC 0            REV 18   750-054877   CACH4092          SRX5k SPC II
  CPU                     BUILTIN      BUILTIN           SRX5k DPC PPC
  PIC 0                   BUILTIN      BUILTIN           SPU Cp
FPC 2            REV 07   750-062242   CAKS7102          SRX5k IOC3 24XGE+6XLG
  CPU            REV 06   711-057713   CAKM4563          RMPC PMB
FPC 5            REV 11   750-043157   CACA8784          SRX5k IOC II
  MIC 0          REV 10   750-049488   CADC6640          10x 10GE SFP+
    PIC 0                 BUILTIN      BUILTIN           10x 10GE SFP+
Fan Tray 0       REV 06   740-035409   ACAE9390          Enhanced Fan Tray
"""
CLUSTER = f"node0:\n{'-' * 74}\n{HARDWARE}\nnode1:\n{'-' * 74}\n{HARDWARE.replace('SRX5k SPC II', 'SRX5k SPC')}\n"
XML = """\
<rpc-reply xmlns:junos="http://xml.juniper.net/junos/15.1X49/junos">
    <chassis-inventory xmlns="http://xml.juniper.net/junos/15.1X49/junos-chassis">
        <chassis junos:style="inventory">
            <name>Chassis</name>
            <serial-number>JN12170EAAGA</serial-number>
            <description>SRX5800</description>
            <chassis-module>
                <name>Routing Engine 0</name>
                <description>SRX5k RE-13-20</description>
            </chassis-module>
            <chassis-module>
                <name>FPC 0</name>
                <part-number>750-054877</part-number>
                <description>SRX5k SPC II</description>
                <chassis-sub-module><name>PIC 0</name><description>SPU Cp</description></chassis-sub-module>
            </chassis-module>
        </chassis>
    </chassis-inventory>
    <cli><banner>{primary:node0}</banner></cli>
</rpc-reply>
"""


def test_a_table_of_hardware() -> None:
    (chassis,) = parse_hardware(HARDWARE)
    assert (chassis.model, chassis.serial_number, chassis.node) == ("SRX5800", "JN12170EAAGA", "")
    assert {slot: card.kind for slot, card in chassis.cards.items()} == {0: "SPC2", 2: "IOC3", 5: "IOC2"}
    assert [(engine.slot, engine.version) for engine in chassis.engines] == [(0, 2)]
    assert (chassis.cards[0].part_number, chassis.cards[0].version, chassis.cards[0].serial_number) == (
        "750-054877",
        "REV 18",
        "CACH4092",
    )
    (plain,) = hardware_document([chassis])
    assert plain["routing_engines"] == [{"slot": 0, "description": "SRX5k RE-1800X4", "version": 2}]


def test_both_nodes_of_a_cluster() -> None:
    nodes_of = parse_hardware(CLUSTER)
    assert [(chassis.node, chassis.cards[0].kind) for chassis in nodes_of] == [("node0", "SPC2"), ("node1", "SPC")]


def test_xml_says_the_same() -> None:
    (chassis,) = parse_hardware(XML)
    assert (chassis.model, chassis.cards[0].kind, chassis.engines[0].version) == ("SRX5800", "SPC2", 1)
    assert list(chassis.cards) == [0]


def test_a_table_without_a_header_or_with_columns_that_moved() -> None:
    text = "Chassis                                JN12170EAAGA      SRX5600\nFPC 0            REV 18   750-054877-LONG   CACH4092   SRX5k SPC II\n"
    for head in ("", "Item             Version  Part number  Serial number     Description\n"):
        (chassis,) = parse_hardware(head + text)
        assert (chassis.model, chassis.cards[0].kind) == ("SRX5600", "SPC2"), head


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("SRX5k SPC II", "SPC2"),
        ("SRX5K-SPC-4-15-320", "SPC2"),
        ("SRX5K-SPC3", "SPC3"),
        ("SRX5k SPC", "SPC"),
        ("SRX5k IOC II", "IOC2"),
        ("SRX5k IOC3 2CGE+4XGE", "IOC3"),
        ("SRX5K IOC4 10G", "IOC4"),
        ("SRX5k DPC 4X 10GE", "IOC"),
        ("Virtual FPC", ""),
        ("", ""),
    ],
)
def test_kinds_of_cards(description: str, kind: str) -> None:
    assert card_kind(description) == kind


def test_releases_in_their_order() -> None:
    texts = ["12.1X46-D10", "12.3X48-D105.4", "15.1R7", "15.1X49-D29.1", "15.1X49-D30", "15.1X49-D50.3", "15.1X49-D100", "17.2R3", "17.3R1",
             "17.3R1-S2.4", "17.3R2", "18.4R1", "21.4R3-S5.4", "24.4R1", "24.4R1-S2.9"]  # fmt: skip
    releases = [parse_release(text) for text in texts]
    assert None not in releases and releases == sorted(releases, key=tuple) and len(set(releases)) == len(texts)  # type: ignore[arg-type]
    assert parse_release("20.2R3-S2.5-EVO") == parse_release("20.2R3-S2.5")
    assert parse_release("no number here") is None


def test_versions() -> None:
    old = "Hostname: core\nModel: srx5800\nJUNOS Software Release [15.1X49-D50.3]\n"
    assert parse_version(old) == ("SRX5800", "15.1X49-D50.3")
    new = f"node0:\n{'-' * 74}\nHostname: a\nModel: srx5800\nJunos: 21.4R3-S5.4\nJUNOS OS Kernel 64-bit  [20230428.1]\n"
    assert parse_version(new) == ("SRX5800", "21.4R3-S5.4")
    xml = "<rpc-reply><software-information><product-model>srx5400</product-model><junos-version>18.4R1</junos-version></software-information></rpc-reply>"
    assert parse_version(xml) == ("SRX5400", "18.4R1")


def test_routing_engines() -> None:
    text = """\
Routing Engine status:
  Slot 0:
    Current state                  Master
    Temperature                 35 degrees C / 95 degrees F
    Model                          SRX5k RE-1800X4
    Uptime                         3 days, 4 hours
    Last reboot reason             0x1:power cycle/failure
  Slot 1:
    Current state                  Backup
    Model                          SRX5k RE-13-20
"""
    first, second = parse_routing_engine(text)
    assert first == {
        "slot": 0,
        "version": 2,
        "state": "Master",
        "model": "SRX5k RE-1800X4",
        "up_time": "3 days, 4 hours",
        "last_reboot_reason": "0x1:power cycle/failure",
    }
    assert (second["slot"], second["version"], second["state"]) == (1, 1, "Backup")
    xml = "<rpc-reply><route-engine-information><route-engine><slot>1</slot><model>RE-S-1800X4</model></route-engine></route-engine-information></rpc-reply>"
    assert parse_routing_engine(xml) == [{"slot": 1, "version": 2, "model": "RE-S-1800X4"}]


@given(st.text(max_size=200) | st.text(alphabet="<>/& abFPC0123456789-\n:", max_size=200))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for each in (text, f"<rpc-reply>{text}", f"{HARDWARE}{text}", f"node0:\n{'-' * 74}\n{text}"):
        assert parse_hardware(each)
        assert isinstance(parse_version(each), tuple)
        assert isinstance(parse_routing_engine(each), list)
        assert parse_release(each) is None or parse_release(each) >= (0, 0)  # type: ignore[operator]
