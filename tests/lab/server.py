# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab: devices that listen on loopback addresses and speak SSH or HTTPS, in one asyncio process or in a thread of a test."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import resource
import socket
import struct
import sys
import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import asyncssh

from . import kinds
from .certificates import Authority
from .journal import Journal
from .ports import Port
from .spec import DeviceSpec, SpecError, load
from .terminal import Hangup, Terminal

if TYPE_CHECKING:
    from .https import Https

T = TypeVar("T")

# Common and cheap: a handshake with post-quantum keys costs several times as much, and so does ChaCha20 in Python.
MODERN: dict[str, Any] = {
    "kex_algs": ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"],
    "encryption_algs": ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr"],
    "mac_algs": ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
}
# What routers and sensors of the early 2010s offer, and nothing else.
LEGACY: dict[str, Any] = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes256-cbc", "aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
}


class Device(Protocol):
    """What an SSH kind provides: one object a device, however many logins it gets. REST kinds: https.RestDevice.

    One that works by itself has a method started() too, called in the lab's loop when its port is bound. One that speaks both
    SSH and HTTPS has routes() and an attribute `https_port` (0: any free one; the lab writes there which it is). One that reboots has
    `powered` and `on_power`: the lab puts a function there, and the device calls it when `powered` changes. False: nothing listens,
    every connection is cut. `state_dir` gets the directory in which the lab keeps what a second run is to show again, or None.
    """

    async def shell(self, terminal: Terminal) -> None:
        """One login, banner to exit; the connection closes when it returns."""

    async def close(self) -> None:
        """The lab stops: cancel timers, release files."""


