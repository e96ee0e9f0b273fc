# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of one login: exec mode, configuration mode, their questions. Over a Terminal of the lab's core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import committing, configshows, grammar, pipes, shows
from .candidate import Candidate
from .tree import Step
from .words import Incomplete, Invalid

if TYPE_CHECKING:
    from .device import IosXrDevice

INVALID = "% Invalid input detected at '^' marker."
INCOMPLETE = "% Incomplete command."
NOT_AUTHORIZED = "% This command is not authorized"
UNCOMMITTED = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
TCAM_NOTICE = "In order to activate/deactivate this {} profile, you must manually reload the chassis/all line cards\n"
LEAVE_TRIAL = """\
You are exiting after a 'commit confirm' with an active rollback session.  If you exit the
configuration awaiting confirmation will not be confirmed and the router will immediately rollback to the previous configuration.
"""
LEAVE_TRIAL_QUESTION = "Do you wish to exit? [no]:"
# The two ends of this text are from captures; that it stands on one line is unverified.
EXCLUSIVE_REFUSED = "Cannot enter exclusive mode. {}\n"


class Leave(Exception):
    """The user logged out."""


def timestamp(now: datetime | None = None) -> str:
    """As the router prints it above every output: Mon Aug 31 08:27:27.590 UTC."""
    now = now or datetime.now(UTC)
    return f"{now:%a %b} {now.day:2d} {now:%H:%M:%S}.{now.microsecond // 1000:03d} UTC"


