# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session in configuration mode, whatever the system: entered, left politely, pasted into twice where input gets lost.

What a system says and how it commits is its own; this knows no words of any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from ..._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from ..._engine.operations import Operation
from ..._engine.problems import Problem
from ..._engine.refusals import Refusals
from .cli import PASTE_BLOCK, Cli, InputLost

IN_A_HURRY = 2.0  # seconds to leave politely when the task was interrupted
MANY = 20  # differences that an error names


class ConfigurationSession:
    """Configuration mode, entered and left. lost: the session did not survive the leaving.

    patience: seconds that the device may think about it when it is left; option: what allows more of them, for the error.
    """

    def __init__(self, cli: Cli, patience: float, option: str) -> None:
        self._cli = cli
        self._patience = patience
        self._option = option
        self._open = False
        self.lost = False

    def __enter__(self) -> Self:
        self._enter()
        self._open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Politely where there is time, quickly when the task was interrupted, not at all when the session is lost."""
        if isinstance(error, ConnectionFailed):
            self.lost = True
        elif self._open:
            hurry = error is not None and not isinstance(error, ApplyFailed | ConcurrentChange)
            self._open = False
            try:
                self._leave(IN_A_HURRY if hurry else self._patience)
            except ConnectionFailed:
                self.lost = True

    def _reenter(self) -> None:
        """Leave, and come back: with an empty candidate."""
        self._open = False
        self._leave(self._patience)
        self._enter()
        self._open = True

    def _enter(self) -> None:
        """Into configuration mode. Raises ApplyFailed where the device refuses that, ConnectionFailed."""
        raise TypeError(f"{type(self).__name__} has no _enter()")

    def _leave(self, patience: float) -> None:
        """Out of it; what was not committed does not stay. Raises ConnectionFailed."""
        raise TypeError(f"{type(self).__name__} has no _leave()")

    def _drop(self) -> None:
        """Empty the candidate, and stay. Raises ApplyFailed, ConnectionFailed."""
        raise TypeError(f"{type(self).__name__} has no _drop()")

    def _ask(self, command: str, questions: Iterable[tuple[str, str]] = (), patience: float | None = None) -> str:
        """What the device says to a command that it may think about."""
        return self._cli.ask(command, questions, self._patience if patience is None else patience, self._option)

    def _paste(self, lines: Sequence[str], look: Callable[[list[str]], list[Problem]]) -> None:
        """All lines into the candidate, in blocks; where input was lost once more, line by line, for terminals with a small
        input buffer.

        look: what is wrong with the candidate, from the answers to the lines; it may raise where a second try is of no use.
        Raises ApplyFailed when the second try is no better; the candidate is dropped when the session is left.
        """
        problems: list[Problem] = []
        for block in (PASTE_BLOCK, 1):
            if problems:
                self._drop()
            try:
                answers = self._cli.paste(lines, block)
            except InputLost as lost:
                problems = [_garbled(str(lost))]
                continue
            problems = look(answers)
            if not problems:
                return
        raise not_taken(problems)


def not_taken(problems: Sequence[Problem]) -> ApplyFailed:
    """The failure of a paste that the device changed or refused. problems: the lines concerned."""
    return ApplyFailed(
        "the device did not accept the pasted lines as they were sent; the candidate was dropped", problems
    )


def refused_lines(
    operations: Iterable[Operation], answers: Iterable[str], refusals: Refusals, otherwise: str
) -> list[Problem]:
    """A problem for each line of the operations whose answer is a refusal. otherwise: the remedy of those that the table
    does not explain."""
    problems: list[Problem] = []
    remaining = iter(answers)
    for operation in operations:
        for line in operation.do:
            refusal = refusals.find(next(remaining, ""))
            if refusal:
                meaning = f": {refusal.meaning}" if refusal.meaning else ""
                message = f"the device does not accept the line {line.strip()!r}{meaning}"
                remedy = refusal.remedy or otherwise
                problems.append(Problem("device", operation.item, message, remedy, device_text=refusal.text))
    return problems


def deviating(missing: Sequence[str], extra: Sequence[str]) -> list[Problem]:
    """What the candidate shows is not what was sent. missing: sent, and not there; extra: there, and not sent."""
    found = [_garbled(f"in the candidate, but not sent: {text}") for text in extra[:MANY]]
    return found + [_garbled(f"sent, but not in the candidate: {text}") for text in missing[:MANY]]


def _garbled(text: str) -> Problem:
    return Problem("read-back", "paste", text, "Look for a slow or lossy terminal line, and run again.")
