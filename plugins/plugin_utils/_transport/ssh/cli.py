# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command line over a door: many lines in one write, one answer a line. Knows prompts and questions, no vendor."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from ..._engine.failures import ApplyFailed, ConnectionFailed, Timeout

# A device that prints without end must not fill the controller's memory; 800 mirrored ports print about 100 kB.
MAX_ANSWER = 256 * 1024 * 1024  # characters in one exchange
MAX_EXCHANGE = 900.0  # seconds in one exchange, however steadily the device talks

# Lines in flight in a paste. One round trip a block keeps a slow terminal's input buffer from running over
# at a cost of a handful of round trips for hundreds of sources.
PASTE_BLOCK = 200
# A prompt is there, answers are missing and nothing more comes: input was lost.
LOST_INPUT_SILENCE = 5.0  # seconds
TOLD_EVERY = 5.0  # seconds of silence, to whoever wants to know that it lasts

_NOISY = ("\x1b", "\x00", "\x07")
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Door(Protocol):
    """What a connection offers: text in, text out. open() does nothing when it is open; receive() blocks, never returns
    ""; all raise ConnectionFailed."""

    base_prompt: str
    platform: str  # netmiko's name of the device type

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, text: str) -> None: ...

    def receive(self, timeout: float) -> str: ...


def opened(door: Door, platform: str, system: str, network_os: str) -> None:
    """Open a door that must lead to a platform. Raises ApplyFailed, with the variable to set, on one of another; ConnectionFailed."""
    door.open()
    if door.platform != platform:
        raise ApplyFailed(f"this connection speaks {door.platform}, not {system}: set ansible_network_os: {network_os}")


class InputLost(Exception):
    """The device answered fewer lines than were sent: part of the input was lost on its way."""


class Unanswered(Exception):
    """The device asks what there is no answer to, and waits. text: all it printed; question: its last line."""

    def __init__(self, text: str, question: str) -> None:
        super().__init__(question)
        self.text = text
        self.question = question


Reply = str | None | Callable[[str], str | None]


class Cli:
    """prompt: pattern of what the device prints, at the start of a line, when it waits. timeout: seconds of silence.
    option: what allows more of them, for the error."""

    def __init__(self, door: Door, prompt: str, timeout: float, option: str = "") -> None:
        self._door = door
        self._prompt = re.compile(prompt)
        self._timeout = timeout
        self._option = option
        self.prompt = ""  # the last one seen: it shows the mode that the device is in

    def run(self, *commands: str) -> list[str]:
        """The answers to the commands, in their order, without echo and prompt. One write for all of them."""
        return self._answers(commands, lossy=False)

    def paste(self, lines: Sequence[str], block: int = PASTE_BLOCK) -> list[str]:
        """As run(), at most block lines in flight. Raises InputLost when the device lost input."""
        answers: list[str] = []
        for start in range(0, len(lines), block):
            answers += self._answers(lines[start : start + block], lossy=True)
        return answers

    def stream(self, command: str, seconds: float = MAX_EXCHANGE, characters: int = MAX_ANSWER) -> Iterator[list[str]]:
        """The lines of one answer as they come, for answers that no memory holds.

        seconds, characters: the most that all of it may take. The door is closed when the rest is not read: it would
        be taken for the answer to the next command.
        """
        exchange = _Exchange(self._door, self._prompt, [command], (self._timeout, self._option))
        exchange.longest, exchange.largest = seconds, characters
        echo = True
        self._send([command])
        try:
            for tail in exchange.tails():
                done = self._at_prompt(tail)
                lines = exchange.answers[-1]
                if len(lines) > 1 or done or not echo:
                    exchange.answers[-1] = []
                    lines, echo = _after_echo(lines, command) if echo else lines, False
                    if lines:
                        yield lines
                if done:
                    return
        except GeneratorExit:
            self._door.close()
            raise

    def ask(
        self,
        command: str,
        answers: Iterable[tuple[str, Reply]],
        timeout: float | None = None,
        option: str = "",
        waiting: Callable[[float], None] | None = None,
    ) -> str:
        """All that the device printed from the command to the next prompt.

        answers: (pattern of a question, reply) pairs, matched against the unfinished last line; an empty reply is a
        bare Enter, None is a question without an answer (raises Unanswered; the device still waits at it). A callable gets
        all that was printed so far, the question included. timeout, option: as of the class, where a command may think
        longer than others. waiting: told each few seconds for how long the device has been silent.
        """
        questions = [(re.compile(pattern), reply) for pattern, reply in answers]
        limit = (self._timeout, self._option) if timeout is None else (timeout, option)
        exchange = _Exchange(self._door, self._prompt, [command], limit)
        exchange.longest = max(MAX_EXCHANGE, limit[0])
        exchange.waiting = waiting
        text: list[str] = []
        self._send([command])
        try:
            for tail in exchange.tails():
                if self._at_prompt(tail):
                    break
                answer = next((pair for pair in questions if pair[0].search(tail)), None)
                if answer is None:
                    continue
                text += exchange.taken()
                reply = answer[1]("\n".join(text)) if callable(answer[1]) else answer[1]
                if reply is None:
                    raise Unanswered("\n".join(_after_echo(text, command)), tail.strip())
                self._send([reply])
        except ConnectionFailed as ended:
            ended.printed = "\n".join(_after_echo([*text, *exchange.taken()], command))
            raise
        return "\n".join(_after_echo([*text, *exchange.answers[-1]], command))

    def _answers(self, commands: Sequence[str], *, lossy: bool) -> list[str]:
        if not commands:
            return []
        exchange = _Exchange(self._door, self._prompt, commands, (self._timeout, self._option), lossy)
        self._send(commands)
        for tail in exchange.tails():
            if len(exchange.answers) >= len(commands) and self._at_prompt(tail):
                break
        pairs = zip(exchange.answers, commands, strict=True)
        return ["\n".join(_after_echo(lines, command)) for lines, command in pairs]

    def _send(self, lines: Sequence[str]) -> None:
        for line in lines:
            if _CONTROL.search(line):
                raise ValueError(f"a control character is never sent: {line!r}")
        self._door.send("".join(f"{line}\n" for line in lines))

    def _at_prompt(self, tail: str) -> bool:
        if not _bare(self._prompt, tail):
            return False
        self.prompt = tail.strip()
        return True


