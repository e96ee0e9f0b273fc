# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  (Ansible wants the documentation before the imports)

"""Any netmiko platform as an Ansible connection: one SSH session on a device's command line."""

from __future__ import annotations

DOCUMENTATION = r"""
name: netmiko
short_description: SSH session on the command line of a network device, by netmiko
version_added: 1.0.0
author:
  - The mspplus.netsec authors (@mspplus)
description:
  - Opens one SSH session on a network device. The actions of this collection run in the controller and speak through it;
    nothing is copied to the device and no Python is needed there.
  - Every platform that netmiko reaches by SSH can be used. Which one it is
    is taken from C(ansible_network_os).
  - Takes the modules of this collection and M(ansible.builtin.raw) only. Every other module that would use the connection
    is refused before a byte is sent, because it would type shell commands into a router. Modules that work on the
    controller only (M(ansible.builtin.debug), M(ansible.builtin.set_fact), M(ansible.builtin.assert) and the like) are not
    affected.
  - Host keys are checked by default, against an explicit file. Nothing is taken from C(~/.ssh) unless an option says so.
requirements:
  - netmiko >= 4.6.0
  - paramiko >= 3.5.1, and < 5 for devices that have nothing newer than SHA-1
  - invoke, for an ssh_config file with C(Match exec) only
notes:
  - Set C(gather_facts=false) on the play.
  - M(ansible.builtin.raw) sends exactly one line. Its C(rc) is 1 when the device refused the line (for example
    C(% Invalid input detected)), the refusal is in C(stderr). It answers no questions.
  - O(ignore:become) is refused. Log in as a user who has the rights.
  - A failed login makes the host unreachable. A session that is lost after something was sent makes the task fail.
  - Each task logs in once; the items of a loop share the session as long as their connection variables are the same.
  - 'ssh_config files are read for C(HostName), C(Port), C(User), C(IdentityFile), C(HostKeyAlias), C(ProxyJump) and
    C(ProxyCommand). Their C(UserKnownHostsFile) and C(StrictHostKeyChecking) are not used: what is trusted is said by
    O(known_hosts) and O(host_key_checking). Host keys of jump hosts are checked against the same file.'
  - Names of hosts and users that a shell would read as more than a name are refused before any file is read, as OpenSSH does since 9.6,
    because C(ProxyCommand) and C(Match exec) hand them to one. Hosts have none of C(' ` " $ \ ; & < > | ( ) { }), users none of
    these but a backslash within (C(DOMAIN\user)); neither has blanks or control characters, and neither begins with a dash. The same
    holds for what an ssh_config file brings by C(HostName), C(User) and C(ProxyJump).
  - A login has a limit, however steadily a device talks. It is the sum of O(timeout), O(banner_timeout), O(auth_timeout), O(read_timeout)
    and 120 seconds.
  - What a device says is shown without control characters, without what turns the direction of a text around, on one line, and shortened;
    passwords in it are replaced by asterisks first.
  - When AWX or Ansible Automation Platform injects a machine credential, its user, password or key (through ssh-agent)
    arrive as they do for P(ansible.builtin.ssh#connection).
options:
  host:
    description:
      - Name or address of the device; also the name that an ssh_config file is searched for.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
      - name: ansible_ssh_host
      - name: ansible_netmiko_host
  port:
    description:
      - TCP port. By default what the ssh_config file says, else 22.
    type: int
    vars:
      - name: ansible_port
      - name: ansible_ssh_port
      - name: ansible_netmiko_port
    env:
      - name: ANSIBLE_REMOTE_PORT
      - name: ANSIBLE_NETMIKO_REMOTE_PORT
    keyword:
      - name: port
    ini:
      - section: defaults
        key: remote_port
      - section: netmiko_connection
        key: remote_port
  remote_user:
    description:
      - User to log in as. By default what the ssh_config file says. The name of the user who runs Ansible is never
        used.
    type: str
    vars:
      - name: ansible_user
      - name: ansible_ssh_user
      - name: ansible_netmiko_user
    env:
      - name: ANSIBLE_REMOTE_USER
      - name: ANSIBLE_NETMIKO_REMOTE_USER
    cli:
      - name: user
    keyword:
      - name: remote_user
    ini:
      - section: defaults
        key: remote_user
      - section: netmiko_connection
        key: remote_user
  password:
    description:
      - Password of that user, for the methods C(password) and C(keyboard-interactive). C(-k) asks for it.
    type: str
    vars:
      - name: ansible_password
      - name: ansible_ssh_pass
      - name: ansible_ssh_password
      - name: ansible_netmiko_password
  private_key_file:
    description:
      - File of a private key, in OpenSSH or PEM format. A certificate beside it (C(-cert.pub)) is used with it.
    type: path
    vars:
      - name: ansible_private_key_file
      - name: ansible_ssh_private_key_file
      - name: ansible_netmiko_private_key_file
    env:
      - name: ANSIBLE_PRIVATE_KEY_FILE
      - name: ANSIBLE_NETMIKO_PRIVATE_KEY_FILE
    cli:
      - name: private_key_file
    ini:
      - section: defaults
        key: private_key_file
      - section: netmiko_connection
        key: private_key_file
  private_key:
    description:
      - The private key itself, for example from a vault; wins over O(private_key_file).
    type: str
    vars:
      - name: ansible_private_key
      - name: ansible_ssh_private_key
      - name: ansible_netmiko_private_key
    env:
      - name: ANSIBLE_PRIVATE_KEY
  private_key_passphrase:
    description:
      - Passphrase of the private key.
    type: str
    vars:
      - name: ansible_private_key_passphrase
      - name: ansible_ssh_private_key_passphrase
      - name: ansible_netmiko_private_key_passphrase
    env:
      - name: ANSIBLE_PRIVATE_KEY_PASSPHRASE
  allow_agent:
    description:
      - 'Whether keys of the ssh-agent are tried. By default only if there is neither a password nor a private key:
        that is how AWX hands over the key of a machine credential.'
    type: bool
    vars:
      - name: ansible_netmiko_allow_agent
    env:
      - name: ANSIBLE_NETMIKO_ALLOW_AGENT
    ini:
      - section: netmiko_connection
        key: allow_agent
  look_for_keys:
    description:
      - Whether the keys in C(~/.ssh) are tried too.
    type: bool
    default: false
    vars:
      - name: ansible_netmiko_look_for_keys
    env:
      - name: ANSIBLE_NETMIKO_LOOK_FOR_KEYS
    ini:
      - section: netmiko_connection
        key: look_for_keys
  ssh_config_file:
    description:
      - An ssh_config file, for jump hosts and the like. C(~/.ssh/config) is not read unless it is named here.
      - 'A ProxyJump is walked by the plugin itself: no C(ssh) program is needed. Jump hosts get the key or the agent
        of the device, unless the file names an IdentityFile for them, and O(jump_password).'
    type: path
    vars:
      - name: ansible_netmiko_ssh_config_file
    env:
      - name: ANSIBLE_NETMIKO_SSH_CONFIG_FILE
    ini:
      - section: netmiko_connection
        key: ssh_config_file
  jump_password:
    description:
      - Password on the jump hosts. The password of the device is never shown to them.
    type: str
    vars:
      - name: ansible_netmiko_jump_password
  known_hosts:
    description:
      - File of the host keys that are accepted, in the format of OpenSSH (hashed names, wildcards and C(@revoked)
        included). Away from port 22 the names in it have the form V([host]:port).
      - By default the file C(known_hosts.txt) in the directory of the inventory that the host comes from, so that each
        customer's inventory has its own.
    type: path
    vars:
      - name: ansible_netmiko_known_hosts
    env:
      - name: ANSIBLE_NETMIKO_KNOWN_HOSTS
    ini:
      - section: netmiko_connection
        key: known_hosts
  inventory_dir:
    description:
      - Where the host's inventory lies; set by Ansible. The default of O(known_hosts) depends on it.
    type: str
    vars:
      - name: inventory_dir
  host_key_checking:
    description:
      - Whether a device whose host key is unknown or has changed is refused. Switch it off for a lab only.
    type: bool
    default: true
    vars:
      - name: ansible_host_key_checking
      - name: ansible_ssh_host_key_checking
      - name: ansible_netmiko_host_key_checking
    env:
      - name: ANSIBLE_HOST_KEY_CHECKING
      - name: ANSIBLE_NETMIKO_HOST_KEY_CHECKING
    ini:
      - section: defaults
        key: host_key_checking
      - section: netmiko_connection
        key: host_key_checking
  platform:
    description:
      - The platform, if C(ansible_network_os) does not say it or must say something else. The same names are taken.
    type: str
    vars:
      - name: ansible_netmiko_platform
    env:
      - name: ANSIBLE_NETMIKO_PLATFORM
    ini:
      - section: netmiko_connection
        key: platform
  network_os:
    description:
      - The platform, as Ansible's network collections name it (V(cisco.iosxr.iosxr), V(junipernetworks.junos.junos)),
        its last word (V(iosxr)), or a netmiko device_type (V(cisco_xr)).
      - V(cisco_ips) is a Cisco IPS sensor. netmiko has no driver for it; this collection brings one.
    type: str
    vars:
      - name: ansible_network_os
  legacy_algorithms:
    description:
      - Whether key exchanges, host keys, ciphers and MACs of the past (SHA-1, DSS, CBC, MD5) are offered to this
        device. Meant for single devices. Needs paramiko < 5.
    type: bool
    default: false
    vars:
      - name: ansible_netmiko_legacy_algorithms
  timeout:
    description:
      - Seconds to wait for the TCP connection and the key exchange.
    type: float
    default: 10
    vars:
      - name: ansible_timeout
      - name: ansible_ssh_timeout
      - name: ansible_netmiko_timeout
    env:
      - name: ANSIBLE_TIMEOUT
      - name: ANSIBLE_NETMIKO_TIMEOUT
    cli:
      - name: timeout
    ini:
      - section: defaults
        key: timeout
      - section: netmiko_connection
        key: timeout
  banner_timeout:
    description:
      - Seconds to wait for the SSH banner.
    type: float
    default: 15
    vars:
      - name: ansible_netmiko_banner_timeout
    env:
      - name: ANSIBLE_NETMIKO_BANNER_TIMEOUT
    ini:
      - section: netmiko_connection
        key: banner_timeout
  auth_timeout:
    description:
      - Seconds to wait for the answer to an authentication; devices that ask a TACACS+ or RADIUS server may need
        more.
    type: float
    default: 20
    vars:
      - name: ansible_netmiko_auth_timeout
    env:
      - name: ANSIBLE_NETMIKO_AUTH_TIMEOUT
    ini:
      - section: netmiko_connection
        key: auth_timeout
  read_timeout:
    description:
      - Seconds of silence after which a device that should answer is given up.
    type: float
    default: 30
    vars:
      - name: ansible_netmiko_read_timeout
      - name: ansible_command_timeout
    env:
      - name: ANSIBLE_NETMIKO_READ_TIMEOUT
    ini:
      - section: netmiko_connection
        key: read_timeout
  session_log:
    description:
      - File that gets all that the device prints, by whole lines and without control characters. It is appended to. Passwords are
        replaced by asterisks, and so are the secrets that a module sends.
      - Its owner only can read it; an existing file that others could read is closed to them. A symbolic link, a file with a second
        name, one of another user and anything that is no regular file is refused.
    type: path
    vars:
      - name: ansible_netmiko_session_log
    env:
      - name: ANSIBLE_NETMIKO_SESSION_LOG
    ini:
      - section: netmiko_connection
        key: session_log
"""

