# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs: layouts of the generations, quirks, and that a line says what its session is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.srx import generate, rtflow
from lab.srx.flowconfig import GLOBAL, Policy, Scene
from lab.srx.flows import Table
from lab.srx.rtflow import EVENTS, GENERATIONS, REASONS, Style, event_of, line, lines

NOW = datetime(2026, 1, 2, 3, 4, 5, 123_000, tzinfo=UTC)
SCENE = Scene(
    zones={"trust": ["ge-0/0/1.0"], "untrust": ["ge-0/0/0.0"]},
    policies=[
        Policy("trust", "untrust", "allow out", 4, close=True),
        Policy("trust", "untrust", "stop", 5, "deny", init=True),
    ],
)
TABLE = Table(SCENE, 5000, 3)

# One row a layout and event, as in the samples; names may have blanks.
END = r"[\da-f.:]+/\d+->[\da-f.:]+/\d+"
OLD = rf"{END} \S+ {END} \S+ \S+ \d+ [\w -]+ \w+ \w+ \d+"
NEW = rf"{END} 0x0 \S+ {END} 0x0 (?:source rule|N/A) \S+ (?:destination rule|N/A) \S+ \d+ [\w -]+ \w+ \w+ \d+"
COUNTS = r"\d+\(\d+\) \d+\(\d+\) \d+"
CLASS = r"(?:N/A|\w+) [\w/-]+ -?\d (?:N/A|(?:[A-Z][\w ]+;)+)"
PEERS = r"NA 0 0\.0\.0\.0/0->0\.0\.0\.0/0 NA NA"
CREATED = rf"session created {NEW} N/A\(N/A\) \S+"
CLOSED = rf"session closed [^:]+: {NEW} {COUNTS} \w+ \w+ N/A\(N/A\) \S+ (?:Yes|No)"
DENIED = rf"session denied {END} 0x0 \S+ \d+\(\d+\) stop \w+ \w+ \w+ \w+ N/A\(N/A\) \S+ (?:Yes|No) Denied by policy \d+"
NOT = "".join(" N/A" for _column in range(2))
SHAPES = {
    ("9", "CREATE"): rf"session created {OLD}",
    ("9", "CLOSE"): rf"session closed [^:]+: {OLD} {COUNTS}",
    ("9", "DENY"): rf"session denied {END} \S+ \d+\(\d+\) stop \w+ \w+",
    ("11.4", "CREATE"): rf"session created {OLD} N/A\(N/A\) \S+",
    ("11.4", "CLOSE"): rf"session closed [^:]+: {OLD} {COUNTS} (?:\w+ \w+| ) N/A\(N/A\) \S+ (?:Yes|No)?",
    ("11.4", "DENY"): rf"session denied {END} \S+ \d+\(\d+\) stop \w+ \w+ \w+ \w+ N/A\(N/A\) \S+ (?:Yes|No)",
    ("15.1", "CREATE"): CREATED,
    ("15.1", "CLOSE"): CLOSED,
    ("19", "CREATE"): rf"{CREATED} \w+ UNKNOWN (?:Yes|No) {CLASS}",
    ("19", "CLOSE"): rf"{CLOSED} {CLASS}",
    ("19", "DENY"): rf"{DENIED} {CLASS}",
    ("20", "CREATE"): rf"{CREATED} \w+ UNKNOWN (?:Yes|No) {CLASS}{NOT}",
    ("20", "CLOSE"): rf"{CLOSED} {CLASS} {PEERS}{NOT}",
    ("21", "CREATE"): rf"{CREATED} \w+ UNKNOWN (?:Yes|No) {CLASS}{NOT} Off root",
    ("21", "CLOSE"): rf"{CLOSED} {CLASS} {PEERS}{NOT} Off root",
    ("22.2", "CREATE"): rf"{CREATED} \w+ UNKNOWN (?:Yes|No) {CLASS}{NOT} Off root{NOT}",
    ("22.2", "CLOSE"): rf"{CLOSED} {CLASS} {PEERS}{NOT} Off root 0{NOT}",
    ("22.2", "DENY"): rf"{DENIED} {CLASS}{NOT}{NOT}",
    ("26.2", "CREATE"): rf"{CREATED} \w+ UNKNOWN (?:Yes|No) {CLASS}{NOT} Off root{NOT}(?: N/A){{7}}",
    ("26.2", "CLOSE"): rf"{CLOSED} {CLASS} {PEERS}{NOT} Off root 0{NOT}(?: N/A){{11}}",
    ("26.2", "DENY"): rf"{DENIED} {CLASS}{NOT}{NOT}(?: N/A){{13}}",
}  # fmt: skip


