# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session with a Cisco IPS sensor, which every capability of this wing shares: reads, modes, long commands with questions. I/O.

The questions of copy, upgrade, downgrade, reset and tls trusted-host are in no public source (unverified), so their patterns are loose.
A question that no pattern explains is never answered: the session is hung up at it, which a sensor takes for no, and the error shows it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .._engine.failures import ApplyFailed, ConnectionFailed, Dropped, Timeout
from .._engine.problems import Problem
from .._engine.refusals import Match
from .._engine.waiting import Clock, Progress, poll
from .._transport.ssh.cli import Cli, Door, Reply, Unanswered, opened
from .ips_cli import IN_A_MODE, fingerprints, mode_of, url, without_wheel, word
from .refusals import NOT_TRUSTED, OTHERWISE, REFUSALS

PLATFORM = "cisco_ips"  # our name of the device type; netmiko has none
READ_TIMEOUT = "ansible_netmiko_read_timeout"

# Seconds that a command may think without a word. Files come over slow links; the caller knows better where it matters.
COPY_PATIENCE = 300.0
KEY_PATIENCE = 120.0
APPLY_PATIENCE = 300.0  # a service mode may rebuild the signature engines
_DEEPEST = 20  # modes within modes

_PASSWORD = r"(?i)\bpassword\b[^\n]{0,80}:\s*$"
_APPLY = r"Apply Changes:?\s*\?\s*\[yes\]"  # flylib.com/books/en/2.464.1/aip_ssm_maintenance.html
_ADD_TRUST = (
    r"(?i)(?:add this to the|trusted certificate table|known hosts table)[^\n]*\?"  # in part CLI guide 7.1, page 126
)
_CONTINUE = r"(?i)continue with (?:the )?{what}[^\n?]*\?"
_YES_NO = r"(?i)(?:continue|proceed|are you sure)[^\n?]*\?"
# Behind words: what is left of a question that was answered before its end came is not another one.
_ANY_QUESTION = r"(?i)\w[^\n]{0,300}\[(?:yes|no|y|n|y/n|yes/no)?\]\s*:?\s*$|(?:password|username|login)[^\n]{0,80}:\s*$"
# Asked below a read while the applications start (unverified); the answer does not matter to what was read.
_DUMP = (r"(?i)cidDump\?\s*\[no\]", "no")


@dataclass(frozen=True)
class Said:
    """What a sensor printed until its next prompt. dropped: the session ended before one, as it does when the sensor reboots; text is
    what came until then."""

    text: str
    dropped: bool = False


