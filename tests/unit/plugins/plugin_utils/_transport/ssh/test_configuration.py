# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration session, whatever the system, over a command line that plays one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConcurrentChange,
    ConnectionFailed,
    Dropped,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.refusals import Refusal, Refusals
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.cli import PASTE_BLOCK, InputLost
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.configuration import (
    IN_A_HURRY,
    MANY,
    ConfigurationSession,
    deviating,
    refused_lines,
)

PATIENCE = 30.0
LINES = [f"set x {number}" for number in range(3)]
WRONG = Problem("read-back", "paste", "it is not there")


class Line:
    """Plays the command line: what was asked with how much patience, in which blocks lines were pasted. lossy: pastes of more
    lines than that lose input; deaf: the session is lost when it is left."""

    def __init__(self, lossy: int = PASTE_BLOCK, deaf: bool = False) -> None:
        self.asked: list[tuple[str, float | None]] = []
        self.blocks: list[int] = []
        self._lossy, self._deaf = lossy, deaf

    def ask(
        self, command: str, answers: Iterable[tuple[str, str]], timeout: float | None = None, option: str = ""
    ) -> str:
        self.asked.append((command, timeout))
        if self._deaf and command == "leave":
            raise Dropped("the link went")
        return ""

    def paste(self, lines: Sequence[str], block: int) -> list[str]:
        self.blocks.append(block)
        if block > self._lossy:
            raise InputLost(f"{len(lines)} lines were sent, 2 were answered")
        return [""] * len(lines)


class Session(ConfigurationSession):
    """once: it is refused a second time."""

    def __init__(self, line: Line, once: bool = False) -> None:
        super().__init__(line, PATIENCE, "commit_timeout")  # type: ignore[arg-type]
        self.looked = 0
        self._once, self._entered = once, False

    def _enter(self) -> None:
        if self._once and self._entered:
            raise ApplyFailed("locked")
        self._ask("enter")
        self._entered = True

    def _leave(self, patience: float) -> None:
        self._ask("leave", patience=patience)

    def _drop(self) -> None:
        self._ask("drop")

    def paste(self, *found: list[Problem]) -> None:
        """found: what is wrong with the candidate at each look."""

        def look(answers: list[str]) -> list[Problem]:
            assert len(answers) == len(LINES)
            self.looked += 1
            return found[self.looked - 1]

        self._paste(LINES, look)

    def exclusively(self) -> None:
        self._reenter()


@pytest.mark.parametrize(
    ("error", "patience"),
    [
        (None, PATIENCE),
        (ApplyFailed("no"), PATIENCE),
        (ConcurrentChange("changed"), PATIENCE),
        (KeyboardInterrupt(), IN_A_HURRY),
        (RuntimeError("the task's time is over"), IN_A_HURRY),
    ],
)
def test_it_is_left_politely_or_in_a_hurry(error: BaseException | None, patience: float) -> None:
    line = Line()
    session = Session(line)

    def used() -> None:
        with session:
            if error:
                raise error

    if error:
        with pytest.raises(type(error)):
            used()
    else:
        used()
    assert line.asked == [("enter", PATIENCE), ("leave", patience)] and not session.lost


def test_a_session_that_is_lost_is_not_left_and_one_that_is_lost_by_leaving_is_known_to_be() -> None:
    line = Line()
    session = Session(line)
    with pytest.raises(ConnectionFailed), session:
        raise Dropped("the link went")
    assert session.lost and line.asked == [("enter", PATIENCE)]
    session = Session(Line(deaf=True))
    with session:
        pass
    assert session.lost


def test_one_that_did_not_come_back_is_not_left_once_more() -> None:
    line = Line()
    session = Session(line, once=True)

    with pytest.raises(ApplyFailed, match="locked"), session:
        session.exclusively()
    assert [command for command, _patience in line.asked] == ["enter", "leave"]


def test_a_paste_that_is_taken_is_pasted_once() -> None:
    line = Line()
    with Session(line) as session:
        session.paste([])
    assert line.blocks == [PASTE_BLOCK] and ("drop", PATIENCE) not in line.asked


@pytest.mark.parametrize("line", [Line(lossy=1), Line()], ids=["input is lost", "the candidate is another"])
def test_a_paste_that_is_garbled_is_dropped_and_tried_line_by_line(line: Line) -> None:
    with Session(line) as session:
        session.paste(*([[]] if line._lossy == 1 else [[WRONG], []]))
    assert line.blocks == [PASTE_BLOCK, 1]
    assert [command for command, _patience in line.asked] == ["enter", "drop", "leave"]


@pytest.mark.parametrize("line", [Line(lossy=0), Line()], ids=["input is lost", "the candidate is another"])
def test_a_second_paste_is_the_last(line: Line) -> None:
    with pytest.raises(ApplyFailed, match="candidate was dropped") as failed, Session(line) as session:
        session.paste([WRONG], [WRONG])
    assert line.blocks == [PASTE_BLOCK, 1] and failed.value.device_state == "unchanged"
    (problem,) = failed.value.problems
    assert problem == WRONG or "2 were answered" in problem.message


def test_refused_lines_are_told_with_the_item_of_their_operation() -> None:
    table = Refusals(
        [Refusal(re.compile("^no: denied", re.MULTILINE), "this user may not", "Ask.")],
        re.compile("^no:", re.MULTILINE),
    )
    operations = [
        Operation("create", "a", ("set a 1", "set a 2"), ("delete a",)),
        Operation("update", "b", (" set b ",), None),
        Operation("update", "c", ("set c",), None),
    ]
    answers: list[Any] = ["", "no: denied to you", "no: such thing"]  # the last line was not answered at all
    found = refused_lines(operations, answers, table, "Check the release.")
    assert [(problem.item, problem.device_text, problem.remedy) for problem in found] == [
        ("a", "no: denied to you", "Ask."),
        ("b", "no: such thing", "Check the release."),
    ]
    assert "'set a 2': this user may not" in found[0].message and found[1].message.endswith("'set b'")


def test_deviations_are_told_up_to_a_number() -> None:
    found = deviating(["a"] * 50, ["b"])
    assert [problem.message for problem in found[:2]] == [
        "in the candidate, but not sent: b",
        "sent, but not in the candidate: a",
    ]
    assert len(found) == MANY + 1
