# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An interactive session on a device's command line, by netmiko: the login until the prompt, then text in and out. I/O."""

from __future__ import annotations

import codecs
import contextlib
import re
import time
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from ..._engine.refusals import Match
from ..door_errors import Dropped, Timeout, Unreachable
from ..expired_password import asks_for_new, asks_for_secret
from ..login_error import LoginError
from ..watchdog import limited, shut
from .careful_login import SURE, ChangeAsked
from .cli import Cli
from .errors import HostKeyRefused, password_expired
from .login import MISSING, Login, hang_up, new_device, planned, why
from .platforms import FastLogin, PlatformTable
from .session_log import session_log
from .sessions import LONGEST_PREPARATION

with contextlib.suppress(ImportError):  # MISSING, which the connection looks at, says so
    import netmiko
    import paramiko

__all__ = ["MISSING", "Terminal"]

CHUNK = 65536  # bytes a read
WAKE_AFTER = 5.0  # seconds without a prompt until an Enter is sent once: consoles wait for it


class Owner(Protocol):
    """The connection that a terminal belongs to."""

    @property
    def read_timeout(self) -> float: ...

    @property
    def secrets(self) -> list[str]: ...

    def shown(self, text: object, longest: int | None = None) -> str: ...

    def get_option(self, option: str) -> Any: ...

    def close(self) -> None: ...


