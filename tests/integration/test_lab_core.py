# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's servers as clients see them that others wrote: asyncssh, paramiko, netmiko."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import netmiko
import paramiko
import pytest
import yaml
from integration.eventually import eventually

from lab import inventory, kinds
from lab.server import Lab, running
from lab.spec import SpecError
from lab.terminal import END, Terminal

TESTS = Path(__file__).resolve().parents[1]
SECRET = "canary-9f2c-lab"
PROMPT = "RP/0/RP0/CPU0:plain#"
TEN = "".join(f"line {number}\n" for number in range(10))

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")


class Plain:
    """The least that a kind can be: prompts, a few answers."""

    OPTIONS: ClassVar[dict[str, type]] = {}

    def __init__(self, spec: Any) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True

    async def shell(self, terminal: Terminal) -> None:
        terminal.length = 0
        while True:
            line = await terminal.readline(f"\n{PROMPT}")
            if line in ("exit", END):
                return
            if line.startswith("terminal length "):
                terminal.length = int(line.split()[-1])
            elif line == "show":
                await terminal.write(TEN)
            elif line == "show much":
                await terminal.write(TEN * 10_000)
            elif line == "crash":
                raise LookupError("a bug in a kind")


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "plain", Plain)


def device(**more: Any) -> dict[str, Any]:
    return {"name": "r1", "kind": "plain", "password": SECRET, **more}


@pytest.fixture
def r1(lab: Callable[..., Lab]) -> Lab:
    return lab(device())


def run(work: Awaitable[Any]) -> Any:
    async def there() -> Any:
        return await asyncio.wait_for(work, 60)

    return asyncio.run(there())


def login(lab: Lab, name: str = "r1", **more: Any) -> Any:
    """An asyncssh client connection (an async context manager)."""
    options: dict[str, Any] = {"username": "lab", "password": SECRET, "known_hosts": None, "client_keys": None}
    return asyncssh.connect("127.0.0.1", lab.device(name).port, config=None, agent_path=None, **{**options, **more})


async def say(connection: asyncssh.SSHClientConnection, text: str, until: int = 1) -> str:
    """Type text into a new shell; what was shown until so many prompts came, or the link was gone."""
    stdin, stdout, _stderr = await connection.open_session(term_type="vt100", request_pty=True)
    stdin.write(text)
    shown = ""
    while shown.count(PROMPT) < until:
        piece = await asyncio.wait_for(stdout.read(65536), 20)
        if not piece:
            break
        shown += piece
    return shown


async def talk(lab: Lab, text: str, until: int = 1, **more: Any) -> str:
    async with login(lab, **more) as connection:
        return await say(connection, text, until)


def events(lab: Lab, *names: str) -> list[str]:
    return [f"{entry['event']} {entry['text']}".strip() for entry in lab.journal("r1") if entry["event"] in names]


def stock(lab: Lab, name: str = "r1", **more: Any) -> Any:
    """netmiko's own IOS XR driver."""
    return netmiko.ConnectHandler(
        device_type="cisco_xr",
        host="127.0.0.1",
        port=lab.device(name).port,
        username="lab",
        password=SECRET,
        **more,
    )


# -- login ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["password", "keyboard-interactive"])
def test_each_way_to_log_in_works_alone(lab: Callable[..., Lab], way: str) -> None:
    started = lab(device(auth=[way]))
    assert "line 9\r\n" in run(talk(started, "show\n", 2, preferred_auth=way))
    assert events(started, "login") == ["login lab"]


def test_paramiko_logs_in_where_only_keyboard_interactive_is_offered(lab: Callable[..., Lab]) -> None:
    started = lab(device(auth=["keyboard-interactive"]))
    transport = paramiko.Transport(("127.0.0.1", started.device("r1").port))
    try:
        transport.start_client(timeout=20)
        with pytest.raises(paramiko.BadAuthenticationType) as caught:
            transport.auth_password("lab", SECRET, fallback=False)
        assert caught.value.allowed_types == ["keyboard-interactive"]
        transport.auth_interactive("lab", lambda title, text, prompts: [SECRET for _prompt in prompts])
        assert transport.is_authenticated()
    finally:
        transport.close()