class Session:
    """terminal: reads lines and writes text. One Session is one login."""

    def __init__(self, device: IosXrDevice, terminal: Any) -> None:
        self.device = device
        self.terminal = terminal
        self.timestamps = True
        self.candidate: Candidate | None = None
        self.mode: list[Step] = []
        number = device.sessions_seen
        device.sessions_seen += 1
        self.line = str(getattr(terminal, "vty", "") or f"vty{number}")
        self.user = str(getattr(terminal, "username", "") or "lab")

    async def run(self) -> None:
        """From the login to the logout. A lost session drops its candidate; its trial commit as `lost_session` says."""
        if not self.device.options.get("paging", True):
            self.terminal.length = 0
        try:
            while True:
                self.terminal.mode = "config" if self.candidate else "exec"
                line = await self.terminal.readline(self.prompt)
                try:
                    await self._line(line)
                except Leave:
                    return
        finally:
            self._close_configuration(lost=True)

    @property
    def prompt(self) -> str:
        if self.candidate is None:
            return f"{self.device.prompt}#"
        return f"{self._cut_prompt()}({grammar.prompt_of(self.mode[-1].mode or 'config') if self.mode else 'config'})#"

    def _cut_prompt(self) -> str:
        """In configuration mode the prompt is cut at 31 characters (netmiko cisco_xr)."""
        if self.device.options.get("prompt_cut", "whole") == "hostname":
            return f"{self.device.node_name}:{self.device.hostname[:31]}"
        return self.device.prompt[:31]

    async def _line(self, line: str) -> None:
        text = line.strip()
        if text == "\x1a":
            text = "end" if self.candidate else ""
        if not text or text[0] in "!#":
            return
        if self.device.faults and self.device.faults.active(
            "not_authorized", text, session=getattr(self.terminal, "session", 0), mode=self.terminal.mode
        ):
            await self.terminal.write(f"{NOT_AUTHORIZED}\n")
            return
        try:
            if self.candidate is None:
                await self._exec(text)
            else:
                await self._config(text)
        except Invalid as invalid:
            at = _column(text, invalid.index)
            indent = len(line) - len(line.lstrip())
            await self.terminal.write(f"{' ' * (len(self.prompt) + indent + at)}^\n{INVALID}\n")
        except Incomplete:
            await self.terminal.write(f"{INCOMPLETE}\n")

    # -- exec

    async def _exec(self, text: str) -> None:
        command, filters = pipes.split(text)
        if filters and self.device.options.get("filter_supported", True) is False and "formal" in command.split():
            raise Invalid(len(command.split()))
        words = command.split()
        handler, rest = find(EXEC, words)
        if handler is Session.leave:
            raise Leave
        result = await handler(self, words, rest)
        if result is None:
            return
        if filters:
            try:
                result = pipes.apply(result, filters)
            except Invalid:
                raise Invalid(len(words) + 1) from None
        await self.terminal.write(f"{timestamp()}\n{result}" if self.timestamps else result)

    async def leave(self, words: list[str], at: int) -> str | None:
        raise Leave

    async def configure(self, words: list[str], at: int) -> str | None:
        exclusive = False
        if at < len(words):
            if len(words) > at + 1 or not any(word.startswith(words[at]) for word in ("terminal", "exclusive")):
                raise Invalid(at)
            exclusive = "exclusive".startswith(words[at])
        if exclusive:
            refusal = self.device.locked_against(None)
            if refusal:
                return EXCLUSIVE_REFUSED.format(refusal)
        self.candidate = Candidate(self.device, self.user, self.line, exclusive)
        self.device.candidates.append(self.candidate)
        self.mode = []
        return ""

    async def terminal_setting(self, words: list[str], at: int) -> str | None:
        if at >= len(words):
            raise Incomplete
        value = words[at]
        if not value.isdecimal() or len(value) > 4 or len(words) > at + 1:
            raise Invalid(at)
        if "length".startswith(words[1]):
            self.terminal.length = int(value)
        else:
            self.terminal.width = int(value)
        return ""

    async def prompt_setting(self, words: list[str], at: int) -> str | None:
        self.timestamps = words[-1].startswith("t")
        return ""

    async def nothing(self, words: list[str], at: int) -> str | None:
        return ""

    async def reload(self, words: list[str], at: int) -> str | None:
        """`reload location LC|all [noprompt]`, `hw-module location LC reload`. `all` means all line cards here."""
        where = next((word for word in words[1:] if word == "all" or word[:1].isdigit()), "all")
        if where != "all" and where.count("/") not in (1, 2):
            raise Invalid(words.index(where))
        if where.count("/") == 1:
            where += "/CPU0"
        if "noprompt" not in words:
            await self.terminal.write("Proceed with reload? [confirm]")
            key = await self.terminal.readkey()
            await self.terminal.write("\n")
            if key not in ("\r", "\n", "y", "Y", " "):
                return ""
        self.device.reload_cards(where)
        return f"Reloading node {where}\n"

    async def rollback(self, words: list[str], at: int) -> str | None:
        """`rollback configuration last N | to ID`. The lines about the load are from memory, unverified."""
        if at + 1 >= len(words):
            raise Incomplete
        if self.device.locked_against(self.candidate):
            return f"% Failed to commit. {self.device.locked_against(self.candidate)}\n"
        commits = self.device.commits
        what, value = words[at], words[at + 1]
        if "last".startswith(what):
            if not value.isdecimal() or not 0 < int(value[:6]) <= len(commits):
                raise Invalid(at + 1)
            target = commits[-int(value)]
        elif what == "to":
            found = [commit for commit in commits if value in (str(commit.number), commit.label)]
            if not found:
                raise Invalid(at + 1)
            target = found[0]
        else:
            raise Invalid(at)
        changed = len(self.device.roll_back_to(target, self.user, self.line))
        return (
            f"\nLoading Rollback Changes.\nLoaded Rollback Changes in 1 sec\nCommitting.\n{changed} items committed in 1 sec\n"
            "Updating.\nUpdated Commit database in 1 sec\nConfiguration successfully rolled back "
            f"{'to ' + value if what == 'to' else value + ' commits'}.\n"
        )

    async def show(self, words: list[str], at: int) -> str | None:
        if at >= len(words):
            raise Incomplete
        text = shows.show(self.device, words, at)
        return shows.styled(self.device, text) if "running-config".startswith(words[1]) else text

    async def show_configuration(self, words: list[str], at: int) -> str | None:
        return shows.styled(self.device, configshows.show(self.device, self.candidate, words, at))

    # -- configuration

    async def _config(self, text: str) -> None:
        candidate = self.candidate
        assert candidate is not None
        words = text.split()
        handler = CONFIG.get(words[0])
        if handler is not None:
            await handler(self, text, words)
            return
        try:
            self.mode = candidate.enter(self.mode, text)
        except (Invalid, Incomplete):
            handler = _abbreviated(words[0])
            if handler is None:
                raise
            await handler(self, text, words)
            return
        edited = candidate.edited
        if edited and edited.key[0] == "hw-module tcam" and text[0] != "!":
            await self.terminal.write(TCAM_NOTICE.format(edited.key[1]))

    async def do(self, text: str, words: list[str]) -> None:
        inner = text.partition(" ")[2].strip()
        if not inner:
            raise Incomplete
        try:
            if find(EXEC, pipes.split(inner)[0].split())[0] in (Session.leave, Session.configure):
                raise Invalid(0)
            await self._exec(inner)
        except Invalid as invalid:
            raise Invalid(invalid.index + 1) from None

    async def show_here(self, text: str, words: list[str]) -> None:
        await self._exec(text)

    async def commit(self, text: str, words: list[str]) -> None:
        assert self.candidate is not None
        wanted = committing.parse(words, self.device.release)
        if self.timestamps:
            await self.terminal.write(f"{timestamp()}\n")
        await committing.commit(self, self.candidate, wanted, text)

    async def to_root(self, text: str, words: list[str]) -> None:
        _alone(words)
        self.mode = []

    async def up(self, text: str, words: list[str]) -> None:
        _alone(words)
        if not self.mode:
            await self.end(text, words)
            return
        self.mode = self.mode[:-1]

    async def clear(self, text: str, words: list[str]) -> None:
        assert self.candidate is not None
        if len(words) > 1:
            await self._exec(text)
            return
        self.candidate.clear()
        self.mode = []

    async def abort(self, text: str, words: list[str]) -> None:
        _alone(words)
        self._close_configuration()

    async def where(self, text: str, words: list[str]) -> None:
        lines = [step.line for step in self.mode]
        await self.terminal.write("".join(f"{' ' * at}{line}\n" for at, line in enumerate(lines)) or "\n")

    async def end(self, text: str, words: list[str]) -> None:
        """Leaves, with the questions about uncommitted changes and about a trial that nobody confirmed."""
        _alone(words)
        candidate = self.candidate
        assert candidate is not None
        if candidate.changes():
            answer = await self._choice(UNCOMMITTED, ("yes", "no", "cancel"), "cancel")
            if answer == "cancel":
                return
            if answer == "yes" and not await committing.commit(self, candidate, committing.Wanted(), "commit"):
                return
        trial = self.device.trial
        if trial and trial.owner is candidate:
            await self.terminal.write(LEAVE_TRIAL)
            if await self._choice(LEAVE_TRIAL_QUESTION, ("yes", "no"), "no") == "no":
                return
        self._close_configuration()

    async def _choice(self, question: str, choices: tuple[str, ...], default: str) -> str:
        for _attempt in range(3):
            answer = (await self.terminal.ask(question)).strip().lower()
            found = [choice for choice in choices if answer and choice.startswith(answer)]
            if found or not answer:
                return found[0] if found else default
        return default

    def _close_configuration(self, lost: bool = False) -> None:
        """lost: nobody said `end` or `abort`; the line went down."""
        candidate, self.candidate, self.mode = self.candidate, None, []
        if candidate is None:
            return
        if candidate in self.device.candidates:
            self.device.candidates.remove(candidate)
        waits = lost and self.device.options.get("lost_session", "timer") == "timer"
        if self.device.trial and self.device.trial.owner is candidate and not waits:
            self.device.roll_back_trial()

    async def pause(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)


