# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The netmiko connection against SSH servers: every way to log in, every way to fail, what passes through it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from integration.eventually import eventually
from integration.ssh_system import PASSWORD, USER, Shell, answer, door_to, edge, refused

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures
from lab import kinds

MODERN_PARAMIKO = int(paramiko.__version__.split(".")[0]) > 3


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "shell", Shell)
    # Nothing of the one who runs the tests may help or hurt.
    for name in list(os.environ):
        if name.startswith("ANSIBLE_") or name == "SSH_AUTH_SOCK":
            monkeypatch.delenv(name)


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`login(lab, "edge1", **options)`: a connection that is not open yet, and knows the lab's host keys."""
    doors: list[Any] = []

    def make(lab: Any, *arguments: str, **options: Any) -> Any:
        doors.append(door_to(lab, tmp_path, *arguments, **options))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


# -- logging in -------------------------------------------------------------------------------------------------------


def test_a_login_finds_the_prompt_and_quiets_the_terminal(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    door.open()
    assert (door.base_prompt, door.platform, door.connected) == ("RP/0/RP0/CPU0:edge1", "cisco_xr", True)
    assert "answer to show clock: né 日本" in answer(door)
    door.close()
    door.close()
    sent = [entry["text"] for entry in running.journal("edge1") if entry["event"] == "command"]
    assert sent == ["terminal length 0", "terminal width 511", "show clock"]
    assert [entry["event"] for entry in running.journal("edge1")].count("login") == 1


def test_other_platforms_are_prepared_by_netmiko(lab, login):
    door = login(lab(edge(prompt="ops@box:~$ ")), network_os=None, platform="linux")
    door.open()
    assert (door.base_prompt, door.platform) == ("ops@box:~", "linux")
    assert door.exec_command("show clock") == (0, "answer to show clock: né 日本\n".encode(), b"")


def test_a_long_prompt_is_cut_as_the_router_cuts_it_in_configuration_mode(lab, login):
    door = login(lab(edge(prompt="RP/0/RSP0/CPU0:a-very-long-host-name-of-a-router#")))
    door.open()
    assert door.base_prompt == "RP/0/RSP0/CPU0:a-very-long-host-name-of-a-router"[:31]


def test_keyboard_interactive_alone_is_enough(lab, login):
    door = login(lab(edge(auth=["keyboard-interactive"])))
    door.open()
    assert door.connected
    assert door.base_prompt.endswith("edge1")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "CANARY-phrase", "-f", path], check=True)
    return path


def test_private_keys_from_a_file_and_from_a_variable(lab, login, key):
    running = lab(edge(auth=["publickey"], authorized_keys=[Path(f"{key}.pub").read_text().strip()]))
    phrase = {"password": None, "private_key_passphrase": "CANARY-phrase"}
    for given in ({"private_key_file": str(key)}, {"private_key": key.read_text().strip()}):
        door = login(running, **given, **phrase)
        door.open()
        assert door.connected


