# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small trees of XML: what a device sends is read as another reader reads it, what none sends is read no further."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx import xml_tree
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import (
    CUT,
    DEEPEST,
    MOST,
    Element,
    is_xml,
    missing,
    nodes,
    tree,
)

REPLY = """\
<rpc-reply xmlns:junos="http://xml.juniper.net/junos/15.1X49/junos">
  <fm-fpc-state-information xmlns="u" junos:style="brief">
    <fm-fpc>
      <fpc-slot>7</fpc-slot>
      <pfe-slot>0</pfe-slot><plane-slot>0</plane-slot><state>Plane enabled</state>
      <pfe-slot>1</pfe-slot><plane-slot>0</plane-slot><state>Links &lt;error&gt; \u00e9</state>
    </fm-fpc>
    <fm-fpc/>
    <output><![CDATA[ a < b ]]></output>
  </fm-fpc-state-information>
  <cli><banner>{primary:node0}</banner></cli>
</rpc-reply>
"""


def plain(element: Element) -> tuple[object, ...]:
    return element.tag, element.text, [plain(each) for each in element.inside]


def by_another(element: ElementTree.Element) -> tuple[object, ...]:
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    return element.tag.rpartition("}")[2], text.strip(), [by_another(child) for child in element]


def leaves(element: Element) -> Iterator[tuple[str, str]]:
    for each in element.inside:
        if each.inside:
            yield from leaves(each)
        else:
            yield each.tag, each.text


def test_a_reply_is_read_as_another_reader_reads_it() -> None:
    root, wrong = tree(REPLY)
    assert (plain(root.inside[0]), wrong) == (by_another(ElementTree.fromstring(REPLY)), "")


names = st.sampled_from(["fpc", "slot", "state", "j:name", "inside"])
texts = st.text(alphabet="ab 1\n\u00e9", max_size=5)
documents = st.recursive(
    texts,
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", names, st.lists(inner, max_size=4)
    ),
    max_leaves=20,
)


@given(documents)
def test_any_reply_is_read_as_another_reader_reads_it(body: str) -> None:
    text = f"<rpc-reply xmlns:j='u'>{body}</rpc-reply>"
    assert plain(tree(text)[0].inside[0]) == by_another(ElementTree.fromstring(text))


def test_unlike_elements_keep_their_order() -> None:
    (fpc, _empty) = tree(REPLY)[0].all("fm-fpc")
    assert [each.text for each in fpc.inside] == ["7", "0", "0", "Plane enabled", "1", "0", "Links <error> \u00e9"]


def test_namespaces_echo_and_prompt_do_not_matter() -> None:
    text = "core> show x | display xml\r\n<rpc-reply xmlns='a:b'><n:x xmlns:n='c'> 1 &amp; 2 </n:x><u:y>3</u:y></rpc-reply>\n{primary:node0}\ncore>"
    root, wrong = tree(text)
    assert (root.inside[0].value("x"), root.inside[0].value("y"), wrong) == ("1 & 2", "3", "")


@pytest.mark.parametrize("rest", ["{primary:node0}\n", "a & b", "<", "<!-- ", "</rpc-reply>", "<rpc-reply><x>9</x></rpc-reply>", "\x00", "\ud800"])  # fmt: skip
def test_what_follows_a_reply_is_no_part_of_it(rest: str) -> None:
    root, wrong = tree(REPLY + rest)
    assert (plain(root), wrong) == (plain(tree(REPLY)[0]), "")


def test_nodes_of_a_cluster_have_their_parts() -> None:
    items = "".join(
        f"<multi-routing-engine-item><re-name>node{number}</re-name><x>{number}</x></multi-routing-engine-item>"
        for number in range(2)
    )
    parts, wrong = nodes(f"<rpc-reply><multi-routing-engine-results>{items}</multi-routing-engine-results></rpc-reply>")
    assert ([(name, part.value("x")) for name, part in parts], wrong) == ([("node0", "0"), ("node1", "1")], "")


@given(st.integers(1, REPLY.rindex("</rpc-reply>") + 5))
def test_a_reply_that_is_cut_says_so_and_gives_only_what_came_whole(end: int) -> None:
    root, wrong = tree(REPLY[:end])
    if end < len("<rpc-reply"):
        assert (plain(root), wrong) == (("", "", []), "there is no XML")
        return
    assert wrong == CUT
    whole = list(leaves(tree(REPLY)[0]))
    assert [leaf for leaf in leaves(root) if leaf[1]] == [leaf for leaf in whole if leaf[1]][
        : sum(1 for leaf in leaves(root) if leaf[1])
    ]


def test_a_number_that_is_cut_is_no_number() -> None:
    root, wrong = tree("<rpc-reply><fpc><slot>1</slot><count>12")
    (fpc,) = root.all("fpc")
    assert (fpc.value("slot"), fpc.value("count"), wrong) == ("1", "", CUT)


LAUGHS = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><rpc-reply>&a11;</rpc-reply>', "document type"),
        ('<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><rpc-reply>1</rpc-reply>', "document type"),
        ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><rpc-reply>&b;</rpc-reply>", "document type"),
        ("<rpc-reply>&b;</rpc-reply>", "undefined entity"),
        ("<rpc-reply><a>1</b></rpc-reply>", "mismatched tag"),
        ("<rpc-reply><a>\x00</a></rpc-reply>", "not well-formed"),
        ("<rpc-reply a='1' a='2'/>", "duplicate attribute"),
    ],
)  # fmt: skip
def test_what_no_device_sends_gives_no_value(text: str, why: str) -> None:
    root, wrong = tree(text)
    assert why in wrong and [leaf for leaf in leaves(root) if leaf[1]] == []


def test_a_reply_may_be_as_deep_as_its_bound_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "<rpc-reply>" + "<a>" * (depth - 1) + "1" + "</a>" * (depth - 1) + "</rpc-reply>"

    root, wrong = tree(nested(DEEPEST))
    assert wrong == "" and len(list(root.all("a"))) == DEEPEST - 1
    for text in (nested(DEEPEST + 1), "<rpc-reply>" + "<a>" * 200_000):
        root, wrong = tree(text)
        assert "deeper" in wrong and len(list(root.all("a"))) < DEEPEST


def test_a_reply_may_be_as_long_as_its_bound_and_no_longer() -> None:
    root, wrong = tree("<rpc-reply>" + "<a/>" * (MOST - 1) + "</rpc-reply>")
    assert wrong == "" and len(root.inside[0].inside) == MOST - 1
    root, wrong = tree("<rpc-reply>" + "<a/>" * MOST + "</rpc-reply>")
    assert "longer" in wrong and len(root.inside[0].inside) == MOST - 1


@given(st.text(max_size=200) | st.text(alphabet="<>/& abFPC0123456789-![]\n:", max_size=200), st.booleans())
def test_no_text_makes_it_raise(text: str, begun: bool) -> None:
    each = f"<rpc-reply>{text}" if begun else text
    root, wrong = tree(each)
    assert is_xml(each) is (wrong != "there is no XML")
    assert nodes(each)[0] and isinstance(root, Element)


def test_without_the_library_a_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing() == []
    monkeypatch.setattr(xml_tree, "MISSING", ImportError("No module named 'xmltodict'"))
    (message,) = missing()
    assert "pip install xmltodict" in message and tree(REPLY) == (Element(""), message)
