# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line, over a scripted transport that hands out its text in pieces of any size."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import Timeout
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.cli import Cli, InputLost, Unanswered

BASE = "RP/0/RP0/CPU0:edge1"
PROMPT = rf"^{re.escape(BASE)}(?:\([^\s()]+\))?# ?"


class ScriptedDoor:
    """Plays a device: a fixed text, in pieces; keeps what was sent."""

    base_prompt = BASE
    platform = "cisco_xr"

    def __init__(self, text: str, size: int = 1) -> None:
        self._pieces = [text[start : start + size] for start in range(0, len(text), size)]
        self.sent: list[str] = []
        self.closed = False

    def open(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def send(self, text: str) -> None:
        self.sent.append(text)

    def receive(self, timeout: float) -> str:
        if not self._pieces:
            raise Timeout(f"nothing for {timeout} s")
        return self._pieces.pop(0)


def transcript(answers: list[tuple[str, str]]) -> str:
    return "".join(f"{command}\r\n{answer}\r\n{BASE}#" for command, answer in answers)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_many_commands_are_one_write_and_answers_come_back_in_order(size: int) -> None:
    door = ScriptedDoor(transcript([("show a", "first\r\nanswer"), ("show b", ""), ("show c", "third")]), size)
    answers = Cli(door, PROMPT, 1.0).run("show a", "show b", "show c")
    assert [answer.strip() for answer in answers] == ["first\nanswer", "", "third"]
    assert door.sent == ["show a\nshow b\nshow c\n"]


line = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).filter(lambda text: "RP/0" not in text)


@given(st.lists(st.lists(line, max_size=4), min_size=1, max_size=4), st.integers(1, 40))
def test_answers_survive_any_fragmentation(bodies: list[list[str]], size: int) -> None:
    script = [(f"show thing {index}", "\r\n".join(["!", *body])) for index, body in enumerate(bodies)]
    answers = Cli(ScriptedDoor(transcript(script), size), PROMPT, 1.0).run(*(command for command, _output in script))
    assert [answer.split("\n") for answer in answers] == [["!", *body] for body in bodies]


def test_typed_ahead_input_that_is_echoed_early_does_not_shift_the_answers() -> None:
    early = f"show a\r\nshow b\r\nfirst\r\n{BASE}#show b\r\nsecond\r\n{BASE}#"
    first, second = Cli(ScriptedDoor(early), PROMPT, 1.0).run("show a", "show b")
    assert "first" in first and second == "second"


def test_a_question_is_answered_and_the_mode_of_the_prompt_is_known() -> None:
    door = ScriptedDoor(f"commit\r\nProceed? [no]: no\r\nstopped\r\n{BASE}(config)#", 1)
    cli = Cli(door, PROMPT, 1.0)
    assert "stopped" in cli.ask("commit", ((r"\[no\]:\s*$", "no"),))
    assert door.sent == ["commit\n", "no\n"]
    assert cli.prompt == f"{BASE}(config)#"


def test_lost_input_is_noticed() -> None:
    door = ScriptedDoor(f"one\r\n{BASE}(config)#two-mangled\r\n{BASE}(config)#", 5)
    with pytest.raises(InputLost, match="3 lines were sent"):
        Cli(door, PROMPT, 1.0).paste(["one", "two", "three"])


@given(st.lists(line, max_size=12), st.integers(1, 40))
def test_a_stream_gives_the_lines_of_an_answer_as_they_come(body: list[str], size: int) -> None:
    cli = Cli(ScriptedDoor(transcript([("show big", "\r\n".join(["!", *body]))]), size), PROMPT, 1.0)
    pieces = list(cli.stream("show big"))
    assert [text for piece in pieces for text in piece] == ["!", *body]
    assert cli.prompt == f"{BASE}#"


def test_a_stream_keeps_nothing_of_what_it_gave() -> None:
    cli = Cli(ScriptedDoor(transcript([("show big", "\r\n".join("line" for _line in range(100)))]), 50), PROMPT, 1.0)
    assert max(len(piece) for piece in cli.stream("show big")) < 20


def test_a_stream_ends_at_its_limit() -> None:
    door = ScriptedDoor("show big\r\n" + "x\r\n" * 5000, 100)
    with pytest.raises(Timeout, match="over 1000 characters"):
        list(Cli(door, PROMPT, 1.0).stream("show big", characters=1000))


def test_a_stream_that_nobody_takes_to_its_end_closes_the_door() -> None:
    door = ScriptedDoor(transcript([("show big", "one\r\ntwo\r\nthree")]), 8)
    next(pieces := Cli(door, PROMPT, 1.0).stream("show big"))
    pieces.close()
    assert door.closed


