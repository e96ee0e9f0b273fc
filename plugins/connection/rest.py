# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  (Ansible wants the documentation before the imports)

"""REST systems as an Ansible connection: one HTTPS session, with a dialect a system."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rest
short_description: HTTPS session on the REST API of a device or its manager
version_added: 1.1.0
author:
  - The mspplus.netsec authors (@mspplus)
description:
  - Opens one HTTPS session on a REST system. The actions of this collection run in the controller and speak through it;
    nothing is copied to the device.
  - How a system logs in and out, and how it refuses, is its dialect. Which one it is is taken from C(ansible_network_os).
  - Takes the modules of this collection and M(ansible.builtin.raw) only. Every other module that would use the connection
    is refused before a byte is sent, because it would need a shell. Modules that work on the controller only
    (M(ansible.builtin.debug), M(ansible.builtin.set_fact), M(ansible.builtin.assert) and the like) are not affected.
  - Certificates are checked by default. Nothing of the controller's surroundings counts; neither proxies of the environment
    nor C(.netrc). No redirect is followed.
requirements:
  - requests >= 2.32.0
  - requests-toolbelt >= 1.0.0
  - urllib3 >= 2.1.0
notes:
  - Set C(gather_facts=false) on the play.
  - 'M(ansible.builtin.raw) reads only: C(GET config/system_options), a path below the base path, with an optional query.
    It prints the answer as JSON. Its C(rc) is 1 when the device refused the call, the refusal is in C(stderr).'
  - O(ignore:become) is refused. Log in as a user who has the rights.
  - A failed login makes the host unreachable. A session that is lost after something was sent makes the task fail.
  - Each task logs in once and logs out at its end; the items of a loop share the session as long as their connection
    variables are the same. A session that the device has forgotten (HTTP 401) is renewed once a call.
  - A connection never has two calls under way. Hosts of a play that share a manager have a session each; C(throttle=1)
    keeps them one after the other.
  - Only calls that are safe to repeat (reads, and what a module knows to be) are tried again; after an upload has begun
    nothing is.
  - What a device says is shown without control characters, without what turns the direction of a text around, on one line, and shortened;
    passwords, cookies and tokens in it are replaced by asterisks first.
  - With C(-vvvv) each call is shown with its method, path, status and time; bodies, cookies and queries never.
options:
  host:
    description:
      - Name or address of the system.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
      - name: ansible_rest_host
  port:
    description:
      - TCP port.
    type: int
    default: 443
    vars:
      - name: ansible_port
      - name: ansible_rest_port
    env:
      - name: ANSIBLE_REST_REMOTE_PORT
    keyword:
      - name: port
    ini:
      - section: rest_connection
        key: remote_port
  remote_user:
    description:
      - User to log in as. The name of the user who runs Ansible is never used.
    type: str
    vars:
      - name: ansible_user
      - name: ansible_rest_user
    env:
      - name: ANSIBLE_REMOTE_USER
      - name: ANSIBLE_REST_REMOTE_USER
    cli:
      - name: user
    keyword:
      - name: remote_user
    ini:
      - section: defaults
        key: remote_user
      - section: rest_connection
        key: remote_user
  password:
    description:
      - Password of that user. C(-k) asks for it.
    type: str
    vars:
      - name: ansible_password
      - name: ansible_rest_password
  secondary_password:
    description:
      - Second factor, for a Citrix SD-WAN Center whose users need two.
    type: str
    vars:
      - name: ansible_rest_secondary_password
  dialect:
    description:
      - The system, if C(ansible_network_os) does not say it or must say something else; V(sdwan) for a Citrix SD-WAN appliance,
        V(sdwan_center) for a Citrix SD-WAN Center, V(cisco_ips) for the web server of a Cisco IPS sensor.
    type: str
    vars:
      - name: ansible_rest_dialect
    env:
      - name: ANSIBLE_REST_DIALECT
    ini:
      - section: rest_connection
        key: dialect
  network_os:
    description:
      - The system; V(citrix.sdwan.sdwan) or V(citrix.sdwan.center), or the name of a dialect.
    type: str
    vars:
      - name: ansible_network_os
  base_path:
    description:
      - What comes before each path, if it is not what the dialect gives (V(/sdwan/nitro/{version}/) and
        V(/sdwan_center/nitro/{version}/)). C({version}) in it is replaced by O(api_version).
    type: str
    vars:
      - name: ansible_rest_base_path
    env:
      - name: ANSIBLE_REST_BASE_PATH
    ini:
      - section: rest_connection
        key: base_path
  api_version:
    description:
      - Version of the API in the base path. By default that of the dialect (V(v1)).
    type: str
    vars:
      - name: ansible_rest_api_version
    env:
      - name: ANSIBLE_REST_API_VERSION
    ini:
      - section: rest_connection
        key: api_version
  validate_certs:
    description:
      - Whether a certificate that is not trusted, out of date or for another name is refused. Switch it off for a lab only.
    type: bool
    default: true
    vars:
      - name: ansible_rest_validate_certs
    env:
      - name: ANSIBLE_REST_VALIDATE_CERTS
    ini:
      - section: rest_connection
        key: validate_certs
  ca_path:
    description:
      - PEM file (or directory, as C(openssl rehash) makes it) of the authorities that are trusted, and no others. A
        certificate that a device made for itself may be in it.
      - By default the file C(ca.txt), else C(ca.pem), in the directory of the inventory that the host comes from, so that each
        customer's inventory has its own; where there is none, the authorities of the controller's system. Where the inventory
        is a directory prefer C(ca.txt), which Ansible does not read as inventory.
    type: path
    vars:
      - name: ansible_rest_ca_path
    env:
      - name: ANSIBLE_REST_CA_PATH
    ini:
      - section: rest_connection
        key: ca_path
  inventory_dir:
    description:
      - Where the host's inventory lies; set by Ansible. The default of O(ca_path) depends on it.
    type: str
    vars:
      - name: inventory_dir
  pin_sha256:
    description:
      - SHA-256 fingerprint of the one certificate that is accepted, with or without colons. With it neither authority
        nor name nor dates count. C(openssl x509 -noout -fingerprint -sha256) prints it.
    type: str
    vars:
      - name: ansible_rest_pin_sha256
  server_name:
    description:
      - The name that the certificate must have, if it is not that of O(host); also what is asked for (SNI).
    type: str
    vars:
      - name: ansible_rest_server_name
  tls_min_version:
    description:
      - The oldest TLS that is spoken. By default what OpenSSL on the controller allows, which is V(TLSv1.2) on current systems. Meant for
        single old devices; V(TLSv1) and V(TLSv1.1) need O(tls_ciphers) with a security level of 0, too.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    vars:
      - name: ansible_rest_tls_min_version
  tls_ciphers:
    description:
      - Ciphers in the format of C(openssl ciphers), with the security level that they need; V(DEFAULT@SECLEVEL=0) for a device with TLS 1.0, a
        1024 bit key or an MD5 signature. By default those of the controller. Meant for single old devices.
    type: str
    vars:
      - name: ansible_rest_tls_ciphers
  client_cert:
    description:
      - PEM file of a certificate that is shown to the system; the private key may be in it, too.
    type: path
    vars:
      - name: ansible_rest_client_cert
    env:
      - name: ANSIBLE_REST_CLIENT_CERT
    ini:
      - section: rest_connection
        key: client_cert
  client_key:
    description:
      - PEM file of the private key of O(client_cert).
    type: path
    vars:
      - name: ansible_rest_client_key
    env:
      - name: ANSIBLE_REST_CLIENT_KEY
    ini:
      - section: rest_connection
        key: client_key
  client_key_passphrase:
    description:
      - Passphrase of that private key.
    type: str
    vars:
      - name: ansible_rest_client_key_passphrase
  proxy:
    description:
      - Proxy to the system, as V(http://proxy.example:3128). Those of the environment are not used.
    type: str
    vars:
      - name: ansible_rest_proxy
  timeout:
    description:
      - Seconds to wait for the TCP connection.
    type: float
    default: 10
    vars:
      - name: ansible_timeout
      - name: ansible_rest_timeout
    env:
      - name: ANSIBLE_TIMEOUT
      - name: ANSIBLE_REST_TIMEOUT
    cli:
      - name: timeout
    ini:
      - section: defaults
        key: timeout
      - section: rest_connection
        key: timeout
  read_timeout:
    description:
      - Seconds of silence after which a call is given up. Calls that are known to take longer have their own limit.
    type: float
    default: 30
    vars:
      - name: ansible_command_timeout
      - name: ansible_rest_read_timeout
    env:
      - name: ANSIBLE_REST_READ_TIMEOUT
    ini:
      - section: rest_connection
        key: read_timeout
  total_timeout:
    description:
      - Seconds that a whole answer may take after the request was sent, from its status line to its last byte, however steadily it
        comes. By default ten times the seconds of silence that the call allows (O(read_timeout), or its own limit). A call
        that is known to take longer gets at least its own limit.
    type: float
    vars:
      - name: ansible_rest_total_timeout
    env:
      - name: ANSIBLE_REST_TOTAL_TIMEOUT
    ini:
      - section: rest_connection
        key: total_timeout
  retries:
    description:
      - How often a call that is safe to repeat is tried again, after a status of V(429), V(500), V(502), V(503) or V(504), a lost
        link or a spoilt answer. Silence is not tried again.
    type: int
    default: 3
    vars:
      - name: ansible_rest_retries
    env:
      - name: ANSIBLE_REST_RETRIES
    ini:
      - section: rest_connection
        key: retries
  retry_wait:
    description:
      - Seconds before the first of these tries, twice as long before each further one. C(Retry-After) in an answer wins; when
        a device asks for more than a minute it is given up.
    type: float
    default: 1
    vars:
      - name: ansible_rest_retry_wait
    env:
      - name: ANSIBLE_REST_RETRY_WAIT
    ini:
      - section: rest_connection
        key: retry_wait
"""