def test_public_keys_log_in_and_others_do_not(lab: Callable[..., Lab]) -> None:
    good, bad = (asyncssh.generate_private_key("ssh-ed25519") for _key in range(2))
    started = lab(device(auth=["publickey"], authorized_keys=[good.export_public_key().decode()]))
    assert PROMPT in run(talk(started, "", client_keys=[good], password=None))
    with pytest.raises(asyncssh.PermissionDenied):
        run(talk(started, "", client_keys=[bad], password=None))
    assert events(started, "login", "login-failed") == ["login lab", "login-failed lab publickey"]


@pytest.mark.parametrize("wrong", [{"password": f"{SECRET}x"}, {"username": "root"}])
def test_a_wrong_login_is_refused_and_the_journal_holds_no_password(r1: Lab, wrong: dict[str, str]) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        run(talk(r1, "", **wrong))
    assert any(text.startswith("login-failed ") for text in events(r1, "login-failed"))
    assert SECRET not in json.dumps(r1.journal("r1"))


def test_an_old_device_offers_old_algorithms_only(lab: Callable[..., Lab]) -> None:
    started = lab(device(legacy=True))
    with pytest.raises((asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)):  # whoever gives up first
        run(talk(started, ""))
    old = stock(started)
    transport = old.remote_conn.get_transport()
    assert (transport.host_key_type, transport.local_cipher[:3]) == ("ssh-rsa", "aes")
    assert transport.local_cipher.endswith("-cbc")
    assert old.send_command("show").count("line") == 10
    old.disconnect()
    sha2_only = {"disabled_algorithms": {"keys": ["ssh-rsa"]}}
    with pytest.raises(netmiko.NetmikoTimeoutException):
        stock(started, **sha2_only)


def test_slow_login_and_a_long_way_take_their_time(lab: Callable[..., Lab]) -> None:
    started = lab(device(login_seconds=0.3, rtt_ms=40))
    begin = time.monotonic()
    assert "line 9" in run(talk(started, "show\n", 2))
    assert time.monotonic() - begin >= 0.3 + 6 * 0.040  # TCP, version, two of key exchange, service, login, channel


def test_a_command_without_a_shell_is_refused(r1: Lab) -> None:
    async def work() -> None:
        async with login(r1) as connection:
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.run("show")

    run(work())


@pytest.mark.skipif(not shutil.which("ssh"), reason="no OpenSSH client")
def test_openssh_logs_in_with_a_key_and_a_verified_host_key(lab: Callable[..., Lab], tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(tmp_path / "id"))
    (tmp_path / "id").chmod(0o600)
    started = lab(device(authorized_keys=[key.export_public_key().decode()]))
    (tmp_path / "known_hosts").write_text(started.known_hosts())
    command = ["ssh", "-F", "none", "-tt", "-i", str(tmp_path / "id"), "-p", str(started.device("r1").port)]
    for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={tmp_path / 'known_hosts'}"):
        command += ["-o", option]
    done = subprocess.run(
        [*command, "lab@127.0.0.1"], input="show\nexit\n", capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout.count("line ")) == (0, 10), done.stderr
    assert events(started, "command") == ["command show", "command exit"]


# -- shell ------------------------------------------------------------------------------------------------------------


def test_netmiko_s_stock_driver_reads(r1: Lab) -> None:
    link = stock(r1)
    assert link.send_command("show").strip() == TEN.strip()
    assert link.send_command("show much").count("line") == 100_000
    link.disconnect()
    # A device notices a moment later that its client is gone; the text is the reason, if there was one.
    eventually(lambda: len(events(r1, "disconnect")) == 1)
    assert events(r1, "connect", "login", "login-failed") == ["connect", "login lab"]


