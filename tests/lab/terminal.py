# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One terminal line of a device: echo, line editing, paging, type-ahead, and the faults that happen to text.

It knows no SSH: the server feeds it bytes and gives it a way to send and to cut. Output is collected and sent when
the shell waits, so a paste of thousands of lines costs a few packets, as it reads them: prompt, echoed line, newline.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable

from .faults import LOGIN, Faults
from .journal import Journal

MORE = " --More-- "
END = "\x1a"  # what readline gives for ^Z
_CONTROL = re.compile(rb"\x1b[\[O][0-9;]*[A-Za-z~]|[\x00-\x1f\x7f]")
_CHUNK = 65536  # bytes collected before they are sent although the shell does not wait
_LINE_MAX = 65536  # bytes of one line; more are lost, as on any tty
_FAIR = 200  # lines of type-ahead read at a stretch before other devices get a turn


class Hangup(Exception):
    """The client is gone, or a fault cut the link."""


class Terminal:
    """The device's side of one login.

    username, vty: who, and on which line. length, width: rows and columns; length 0 does not page.
    mode: where the shell is ("exec", "config" ...), for the journal. session: the connection's number in the journal.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        cut: Callable[[], None],
        journal: Journal,
        faults: Faults,
        *,
        username: str = "",
        vty: str = "vty0",
        session: int = 0,
    ) -> None:
        self.username, self.vty, self.session, self.mode = username, vty, session, "exec"
        self.length, self.width = 24, 80
        self._send, self._cut_link, self._journal, self._faults = send, cut, journal, faults
        self._in, self._out = bytearray(), bytearray()
        self._input, self._writable, self._sent = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writable.set()
        self._sent.set()
        self._gone = self._eof = self._after_cr = self._quit = self._scheduled = False
        self._masked = False  # what is typed is a secret
        self._shown = self._streak = 0
        self.more = MORE  # what a page ends with
        self._pump: asyncio.Task[None] | None = None
        self._rate: float | None = None  # bytes a second of a slow link
        self._burst: dict[str, int] | None = None  # the overrun that is going on
        self._debt = 0.0  # seconds that reading should have taken
        self._fresh = True  # the cursor stands at the start of a line
        self._drop_after: int | None = None
        self._keep: int | None = None  # bytes left of a truncated output
        self._noise: tuple[int, bytes] | None = None  # bytes of output still before it, the noise

    # -- for the shell ------------------------------------------------------------------------------------------------

    async def readline(self, prompt: str) -> str:
        """Print the prompt, read one line with echo; "" for ^C, END for ^Z. Hangup when nobody can type any more."""
        self._settle()
        self._shown, self._quit = 0, False
        self._print(_wire(prompt))
        line = await self._line()
        self._journal.add("command", {END: "^Z"}.get(line, line), self.session, self.mode)
        if self._faults:
            await self._command_faults(line)
        return line

    async def ask(self, question: str) -> str:
        """Print a question, read the one line that answers it."""
        self._settle()
        self._shown, self._quit = 0, False
        self._print(_wire(question))
        line = await self._line()
        self._journal.add("answer", {END: "^Z"}.get(line, line), self.session, self.mode)
        return line

    async def ask_secret(self, question: str) -> str:
        """As ask(), but asterisks stand for what is typed, on the screen and in the journal."""
        self._settle()
        self._shown, self._quit = 0, False
        self._print(_wire(question))
        self._masked = True
        try:
            line = await self._line()
        finally:
            self._masked = False
        self._journal.add("answer", "********" if line else "", self.session, self.mode)
        return line

    def interrupt(self, text: str) -> None:
        """What the device says in the middle of everything, to every line: no paging, no faults."""
        self._print(_wire(text))

    async def readkey(self) -> str:
        """One key, without echo; both return and newline are "\\n"."""
        while True:
            if not self._in:
                await self._wait_input()
            byte = self._in[0]
            del self._in[0]
            if byte == 10 and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = byte == 13
            key = "\n" if byte in (10, 13) else chr(byte)
            name = {"\n": "return", " ": "space"}.get(key) or (key if key.isprintable() else f"^{chr(byte ^ 64)}")
            self._journal.add("key", name, self.session, self.mode)
            return key

    async def write(self, text: str) -> None:
        """Output of a command: "\\n" becomes CR LF, pages when length > 0, and faults happen to it."""
        self._alive()
        if self._quit or not text:
            return
        if self.length <= 0:
            self._emit(_wire(text))
        else:
            for line in text.splitlines(keepends=True):
                if self._shown >= self.length - 1 and not await self._page():
                    break
                self._emit(_wire(line))
                self._shown += line.endswith("\n")
        if len(self._out) >= _CHUNK:
            self._flush()
        if not self._writable.is_set() or self._pump:
            await self._backpressure()
        self._alive()

    async def flush(self) -> None:
        """Return when everything written is on its way, also over a slow link."""
        self._flush()
        await self._sent.wait()

    def fault(self, name: str, text: str = "") -> dict[str, object] | None:
        """Does this fault of the device's kind happen now? Counted and journalled for this session."""
        return self._faults.active(name, text, session=self.session, mode=self.mode)

    # -- for the server -----------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes that the client typed."""
        overrun = self._burst or (self._faults and self._faults.peek("overrun"))
        if overrun:
            room = max(0, overrun["buffer"] - len(self._in))
            if len(data) > room:
                self._burst = self._burst or self._faults.active("overrun", session=self.session, mode=self.mode)
                data = data[:room]
        self._in += data
        self._input.set()

    def eof(self) -> None:
        """The client will type no more."""
        self._eof = True
        self._input.set()

    def lost(self) -> None:
        """The link is gone: whoever waits gets Hangup."""
        self._gone = True
        self._out.clear()
        if self._pump:
            self._pump.cancel()
        for event in (self._input, self._writable, self._sent):
            event.set()

    def cut(self) -> None:
        """The device ends the link; what was written before it still arrives."""
        self._flush()
        self._cut_link()
        self.lost()

    def writable(self, yes: bool) -> None:
        """Flow control of the transport."""
        if yes or self._gone:
            self._writable.set()
        else:
            self._writable.clear()

    async def login_faults(self) -> None:
        """Faults whose `at` means the login itself; called once, before the shell."""
        if self._faults:
            await self._command_faults(LOGIN)

    # -- input --------------------------------------------------------------------------------------------------------

    async def _line(self) -> str:
        line = bytearray()
        while True:
            found = _CONTROL.search(self._in)
            run = bytes(self._in[: found.start()] if found else self._in)
            token = found.group() if found else b""
            if self._burst or self._faults:
                await self._reading_time(len(run) + len(token))
            del self._in[: len(run) + len(token)]
            if run:
                run = run[: max(0, _LINE_MAX - len(line))]
                line += run
                self._print(b"*" * len(run) if self._masked else run)
                self._after_cr = False
            if not token:
                await self._wait_input()
                continue
            done = self._key(token, line)
            if done is not None:
                self._streak += 1
                if self._streak >= _FAIR:
                    self._streak = 0
                    await asyncio.sleep(0)
                return done

    def _key(self, token: bytes, line: bytearray) -> str | None:
        """Act on a control key; the finished line if it ends one."""
        after_cr, self._after_cr = self._after_cr, token == b"\r"
        if token == b"\n" and after_cr:
            return None
        if token in (b"\r", b"\n"):
            self._print(b"\r\n")
            return line.decode("utf-8", "replace")
        if token == b"\x03":
            self._print(b"^C\r\n")
            return ""
        if token == b"\x1a":
            self._print(b"^Z\r\n")
            return END
        if token in (b"\x08", b"\x7f"):
            self._erase(line, 1)
        elif token == b"\x15":
            self._erase(line, len(line))
        return None  # tab, cursor keys and the rest do nothing here

    def _erase(self, line: bytearray, count: int) -> None:
        text = line.decode("utf-8", "replace")
        count = min(count, len(text))
        if count:
            line[:] = text[: len(text) - count].encode()
            self._print(b"\b \b" * count)

    async def _wait_input(self) -> None:
        self._burst = None
        self._streak = 0
        while not self._in:
            self._alive()
            if self._eof:
                raise Hangup
            self._input.clear()
            await self._input.wait()
        self._alive()

    async def _reading_time(self, count: int) -> None:
        """With a small tty buffer the device reads slowly; otherwise reading costs nothing."""
        overrun = self._burst or self._faults.peek("overrun")
        if not overrun:
            return
        self._debt += count / overrun["bytes_per_second"]
        if self._debt > 0.001:
            await asyncio.sleep(self._debt)
            self._debt = 0.0
            self._alive()

    # -- output -------------------------------------------------------------------------------------------------------

    async def _page(self) -> bool:
        """Wait at --More--; False when the rest is not wanted. Space: a page, return: a line, other keys: no more."""
        self._settle()
        self._print(self.more.encode())
        key = await self.readkey()
        self._print(b"\r" + b" " * len(self.more) + b"\r")
        if key == " ":
            self._shown = 0
        elif key == "\n":
            self._shown -= 1
        else:
            self._quit = True
        return not self._quit

    def _emit(self, data: bytes) -> None:
        """Output of a command, through the faults that its command set off."""
        if self._noise:
            before, noise = self._noise
            if before <= len(data):
                data, self._noise = data[:before] + noise + data[before:], None
            else:
                self._noise = (before - len(data), noise)
        if self._keep is not None:
            data, self._keep = data[: self._keep], max(0, self._keep - len(data))
        if self._drop_after is not None:
            if len(data) > self._drop_after:
                self._print(data[: self._drop_after])
                self._drop()
            self._drop_after -= len(data)
        self._print(data)

    def _print(self, data: bytes) -> None:
        if not data:
            return
        self._fresh = data.endswith(b"\n")
        self._out += data
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)
        elif len(self._out) > _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._scheduled = False
        if self._gone or self._pump or not self._out:
            return
        if self._rate is None and self._faults:
            slow = self._faults.active("slow", session=self.session, mode=self.mode)
            self._rate = float(slow["bytes_per_second"]) if slow else None
        if self._rate is None:
            self._send(bytes(self._out))
            self._out.clear()
        else:
            self._sent.clear()
            self._pump = asyncio.get_running_loop().create_task(self._trickle(self._rate))

    async def _trickle(self, rate: float) -> None:
        piece = max(1, int(rate / 20))
        try:
            while self._out and not self._gone:
                self._send(bytes(self._out[:piece]))
                del self._out[:piece]
                await asyncio.sleep(piece / rate)
        finally:
            self._pump = None
            self._sent.set()

    async def _backpressure(self) -> None:
        await self._writable.wait()
        while self._pump and len(self._out) > _CHUNK and not self._gone:
            await asyncio.sleep(0.05)

    # -- faults -------------------------------------------------------------------------------------------------------

    async def _command_faults(self, line: str) -> None:
        drop = self.fault("drop", line)
        if drop:
            if drop["after_bytes"] is None:
                self._drop()
            self._drop_after = drop["after_bytes"]  # type: ignore[assignment]
        if self.fault("hang", line):
            while not self._gone:
                self._in.clear()
                self._input.clear()
                await self._input.wait()
                if self._eof:
                    break
            raise Hangup
        truncated = self.fault("truncated", line)
        if truncated:
            self._keep = truncated["after_bytes"]  # type: ignore[assignment]
        garbage = self.fault("garbage", line)
        if garbage:
            noise = random.Random(len(line)).randbytes(garbage["bytes"])  # type: ignore[arg-type]
            self._noise = (garbage["after_bytes"], noise)  # type: ignore[assignment]

    def _settle(self) -> None:
        """The output of a command is over: what its faults still owe happens now, before the prompt."""
        self._alive()
        if self._noise:
            self._print(self._noise[1])
        if self._drop_after is not None:
            self._drop()
        if self._keep == 0 and not self._fresh:
            self._print(b"\r\n")
        self._noise = self._keep = None

    def _drop(self) -> None:
        self.cut()
        raise Hangup

    def _alive(self) -> None:
        if self._gone:
            raise Hangup


def _wire(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
