# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile strings in every option: what is sent stays the lines that the document asked for, or nothing is sent."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import document_of, span_arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import desired_state
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Span
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.scope import Scope

# Every string option of the module once; the first test holds it to that.
DOCUMENT: dict[str, Any] = {
    "sessions": [
        {
            "name": "mon1",
            "class": "ethernet",
            "destination": {"interface": "tunnel-ip3"},
            "mirror_interval": "512",
            "inject_interface": "TenGigE0/0/0/9",
            "other": ["shiny level 3"],
            "sources": [
                {
                    "interface": "TenGigE0/0/0/1",
                    "direction": "rx-only",
                    "acl_name": "A",
                    "mirror_interval": "512",
                    "other": ["shiny level 3"],
                },
                {"interface": "TenGigE0/0/0/2", "acl_ipv4": "A", "acl_ipv6": "B"},
            ],
        },
        {"name": "nh", "class": "ipv4", "destination": {"next_hop": "192.0.2.7", "vrf": "red"}},
        {"name": "f", "destination": {"file": "size 1024"}},
        {
            "name": "two",
            "rx_destination": {"interface": "TenGigE0/0/0/7"},
            "tx_destination": {"interface": "TenGigE0/0/0/8"},
        },
        *(
            {"name": f"{side}{kind}", "class": "ipv4", f"{side}_destination": value}
            for side in ("rx", "tx")
            for kind, value in (("n", {"next_hop": "192.0.2.7", "vrf": "red"}), ("f", {"file": "size 1024"}))
        ),
    ],
    "access_lists": [
        {
            "name": "A",
            "family": "ipv4",
            "entries": [
                {
                    "sequence": 10,
                    "action": "permit",
                    "match": "udp any any",
                    "capture": True,
                    "udfs": [{"name": "u", "value": "0x1", "mask": "0xff"}],
                },
                {"sequence": 20, "action": "remark", "match": "all others"},
            ],
            "interfaces": ["TenGigE0/0/0/1"],
        }
    ],
    "udfs": [{"name": "u", "header": "outer", "layer": "l4", "offset": 0, "length": 1}],
    "tcam_profiles": [{"family": "ipv4", "location": "0/0/CPU0", "qualifiers": ["src-addr"], "udfs": ["u"]}],
    "tunnels": [
        {
            "name": "tunnel-ip3",
            "ipv4_address": "15.1.1.1/24",
            "mode": "gre ipv4",
            "source": "172.16.3.24",
            "destination": "70.1.1.2",
            "other": ["shiny level 3"],
        },
        {"name": "tunnel-ip4", "ipv4_unnumbered": "Loopback0", "source": "Loopback0"},
    ],
    "globals": ["monitor-session router-id 9"],
}
Path_ = tuple[str | int, ...]


def strings(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))


def documented(spec: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, option in spec.items():
        here = f"{path}.{name}".lstrip(".")
        if "options" in option:
            yield from documented(option["options"], here)
        elif option["type"] in ("str", "raw") or option.get("elements") == "str":
            yield here


PATHS = list(strings(DOCUMENT))


def with_string(path: Path_, text: str) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return document


def test_the_document_has_every_string_option() -> None:
    config = span_arguments().spec["config"]["options"]
    named = {".".join(step for step in path if isinstance(step, str)) for path in PATHS}
    assert set(documented(config)) - named == set()


evil = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["\n", "\r\n", "\n!\nreload\n", " | file disk0:x", "\x03", "\x1a", "!", "?", "root", "exit", "no", "", " "]
    ),
    st.tuples(st.sampled_from(["mon1", "10.0.0.1", "udp any any", "Te0/0/0/1"]), st.text(max_size=12)).map("".join),
    st.tuples(
        st.text(max_size=6), st.sampled_from(["\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"]), st.text(max_size=6)
    ).map("".join),
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
@settings(max_examples=settings.default.max_examples // 5)
@given(text=evil, state=st.sampled_from(["merged", "replaced", "overridden", "deleted"]))
def test_no_string_adds_a_line_to_what_is_sent(path: Path_, text: str, state: Any) -> None:
    document = with_string(path, text)
    for command in reads(document, state):
        assert command.isascii() and command.isprintable() and "|" not in command
    lines = sent_lines(document, state)
    if lines is None:
        return
    for line in lines:
        assert line.isascii() and line.isprintable() and not line.strip().startswith("!")
        assert "!" not in line or "remark" in line or "other" in path
    assert len(lines) <= len(BENIGN[state])
    free = {shape(f"{indent}{text.strip()}") for indent in (" ", "  ") if "other" in path and text.strip()}
    assert set(map(shape, lines)) <= set(map(shape, BENIGN[state])) | free


def reads(document: dict[str, Any], state: Any) -> list[str]:
    """What would be read, also for a document of which something is refused."""
    try:
        return Scope.of(document_of(document, state)).reads
    except ArgumentError:
        return []


def sent_lines(document: dict[str, Any], state: Any) -> list[str] | None:
    """The lines for an empty router, None when the document is refused; a refusal is one line a problem."""
    try:
        sent = plan(Span(), desired_state(Span(), document_of(document, state)))
    except ArgumentError as refused:
        assert not [message for message in refused.messages if "\n" in message]  # noqa: PT017
        return None
    except ValidationFailed as refused:
        assert not [problem for problem in refused.problems if "\n" in str(problem)]  # noqa: PT017
        return None
    return [*sent.commands, *(line for operation in sent.deferred for line in operation.do)]


def shape(line: str) -> str:
    """Where a line stands: only the wanted strings may differ between what two documents send."""
    return f"{len(line) - len(line.lstrip())} {line.split()[0]}"


BENIGN = {state: sent_lines(DOCUMENT, state) or [] for state in ("merged", "replaced", "overridden", "deleted")}


def test_the_document_itself_is_sent() -> None:
    assert all(len(BENIGN[state]) > 40 for state in ("merged", "replaced", "overridden"))


@given(text=evil)
def test_label_and_comment_are_words_of_one_line(text: str) -> None:
    options = CommitOptions(label=text, comment=text)
    for command in [] if options.wrong else [command for forms in options.trial_commands() for command in forms]:
        assert command.isascii() and command.isprintable() and command.split()[0] == "commit"
        assert "confirmed 120" in command and not set(command) & set('?!"\\')
