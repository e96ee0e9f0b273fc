# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every connection of this collection promises to Ansible: who may use it, one session a task, errors that say
"unreachable" from "failed", secrets that are known.

Each task of another module on a host with such a connection loads this file in a process of its own and opens nothing. So it
imports what Ansible has loaded anyway; everything else comes with load().
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar, NoReturn, Self

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

OURS = "mspplus.netsec."
RAW = frozenset({"raw", "ansible.builtin.raw", "ansible.legacy.raw"})
# It catches every error and asks again for ten minutes, so it has to be refused before it runs.
RETRIES_FOR_EVER = frozenset(
    {"wait_for_connection", "ansible.builtin.wait_for_connection", "ansible.legacy.wait_for_connection"}
)
_PLUGINS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def declare(plugin: str, documentation: str) -> None:
    """Tell Ansible the options of a connection when it imports the file, as it would do itself after that. plugin: name of its Python module.

    Its own parser keeps the place of each word of the documentation for messages and takes three times as long; that is half of what
    a task of another module pays for such a connection. Where Ansible or PyYAML offers no way to do so, Ansible does it.
    """
    with suppress(AttributeError):
        if not constants.config.has_configuration_definition("connection", plugin):
            options = yaml.load(documentation, Loader=yaml.CSafeLoader)["options"]
            constants.config.initialize_plugin_configuration_definitions("connection", plugin, options)


class DeviceConnection(ConnectionBase):
    """One session on a device, a door for our actions. A child says how to log in and what goes through the door.

    needs: packages of PyPI without which nothing works.
    secret_options: those that are never shown. path_options: those of type path. refused_because: what a module that is not ours would do ("would ...").
    raw_is_for: what ansible.builtin.raw is good for here ("for ...").
    """

    needs: ClassVar[tuple[str, ...]]
    secret_options: ClassVar[tuple[str, ...]]
    path_options: ClassVar[tuple[str, ...]]
    refused_because: ClassVar[str]
    raw_is_for: ClassVar[str]

    has_pipelining = False
    force_persistence = False
    supports_persistence = False
    allow_executable = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._action = ""
        self._collections: tuple[str, ...] = ()
        self._chosen: dict[str, Any] = {}
        self._hidden: list[str] = []

    # -- what a child supplies ------------------------------------------------------------------------------------

    @classmethod
    def load(cls) -> ImportError | None:
        """Import all that a session needs, which costs hundreds of milliseconds; once. The error where a package is missing.

        A task that never opens its connection must not pay for it: nothing of it is imported before.
        """
        raise TypeError(f"{cls.__name__} has no load()")

    def _log_in(self) -> None:
        """Raises Unreachable, whose text is one line with a remedy; LoginError, whose text gets the host in front."""
        raise TypeError(f"{type(self).__name__} has no _log_in()")

    def _hang_up(self) -> None:
        """End the session, or what there is of it; never raises."""
        raise TypeError(f"{type(self).__name__} has no _hang_up()")

    # -- what Ansible gives ---------------------------------------------------------------------------------------

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        ConnectionBase.set_options(self, task_keys=task_keys, var_options=var_options, direct=direct)
        keys = task_keys or {}
        self._action = str(keys.get("action") or "")
        self._collections = tuple(keys.get("collections") or ())
        plugin: ConnectionBase = self
        chosen = {name: value for name, value in plugin.get_options().items() if not name.startswith("_")}
        if self._connected and chosen != self._chosen:
            self.close()  # an item of a loop may speak to another host, or as another user
        self._chosen = chosen
        if self._action in RETRIES_FOR_EVER:
            self._refuse()

    def _option(self, name: str) -> Any:
        plugin: ConnectionBase = self  # Ansible's own class: what it leaves out of its types is not checked
        return plugin.get_option(name)

    @property
    def _host(self) -> str:
        return str(self._option("host"))

    @property
    def read_timeout(self) -> float:
        return float(self._option("read_timeout"))

    @property
    def secrets(self) -> list[str]:
        """What must never be shown: the passwords of this connection and what hide() was given."""
        values = [str(self._option(name) or "") for name in self.secret_options]
        return [value for value in [*values, *self._hidden] if value]

    def hide(self, values: Iterable[Any]) -> None:
        """Further secrets that a task is going to send; whatever the connection shows has asterisks instead."""
        self._hidden += [str(value) for value in values if value]

    def shown(self, text: object, longest: int | None = None) -> str:
        """A text for a message: without the secrets of this connection, one line, printable, bounded."""
        from .._engine.words.device_text import LONGEST_MESSAGE, clean

        return clean(text, longest or LONGEST_MESSAGE, self.secrets)

    # -- the door -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Log in, unless it is done. Raises Unreachable, whose text is one line with a remedy."""
        if self._connected:
            return
        self._check_use()
        missing = self.load()
        if missing is not None:
            raise AnsibleError(
                f"{self.transport} needs {' and '.join(self.needs)} on the controller ({missing}): run "
                f"`pip install {' '.join(self.needs)}` in the Python environment of ansible-playbook."
            )
        from .door_errors import Unreachable
        from .login_error import LoginError

        try:
            for name in self.path_options:
                if "\0" in str(self._option(name) or ""):
                    raise LoginError(
                        f"the option {name} of {self.transport} has a NUL character, which no path may have: take it out."
                    )
            self._log_in()
        except LoginError as error:
            self.close()
            raise Unreachable(self.shown(f"{self._host}: {error}")) from None
        except BaseException:
            self.close()
            raise
        self._connected = True

    def close(self) -> None:
        """Hang up."""
        self._connected = False
        self._hang_up()

    def reset(self) -> None:
        """meta: reset_connection. The next task logs in again."""
        self.close()

    # -- what Ansible's own actions call --------------------------------------------------------------------------

    def _connect(self) -> Self:
        self.open()
        return self

    def put_file(self, in_path: str, out_path: str) -> NoReturn:
        self._refuse()

    def fetch_file(self, in_path: str, out_path: str) -> NoReturn:
        self._refuse()

    def _check_use(self, in_data: bytes | None = None) -> None:
        """in_data: what a module would write to a shell. Raises AnsibleError: not this module, not with become."""
        if in_data or not self._allowed():
            self._refuse()
        if self.become is not None:
            raise AnsibleError(
                f"become has no meaning on {self.transport}: log in as a user who has the rights, "
                "and set `ansible_become: false` for this host."
            )

    def _allowed(self) -> bool:
        """No action at all is Python code that opened the connection itself."""
        action = self._action
        return not action or action.startswith(OURS) or action in RAW or self._is_short_name_of_ours(action)

    def _is_short_name_of_ours(self, action: str) -> bool:
        if "." in action or OURS.rstrip(".") not in self._collections:
            return False
        return os.path.exists(os.path.join(_PLUGINS, "action", f"{os.path.basename(action)}.py"))

    def _refuse(self) -> NoReturn:
        gathers = "gather_facts" in self._action or self._action.rpartition(".")[2] == "setup"
        if gathers:
            remedy = "Set `gather_facts: false` on the play."
        else:
            remedy = (
                "Set `ansible_connection` in the task's vars (to local, or to what the module is made for), "
                f"or use ansible.builtin.raw {self.raw_is_for}."
            )
        raise AnsibleError(
            f"{self._action or 'this'} {self.refused_because}; "
            f"{self.transport} takes {OURS}* and ansible.builtin.raw only. {remedy}"
        )