class Host:
    """A device in its place: port, key, journal, the logins under way."""

    def __init__(
        self, spec: DeviceSpec, journal_dir: Path | None, state_dir: Path | None, authority: Authority
    ) -> None:
        self.spec, self.name = spec, spec.name
        self.journal = Journal(spec.name, journal_dir)
        self.errors: list[BaseException] = []
        spec.faults.on_fire = lambda name, text, session, mode: self.journal.add(
            "fault", f"{name} {text}".rstrip(), session, mode
        )
        try:
            self.device: Any = kinds.kind(spec.kind)(spec)
        except ValueError as error:
            raise SpecError([f"device {spec.name}: {error}"]) from error
        if hasattr(self.device, "state_dir"):
            self.device.state_dir = state_dir
        self.https: Https | None = None
        if hasattr(self.device, "routes"):
            from .https import Https  # here: most labs have no such device, and aiohttp takes a while to load

            self.https = Https(spec, self.device, self.journal, authority, self.errors.append)
        ssh = hasattr(self.device, "shell")
        self.host_key: Any = _host_key(spec, state_dir) if ssh else None
        self.authorized = [asyncssh.import_public_key(line) for line in spec.authorized_keys]
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.lines: set[int] = set()  # vty numbers in use
        self._sessions = 0
        self._options: dict[bool, asyncssh.SSHServerConnectionOptions] = {}
        self._port = Port(spec.name, self._first_door)
        self._second = Port(spec.name, self._second_door) if ssh and self.https else None
        self._wires: set[asyncio.Transport] = set()  # of delayed links

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.spec.port

    @property
    def known_hosts_line(self) -> str:
        """What a known_hosts file needs to hold for this device; nothing for one that speaks HTTPS."""
        if self.host_key is None:
            return ""
        return f"[{self.spec.address}]:{self.port} {self.host_key.export_public_key().decode().strip()}"

    # -- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bind and listen; OSError when a port is taken."""
        self.spec.port = self._port.bind(self.spec.address, self.spec.port)
        if self._second:
            self.device.https_port = self._second.bind(self.spec.address, self.device.https_port)
        self.spec.faults.on_change = self._listen
        if hasattr(self.device, "on_power"):
            self.device.on_power = self._power
        self._listen()
        started = getattr(self.device, "started", None)
        if started:
            started()

    def _listen(self) -> None:
        """Listen, or while `refuse: {how: refused}` is armed or the device is off, keep the port without listening."""
        fault = self.spec.faults.peek("refuse")
        powered = getattr(self.device, "powered", True)
        self._port.listen(powered and not (fault and fault["how"] == "refused"))
        if self._second:
            self._second.listen(powered and getattr(self.device, "https_listens", True))

    def _power(self) -> None:
        """The device went off or came back."""
        self._listen()
        if self.device.powered:
            return
        for connection in list(self.connections):
            transport = connection._transport  # asyncssh has no public way to close without a goodbye
            if transport:
                transport.close()
        if self.https:
            self.https.cut()

    async def stop(self) -> None:
        """Close everything; returns when nothing of it runs any more."""
        for port in (self._port, self._second):
            if port:
                port.close()
        for connection in list(self.connections):
            connection.abort()
        for wire in self._wires:
            wire.close()
        for task in list(self.tasks):
            task.cancel()
        closed = [connection.wait_closed() for connection in list(self.connections)]
        await asyncio.gather(*self.tasks, *closed, return_exceptions=True)
        if self.https:
            await self.https.stop()
        await self.device.close()
        self.journal.close()

    # -- connections --------------------------------------------------------------------------------------------------

    def _first_door(self, connection: socket.socket) -> None:
        if self.spec.faults.active("refuse"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return
        self.spawn(self._serve(connection, second=self.host_key is None))

    def _second_door(self, connection: socket.socket) -> None:
        self.spawn(self._serve(connection, second=True))

    def spawn(self, work: Any) -> None:
        """Run a coroutine that ends with the device."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, connection: socket.socket, second: bool) -> None:
        """second: it is the HTTPS side of the device."""
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.spec.rtt_ms:
            connection = await _delayed(connection, self.spec.rtt_ms / 2000, self._wires)
        if second and self.https:
            await self.https.serve(connection)
            return
        options = self._ssh_options(changed=bool(self.spec.faults.active("changed_host_key")))
        await loop.connect_accepted_socket(lambda: _Connection(loop, options), connection)

    def _ssh_options(self, changed: bool) -> asyncssh.SSHServerConnectionOptions:
        if changed not in self._options:
            legacy = self.spec.legacy
            key = _new_key(legacy) if changed else self.host_key
            options = asyncssh.SSHServerConnectionOptions(
                server_factory=lambda: _Login(self),
                server_host_keys=[key],
                encoding=None,
                line_editor=False,
                compression_algs=["none"],
                agent_forwarding=False,
                login_timeout=120,
                **(LEGACY if legacy else MODERN),
            )
            if legacy:  # asyncssh would offer the key with SHA-2 signatures too
                options.server_host_keys = OrderedDict({b"ssh-rsa": options.server_host_keys[b"ssh-rsa"]})
            self._options[changed] = options
        return self._options[changed]

    def next_session(self) -> int:
        """The number of a new connection in the journal, from 1."""
        self._sessions += 1
        return self._sessions

    async def run_shell(self, terminal: Terminal) -> None:
        """One login of the device; an error in the kind's code is reported, never silent."""
        try:
            await terminal.login_faults()
            await self.device.shell(terminal)
            await terminal.flush()
        except Hangup:
            pass
        except Exception as error:
            self.errors.append(error)
            self.journal.add("error", repr(error), terminal.session, terminal.mode)
            sys.stderr.write(f"lab: {self.name}: the device's shell failed\n{traceback.format_exc()}")
            await terminal.flush()


class _Connection(asyncssh.SSHServerConnection):
    """As OpenSSH and routers do, it accepts the service request that paramiko repeats before each way to log in."""

    @property
    def _next_service(self) -> bytes | None:
        return None if self._auth_complete else b"ssh-userauth"

    @_next_service.setter
    def _next_service(self, service: bytes | None) -> None:
        """What asyncssh expects next follows from the state of the authentication alone."""


class _Login(asyncssh.SSHServer):
    """Authentication of one connection, and its entries in the journal."""

    def __init__(self, host: Host) -> None:
        self.host, self.session, self.username, self.refused = host, host.next_session(), "", False
        self.ways = host.spec.auth

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn
        self.host.connections.add(conn)
        self._note("connect", "")

    def connection_lost(self, exc: Exception | None) -> None:
        self.host.connections.discard(self.connection)
        self._note("disconnect", str(exc or ""))

    def _note(self, event: str, text: str) -> None:
        self.host.journal.add(event, text, self.session, "login")

    async def begin_auth(self, username: str) -> bool:
        self.username = username
        if self.host.spec.login_seconds:
            await asyncio.sleep(self.host.spec.login_seconds)
        fault = self.host.spec.faults.active("wrong_password", username, session=self.session, mode="login")
        self.refused = fault is not None
        return True

    def auth_completed(self) -> None:
        self._note("login", self.username)

    def password_auth_supported(self) -> bool:
        return "password" in self.ways

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self.ways

    def public_key_auth_supported(self) -> bool:
        return "publickey" in self.ways and bool(self.host.authorized)

    def validate_password(self, username: str, password: str) -> bool:
        return self._judge("password", username, password == self.host.spec.password)

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "en", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return self._judge("keyboard-interactive", username, list(responses) == [self.host.spec.password])

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._judge("publickey", username, key in self.host.authorized)

    def _judge(self, way: str, username: str, right: bool) -> bool:
        right = right and username == self.host.spec.username and not self.refused
        if not right:
            self._note("login-failed", f"{username} {way}")
        return right

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self.host, self)


