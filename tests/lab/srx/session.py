# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of one login: Unix shell (for root), operational mode, configuration mode. Over a Terminal of the lab's core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import committing, files, groups, monitor, pipes, traffic
from .committing import Candidate
from .operational import Handler, Refusal, Request, Unknown, find, words_of
from .tree import Node, compare, curly

if TYPE_CHECKING:
    from .device import SrxDevice

HELP = "Possible completions:\n  <[Enter]>            Execute this command\n  |                    Pipe through a command\n"
UNCOMMITTED = "The configuration has been changed but not committed\nExit with uncommitted changes? [yes,no] (yes) "
DISCARDED = "The configuration has been changed but not committed\nwarning: uncommitted changes will be discarded\nDiscard uncommitted changes? [yes,no] (yes) "
PRIVATE = "warning: uncommitted changes will be discarded on exit\n"
DENIED = "error: permission denied: {}"

OPERATIONAL: dict[str, Handler] = {**traffic.HANDLERS, **monitor.HANDLERS, **files.HANDLERS}


class Leave(Exception):
    """The user logged out."""


class Session:
    """One login. candidate: None in operational mode. place: the edit level. shell: root before `cli`."""

    def __init__(self, device: SrxDevice, terminal: Any) -> None:
        self.device = device
        self.terminal = terminal
        self.user = str(getattr(terminal, "username", "") or "lab")
        self.line = f"p{device.sessions_seen}"
        device.sessions_seen += 1
        # root lands in a Unix shell and comes back to it; everybody else may start one, and comes back from it.
        self.shell = self.user == "root"
        self.from_shell = False
        self.from_cli = False
        self.candidate: Candidate | None = None
        self.place: list[str] = []

    async def run(self) -> None:
        terminal = self.terminal
        terminal.more = "---(more)---"
        if not self.device.options.get("paging", True):
            terminal.length = 0
        await terminal.write(f"--- JUNOS {self.device.release} Kernel 64-bit  JNPR-12.1-20211214\n")
        try:
            while True:
                terminal.mode = "shell" if self.shell else "config" if self.candidate else "exec"
                line = await terminal.readline(self.prompt)
                try:
                    await self._line(line)
                except Leave:
                    return
        finally:
            self._close()

    @property
    def prompt(self) -> str:
        host = self.device.hostname
        if self.shell:
            return "% " if self.device.options.get("csh", False) else f"{self.user}@{host}:~ # "
        banner = self.device.banner
        if self.candidate is None:
            return f"{chr(10)}{banner}\n{self.user}@{host}> " if banner else f"{self.user}@{host}> "
        edit = f"[edit{' ' if self.place else ''}{' '.join(self.place)}]"
        return f"\n{banner}{edit}\n{self.user}@{host}# "

    async def _line(self, line: str) -> None:
        if "?" in line:  # the help key: it prints at once and never becomes part of the line
            await self.terminal.write(HELP)
            line = line.replace("?", "")
        text = line.strip()
        if not text or text == "\x1a":
            return
        if self.shell:
            await self._shell(text)
            return
        number = getattr(self.terminal, "session", 0)
        if self.device.faults and self.device.faults.active(
            "not_authorized", text, session=number, mode=self.terminal.mode
        ):
            await self.terminal.write(f"{DENIED.format(text.split()[-1])}\n")
            return
        try:
            if self.candidate is None:
                await self._operational(text)
            else:
                await self._configuration(text)
        except Unknown as unknown:
            await self.terminal.write(f"{' ' * (len(self._last_line) + _column(text, unknown.index))}^\n{unknown}\n")
        except Refusal as refusal:
            await self.terminal.write(f"{refusal}\n")

    @property
    def _last_line(self) -> str:
        return self.prompt.rpartition("\n")[2]

    async def _shell(self, text: str) -> None:
        if text == "cli":
            self.shell, self.from_shell = False, True
        elif text in ("exit", "logout"):
            if not self.from_cli:
                raise Leave
            self.shell = self.from_cli = False
        else:
            await self.terminal.write(f"{text.split()[0]}: Command not found.\n")

    # -- operational mode

    async def _operational(self, text: str, inside: bool = False) -> None:
        piped = pipes.split(text)
        words = words_of(piped.command)
        command, taken = find({**OPERATIONAL, **SESSION}, words)
        if command in SESSION:
            if inside and command in ("configure", "exit", "quit"):
                raise Unknown(0)
            await SESSION[command](self, words, taken, piped)
            return
        request = Request(tuple(words[taken:]), piped.xml and not piped.rpc, self.device, self.terminal, piped.command)
        if piped.rpc:
            raise Refusal("error: xml rpc equivalent of this command is not available.")
        pieces = OPERATIONAL[command](request)
        await self.print(self._reply(pieces) if piped.xml else pieces, piped)

    def _reply(self, pieces: Iterable[str]) -> Iterable[str]:
        release = self.device.release
        yield f'<rpc-reply xmlns:junos="http://xml.juniper.net/junos/{release}/junos">\n'
        yield from pieces
        yield f"    <cli>\n        <banner>{self.device.banner}</banner>\n    </cli>\n</rpc-reply>\n"

    async def print(self, pieces: Iterable[str], piped: pipes.Piped) -> None:
        length = self.terminal.length
        if not piped.paging:
            self.terminal.length = 0
        try:
            for piece in pipes.apply(pieces, piped.filters):
                await self.terminal.write(piece)
        finally:
            self.terminal.length = length

    async def setting(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        """`set cli ...`: the three that netmiko sends, and those that Ansible's network_cli sends."""
        what, value = (words[2] if len(words) > 2 else ""), (words[3] if len(words) > 3 else "")
        if what in ("screen-width", "screen-length") and value.isdecimal():
            if what == "screen-length":
                self.terminal.length = int(value)
            else:
                self.terminal.width = int(value)
            await self.terminal.write(f"Screen {what.partition('-')[2]} set to {value}\n")
        elif what == "complete-on-space" and value in ("on", "off"):
            await self.terminal.write(f"{'Disabling' if value == 'off' else 'Enabling'} complete-on-space\n")
        elif what == "timestamp" and value:
            await self.terminal.write(f"CLI timestamp {'disabled' if value == 'disable' else 'set to: ' + value}\n")
        elif what not in ("prompt", "idle-timeout", "terminal") or not value:
            raise Unknown(2 if len(words) > 2 else len(words), "syntax error.")

    async def leave(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        if not self.from_shell:
            raise Leave
        self.shell, self.from_shell = True, False

    async def to_shell(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        self.shell = self.from_cli = True

    async def nothing(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        """`cli` in operational mode: netmiko sends it to root whatever stands there."""

    async def reboot(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        if (await self.terminal.ask("Reboot the system ? [yes,no] (no) ")).strip() != "yes":
            return
        await self.terminal.write("Shutdown NOW!\n*** FINAL System shutdown message from root ***\n")
        self.device.reboot()
        raise Leave

    async def show_configuration(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        await self._show(self.device.running, words[taken:], piped, operational=True)

    async def configure(self, words: list[str], taken: int, piped: pipes.Piped) -> None:
        rest = words[taken:]
        modes = [mode for mode in ("private", "exclusive") if rest and mode.startswith(rest[0])]
        if len(rest) > 1 or (rest and not modes):
            raise Unknown(taken, "syntax error.")
        device, mode = self.device, modes[0] if modes else "shared"
        locked = device.locked_by(None)
        if locked and mode != "shared":
            raise Refusal(locked)
        dirty = device.shared != device.running
        if mode != "shared" and dirty:
            others = device.editors(Candidate("", "", "", Node(), Node(), device.now()))
            raise Refusal(f"error: shared configuration database modified\n\n{others}".rstrip("\n"))
        root = device.running.copy() if mode != "shared" else device.shared
        self.candidate = Candidate(self.user, self.line, mode, root, device.running.copy(), device.now())
        device.candidates.append(self.candidate)
        self.place = []
        text = PRIVATE if mode == "private" else ""
        if mode == "exclusive":
            text = PRIVATE
        await self.terminal.write(f"{text}Entering configuration mode\n{device.editors(self.candidate)}")
        if mode == "shared" and dirty:
            await self.terminal.write("The configuration has been changed but not committed\n")

    # -- configuration mode

    async def _configuration(self, text: str) -> None:
        words = words_of(pipes.split(text).command)
        if not words:
            raise Unknown(0, "syntax error.")
        found = [name for name in CONFIGURATION if name.startswith(words[0])]
        if words[0] in CONFIGURATION:
            found = [words[0]]
        if len(found) != 1:
            raise Unknown(0, "unknown command." if not found else f"'{words[0]}' is ambiguous.")
        await CONFIGURATION[found[0]](self, text, words)

    @property
    def _held(self) -> Candidate:
        assert self.candidate is not None
        return self.candidate

    async def change(self, text: str, words: list[str]) -> None:
        if len(words) < 2 and not (words[0] == "delete" and self.place):
            raise Unknown(len(words), "missing argument.")
        path = [*self.place, *words[1:]]
        if words[0] == "set":
            wrong = committing.syntax(path, self.device.release)
            if wrong.startswith("error"):
                raise Refusal(wrong)
            if wrong:
                raise Unknown(len(words) - 1, wrong)
        warning = self._held.edit(words[0], path)
        if warning:
            await self.terminal.write(f"{warning}\n")

    async def run_operational(self, text: str, words: list[str]) -> None:
        if len(words) < 2:
            raise Unknown(1, "missing argument.")
        await self._operational(text.partition(" ")[2].strip(), inside=True)

    async def edit(self, text: str, words: list[str]) -> None:
        self.place = [*self.place, *words[1:]]

    async def up(self, text: str, words: list[str]) -> None:
        from .tree import statements

        count = int(words[1]) if words[1:2] and words[1].isdecimal() else 1
        self.place = [word for statement in statements(self.place)[:-count] for word in statement]

    async def top(self, text: str, words: list[str]) -> None:
        if len(words) == 1:
            self.place = []
            return
        place, self.place = self.place, []
        try:
            await self._configuration(text.partition(" ")[2].strip())
        finally:
            self.place = place if self.candidate else []

    async def show(self, text: str, words: list[str]) -> None:
        piped = pipes.split(text)
        if piped.compare:
            await self.print((f"{line}\n" for line in compare(self.device.running, self._held.root)), piped)
            return
        if words[1:2] == ["system"] and words[2:3] == ["commit"]:
            raise Unknown(1, "syntax error.")
        await self._show(self._held.root, [*self.place, *words[1:]], piped, operational=False)

    async def _show(self, root: Node, path: list[str], piped: pipes.Piped, operational: bool) -> None:
        heads = None
        if piped.inheritance:
            root = groups.effective(root, self.device.node)
            shown = piped.inheritance == "comments" and (
                not piped.as_set or self.device.options.get("set_comments", False)
            )
            heads = groups.comments if shown else None
        node = root.find(path)
        leaf = None
        if node is None and path:
            parent = root.find(path[:-1])
            leaf = next((key for key in (parent.children if parent else {}) if key[0] == path[-1]), None)
            if leaf is None:
                return
            node, path = (parent.children[leaf] if parent else Node()), [*path[:-1], *leaf]
        assert node is not None
        if piped.xml:
            raise Refusal("error: this lab shows configuration as text only")
        if piped.as_set:
            pieces = (
                [f"{line}\n" for line in node.lines(path, heads=heads)]
                if node.children
                else [f"set {' '.join(path)}\n"]
            )
        elif not node.children:
            pieces = [f"{line}\n" for line in curly(tuple(path[-2:] if leaf else path[-1:]), node, 0, heads)]
        else:
            stamp = self.device.commits[-1].when
            head = f"## Last commit: {stamp:%Y-%m-%d %H:%M:%S} UTC by {self.device.commits[-1].user}\n"
            pieces = [head] if operational and not path else []
            pieces += [f"{line}\n" for line in node.curly(0, heads)]
        await self.print(pieces, piped)

    async def commit(self, text: str, words: list[str]) -> None:
        try:
            wanted = committing.parse(words_of(text))
        except ValueError as error:
            raise Refusal(str(error)) from None
        if self._held.mode == "private" and self.place:
            raise Refusal("error: private configuration must be committed from the top of the hierarchy")
        if not wanted.check:
            await asyncio.sleep(float(self.device.options.get("commit_seconds", 0.0)))
        said = committing.commit(self.device, self._held, wanted, text, getattr(self.terminal, "session", 0))
        await self.terminal.write(said)
        if wanted.quit and not wanted.check:
            self._close()
            await self.terminal.write("Exiting configuration mode\n")
        elif wanted.minutes is not None:
            await self.terminal.write(f"\n# commit confirmed will be rolled back in {wanted.minutes} minutes\n")

    async def rollback(self, text: str, words: list[str]) -> None:
        number = words[1] if len(words) > 1 else "0"
        commits = self.device.commits
        if not number.isdecimal() or int(number) >= len(commits):
            raise Refusal(f"error: rollback {number} does not exist" if number.isdecimal() else "syntax error.")
        if int(number) == 0:
            self._held.root = self.device.running.copy()
            self._held.base, self._held.edits = self._held.root.copy(), []
            if self._held.mode == "shared":
                self.device.shared = self._held.root
        else:
            self._held.load(commits[-1 - int(number)].root)
        await self.terminal.write("load complete\n")

    async def exit(self, text: str, words: list[str]) -> None:
        if self.place and words[1:2] != ["configuration-mode"]:
            await self.up(text, words)
            return
        held = self._held
        if held.changed:
            question = UNCOMMITTED if held.mode == "shared" else DISCARDED
            if (await self.terminal.ask(question)).strip().lower() in ("n", "no"):
                return
        self._close()
        await self.terminal.write("Exiting configuration mode\n")

    def _close(self) -> None:
        held, self.candidate, self.place = self.candidate, None, []
        if held is None:
            return
        if held in self.device.candidates:
            self.device.candidates.remove(held)
        if held.mode == "shared" and self.device.options.get("lost_session", "keep") == "discard":
            self.device.shared = self.device.running.copy()


def _column(text: str, index: int) -> int:
    """Where the word with this index starts; behind the end when there are fewer."""
    at = 0
    for number, word in enumerate(text.split()):
        at = text.index(word, at)
        if number == index:
            return at
        at += len(word)
    return at + 1


SESSION: dict[str, Callable[[Session, list[str], int, pipes.Piped], Awaitable[None]]] = {
    "set cli": Session.setting, "exit": Session.leave, "quit": Session.leave, "configure": Session.configure,
    "edit": Session.configure, "start shell": Session.to_shell, "cli": Session.nothing, "request system reboot": Session.reboot,
    "show configuration": Session.show_configuration,
}  # fmt: skip
CONFIGURATION: dict[str, Callable[[Session, str, list[str]], Awaitable[None]]] = {
    "set": Session.change, "delete": Session.change, "activate": Session.change, "deactivate": Session.change,
    "run": Session.run_operational, "edit": Session.edit, "up": Session.up, "top": Session.top, "show": Session.show,
    "commit": Session.commit, "rollback": Session.rollback, "exit": Session.exit, "quit": Session.exit,
}  # fmt: skip