class EchoDoor(ScriptedDoor):
    """Answers each line that it gets with nothing but a prompt."""

    def send(self, text: str) -> None:
        super().send(text)
        self._pieces += [f"{line}\r\n{BASE}(config)#" for line in text.splitlines()]


def test_a_paste_keeps_no_more_than_a_block_in_flight() -> None:
    door = EchoDoor("")
    assert Cli(door, PROMPT, 1.0).paste(["x"] * 5, block=2) == [""] * 5
    assert [text.count("\n") for text in door.sent] == [2, 2, 1]


@pytest.mark.parametrize("evil", ["show\nreload", "a\rb", "a\x03", "a\x1b[A", "tab\x7f"])
def test_a_control_character_never_leaves_the_controller(evil: str) -> None:
    door = ScriptedDoor("")
    with pytest.raises(ValueError, match="control character"):
        Cli(door, PROMPT, 1.0).run(evil)
    assert door.sent == []


def test_silence_is_an_error_that_is_passed_on() -> None:
    with pytest.raises(Timeout):
        Cli(ScriptedDoor("show a\r\npartial"), PROMPT, 1.0).run("show a")


def test_a_log_message_behind_a_prompt_does_not_shift_the_answers() -> None:
    log = "LC/0/0/CPU0:Aug 17 12:00:00.000 : ifmgr[1]: %PKT_INFRA-LINK-3-UPDOWN : Interface changed state to Down"
    text = f"show a\r\nfirst\r\n{BASE}#{log}\r\nshow b\r\nsecond\r\n{BASE}#"
    first, second = Cli(ScriptedDoor(text, 4), PROMPT, 1.0).run("show a", "show b")
    assert (first, second) == ("first", "second")


def test_a_last_prompt_that_was_spoilt_is_asked_for_again() -> None:
    class Spoilt(ScriptedDoor):
        def send(self, text: str) -> None:
            super().send(text)
            if text == "\n":
                self._pieces.append(f"\r\n{BASE}#")

    door = Spoilt(f"show a\r\nfirst\r\n{BASE}#RP/0/RP0/CPU0:Aug 17 : config[9]: %MGBL-CONFIG-6-DB_COMMIT : x\r\n", 9999)
    assert Cli(door, PROMPT, 1.0).run("show a")[0].strip() == "first"
    assert door.sent[-1] == "\n"


def test_a_device_that_chews_on_a_line_is_waited_for() -> None:
    class Slow(EchoDoor):
        silent = 1

        def receive(self, timeout: float) -> str:
            if self.silent:
                self.silent -= 1
                raise Timeout("not yet")
            return super().receive(timeout)

    assert Cli(Slow(""), PROMPT, 120.0).paste(["x", "y"]) == ["", ""]


def test_the_error_names_the_command_and_what_allows_more() -> None:
    cli = Cli(ScriptedDoor("show a\r\npartial"), PROMPT, 1.0, "read_timeout")
    with pytest.raises(Timeout, match="no answer to 'show a' for 1 s; read_timeout allows more"):
        cli.run("show a")
    with pytest.raises(Timeout, match="no answer to 'commit' for 9 s; commit_timeout allows more"):
        cli.ask("commit", (), 9.0, "commit_timeout")


def test_a_reply_may_depend_on_what_was_printed() -> None:
    door = ScriptedDoor(f"trust\r\nMD5 is AA\r\nAdd it? [yes]: yes\r\n{BASE}#", 1)
    seen: list[str] = []

    def reply(text: str) -> str:
        seen.append(text)
        return "yes" if "MD5 is AA" in text else "no"

    Cli(door, PROMPT, 1.0).ask("trust", [(r"\[yes\]:\s*$", reply)])
    assert door.sent == ["trust\n", "yes\n"]
    assert seen == ["trust\nMD5 is AA\nAdd it? [yes]:"]


def test_a_question_without_an_answer_is_told_and_nothing_is_sent() -> None:
    door = ScriptedDoor("erase\r\nAll of it? [no]: ", 3)
    with pytest.raises(Unanswered) as asked:
        Cli(door, PROMPT, 1.0).ask("erase", [("never", "x"), (r"\[no\]:\s*$", None)])
    assert (asked.value.question, asked.value.text) == ("All of it? [no]:", "All of it? [no]: ")
    assert door.sent == ["erase\n"]


def test_whoever_waits_for_a_long_command_is_told_of_the_silence() -> None:
    waited: list[float] = []
    with pytest.raises(Timeout, match="for 12 s"):
        Cli(ScriptedDoor("upgrade\r\n"), PROMPT, 1.0).ask("upgrade", (), 12.0, "", waited.append)
    assert waited == [5.0, 10.0, 15.0]