EXAMPLES = r"""
# group_vars/sdwan.yml: what most inventories need
#
# ansible_connection: mspplus.netsec.rest
# ansible_network_os: citrix.sdwan.sdwan
# ansible_user: ops
# ansible_password: "{{ vault_ops_password }}"
# ansible_rest_ca_path: "{{ inventory_dir }}/ca.txt"

# host_vars/branch7.yml: an appliance with the certificate that it made for itself
#
# ansible_rest_pin_sha256: "5f:0c:...:9a"

- name: One read on each appliance
  hosts: sdwan
  gather_facts: false
  tasks:
    - name: Read what it is
      ansible.builtin.raw: GET config/system_options
      register: system
      changed_when: false

    - name: Show it
      ansible.builtin.debug:
        var: system.stdout | from_json
"""

# First, before anything that an old Python does not have.
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import required  # noqa: F401  # pylint: disable=unused-import

# isort: split

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl

from ansible.errors import AnsibleError
from ansible.utils.display import Display

# Nothing further at the top: each task of another module on such a host loads this file in a process of its own, and opens nothing.
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.device_connection import (
    OURS,
    DeviceConnection,
    declare,
)

display = Display()
declare(__name__, DOCUMENTATION)


@cache
def dialects() -> Any:
    """One row a REST system that this collection has modules for."""
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.web_dialect import SENSOR
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.dialects import APPLIANCE, CENTER
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import dialect_table

    return dialect_table(APPLIANCE, CENTER, SENSOR)


