# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""lxml: the document as a tree, compiled XPath on each session; or its iterparse. Usage: sessions_lxml.py dom|iterparse FILE"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from lxml import etree
from sessions_digest import Tables, digest

how, name = sys.argv[1:]
FLOW = "http://xml.juniper.net/junos/24.4R1/junos-flow"
TAG = f"{{{FLOW}}}"


def path(expression: str) -> etree.XPath:
    return etree.XPath(expression, namespaces={"f": FLOW})


sessions_of = path("//f:flow-session")
policy_of, application_of = path("string(f:policy)"), path("string(f:application-name)")
source_of = path("string(f:flow-information[1]/f:source-address)")
destination_of = path("string(f:flow-information[1]/f:destination-address)")
interfaces_of = path("f:flow-information/f:interface-name/text()")
bytes_of, packets_of = path("sum(f:flow-information/f:byte-cnt)"), path("sum(f:flow-information/f:pkt-cnt)")

tables = Tables()


def add(
    policy: str, application: str, source: str, destination: str, interfaces: list[str], sent: int, packets: int
) -> None:
    tables.add("policy", policy, sent, packets)
    tables.add("application", application, sent, packets)
    tables.add("source", source, sent, packets)
    tables.add("destination", destination, sent, packets)
    for interface in dict.fromkeys(interfaces):
        tables.add("interface", interface, sent, packets)


def dom() -> int:
    found = sessions_of(etree.parse(name, etree.XMLParser(huge_tree=True)))
    for session in found:
        add(
            policy_of(session), application_of(session), source_of(session), destination_of(session), interfaces_of(session),
            int(bytes_of(session)), int(packets_of(session)),
        )  # fmt: skip
    return len(found)


def iterparse() -> int:
    count = 0
    for session in elements():
        count += 1
        wings = session.findall(f"{TAG}flow-information")
        texts = [{child.tag: child.text for child in wing} for wing in wings]
        add(
            session.findtext(f"{TAG}policy"), session.findtext(f"{TAG}application-name") or "",
            texts[0][f"{TAG}source-address"], texts[0][f"{TAG}destination-address"], [text[f"{TAG}interface-name"] for text in texts],
            sum(int(text[f"{TAG}byte-cnt"]) for text in texts), sum(int(text[f"{TAG}pkt-cnt"]) for text in texts),
        )  # fmt: skip
    return count


def elements() -> Iterator[Any]:
    for _event, session in etree.iterparse(name, tag=f"{TAG}flow-session", huge_tree=True):
        yield session
        session.clear()
        while session.getprevious() is not None:
            del session.getparent()[0]


number = {"dom": dom, "iterparse": iterparse}[how]()
print(digest(number, tables.top()))