class _Exchange:
    """What comes back for some commands, cut at the prompts after which they are echoed.

    A log message may be printed after a prompt. So a prompt counts only with the echo of the command that is due, and
    one that was spoilt is asked for again with an Enter. lossy: input may be lost on its way (raises InputLost).
    """

    def __init__(
        self,
        door: Door,
        prompt: re.Pattern[str],
        commands: Sequence[str],
        limit: tuple[float, str],
        lossy: bool = False,
    ) -> None:
        self._door = door
        self._prompt = prompt
        self._commands = commands
        self._silence, self._option = limit
        self._lossy = lossy
        self._spoilt = False
        self._tail = ""
        self.longest, self.largest = MAX_EXCHANGE, MAX_ANSWER
        self.waiting: Callable[[float], None] | None = None
        self.answers: list[list[str]] = [[]]

    def taken(self) -> list[str]:
        """The lines so far with the unfinished one, a question; what follows its reply begins a new line."""
        lines = [*self.answers[-1], self._tail]
        self.answers[-1], self._tail = [], ""
        return lines

    def tails(self) -> Iterator[str]:
        """After each piece of text the line that is not finished. Ends by an exception, or when no more is asked for."""
        started = time.monotonic()
        size, waited = 0, 0.0
        while True:
            patience = min(self._silence, LOST_INPUT_SILENCE) if self._lossy or self._spoilt else self._silence
            if self.waiting is not None:
                patience = min(patience, TOLD_EVERY)
            try:
                chunk = self._door.receive(patience).replace("\r", "")
            except Timeout as silent:
                waited += patience
                self._wait_on(waited, silent)
                continue
            waited = 0.0
            if any(noise in chunk for noise in _NOISY):
                chunk = _NOISE.sub("", chunk)
            size += len(chunk)
            if size > self.largest or time.monotonic() - started > self.longest:
                raise Timeout(f"{self._due!r} prints without end: over {self.largest} characters or {self.longest:g} s")
            *lines, self._tail = (self._tail + chunk).split("\n")
            if len(self.answers) < len(self._commands) or self._spoilt or any(map(self._prompt.match, lines)):
                for line in lines:
                    self._read(line)
            else:  # nothing is due any more: the bulk of a big answer
                self.answers[-1] += lines
            yield self._tail

    @property
    def _due(self) -> str:
        return self._commands[min(len(self.answers), len(self._commands)) - 1]

    def _wait_on(self, waited: float, silent: Timeout) -> None:
        """Returns when it makes sense to wait longer."""
        if self.waiting is not None:
            self.waiting(waited)
        if self._lossy and _bare(self._prompt, self._tail):
            raise InputLost(f"{len(self._commands)} lines were sent, {len(self.answers)} were answered") from silent
        if self._spoilt:
            self._spoilt = False
            self._door.send("\n")
        elif waited >= self._silence:
            more = f"; {self._option} allows more" if self._option else ""
            raise Timeout(f"no answer to {self._due!r} for {self._silence:g} s{more}") from silent

    def _read(self, line: str) -> None:
        prompt = self._prompt.match(line)
        echo = line[prompt.end() :].strip() if prompt else line.strip()
        due = self._commands[len(self.answers)].strip() if len(self.answers) < len(self._commands) else None
        if due is not None and echo == due and (prompt or self._spoilt):
            self.answers.append([line[prompt.end() :] if prompt else line])
            self._spoilt = False
        elif not prompt:
            self.answers[-1].append(line)
        elif echo:
            self._spoilt = True


def _bare(prompt: re.Pattern[str], text: str) -> bool:
    found = prompt.match(text)
    return found is not None and not text[found.end() :].strip()


def _after_echo(lines: list[str], command: str) -> list[str]:
    """Devices echo typed-ahead input once more when they get to it; the first line that repeats the command is dropped."""
    for index, line in enumerate(lines[:2]):
        if line.strip() == command.strip():
            return [*lines[:index], *lines[index + 1 :]]
    return lines