class Terminal:
    """One session. Made before the login; log_in() and close() once each. It is a door (cli.Door) that cannot be opened again."""

    def __init__(self, owner: Owner, platforms: PlatformTable) -> None:
        """Raises LoginError."""
        self._owner = owner
        self._host = str(owner.get_option("host"))
        self._login = planned(owner.get_option, platforms)
        self._row = platforms.row(self._login.platform)
        self.platform = self._login.platform
        self.base_prompt = ""
        self._device: Any = None
        self._log: Any = None
        self._wire: Any = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def hide(self) -> None:
        """The connection has further secrets."""
        if self._log is not None:
            self._log.no_log = dict(enumerate(self._owner.secrets))

    # -- text in and out ------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._channel()

    def send(self, text: str) -> None:
        """Write text as it is, UTF-8. Raises Dropped, Timeout."""
        channel = self._channel()
        try:
            channel.settimeout(self._owner.read_timeout)
            channel.sendall(text.encode())
        except TimeoutError:
            raise Timeout(
                f"{self._host}: the device has taken no more input for {self._owner.read_timeout:g} s; "
                "ansible_netmiko_read_timeout allows more."
            ) from None
        except OSError:
            self._lost()

    def receive(self, timeout: float) -> str:
        """What comes next, never "". Blocks at most timeout seconds. Raises Dropped, Timeout."""
        channel = self._channel()
        while True:
            try:
                channel.settimeout(timeout)
                data = channel.recv(CHUNK)
            except TimeoutError:
                raise Timeout(
                    f"{self._host}: nothing came for {timeout:g} s where a prompt was expected; "
                    "ansible_netmiko_read_timeout allows more."
                ) from None
            except OSError:
                self._lost()
            text = self._decoder.decode(data, final=not data)
            if text:
                if self._log is not None:
                    self._log.write(text.replace("\r", ""))
                return text
            if not data:
                self._lost()

    def one_line(self, line: str) -> tuple[str, Match | None]:
        """The answer to a line of any platform, and how the device refused it. Raises Dropped, Timeout."""
        prompt = re.escape(self.base_prompt) + r"[^\s>#$%]{0,80}[>#$%:]? ?"
        answer = Cli(self, prompt, self._owner.read_timeout).run(line)[0]
        output = self._row.cleaned(answer).strip("\n") + "\n"
        return output, self._row.refusals.find(output)

    def close(self) -> None:
        """Hang up, or end what there is of a session; never raises."""
        if self._device is not None:
            hang_up(self._device)
            self._device = None
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        if self._log is not None:
            self._log.close()
            self._log = None
        self._decoder.reset()

    # -- logging in -----------------------------------------------------------------------------------------------

    def log_in(self, say: Callable[[str], None]) -> None:
        """say: gets a line about the way that is tried. Raises Unreachable, LoginError."""
        login = self._login
        self._log = session_log(self._owner.get_option("session_log"), self._owner.secrets)
        self._dial(login, say)
        # Some systems let a user wait longer than others for what they print first.
        seconds = login.target.login_limit + self._owner.read_timeout
        with limited(seconds, lambda: shut(self._wire.stream)) as watch:
            try:
                self._enter(login)
            except Exception:
                if not watch.passed:
                    raise
                raise Unreachable(
                    f"{self._host}: the login has not come to an end within {seconds:g} s, although the device keeps the "
                    "connection open. The limit is the sum of ansible_netmiko_timeout, ansible_netmiko_banner_timeout, "
                    f"ansible_netmiko_auth_timeout, ansible_netmiko_read_timeout and {LONGEST_PREPARATION:g} s."
                ) from None

    def _enter(self, login: Login) -> None:
        """The SSH login on the open wire, and what comes until the prompt."""
        fast = self._row.fast_login
        try:
            # _open() is the second half of ConnectHandler(): the session as the driver wants it, prepared.
            self._device.establish_connection() if fast else self._device._open()
        except ChangeAsked:
            self._new_password_asked()
        except (netmiko.exceptions.ReadException, netmiko.exceptions.ReadTimeout, ValueError) as error:
            self._no_prompt(str(error))
        except (paramiko.SSHException, HostKeyRefused, OSError, EOFError) as error:
            if not fast and self._device.remote_conn is not None:
                self._no_prompt(str(error))
            raise Unreachable(self._owner.shown(why(error, login.target, login.route))) from None
        if fast:
            self._prepare(fast)
        else:
            self.base_prompt = self._device.base_prompt

    def _dial(self, login: Login, say: Callable[[str], None]) -> None:
        target = login.target
        say(
            f"ESTABLISH NETMIKO CONNECTION FOR USER: {target.user} ON PORT {target.port} "
            f"TO {target.host} AS {login.platform}"
        )
        try:
            self._wire = login.route.open(lambda error, hop: LoginError(why(error, hop)))
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that DNS cannot hold
            raise Unreachable(self._owner.shown(why(error, login.route.first))) from None
        self._device = new_device(login, self._wire.stream, self._log, self._row.driver)

    def _prepare(self, login: FastLogin) -> None:
        text = ""
        silence = min(WAKE_AFTER, self._owner.read_timeout)
        woken = False
        end = time.monotonic() + LONGEST_PREPARATION
        try:
            while not login.prompt.fullmatch(prompt := text.rpartition("\n")[2].strip()):
                if login.refused and login.refused[0].fullmatch(prompt):
                    raise Unreachable(f"{self._host}: {login.refused[1]}")
                if login.shell and login.shell[0].fullmatch(prompt):
                    self.send(f"{login.shell[1]}\n")
                    text = ""
                asked = asks_for_new(text)
                try:
                    text = (text + self.receive(SURE if asked else silence))[-CHUNK:]
                except Timeout:
                    if asked:
                        self._new_password_asked()
                    if woken or asks_for_secret(text):  # an Enter would be an answer
                        raise
                    woken, silence = True, self._owner.read_timeout
                    self.send("\n")
                if time.monotonic() > end:
                    self._no_prompt(text)
            Cli(self, re.escape(prompt) + " ?", self._owner.read_timeout).run(*login.commands)
        except Timeout:
            self._no_prompt(text)
        except Dropped as error:
            last = self._owner.shown(text, CHUNK)[-120:].strip()
            said = f" The end of what came: {last!r}." if last else ""
            raise Unreachable(self._owner.shown(f"{error} This happened during the login.{said}")) from None
        self.base_prompt = prompt[:-1][: login.longest]

    def _new_password_asked(self) -> NoReturn:
        target = self._login.target
        raise Unreachable(self._owner.shown(password_expired(target.host, target.port, target.user))) from None

    def _no_prompt(self, printed: str) -> NoReturn:
        last = self._owner.shown(printed, CHUNK)[-120:]
        raise Unreachable(
            f"{self._host}: logged in, but no prompt of platform {self.platform} came within {self._owner.read_timeout:g} s; "
            f"the end of what came: {last!r}. Check ansible_network_os or ansible_netmiko_platform."
        ) from None

    # -- the session ----------------------------------------------------------------------------------------------

    def _channel(self) -> Any:
        if self._device is None or self._device.remote_conn is None:
            raise Dropped(f"{self._host}: the session is closed.")
        return self._device.remote_conn

    def _lost(self) -> NoReturn:
        self._owner.close()
        raise Dropped(
            f"{self._host}: the device closed the session unexpectedly. "
            "Common reasons: a reload, an idle or absolute timeout of its VTY lines, a cut link."
        ) from None