class _Session(asyncssh.SSHServerSession[bytes]):
    """One channel: bytes to and from a Terminal."""

    def __init__(self, host: Host, login: _Login) -> None:
        self.host, self.login = host, login
        self.line = next(number for number in range(len(host.lines) + 1) if number not in host.lines)

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self.channel = chan
        self.host.lines.add(self.line)
        self.terminal = Terminal(
            self._send,
            self._cut,
            self.host.journal,
            self.host.spec.faults,
            username=self.login.username,
            vty=f"vty{self.line}",
            session=self.login.session,
        )

    def pty_requested(self, term_type: str, term_size: tuple[int, ...], term_modes: Mapping[int, int]) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self.host.spawn(self._run())

    async def _run(self) -> None:
        await self.host.run_shell(self.terminal)
        await asyncio.sleep(0)  # a client that left without waiting is noticed now
        if not self.channel.is_closing():
            self.channel.exit(0)
            with contextlib.suppress(
                TimeoutError
            ):  # clients leave by themselves; a goodbye before that confuses OpenSSH
                await asyncio.wait_for(self.login.connection.wait_closed(), 1)
            self.login.connection.close()

    def _send(self, data: bytes) -> None:
        if not self.channel.is_closing():
            self.channel.write(data)

    def _cut(self) -> None:
        """As when a cable is pulled, but what was sent before it still arrives."""
        transport = self.login.connection._transport  # asyncssh has no public way to close without a goodbye
        if transport:
            transport.close()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self.terminal.feed(data)

    def eof_received(self) -> bool:
        self.terminal.eof()
        return True

    def break_received(self, msec: int) -> bool:
        return True

    def pause_writing(self) -> None:
        self.terminal.writable(False)

    def resume_writing(self) -> None:
        self.terminal.writable(True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.host.lines.discard(self.line)
        self.terminal.lost()


class _Delay(asyncio.Protocol):
    """One end of a wire that is `delay` seconds long; order is kept."""

    def __init__(self, delay: float, wires: set[asyncio.Transport]) -> None:
        self.delay, self.wires, self.peer, self.transport = delay, wires, self, asyncio.Transport()
        self._under_way: deque[bytes | None] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.wires.add(self.transport)

    def data_received(self, data: bytes) -> None:
        self._pass_on(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.wires.discard(self.transport)
        self._pass_on(None)

    def _pass_on(self, data: bytes | None) -> None:
        self._under_way.append(data)
        asyncio.get_running_loop().call_later(self.delay, self._arrive)

    def _arrive(self) -> None:
        data = self._under_way.popleft()
        if data is None:
            self.peer.transport.close()
        elif not self.peer.transport.is_closing():
            self.peer.transport.write(data)


async def _delayed(connection: socket.socket, delay: float, wires: set[asyncio.Transport]) -> socket.socket:
    """The far end of a wire of that length (seconds, one way) to an accepted connection."""
    loop = asyncio.get_running_loop()
    inner, outer = socket.socketpair()
    near, far = _Delay(delay, wires), _Delay(delay, wires)
    near.peer, far.peer = far, near
    await asyncio.sleep(2 * delay)  # the TCP handshake
    await loop.connect_accepted_socket(lambda: far, inner)
    await loop.connect_accepted_socket(lambda: near, connection)
    outer.setblocking(False)
    return outer


def _new_key(legacy: bool) -> asyncssh.SSHKey:
    return (
        asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        if legacy
        else asyncssh.generate_private_key("ssh-ed25519")
    )


def _host_key(spec: DeviceSpec, state_dir: Path | None) -> asyncssh.SSHKey:
    """A new key, or with a state directory the one of the last run."""
    if state_dir is None:
        return _new_key(spec.legacy)
    path = state_dir / f"{spec.name}.{'rsa' if spec.legacy else 'ed25519'}.key"
    if path.exists():
        try:
            return asyncssh.read_private_key(path)
        except (asyncssh.KeyImportError, OSError) as error:
            raise SpecError([f"device {spec.name}: {path}: {error}"]) from error
    key = _new_key(spec.legacy)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return key


class Lab:
    """All devices of a specification: ``async with Lab(spec) as lab``. spec: file name, mapping, or loaded devices.

    Raises SpecError before anything listens, OSError-like SpecError when ports are taken.
    """

    def __init__(
        self,
        spec: str | Path | Mapping[str, Any] | list[DeviceSpec],
        *,
        journal: Path | None = None,
        state: Path | None = None,
    ) -> None:
        specs = spec if isinstance(spec, list) else load(spec)
        for directory in (journal, state):
            if directory:
                directory.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(state)
        self.hosts = {item.name: Host(item, journal, state, self.authority) for item in specs}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    async def __aenter__(self) -> Lab:
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        _many_files(4 * len(self.hosts) + 1024)
        problems = []
        # Fixed ports first: a free port must not be one that another device of the specification asked for.
        for host in sorted(self.hosts.values(), key=lambda item: item.port == 0):
            try:
                host.start()
            except OSError as error:
                problems.append(f"device {host.name}: port {host.port}: {error.strerror}")
        if problems:
            await self.stop()
            raise SpecError(problems)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop every device."""
        await asyncio.gather(*(host.stop() for host in self.hosts.values()))

    def device(self, name: str) -> Host:
        """A device by name: `.port`, `.spec`, `.host_key`, `.https` (None for SSH), `.device` (the kind's object)."""
        return self.hosts[name]

    def journal(self, name: str) -> list[dict[str, Any]]:
        """What the device has received so far."""
        return list(self.hosts[name].journal.entries)

    def add_fault(self, name: str, fault: Mapping[str, Any] | str) -> None:
        """Arm a fault while the lab runs."""
        self.call(lambda: self.hosts[name].spec.faults.add(fault))

    def clear_faults(self, name: str) -> None:
        """Take all faults of a device away."""
        self.call(self.hosts[name].spec.faults.clear)

    def call(self, work: Callable[[], T], timeout: float = 30.0) -> T:
        """Run work in the lab's thread, return what it returns; its coroutine is awaited (except in that thread)."""
        if self._loop is None:
            raise RuntimeError("the lab does not run")
        if threading.get_ident() == self._thread:
            return work()

        async def there() -> T:
            value = work()
            return await value if inspect.isawaitable(value) else value

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(timeout)

    def known_hosts(self) -> str:
        """Text of a known_hosts file for all devices."""
        return "".join(f"{host.known_hosts_line}\n" for host in self.hosts.values() if host.known_hosts_line)

    def ca_pem(self) -> str:
        """The authority that signs the certificates of REST devices, in PEM."""
        return self.authority.pem

    @property
    def errors(self) -> list[BaseException]:
        """Errors in the code of kinds; a test should see none."""
        return [error for host in self.hosts.values() for error in host.errors]


@contextlib.contextmanager
def running(
    spec: str | Path | Mapping[str, Any] | list[DeviceSpec], *, journal: Path | None = None, state: Path | None = None
) -> Iterator[Lab]:
    """A lab in a thread of its own, stopped at the end of the block."""
    lab = Lab(spec, journal=journal, state=state)
    ready: Future[None] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def live() -> None:
        try:
            async with lab:
                ready.set_result(None)
                await stop.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(live())

    thread = threading.Thread(target=work, name="lab", daemon=True)
    thread.start()
    try:
        ready.result(60)
        yield lab
    finally:
        with contextlib.suppress(RuntimeError):  # it did not start: the loop is closed already
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)


def _many_files(wanted: int) -> None:
    """Hundreds of devices need more file descriptors than the usual soft limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted and soft != resource.RLIM_INFINITY:
        ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, ceiling), hard))