EXAMPLES = r"""
# group_vars/routers.yml: what most inventories need
#
# ansible_connection: mspplus.netsec.netmiko
# ansible_network_os: cisco.iosxr.iosxr
# ansible_user: ops
# ansible_netmiko_known_hosts: "{{ inventory_dir }}/known_hosts.txt"
# ansible_password: "{{ vault_ops_password }}"

# group_vars/sensors.yml: devices of the 2010s behind a jump host, all explicit
#
# ansible_connection: mspplus.netsec.netmiko
# ansible_netmiko_platform: linux
# ansible_netmiko_legacy_algorithms: true
# ansible_netmiko_ssh_config_file: "{{ inventory_dir }}/ssh_config"
# ansible_netmiko_known_hosts: "{{ inventory_dir }}/known_hosts_sensors"
# ansible_private_key_file: "{{ inventory_dir }}/keys/ops"
# ansible_netmiko_read_timeout: 60

- name: One line to each router
  hosts: routers
  gather_facts: false
  tasks:
    - name: Read the clock
      ansible.builtin.raw: show clock
      register: clock
      changed_when: false

    - name: Show it
      ansible.builtin.debug:
        var: clock.stdout_lines
"""

# First, before anything that an old Python does not have.
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import required  # noqa: F401  # pylint: disable=unused-import

