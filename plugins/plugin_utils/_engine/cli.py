# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command line over a door: many lines in one write, one answer a line. Knows prompts and questions, no vendor."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from .failures import Silent

# A device that prints without end must not fill the controller's memory; 800 mirrored ports print about 100 kB.
MAX_ANSWER = 256 * 1024 * 1024  # characters in one exchange
MAX_EXCHANGE = 900.0  # seconds in one exchange, however steadily the device talks

# Lines in flight in a paste. One round trip a block keeps a slow terminal's input buffer from running over
# at a cost of a handful of round trips for hundreds of sources.
PASTE_BLOCK = 200
# A prompt stands there, answers are missing and nothing more comes: input was lost.
LOST_INPUT_SILENCE = 5.0  # seconds

_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Door(Protocol):
    """What a connection offers: text in, text out. open() does nothing when it is open; receive() blocks, never returns
    ""; all raise DoorError."""

    base_prompt: str

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, text: str) -> None: ...

    def receive(self, timeout: float) -> str: ...


class Garbled(Exception):
    """The device answered fewer lines than were sent: part of the input was lost on its way."""


class Cli:
    """prompt: pattern of what the device prints, at the start of a line, when it waits. timeout: seconds of silence."""

    def __init__(self, door: Door, prompt: str, timeout: float) -> None:
        self._door = door
        self._prompt = re.compile(prompt)
        self._timeout = timeout
        self.prompt = ""  # the last one seen: it tells the mode that the device is in

    def run(self, *commands: str) -> list[str]:
        """The answers to the commands, in their order, without echo and prompt. One write for all of them."""
        return self._exchange(commands, self._timeout)

    def paste(self, lines: Sequence[str], block: int = PASTE_BLOCK) -> list[str]:
        """As run(), at most block lines in flight. Raises Garbled when the device lost input."""
        answers: list[str] = []
        for start in range(0, len(lines), block):
            answers += self._exchange(lines[start : start + block], LOST_INPUT_SILENCE, lossy=True)
        return answers

    def ask(self, command: str, answers: Iterable[tuple[str, str]], timeout: float | None = None) -> str:
        """All that the device printed from the command to the next prompt.

        answers: (pattern of a question, reply) pairs, matched against the unfinished last line; an empty reply is a
        bare Enter. timeout: seconds of silence that are allowed, where a command may think longer than others.
        """
        questions = [(re.compile(pattern), reply) for pattern, reply in answers]
        text: list[str] = []
        tail = ""
        self._send([command])
        for chunk in self._chunks(self._timeout if timeout is None else timeout):
            *lines, tail = (tail + chunk).split("\n")
            text += lines
            if self._at_prompt(tail):
                return _without_echo(text, command)
            for question, reply in questions:
                if question.search(tail):
                    text.append(tail)
                    tail = ""
                    self._send([reply])
                    break
        raise AssertionError("unreachable: _chunks ends by an exception only")

    def _exchange(self, commands: Sequence[str], silence: float, *, lossy: bool = False) -> list[str]:
        if not commands:
            return []
        answers: list[list[str]] = [[]]
        tail = ""
        self._send(commands)
        try:
            for chunk in self._chunks(silence):
                *lines, tail = (tail + chunk).split("\n")
                for line in lines:
                    prompt = self._prompt.match(line)
                    if prompt:
                        answers.append([line[prompt.end() :]])
                    else:
                        answers[-1].append(line)
                if len(answers) >= len(commands) and self._at_prompt(tail):
                    break
        except Silent as silent:
            if lossy and self._at_prompt(tail):
                raise Garbled(f"{len(commands)} lines were sent, {len(answers)} were answered") from silent
            raise
        return [_without_echo(lines, command) for lines, command in zip(answers, commands, strict=False)]

    def _send(self, lines: Sequence[str]) -> None:
        for line in lines:
            if _CONTROL.search(line):
                raise ValueError(f"a control character never leaves the controller: {line!r}")
        self._door.send("".join(f"{line}\n" for line in lines))

    def _chunks(self, silence: float) -> Iterable[str]:
        started = time.monotonic()
        size = 0
        while True:
            chunk = _NOISE.sub("", self._door.receive(silence)).replace("\r", "")
            size += len(chunk)
            if size > MAX_ANSWER or time.monotonic() - started > MAX_EXCHANGE:
                raise Silent(f"the device has been printing for {MAX_EXCHANGE:.0f} s or {MAX_ANSWER} characters")
            yield chunk

    def _at_prompt(self, tail: str) -> bool:
        prompt = self._prompt.match(tail)
        if not prompt or tail[prompt.end() :].strip():
            return False
        self.prompt = tail.strip()
        return True


def _without_echo(lines: Sequence[str], command: str) -> str:
    """Devices echo typed-ahead input once more when they get to it; the first line that repeats the command goes."""
    for index, line in enumerate(lines[:2]):
        if line.strip() == command.strip():
            return "\n".join([*lines[:index], *lines[index + 1 :]])
    return "\n".join(lines)