@contextlib.contextmanager
def _as_ansible() -> Iterator[None]:
    """Errors of the session as those that Ansible knows too."""
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.door_errors import CAUSES, KNOWN

    try:
        yield
    except CAUSES as error:
        raise KNOWN[type(error)](str(error)) from None  # a session masks and cleans its own


class Connection(DeviceConnection):
    """One session on a REST system. A door for our actions: open, request, upload, close; see _transport/rest/api.py."""

    transport = "mspplus.netsec.rest"
    has_tty = False
    needs = ("requests", "requests-toolbelt")
    path_options = ("ca_path", "client_cert", "client_key")
    secret_options = ("password", "secondary_password", "client_key_passphrase")
    refused_because = "needs a shell, and a REST system has none"
    raw_is_for = "with `GET path` for a single read"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect = ""
        self.base_url = ""
        self._session: Any = None

    @classmethod
    def load(cls) -> ImportError | None:
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest import session, tls, upload  # noqa: F401

        dialects()
        return tls.MISSING or upload.MISSING

    @cached_property
    def dialects(self) -> Any:
        return dialects()

    @property
    def secrets(self) -> list[str]:
        """What must never be shown: also the proxy's password, the cookies and the token."""
        user, at, _host = str(self.get_option("proxy") or "").rpartition("@")
        proxy = user.rpartition(":")[2] if at else ""
        session = self._session.secrets if self._session is not None else []
        return [*super().secrets, *([proxy] if proxy else []), *session]

    def hide(self, values: Iterable[Any]) -> None:
        """Further secrets that a task is going to send; refusals that repeat them show asterisks."""
        super().hide(values)
        if self._session is not None:
            self._session.hidden = tuple(self._hidden)

    # -- the door -------------------------------------------------------------------------------------------------

    def _log_in(self) -> None:
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.login import planned
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.session import Session

        settings = planned(self.get_option, self.dialects)
        self.dialect, self.base_url = settings.system.name, settings.base_url
        display.vvv(f"ESTABLISH REST CONNECTION FOR USER: {settings.user} TO {settings.base_url}", host=self._host)
        self._session = Session(settings, lambda line: display.vvvv(f"REST {line}", host=self._host))
        self._session.hidden = tuple(self._hidden)
        with _as_ansible():
            self._session.open()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        safe: bool | None = None,
        timeout: float | None = None,
        expect_down: bool = False,
    ) -> Any:
        """One call; see RestDoor. Raises Rejected, Unreachable, Dropped, Timeout."""
        session = self._opened()
        with _as_ansible():
            return session.request(
                method, path, query=query, body=body, safe=safe, timeout=timeout, expect_down=expect_down
            )

    def upload(
        self,
        path: str,
        file: str,
        *,
        field: str,
        filename: str = "",
        query: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        progress: Callable[[int, int], None] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """A local file, streamed; see RestDoor. Raises Rejected, ApplyFailed, Unreachable, Dropped, Timeout."""
        session = self._opened()
        with _as_ansible():
            return session.upload(
                path,
                file,
                field=field,
                filename=filename,
                query=query,
                fields=fields,
                progress=progress,
                timeout=timeout,
            )

    def certificate(self) -> bytes:
        """The certificate that the system shows now, as DER. Nothing is trusted, and no user or password is sent or needed.

        Raises Unreachable, whose text names the option that would let this controller speak its TLS.
        """
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.door_errors import Unreachable
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.login_error import LoginError
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.certificate import (
            shown_certificate,
        )
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.login import front

        self._check_use()
        try:
            return shown_certificate(front(self.get_option))
        except LoginError as error:
            raise Unreachable(self.shown(f"{self._host}: {error}")) from None

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _opened(self) -> Any:
        self.open()
        if self._session is None:
            from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.door_errors import Unreachable

            raise Unreachable(f"{self._host}: there is no session")
        return self._session

    # -- what ansible.builtin.raw calls ---------------------------------------------------------------------------

    def exec_command(self, cmd: Any, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """`GET path` for ansible.builtin.raw: (1 when the device refused it, its answer as JSON, its refusal)."""
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
        from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.api import Rejected

        self._check_use(in_data)
        line = (cmd.decode() if isinstance(cmd, bytes) else str(cmd)).strip()
        words = line.split()
        if len(words) != 2 or words[0] != "GET" or not line.isprintable():
            raise AnsibleError(
                f"raw only reads here: `GET path`, as in `GET config/system_options`. Use a module of {OURS}* for changes."
            )
        path, _mark, query = words[1].partition("?")
        try:
            answer = self.request("GET", path, query=dict(parse_qsl(query, keep_blank_values=True)))
        except Rejected as refused:
            return 1, b"", f"{self.shown(refused)}\n".encode()
        except ApplyFailed as failed:
            raise AnsibleError(self.shown(failed)) from None
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, indent=2, ensure_ascii=False)
        return 0, f"{text}\n".encode(), b""