# isort: split

from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.display import Display

# Nothing further at the top: each task of another module on such a host loads this file in a process of its own, and opens nothing.
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.device_connection import (
    DeviceConnection,
    declare,
)

display = Display()
declare(__name__, DOCUMENTATION)


@cache
def platforms() -> Any:
    """One row a system that this collection has modules for; the names of all others that netmiko knows."""
    from dataclasses import replace

    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.netmiko_platform import IOSXR
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.netmiko_driver import CiscoIps
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.netmiko_platform import IPS
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._netmiko.network_os import NETWORK_OS
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.netmiko_platform import JUNOS
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.platforms import platform_table

    return platform_table(IOSXR, JUNOS, replace(IPS, driver=CiscoIps), others=NETWORK_OS)


class Connection(DeviceConnection):
    """One interactive session on a device. A door for our actions: open, send, receive, close."""

    transport = "mspplus.netsec.netmiko"
    has_tty = True
    needs = ("netmiko",)
    path_options = ("private_key_file", "known_hosts", "ssh_config_file", "session_log")
    secret_options = ("password", "private_key_passphrase", "jump_password")
    refused_because = "would put shell commands into a device's CLI"
    raw_is_for = "for a single line"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform = ""
        self.base_prompt = ""
        self._terminal: Any = None

    @classmethod
    def load(cls) -> ImportError | None:
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.terminal import MISSING

        platforms()
        return MISSING

    @cached_property
    def platforms(self) -> Any:
        return platforms()

    def hide(self, values: Iterable[Any]) -> None:
        """Further secrets that a task is going to send; the session log shows asterisks instead."""
        super().hide(values)
        if self._terminal is not None:
            self._terminal.hide()

    # -- the door -------------------------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """Write text as it is, UTF-8. Raises Dropped, Timeout."""
        self._opened().send(text)

    def receive(self, timeout: float) -> str:
        """What comes next, never "". Blocks at most timeout seconds. Raises Dropped, Timeout."""
        text: str = self._opened().receive(timeout)
        return text

    def _log_in(self) -> None:
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.terminal import Terminal

        self._terminal = Terminal(self, self.platforms)
        self.platform = self._terminal.platform
        self._terminal.log_in(lambda line: display.vvv(line, host=self._host))
        self.base_prompt = self._terminal.base_prompt

    def _hang_up(self) -> None:
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def _opened(self) -> Any:
        if self._terminal is None:
            from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.door_errors import Dropped

            raise Dropped(f"{self._host}: the session is closed.")
        return self._terminal

    # -- what ansible.builtin.raw calls ---------------------------------------------------------------------------

    def exec_command(self, cmd: Any, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """One line for ansible.builtin.raw: (1 when the device refused it, its answer, its refusal)."""
        self._check_use(in_data)
        line = (cmd.decode() if isinstance(cmd, bytes) else str(cmd)).strip("\n")
        if not line.strip() or any(ord(char) < 32 or ord(char) == 127 for char in line):
            raise AnsibleError(
                "raw sends exactly one line to a device: no line break, tabulator or other control character. "
                "Use `loop` for several lines."
            )
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ConnectionFailed

        self.open()
        try:
            output, refused = self._opened().one_line(line)
        except ConnectionFailed as error:
            self.close()  # whatever it still says must not become the answer of the next line
            raise AnsibleError(
                f"{error} The line was sent, what the device did is unknown; raw answers no questions."
            ) from None
        return int(refused is not None), output.encode(), self.shown(refused.text).encode() if refused else b""