def test_what_the_client_sees_is_what_a_router_prints(r1: Lab) -> None:
    assert run(talk(r1, "show clock\nshow\n", 3)) == (
        f"\r\n{PROMPT}show clock\r\n\r\n{PROMPT}show\r\n{TEN.replace(chr(10), chr(13) + chr(10))}\r\n{PROMPT}"
    )


def test_pages_wait_for_a_key(r1: Lab) -> None:
    async def work() -> str:
        async with login(r1) as connection:
            stdin, stdout, _stderr = await connection.open_session(term_type="vt100")
            stdin.write("terminal length 5\nshow\n")
            first = await asyncio.wait_for(stdout.readuntil(" --More-- "), 20)
            stdin.write(" ")
            second = await asyncio.wait_for(stdout.readuntil(" --More-- "), 20)
            stdin.write("q")
            return str(first + second + await asyncio.wait_for(stdout.readuntil(PROMPT), 20))

    assert run(work()).count("line ") == 8
    assert events(r1, "key") == ["key space", "key q"]


def test_two_logins_have_lines_of_their_own(r1: Lab) -> None:
    async def work() -> None:
        async with login(r1) as one, login(r1) as two:
            assert "line 0" in await say(one, "show\n", 2)
            assert "line 0" in await say(two, "show\n", 2)
            assert r1.call(lambda: sorted(r1.device("r1").lines)) == [0, 1]

    run(work())
    commands = [(entry["session"], entry["text"]) for entry in r1.journal("r1") if entry["event"] == "command"]
    assert commands == [(1, "show"), (2, "show")]


def test_a_big_paste_arrives_whole(r1: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"description {number:06d} {'x' * 30}" for number in range(2000)]
    paste = "".join(f"{line}\n" for line in lines)
    begin, before = time.monotonic(), r1.call(time.thread_time)
    run(talk(r1, paste, len(lines) + 1))
    used, took = r1.call(time.thread_time) - before, time.monotonic() - begin
    assert events(r1, "command") == [f"command {line}" for line in lines]
    with capsys.disabled():
        print(
            f"\npaste of {len(paste) // 1000} kB, login included: lab CPU {used * 1e3:.1f} ms, wall {took * 1e3:.1f} ms"
        )


def test_hundreds_of_devices_serve_a_login_each(lab: Callable[..., Lab], capsys: pytest.CaptureFixture[str]) -> None:
    started = lab(device(count=200))
    gate = asyncio.Semaphore(20)

    async def one(name: str) -> str:
        async with gate, login(started, name) as connection:
            return await say(connection, "show\n", 2)

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(name) for name in started.hosts))

    before = started.call(time.thread_time)
    shown = run(all_of_them())
    used = started.call(time.thread_time) - before
    assert [text.count("line ") for text in shown] == [10] * 200
    with capsys.disabled():
        print(f"\n200 logins with one command each: lab CPU {used / 200 * 1e3:.2f} ms a login")


def test_it_listens_on_the_loopback_address_only(r1: Lab) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", r1.device("r1").port), timeout=5)


def test_an_error_in_a_kind_is_reported_and_closes_the_session(capfd: pytest.CaptureFixture[str]) -> None:
    with running({"devices": [device()]}) as started:
        assert run(talk(started, "crash\nshow\n", 9)).endswith("crash\r\n")
        assert [repr(error) for error in started.errors] == ["LookupError('a bug in a kind')"]
        assert events(started, "error") == ["error LookupError('a bug in a kind')"]
    assert "a bug in a kind" in capfd.readouterr().err


# -- faults -----------------------------------------------------------------------------------------------------------


def test_refused_before_the_first_byte_once(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "refuse", "times": 1}]))
    with pytest.raises((ConnectionResetError, asyncssh.ConnectionLost)):
        run(talk(started, ""))
    assert PROMPT in run(talk(started, ""))
    assert events(started, "fault") == ["fault refuse"]


def test_nothing_listens_until_the_fault_is_gone(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "refuse", "how": "refused"}]))
    for _attempt in range(2):
        with pytest.raises(ConnectionRefusedError):
            run(talk(started, ""))
        started.clear_faults("r1")
        assert PROMPT in run(talk(started, ""))
        started.add_fault("r1", {"name": "refuse", "how": "refused"})