def test_each_trouble_with_a_private_key_is_its_own(lab, login, key, tmp_path):
    running = lab(edge())
    missing = refused(login(running, private_key_file=str(tmp_path / "none")))
    assert "cannot be read: No such file" in missing
    assert "is encrypted: set ansible_private_key_passphrase" in refused(login(running, private_key_file=str(key)))
    wrong = refused(login(running, private_key_file=str(key), private_key_passphrase="CANARY-no"))
    assert "passphrase is wrong" in wrong
    assert "cannot read" in refused(login(running, private_key="CANARY-not-a-key"))


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As AWX runs ansible-playbook: a key in an agent, the agent in the environment."""
    path = tmp_path / "agent-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    sock = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL) as process:
        try:
            eventually(sock.exists)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(sock))
            subprocess.run(["ssh-add", "-q", path], check=True)
            yield path
        finally:
            process.terminate()


def test_the_agent_is_asked_when_nothing_else_is_given_or_when_allowed(lab, login, agent):
    running = lab(edge(auth=["publickey"], authorized_keys=[Path(f"{agent}.pub").read_text().strip()]))
    login(running, password=None).open()
    login(running, allow_agent=True).open()
    assert "tried: password" in refused(login(running))
    assert "nothing" in refused(login(running, password=None, allow_agent=False))


def test_a_user_is_never_taken_from_the_environment(lab, login):
    assert "set ansible_user" in refused(login(lab(edge()), remote_user=None))


# -- how logins fail --------------------------------------------------------------------------------------------------


def test_a_wrong_password(lab, login):
    text = refused(login(lab(edge()), password="CANARY-wrong"))
    assert "authentication of user ops failed; tried: password" in text


def test_a_method_that_the_device_does_not_take(lab, login, key):
    running = lab(edge(auth=["publickey"], authorized_keys=[Path(f"{key}.pub").read_text().strip()]))
    assert "the device accepts publickey" in refused(login(running))


@pytest.mark.parametrize(("how", "said"), [("refused", "connection refused"), ("closed", "hung up during the login")])
def test_a_port_that_refuses(lab, login, how, said):
    assert said in refused(login(lab(edge(faults=[{"name": "refuse", "how": how}]))))


def test_a_name_that_does_not_resolve(lab, login):
    running = lab(edge())
    assert "cannot be resolved" in refused(login(running, host="no-such-device.invalid"))
    assert "cannot be resolved" in refused(login(running, host="a" * 70 + ".invalid"))
    assert "blank or a control character" in refused(login(running, host="edge1\nHost *"))


def test_a_port_that_is_silent(lab, login):
    async def silent(_reader: Any, writer: Any) -> None:
        await asyncio.sleep(3)
        writer.close()

    running = lab(edge())
    server = running.call(lambda: asyncio.start_server(silent, "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]
    assert "no SSH banner" in refused(login(running, port=port, banner_timeout=0.3))
    running.call(server.close)


def test_an_unknown_host_key_is_refused_and_the_message_says_how_to_accept_it(lab, login, tmp_path):
    running = lab(edge())
    missing = tmp_path / "none"
    text = refused(login(running, known_hosts=str(missing)))
    port = running.device("edge1").port
    print_of_key = running.device("edge1").host_key.get_fingerprint()
    assert f"host key is unknown: the device shows the ssh-ed25519 key {print_of_key}, {missing} has none" in text
    remedy = f"ssh-keyscan -p {port} 127.0.0.1 >> {missing}"
    assert text.index(remedy) < text.index("host_key_checking: false")
    subprocess.run(f"{remedy} 2>/dev/null", shell=True, check=True)
    login(running, known_hosts=str(missing)).open()


def test_a_changed_host_key_is_refused(lab, login):
    running = lab(edge(faults=["changed_host_key"]))
    text = refused(login(running))
    assert "host key has CHANGED" in text
    assert "ssh-keygen -f" in text
    login(running, host_key_checking=False).open()


def test_a_revoked_host_key_is_refused(lab, login, tmp_path):
    running = lab(edge())
    (tmp_path / "kh").write_text("".join(f"@revoked {line}\n{line}\n" for line in running.known_hosts().splitlines()))
    assert "is revoked" in refused(login(running, known_hosts=str(tmp_path / "kh")))


def test_a_device_with_several_host_keys_is_asked_for_the_one_that_is_known(lab, login, tmp_path):
    running = lab(edge())
    keys = [asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ssh-rsa")]
    server = running.call(lambda: asyncssh.listen("127.0.0.1", 0, server_host_keys=keys, server_factory=Jump))
    port = server.get_port()
    for number, key in enumerate(keys):
        file = tmp_path / f"known_{number}"
        file.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
        assert "authentication of user ops failed" in refused(login(running, port=port, known_hosts=str(file)))
    running.call(server.close)


def test_without_a_known_hosts_file_nothing_is_trusted(lab, login, tmp_path):
    running = lab(edge())
    assert "Set ansible_netmiko_known_hosts" in refused(login(running, known_hosts=None))
    assert f"{tmp_path}/inv/known_hosts.txt has none" in refused(
        login(running, known_hosts=None, inventory_dir=f"{tmp_path}/inv")
    )
    login(running, known_hosts=None, inventory_dir=str(tmp_path)).open()


def test_old_algorithms_need_the_switch(lab, login):
    running = lab(edge(legacy=True))
    text = refused(login(running))
    assert "no common key exchange: the device offers diffie-hellman-group14-sha1;" in text
    assert "ansible_netmiko_legacy_algorithms: true" in text
    old = login(running, legacy_algorithms=True)
    if MODERN_PARAMIKO:
        assert "install paramiko < 5" in refused(old)
    else:
        old.open()


def test_a_platform_that_is_unknown_or_missing(lab, login):
    running = lab(edge())
    assert "near: cisco.iosxr.iosxr" in refused(login(running, network_os="cisco.iosxr.iosx"))
    assert "set ansible_network_os" in refused(login(running, network_os=None))


def test_no_prompt(lab, login):
    running = lab(edge(prompt="Username: "))
    text = refused(login(running, read_timeout=1.0))
    assert "no prompt of platform cisco_xr" in text
    assert "Username:" in text


def test_a_session_that_hangs_at_the_login(lab, login):
    text = refused(login(lab(edge(faults=[{"name": "hang", "at": "login"}])), read_timeout=0.3))
    assert "no prompt" in text


def test_a_session_that_is_cut_at_the_login(lab, login):
    text = refused(login(lab(edge(faults=[{"name": "drop", "at": "login"}]))))
    assert "closed the session" in text
    assert "during the login" in text


def test_a_session_log_that_cannot_be_written(lab, login, tmp_path):
    assert "is not written: No such file" in refused(login(lab(edge()), session_log=str(tmp_path / "no" / "log")))


# -- an open session --------------------------------------------------------------------------------------------------


def test_a_session_that_is_cut_in_the_middle_can_be_opened_anew(lab, login):
    door = login(lab(edge(faults=[{"name": "drop", "at": "^show secret", "times": 1}])))
    door.open()
    with pytest.raises(failures.Dropped, match="closed the session unexpectedly") as caught:
        answer(door, "show secret")
    assert isinstance(caught.value, AnsibleConnectionFailure)
    with pytest.raises(failures.Dropped):
        door.send("show clock\n")
    door.open()
    assert "answer to show clock" in answer(door)


def test_silence_has_its_limit_and_leaves_the_session_open(lab, login):
    door = login(lab(edge()), read_timeout=60)
    door.open()
    before = time.monotonic()
    with pytest.raises(failures.Timeout, match=r"nothing came for 0.2 s.*ansible_netmiko_read_timeout"):
        door.receive(0.2)
    assert time.monotonic() - before < 30
    assert "answer" in answer(door)


def test_characters_survive_however_the_network_cuts_them(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    running.add_fault("edge1", {"name": "slow", "bytes_per_second": 2000})
    assert "né 日本" in answer(door)


def test_the_session_log_holds_everything_but_secrets(lab, login, tmp_path):
    log = tmp_path / "session.log"
    door = login(lab(edge()), session_log=str(log))
    door.open()
    door.hide(["CANARY-licence", ""])
    answer(door, f"show {PASSWORD} and CANARY-licence")
    door.close()
    text = log.read_text()
    assert "answer to show ******** and ********" in text
    assert "CANARY" not in text
    assert log.stat().st_mode & 0o077 == 0
    assert set(door.secrets) == {PASSWORD, "CANARY-licence"}


# -- raw, and nothing else --------------------------------------------------------------------------------------------


def test_raw_gives_the_answer_without_echo_and_prompt(lab, login):
    door = login(lab(edge()), action="ansible.builtin.raw")
    assert door.exec_command("show clock") == (0, "answer to show clock: né 日本\n".encode(), b"")
    code, output, error = door.exec_command(b"nonsense\n")
    assert (code, error) == (1, b"% Invalid input detected at '^' marker.")
    assert error in output


@pytest.mark.parametrize(
    "said",
    [
        "missing mandatory argument",
        "invalid value 'x' for port",
        "syntax error, expecting <command>.",
        "error: no such FPC",
    ],
)
def test_raw_knows_the_refusals_of_the_system_that_it_speaks_to(lab, login, said):
    running = lab(edge(prompt="ops@edge1>"))
    door = login(running, action="raw", network_os="junipernetworks.junos.junos")
    assert door.exec_command(f"say {said}") == (1, f"{said}\n".encode(), said.encode())
    assert door.exec_command("say Total errors: 0, missing: 0") == (0, b"Total errors: 0, missing: 0\n", b"")


def test_raw_that_a_firewall_refuses(lab, login):
    door = login(lab({"name": "edge1", "kind": "srx", **USER}), action="raw", network_os="junos")
    code, _output, error = door.exec_command("show security flow session protocol nonsense")
    assert (code, error) == (1, b"invalid value: nonsense")
    assert door.exec_command("show security flow session summary")[::2] == (0, b"")


@pytest.mark.parametrize("line", ["show a\nshow b", "show a\rx", "show\x00", "show\x1b[A", "", "  ", "show\x7f"])
def test_raw_sends_one_line_and_no_control_characters(lab, login, line):
    running = lab(edge())
    with pytest.raises(AnsibleError, match="exactly one line"):
        login(running, action="raw").exec_command(line)
    assert running.journal("edge1") == []


def test_raw_that_meets_a_question_fails_and_hangs_up(lab, login):
    door = login(lab(edge()), action="raw", read_timeout=1.0)
    with pytest.raises(AnsibleError, match="raw answers no questions") as caught:
        door.exec_command("ask")
    assert not isinstance(caught.value, AnsibleConnectionFailure), "something was sent: the task failed"
    assert not door.connected


@pytest.mark.parametrize(
    "action", ["ansible.builtin.command", "gather_facts", "cisco.iosxr.iosxr_command", "iosxr_span"]
)
def test_other_actions_are_refused_before_a_connection(lab, login, action):
    running = lab(edge())
    door = login(running, action=action)
    for touch in (
        door.open,
        door._connect,
        lambda: door.exec_command("id"),
        lambda: door.put_file("a", "b"),
        lambda: door.fetch_file("a", "b"),
    ):
        with pytest.raises(AnsibleError, match=r"mspplus.netsec.\* and ansible.builtin.raw only") as caught:
            touch()
        assert ("gather_facts: false" in str(caught.value)) is (action == "gather_facts")
    assert running.journal("edge1") == []


def test_our_actions_may_be_written_short_where_the_collection_is_searched(lab, login):
    door = login(lab(edge()), action="iosxr_span")
    door.set_options(
        task_keys={"action": "iosxr_span", "collections": ["mspplus.netsec"]},
        direct={name: door.get_option(name) for name in door.get_options()},
    )
    door.open()
    assert door.connected


def test_options_that_change_between_items_of_a_loop_open_a_new_session(lab, login):
    running = lab(edge(), {**edge(), "name": "edge2"})
    door = login(running)
    door.open()
    options = {name: door.get_option(name) for name in door.get_options()}
    door.set_options(direct=options)
    assert door.connected
    door.set_options(direct={**options, "port": running.device("edge2").port})
    assert not door.connected
    door.open()
    assert door.base_prompt.endswith("edge2")


# -- the way there ----------------------------------------------------------------------------------------------------


class Jump(asyncssh.SSHServer):
    """A jump host: lets one user in, and through to anywhere."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("hop", "CANARY-jump")

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return True