def _alone(words: Sequence[str]) -> None:
    if len(words) > 1:
        raise Invalid(1)


def _column(text: str, index: int) -> int:
    """Where the word with this index starts; behind the end when there are fewer."""
    at = 0
    for number, word in enumerate(text.split()):
        at = text.index(word, at)
        if number == index:
            return at
        at += len(word)
    return at + 1


ExecHandler = Callable[[Session, list[str], int], Awaitable[str | None]]
ConfigHandler = Callable[[Session, str, list[str]], Awaitable[None]]

# The longest row that the words begin with wins; each word may be cut.
EXEC: tuple[tuple[tuple[str, ...], ExecHandler], ...] = (
    (("configure",), Session.configure),
    (("exit",), Session.leave),
    (("quit",), Session.leave),
    (("logout",), Session.leave),
    (("terminal", "length"), Session.terminal_setting),
    (("terminal", "width"), Session.terminal_setting),
    (("terminal", "exec", "prompt", "no-timestamp"), Session.prompt_setting),
    (("terminal", "exec", "prompt", "timestamp"), Session.prompt_setting),
    (("terminal", "monitor"), Session.nothing),
    (("terminal", "no", "monitor"), Session.nothing),
    (("clear", "configuration", "inconsistency"), Session.nothing),
    (("clear", "monitor-session"), Session.nothing),
    (("reload", "location"), Session.reload),
    (("hw-module", "location"), Session.reload),
    (("rollback", "configuration"), Session.rollback),
    (("show",), Session.show),
    (("show", "configuration"), Session.show_configuration),
    (("show", "commit"), Session.show_configuration),
)
CONFIG: dict[str, ConfigHandler] = {
    "do": Session.do, "show": Session.show_here, "commit": Session.commit, "root": Session.to_root, "exit": Session.up,
    "clear": Session.clear, "abort": Session.abort, "end": Session.end, "pwd": Session.where,
}  # fmt: skip


def _abbreviated(word: str) -> ConfigHandler | None:
    found = [name for name in CONFIG if name.startswith(word)] if len(word) > 1 else []
    return CONFIG[found[0]] if len(found) == 1 else None


def find(table: Sequence[tuple[tuple[str, ...], ExecHandler]], words: Sequence[str]) -> tuple[ExecHandler, int]:
    """The row and how many words it took. Raises Invalid at the first word that fits no row, or Incomplete."""
    best: tuple[int, ExecHandler] | None = None
    furthest = 0
    for row, handler in table:
        fits = 0
        for literal, word in zip(row, words, strict=False):
            if not literal.startswith(word.lower()) or (len(word) < 2 and literal != word):
                break
            fits += 1
        furthest = max(furthest, fits)
        if fits == len(row) and (best is None or fits > best[0]):
            best = (fits, handler)
    if best:
        return best[1], best[0]
    if furthest >= len(words):
        raise Incomplete
    raise Invalid(furthest)