def test_wrong_password_for_one_connection(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "wrong_password", "times": 1}]))
    with pytest.raises(netmiko.NetmikoAuthenticationException):
        stock(started)
    stock(started).disconnect()


def test_a_changed_host_key_is_seen_by_clients_that_look(lab: Callable[..., Lab], tmp_path: Path) -> None:
    started = lab(device(faults=[{"name": "changed_host_key", "times": 1}]))
    known = tmp_path / "known_hosts"
    known.write_text(started.known_hosts())
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        run(talk(started, "", known_hosts=str(known)))
    assert PROMPT in run(talk(started, "", known_hosts=str(known)))
    stock(started, ssh_strict=True, alt_host_keys=True, alt_key_file=str(known)).disconnect()


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ({"at": "login"}, ""),
        ({"at": "^show", "nth": 2}, f"\r\n{PROMPT}show\r\n{'LINES'}\r\n{PROMPT}show\r\n"),
        ({"at": "^show", "after_bytes": 6}, f"\r\n{PROMPT}show\r\nline 0"),
    ],
)
def test_a_drop_cuts_where_it_was_told(lab: Callable[..., Lab], fault: dict[str, Any], shown: str) -> None:
    started = lab(device(faults=[{"name": "drop", "times": 1, **fault}]))

    async def work() -> str:
        seen = ""
        try:
            async with login(started) as connection:
                stdin, stdout, _stderr = await connection.open_session(term_type="vt100")
                stdin.write("show\nshow\n")
                while True:
                    seen += await asyncio.wait_for(stdout.read(65536), 20) or "\0"
                    if seen.endswith("\0"):
                        return seen[:-1]
        except (asyncssh.ConnectionLost, asyncssh.ChannelOpenError, OSError):
            return seen

    desired = shown.replace("LINES", TEN.replace("\n", "\r\n"))
    assert run(work()) == desired
    assert "line 9" in run(talk(started, "show\n", 2))


def test_a_hanging_command_makes_stock_netmiko_time_out(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "hang", "at": "^show", "times": 1}]))
    link = stock(started)
    with pytest.raises(netmiko.ReadTimeout):
        link.send_command("show", read_timeout=0.5)
    link.remote_conn_pre.close()
    link = stock(started)
    assert link.send_command("show").strip() == TEN.strip()
    link.disconnect()


def test_truncated_and_garbled_output_still_ends_in_a_prompt(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "truncated", "at": "^show$", "after_bytes": 20, "times": 1}]))
    link = stock(started)
    assert link.send_command("show").strip() == "line 0\nline 1\nline"
    started.add_fault("r1", {"name": "garbage", "at": "^show$", "bytes": 40, "after_bytes": 8, "times": 1})
    garbled = link.send_command("show").strip()
    assert garbled.endswith("line 9")
    assert garbled != TEN.strip()
    assert link.send_command("show").strip() == TEN.strip()
    link.disconnect()


def test_a_paste_into_a_small_buffer_loses_input_and_line_by_line_does_not(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "overrun", "buffer": 1024}]))
    lines = [f"description {number:04d}" for number in range(500)]
    run(talk(started, "".join(f"{line}\n" for line in lines), 40))
    assert events(started, "fault")[:1] == ["fault overrun"]
    assert 40 <= len(events(started, "command")) < 400
    before = len(started.journal("r1"))
    link = stock(started)
    for line in lines[:20]:
        link.send_command(line)
    link.disconnect()
    received = [entry["text"] for entry in started.journal("r1")[before:] if entry["event"] in ("command", "fault")]
    assert [text for text in received if text.startswith(("desc", "overrun"))] == lines[:20]


def test_a_slow_link_delivers_everything(lab: Callable[..., Lab]) -> None:
    started = lab(device(faults=[{"name": "slow", "bytes_per_second": 500}]))
    begin = time.monotonic()
    assert run(talk(started, "show\n", 2)).count("line ") == 10
    assert time.monotonic() - begin >= 0.1