@pytest.fixture
def jump(lab, tmp_path) -> Iterator[Callable[..., tuple[Any, str]]]:
    """`jump(hops)`: a lab with edge1 behind that many jump hosts, and an ssh_config file."""
    servers: list[tuple[Any, Any]] = []

    def make(hops: int) -> tuple[Any, str]:
        running = lab(edge())
        known, config, names = [running.known_hosts()], [], []
        for number in range(hops):
            key = asyncssh.generate_private_key("ssh-ed25519")
            server = running.call(
                lambda key=key: asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=Jump)
            )
            servers.append((running, server))
            known.append(f"[127.0.0.1]:{server.get_port()} {key.export_public_key().decode()}")
            names.append(f"jump{number}")
            config.append(f"Host jump{number}\n HostName 127.0.0.1\n User hop\n Port {server.get_port()}\n")
        port = running.device("edge1").port
        config.append(f"Host behind\n HostName 127.0.0.1\n Port {port}\n ProxyJump {','.join(names)}\n")
        (tmp_path / "known_hosts.txt").write_text("".join(known))
        (tmp_path / "ssh_config").write_text("".join(config))
        return running, str(tmp_path / "ssh_config")

    yield make
    for running, server in servers:
        running.call(server.close)


@pytest.mark.parametrize("hops", [1, 2])
def test_jump_hosts_of_an_ssh_config_file(jump, login, hops):
    running, config = jump(hops)
    door = login(running, host="behind", port=None, ssh_config_file=config, jump_password="CANARY-jump")
    door.open()
    assert "answer" in answer(door)
    door.close()
    door.open()


