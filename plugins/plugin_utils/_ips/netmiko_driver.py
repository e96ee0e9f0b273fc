# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A netmiko driver for Cisco IPS sensors: netmiko has none. I/O.

It works in any script as netmiko's own do; ``CiscoIps(device_type="cisco_ips", host=..., ...)`` is a session. The differences from
IOS: there is no enable step and no terminal width, the names of prompts are whole in every mode, there is nothing to save, and
leaving a service mode asks whether to apply the changes.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from .ips_cli import IN_A_MODE, QUIET, SHELL, SHELL_REFUSED, mode_of, without_wheel

_Base: Any = object
_ReadException: Any = RuntimeError
with contextlib.suppress(ImportError):  # the connection says so before it makes a session
    import netmiko.cisco_base_connection
    import netmiko.exceptions

    _Base = netmiko.cisco_base_connection.CiscoBaseConnection
    _ReadException = netmiko.exceptions.ReadException

_AT_REST = r"[#>$%]\s*$"
_APPLY = r"Apply Changes:?\?\s*\[yes\]:?"  # flylib.com/books/en/2.464.1/aip_ssm_maintenance.html
_DEEPEST = 20  # modes within modes


class CiscoIps(_Base):  # type: ignore[misc]  # its base is not there where netmiko is not
    """One session on a sensor."""

    def session_preparation(self) -> None:
        """The prompt behind any banner or licence notice; no paging. Raises ReadException for a user who lands in a shell."""
        last = self._test_channel_read(pattern=_AT_REST).rstrip().rpartition("\n")[2].strip()
        if SHELL.fullmatch(last):
            raise _ReadException(f"{self.host}: {SHELL_REFUSED}")
        self.set_base_prompt()
        self.disable_paging(QUIET[0])

    def find_prompt(self, delay_factor: float = 1.0, pattern: str | None = None) -> str:
        """The prompt as it is in this mode."""
        return str(super().find_prompt(delay_factor=delay_factor, pattern=pattern or _AT_REST))

    def set_base_prompt(
        self,
        pri_prompt_terminator: str = "#",
        alt_prompt_terminator: str = ">",
        delay_factor: float = 1.0,
        pattern: str | None = None,
    ) -> str:
        """The whole name: a sensor does not cut it in configuration mode."""
        prompt = self.find_prompt(delay_factor=delay_factor, pattern=pattern)
        if prompt[-1:] not in (pri_prompt_terminator, alt_prompt_terminator):
            raise ValueError(f"Router prompt not found: {prompt!r}")
        self.base_prompt = re.sub(r"\([^()\s]*\)$", "", prompt[:-1])
        return str(self.base_prompt)

    def check_enable_mode(self, check_string: str = "") -> bool:
        """The role of a user is all that a sensor knows of privileges."""
        return True

    def enable(self, *args: Any, **keywords: Any) -> str:
        """There is no such step."""
        return ""

    def exit_enable_mode(self, *args: Any, **keywords: Any) -> str:
        """There is no such step."""
        return ""

    def check_config_mode(self, check_string: str = ")#", pattern: str = "", force_regex: bool = False) -> bool:
        """Whether the prompt shows a mode."""
        return bool(mode_of(self.find_prompt()))

    def exit_config_mode(self, exit_config: str = "exit", pattern: str = "", apply: str = "no") -> str:
        """Back to exec mode, out of all modes. apply: the reply where a service mode asks whether to apply the changes.

        Raises ValueError when the sensor stays in a mode.
        """
        prompt = IN_A_MODE.format(base=re.escape(self.base_prompt)) + r"\s*$"
        printed = ""
        for _mode in range(_DEEPEST):
            if not mode_of(self.find_prompt()):
                return printed
            answer = str(self.send_command(exit_config, rf"(?:{prompt}|{_APPLY})", strip_prompt=False))
            if re.search(_APPLY, answer):
                answer += str(self.send_command(apply, prompt, strip_prompt=False))
            printed += answer
        raise ValueError("Failed to exit configuration mode")

    def send_config_set(
        self, config_commands: Any = None, *, exit_config_mode: bool = True, apply: str = "yes", **keywords: Any
    ) -> str:
        """Lines in configuration mode. What they change in a service mode is applied when the modes are left at the end, unless apply is
        ``no``; a line ``exit`` that makes the sensor ask has to be followed by the reply as a line."""
        printed = str(super().send_config_set(config_commands, exit_config_mode=False, **keywords))
        return printed + (self.exit_config_mode(apply=apply) if exit_config_mode else "")

    def save_config(self, *args: Any, **keywords: Any) -> str:
        """A sensor keeps what was applied; there is nothing to save."""
        return ""

    def cleanup(self, command: str = "exit") -> None:
        """Leave without applying anything."""
        with contextlib.suppress(Exception):  # the session may be gone, or wait at a question: it is closed in any case
            self.exit_config_mode()
        self._session_log_fin = True
        self.write_channel(command + self.RETURN)

    def _sanitize_output(
        self,
        output: str,
        strip_command: bool = False,
        command_string: str | None = None,
        strip_prompt: bool = False,
    ) -> str:
        return str(super()._sanitize_output(without_wheel(output), strip_command, command_string, strip_prompt))