class Sensor:
    """timeout: seconds that the sensor may think about a read without a word.

    Commands are sent one at a time: a sensor mixes what is typed ahead into the answer before it (captured).
    """

    def __init__(self, door: Door, timeout: float) -> None:
        self._door = door
        self._timeout = timeout
        self.open()

    # -- the session ----------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Raises ApplyFailed on a connection of another platform, ConnectionFailed."""
        opened(self._door, PLATFORM, "Cisco IPS", PLATFORM)
        self.cli = self._command_line(self._door.base_prompt)

    def _command_line(self, *names: str) -> Cli:
        """names: of the host, which is what its prompt begins with."""
        base = "|".join(map(re.escape, names))
        return Cli(self._door, IN_A_MODE.format(base=f"(?:{base})"), self._timeout, READ_TIMEOUT)

    def close(self) -> None:
        """Hang up: what was not applied is dropped by the sensor, and no question is answered."""
        self._door.close()

    def reopen(self) -> None:
        """A new session in exec mode, whatever became of the old one."""
        self.close()
        self.open()

    @property
    def name(self) -> str:
        """The host name in the prompt."""
        return self._door.base_prompt

    @property
    def mode(self) -> str:
        """The mode of the last prompt, such as ``config-hos``; "" in exec mode."""
        return mode_of(self.cli.prompt)

    def wait_for_return(
        self,
        limit: float,
        progress: Progress | Callable[[str], None],
        interval: float = 5.0,
        clock: Clock | None = None,
    ) -> bool:
        """Hang up, then log in again as soon as the sensor answers. limit: seconds. False where it does not within them.

        The host key is checked as at every login; a refusal of it counts as no answer, and so does a wrong password: a sensor
        that boots may refuse logins for a while.
        """
        self.close()
        self.last_failure = ""

        def back() -> bool:
            progress("waiting for the sensor to come back")
            try:
                self.open()
            except ConnectionFailed as failed:
                self.last_failure = str(failed)
                self.close()
                return False
            return True

        if clock is None:
            return poll(back, bool, limit, interval, interval * 4)
        return poll(back, bool, limit, interval, interval * 4, clock)

    def wait_for_end(self, limit: float) -> bool:
        """Listen until the sensor ends the session, as one does that reboots; at most limit seconds. Whether it did."""
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0:
            try:
                self._door.receive(left)
            except Timeout:
                break
            except ConnectionFailed:
                return True
        return False

    # -- reads ----------------------------------------------------------------------------------------------------

    def attempt(self, *commands: str) -> list[str]:
        """Answers of exec commands, refused or not, in their order."""
        return [without_wheel(self.cli.ask(command, [_DUMP])) for command in commands]

    def read(self, *commands: str) -> list[str]:
        """As attempt(). Raises ApplyFailed naming the command that the sensor refused."""
        return [self._accepted(command, self.attempt(command)[0]) for command in commands]

    # -- modes ----------------------------------------------------------------------------------------------------

    @contextmanager
    def configure_terminal(self) -> Iterator[None]:
        """Configuration mode for a block. It is left politely, without applying anything, unless the session is lost."""
        self._send("configure terminal")
        try:
            yield
        except ConnectionFailed:
            raise
        except BaseException:
            self._leave_or_hang_up()
            raise
        self._leave("no")

    def change_service(self, service: str, lines: Sequence[str], patience: float = APPLY_PATIENCE) -> str:
        """Lines in a service mode (``host``, ``signature-definition sig0``), applied all at once when the mode is left.

        Returns what the sensor said to the applying. Raises ApplyFailed naming the line that was refused; nothing was applied then.
        patience: seconds that it may take to apply.
        """
        self._send("configure terminal")
        renamed = [line.split()[1] for line in lines if re.match(r"host-name\s+\S", line)]
        if renamed:  # its prompt changes at once
            self.cli = self._command_line(self._door.base_prompt, *renamed)
        try:
            for line in (f"service {service}", *lines):
                self._send(line)
            text = self._leave("yes", patience)
        except ApplyFailed:
            self._leave_or_hang_up()
            raise
        refusal = REFUSALS.find(text)
        if refusal:
            raise refused(f"service {service}", refusal)
        return text

    # -- long commands --------------------------------------------------------------------------------------------

    def copy(self, source: str, target: str, password: str = "", patience: float = COPY_PATIENCE) -> str:
        """``copy URL license-key``: the sensor pulls the file. Raises ApplyFailed with the sensor's words where it refuses.

        source: one of both may be a URL; a password is typed at the prompt for it, once. Raises ValueError for what cannot be typed.
        """
        words = [url(each) if "://" in each else word(each) for each in (source, target)]
        command = f"copy {words[0]} {words[1]}"
        said = self._long(command, [*_typed(password), (_YES_NO, "yes")], patience)
        return self._accepted(command, said.text)

    def upgrade(
        self,
        source: str,
        password: str = "",
        patience: float = COPY_PATIENCE,
        waiting: Callable[[float], None] | None = None,
    ) -> Said:
        """``upgrade URL``: the sensor pulls the package and installs it; it may reboot, which drops the session.

        Raises ApplyFailed with the sensor's words where it refuses, ConnectionFailed. Whether the update is there afterwards is the
        caller's to read. waiting: told of each few seconds of silence.
        """
        command = f"upgrade {url(source)}"
        questions = [*_typed(password), (_CONTINUE.format(what="(?:upgrade|update)"), "yes"), (_YES_NO, "yes")]
        return self._rebooting(command, questions, patience, waiting, configuring=True)

    def downgrade(self, patience: float = COPY_PATIENCE, waiting: Callable[[float], None] | None = None) -> Said:
        """``downgrade``: takes the last update back; it may reboot, which drops the session. Raises as upgrade()."""
        questions: list[tuple[str, Reply]] = [(_CONTINUE.format(what="downgrade"), "yes"), (_YES_NO, "yes")]
        return self._rebooting("downgrade", questions, patience, waiting, configuring=True)

    def reset(self, patience: float = KEY_PATIENCE) -> Said:
        """``reset``: stops all applications and reboots. Raises ApplyFailed where the sensor refuses."""
        questions: list[tuple[str, Reply]] = [(_CONTINUE.format(what="reset"), "yes"), (_YES_NO, "yes")]
        return self._rebooting("reset", questions, patience, None, configuring=False)

    def generate_key(self, patience: float = KEY_PATIENCE) -> Mapping[str, str]:
        """``tls generate-key``: a new certificate. Its fingerprints by ``MD5`` and ``SHA1``; empty where the sensor printed none that
        is understood. Raises ApplyFailed where the sensor refuses."""
        command = "tls generate-key"
        return fingerprints(self._accepted(command, self._long(command, [(_YES_NO, "yes")], patience).text))

    def tls_fingerprints(self) -> Mapping[str, str]:
        """Those of the certificate that the sensor says it serves, by ``MD5`` and ``SHA1``."""
        return fingerprints(self.read("show tls fingerprint")[0])

    def trust_tls_host(
        self, address: str, port: int, expected: Mapping[str, str], patience: float = KEY_PATIENCE
    ) -> str:
        """``tls trusted-host``: the sensor looks at the host's certificate, and it is accepted if its fingerprints are the expected
        ones, by ``MD5`` and ``SHA1``. Returns the id in the sensor's table, ``A.B.C.D`` or ``A.B.C.D:N``.

        Raises ApplyFailed where it sees another certificate (nothing is accepted), shows none, or refuses.
        """
        where = f"{word(address)} port {port}"
        command = f"tls trusted-host ip-address {word(address)}" + ("" if port == 443 else f" port {port}")
        seen: dict[str, str] = {}

        def judged(text: str) -> str:
            seen.update(fingerprints(text))
            return "yes" if _same(seen, expected) else "no"

        with self.configure_terminal():
            said = self._long(command, [(_ADD_TRUST, judged), *_typed("")], patience)
            self._accepted(command, said.text)
        if not _same(seen, expected):
            saw = ", ".join(f"{kind} {digits}" for kind, digits in seen.items()) or "none that is understood"
            due = ", ".join(f"{kind} {digits}" for kind, digits in expected.items())
            problem = Problem("trust", where, f"its fingerprints must be {due}; the sensor saw {saw}")
            raise ApplyFailed(f"{NOT_TRUSTED}: at {where} the sensor sees another one than this controller", [problem])
        return address if port == 443 else f"{address}:{port}"

    def forget_tls_host(self, table_id: str) -> None:
        """``no tls trusted-host``. table_id: as of trust_tls_host(). Raises ApplyFailed where the sensor refuses."""
        with self.configure_terminal():
            self._send(f"no tls trusted-host id {word(table_id)}")

    # -- how ------------------------------------------------------------------------------------------------------

    def _send(self, line: str) -> str:
        """A line in a mode. Raises ApplyFailed where it is refused."""
        return self._accepted(line, self._long(line, [], self._timeout).text)

    def _accepted(self, command: str, answer: str) -> str:
        refusal = REFUSALS.find(answer)
        if refusal:
            raise refused(command, refusal)
        return answer

    def _long(
        self,
        command: str,
        questions: Sequence[tuple[str, Reply]],
        patience: float,
        waiting: Callable[[float], None] | None = None,
    ) -> Said:
        """A command that may ask. Raises ApplyFailed at a question without an answer, after hanging up."""
        try:
            text = self.cli.ask(command, [*questions, (_ANY_QUESTION, None)], patience, "", waiting)
        except Unanswered as waits:
            self.close()
            refusal = REFUSALS.find(waits.text)
            if refusal:
                raise refused(command, refusal) from None
            problem = Problem(
                "question", command, "the sensor asked what has no answer", "", device_text=waits.question
            )
            raise ApplyFailed(
                f"{command!r} was not carried out: the sensor asked {waits.question!r}, and the session was hung up",
                [problem],
            ) from None
        return Said(without_wheel(text))

    def _rebooting(
        self,
        command: str,
        questions: Sequence[tuple[str, Reply]],
        patience: float,
        waiting: Callable[[float], None] | None,
        *,
        configuring: bool,
    ) -> Said:
        """A command after which the sensor may reboot. Silence for longer than patience counts as such: the session is hung up."""
        if configuring:
            self._send("configure terminal")
        try:
            said = self._long(command, questions, patience, waiting)
        except (Dropped, Timeout) as gone:
            self.close()
            return Said(without_wheel(gone.printed), dropped=True)
        try:
            self._accepted(command, said.text)
        finally:
            self._leave_or_hang_up()
        return said

    def _leave_or_hang_up(self) -> None:
        """Out of all modes without applying anything; by hanging up where that does not work."""
        try:
            self._leave("no")
        except (ConnectionFailed, ApplyFailed):
            self.close()

    def _leave(self, apply: str, patience: float | None = None) -> str:
        """Leave all modes, each question answered with apply. What the sensor said on the way. Raises ApplyFailed, ConnectionFailed."""
        texts = []
        for _mode in range(_DEEPEST):
            if not self.mode:
                break
            questions: list[tuple[str, Reply]] = [(_APPLY, apply)]
            texts.append(self._long("exit", questions, self._timeout if patience is None else patience).text)
        if self.mode:
            raise ApplyFailed("the sensor stays in a mode of its configuration")
        return "\n".join(texts)


def refused(command: str, refusal: Match, item: str = "") -> ApplyFailed:
    """A command that the sensor did not take. item: whose it is, in the document's words; empty for a read."""
    problem = refusal.problem("sensor", command, item, OTHERWISE)
    meaning = f" ({refusal.meaning})" if refusal.meaning else ""
    return ApplyFailed(f"the sensor refused {command!r}: {refusal.text}{meaning}", [problem])


def _typed(password: str) -> list[tuple[str, Reply]]:
    """A password for its prompt, once: a second question means that it was wrong, and a third try locks accounts."""
    left = [password] if password else []
    return [(_PASSWORD, lambda _text: left.pop() if left else None)]


def _same(seen: Mapping[str, str], expected: Mapping[str, str]) -> bool:
    """Whether there is a fingerprint that both have, and all that both have are equal; SHA1 must be there."""
    shared = seen.keys() & expected.keys()
    return "SHA1" in shared and all(seen[kind] == expected[kind] for kind in shared)