# -- life -------------------------------------------------------------------------------------------------------------


def test_a_stopped_lab_leaves_no_port_and_no_session(tmp_path: Path) -> None:
    async def work(started: Lab) -> None:
        connection = await login(started)
        await say(connection, "show\n", 2)
        started.call(lambda: None)
        held.append(connection)
        stop()
        await asyncio.wait_for(connection.wait_closed(), 20)

    held: list[Any] = []
    manager = running({"devices": [device(rtt_ms=2)]}, journal=tmp_path)
    started = manager.__enter__()
    port = started.device("r1").port

    def stop() -> None:
        manager.__exit__(None, None, None)

    run(work(started))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert started.device("r1").device.closed
    written = [json.loads(line)["event"] for line in (tmp_path / "r1.jsonl").read_text().splitlines()]
    assert written[:3] == ["connect", "login", "command"]
    assert written[-1] == "disconnect"


def test_a_taken_port_is_named_and_nothing_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(SpecError, match=rf"^device r2: port {port}: Address already in use$"),
            running({"devices": [device(), device(name="r2", port=port)]}),
        ):
            pass


def test_the_lab_shares_no_code_with_the_collection() -> None:
    for path in (TESTS / "lab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if "plugins" in name or "ansible" in name], path


SPEC = f"devices: [{{name: edge1, kind: iosxr, count: 2, password: {SECRET}}}]"


def test_the_inventory_allows_old_algorithms_for_old_devices_only(lab: Callable[..., Lab]) -> None:
    started = lab(device(), device(name="old", legacy=True))
    hosts = inventory.content(started, Path("known_hosts"))["all"]["children"]["plain"]["hosts"]
    allowed = {name: facts.get("ansible_netmiko_legacy_algorithms") for name, facts in hosts.items()}
    assert allowed == {"r1": None, "old": True}


def up(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(TESTS / "lab"), "up", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_command_line_starts_tells_and_stops(tmp_path: Path, stop: signal.Signals) -> None:
    (tmp_path / "spec.yml").write_text(SPEC)
    places = {name: str(tmp_path / name) for name in ("journal", "state")}
    keys = []
    for _start in range(2):
        hosts_file = tmp_path / "inv" / "hosts.yml"
        options = [word for name, place in places.items() for word in (f"--{name}", place)]
        process = up(str(tmp_path / "spec.yml"), "--inventory", str(hosts_file), *options)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "lab ready\n"
            group = yaml.safe_load(hosts_file.read_text())["all"]["children"]["iosxr"]
            assert sorted(group["hosts"]) == ["edge1", "edge2"]
            known = tmp_path / "inv" / group["vars"]["ansible_netmiko_known_hosts"].removeprefix("{{ inventory_dir }}/")
            keys.append([line.split()[1:] for line in known.read_text().splitlines()])
            host = group["hosts"]["edge2"]
            netmiko.ConnectHandler(
                device_type="cisco_xr",
                host=group["vars"]["ansible_host"],
                port=host["ansible_port"],
                username=host["ansible_user"],
                password=host["ansible_password"],
                ssh_strict=True,
                alt_host_keys=True,
                alt_key_file=str(known),
            ).disconnect()
        finally:
            process.send_signal(stop)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")
    assert keys[0] == keys[1]
    assert SECRET not in (tmp_path / "journal" / "edge2.jsonl").read_text()
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "state").iterdir()} == {0}


def test_the_command_line_says_everything_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "spec.yml").write_text("devices: [{name: a b, kind: iosxr}, {name: c, kind: toaster, faults: [melt]}]")
    out, err = (process := up(str(tmp_path / "spec.yml"))).communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert [re.sub(r" \(known: .*\)", "", line) for line in err.splitlines()] == [
        "lab: device a b: name 'a b' is not a host name",
        "lab: device c: unknown kind 'toaster'",
        "lab: device c: unknown fault 'melt'",
    ]