def test_a_jump_host_never_sees_the_password_of_the_device(jump, login):
    running, config = jump(1)
    text = refused(login(running, host="behind", port=None, ssh_config_file=config))
    assert "authentication of user hop failed" in text


def test_host_keys_of_jump_hosts_are_checked(jump, login, tmp_path):
    running, config = jump(1)
    (tmp_path / "known_hosts.txt").write_text(running.known_hosts())
    door = login(running, host="behind", port=None, ssh_config_file=config, jump_password="CANARY-jump")
    assert "host key is unknown" in refused(door)


def test_a_jump_host_that_does_not_reach_the_device(jump, login):
    running, config = jump(1)
    door = login(running, host="behind", port=1, ssh_config_file=config, jump_password="CANARY-jump")
    assert "does not reach 127.0.0.1 port 1" in refused(door)


def test_the_key_of_a_device_behind_a_jump_host_is_checked_too(jump, login):
    running, config = jump(1)
    running.add_fault("edge1", "changed_host_key")
    door = login(running, host="behind", port=None, ssh_config_file=config, jump_password="CANARY-jump")
    assert "has CHANGED" in refused(door)


def test_a_proxy_command(lab, login, tmp_path):
    running = lab(edge())
    pipe = tmp_path / "pipe.py"
    pipe.write_text(
        "import socket, sys, threading, os\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n"
        "    while data := os.read(0, 65536):\n"
        "        s.sendall(data)\n"
        "    os._exit(0)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := s.recv(65536):\n"
        "    os.write(1, data)\n"
    )
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n ProxyCommand {shutil.which('python3')} {pipe} %h %p\n")
    door = login(running, ssh_config_file=str(config))
    door.open()
    assert "answer" in answer(door)
    config.write_text("Host *\n ProxyCommand /no/such/program %h\n")
    assert "cannot be run" in refused(login(running, ssh_config_file=str(config)))


def test_an_ssh_config_file_that_cannot_be_used(lab, login, tmp_path):
    assert "cannot be used" in refused(login(lab(edge()), ssh_config_file=str(tmp_path / "none")))