@pytest.mark.parametrize(("generation", "kind"), SHAPES)
def test_free_text_has_the_layout_of_its_generation(generation: str, kind: str) -> None:
    style = Style(structured=False, generation=generation)
    for k in range(60):
        if not TABLE.slots[k].tunnel:
            shown = line(event_of(TABLE, k, kind, NOW, style), style)
            head, _colon, text = shown.partition(f"RT_FLOW_SESSION_{kind}: ")
            assert head == "<14>Jan  2 03:04:05 srx1 RT_FLOW: "
            assert re.fullmatch(SHAPES[generation, kind], text), text


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("generation", GENERATIONS)
def test_structured_data_says_what_the_session_is(kind: str, generation: str) -> None:
    style = Style(generation=generation)
    shown = line(event_of(TABLE, 0, kind, NOW, style), style)
    found = dict(re.findall(r'([\w-]+)="([^"]*)"', shown))
    session = TABLE.session(0).values
    assert shown.startswith("<14>1 2026-01-02T03:04:05.123+00:00 srx1 RT_FLOW - ")
    assert (found["source-address"], found["destination-port"]) == (session["src"], str(session["dport"]))
    assert found["protocol-id"] == "6" and found["policy-name"] == ("stop" if kind == "DENY" else "allow out")
    if kind == "CLOSE":
        assert next(iter(found)) == "reason"
        assert found["elapsed-time"] == str(session["duration"]) and found["bytes-from-server"] == str(
            session["bbytes"]
        )
    new = style.since("20")
    key = "session-id" if new else "session-id-32"
    if kind not in ("DENY",) or style.since("19"):
        assert int(found[key]) == int(session["id"]) & (0xFFFFFFFFFFFF if new else 0xFFFFFFFF)
    assert ("connection-tag" in found) == (style.since("15.1") and not kind.startswith("APPTRACK"))


def test_logical_systems_come_first_and_in_the_tag() -> None:
    style = Style(generation="21", logical_system="blue")
    shown = line(event_of(TABLE, 0, "CREATE", NOW, style), style)
    assert 'RT_FLOW_SESSION_CREATE_LS [junos@2636.1.1.1.2.40 logical-system-name="blue" source-address=' in shown
    assert "] Lsys blue: session created " in shown and shown.endswith(" Off root")


def test_a_global_policy_is_marked_and_its_zones_are_those_of_the_packet() -> None:
    scene = Scene(
        zones={"trust": ["ge-0/0/1.0"], "untrust": ["ge-0/0/0.0"]},
        policies=[Policy(GLOBAL, GLOBAL, "all", 4, init=True), Policy(GLOBAL, GLOBAL, "rest", 5, "deny", init=True)],
    )
    table, style = Table(scene, 50, 3), Style(structured=False, generation="15.1")
    assert re.search(r" 0x0 \S+ \d+\(\d+\) rest\(global\) ", line(event_of(table, 0, "DENY", NOW, style), style))
    assert re.search(
        r" \d+ all\(global\) \S+ \S+ \d+ N/A\(N/A\)", line(event_of(table, 0, "CREATE", NOW, style), style)
    )


def test_nat_is_in_the_line() -> None:
    style = Style(structured=False, generation="15.1")
    for k in range(200):
        slot = TABLE.slots[k]
        shown = line(event_of(TABLE, k, "CREATE", NOW, style), style)
        first, second = re.findall(END, shown)
        assert (first != second) == bool(slot.nat)
        assert ("source rule" in shown) == (slot.nat in ("interface", "pool"))
        assert ("destination rule" in shown) == (slot.nat == "destination")


def test_every_reason_occurs() -> None:
    style = Style(structured=False, generation="9")
    found = Counter(event_of(TABLE, k, "CLOSE", NOW, style).fields["reason"] for k in range(5000))
    assert set(found) == set(REASONS) and found["TCP FIN"] > 1000


def test_quirks_are_those_of_the_samples() -> None:
    shown = list(lines(TABLE, 2000, NOW, Style(quirks=True), mixed=True))
    assert any(not text.startswith("<") for text in shown)
    assert any(re.match(r"(<14>)?1 \S+\.\d{3} ", text) for text in shown), "a time without a zone"
    assert any(" - RT_FLOW " in text for text in shown)
    for words in (
        '="No "',
        "internet; offload",
        "\u201c",
        "junos@2626.192.0.2.1.40",
        "[-custom@1 ",
        "[source-address=",
        "-->",
        "_LS [",
        "APPTRACK_SESSION_",
    ):
        assert any(words in text for text in shown), words
    plain = list(lines(TABLE, 2000, NOW, Style()))
    assert not any("\u201c" in text or "-->" in text or not text.startswith("<14>1 ") for text in plain)


def test_the_generator_is_deterministic_and_counts() -> None:
    first, second = (list(generate.rt_flow(50, structured=True, seed=9)) for _again in (1, 2))
    assert first == second and len(first) == 50
    assert "".join(generate.sessions(20, xml=True)).count("<flow-session ") == 20
    assert "".join(generate.sessions(20, xml=False, cluster=True)).count("Total sessions: 20\n") == 2


def test_the_command_runs_as_its_docstring_says(tmp_path: Path) -> None:
    (tmp_path / "c").write_text('set security policies from-zone a to-zone b policy "my own" then permit\n')
    command = [
        sys.executable,
        str(Path(generate.__file__)),
        "rt-flow",
        "--count",
        "9",
        "--structured",
        "--config",
        str(tmp_path / "c"),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert len(shown.splitlines()) == 9 and 'policy-name="my own"' in shown


def test_what_has_no_policy_is_not_logged() -> None:
    assert not any('policy-name="N/A"' in text for text in lines(TABLE, 3000, NOW, Style(), apptrack=False))
    assert rtflow.kind_of(5) == "DENY"
