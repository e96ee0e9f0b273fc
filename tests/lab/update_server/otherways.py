# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of an update server over FTP and SCP, for sensors that fetch them so."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import asyncssh

Files = Callable[[], Mapping[str, bytes]]


class Ftp:
    """Passive FTP, binary, reading only. files: path without its first slash -> content."""

    def __init__(self, files: Files, username: str, password: str) -> None:
        self.files, self.username, self.password = files, username, password
        self.server: asyncio.Server | None = None

    async def start(self, address: str, port: int) -> int:
        """Listen; returns the port."""
        self.server = await asyncio.start_server(self._client, address, port)
        return int(self.server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self.server:
            self.server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _FtpSession(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _FtpSession:
    """One control connection."""

    def __init__(self, ftp: Ftp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ftp, self.reader, self.writer = ftp, reader, writer
        self.user, self.inside, self.folder = "", False, ""
        self.data: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] | None = None
        self.passive: asyncio.Server | None = None

    async def run(self) -> None:
        await self._say("220 updates")
        try:
            while line := (await self.reader.readline()).decode("utf-8", "replace").strip():
                verb, _blank, value = line.partition(" ")
                if verb.upper() == "QUIT":
                    await self._say("221 Goodbye")
                    return
                await self._verb(verb.upper(), value)
        finally:
            if self.passive:
                self.passive.close()

    async def _say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()

    async def _verb(self, verb: str, value: str) -> None:
        if verb == "USER":
            self.user = value
            await self._say("331 Password required")
        elif verb == "PASS":
            self.inside = (self.user, value) == (self.ftp.username, self.ftp.password)
            await self._say("230 Logged in" if self.inside else "530 Login incorrect")
        elif not self.inside:
            await self._say("530 Please login with USER and PASS")
        elif verb in ("TYPE", "NOOP"):
            await self._say("200 OK")
        elif verb == "PWD":
            await self._say(f'257 "/{self.folder}"')
        elif verb == "CWD":
            self.folder = self._path(value)
            await self._say("250 OK")
        elif verb in ("PASV", "EPSV"):
            await self._listen(verb)
        elif verb in ("SIZE", "RETR"):
            data = self.ftp.files().get(self._path(value))
            if data is None:
                await self._say("550 File not found")
            elif verb == "SIZE":
                await self._say(f"213 {len(data)}")
            else:
                await self._send(data)
        else:
            await self._say("502 Command not implemented")

    def _path(self, value: str) -> str:
        whole = value if value.startswith("/") else f"{self.folder}/{value}"
        return "/".join(part for part in whole.split("/") if part not in ("", "."))

    async def _listen(self, verb: str) -> None:
        if self.passive:
            self.passive.close()
        waiting: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        waiting = self.data = asyncio.get_running_loop().create_future()

        def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if waiting.done():
                writer.close()
            else:
                waiting.set_result((reader, writer))

        host = self.writer.get_extra_info("sockname")[0]
        self.passive = await asyncio.start_server(arrived, host, 0)
        port = self.passive.sockets[0].getsockname()[1]
        if verb == "EPSV":
            await self._say(f"229 Entering Extended Passive Mode (|||{port}|)")
        else:
            await self._say(f"227 Entering Passive Mode ({host.replace('.', ',')},{port >> 8},{port & 255})")

    async def _send(self, data: bytes) -> None:
        if self.data is None:
            await self._say("425 Use PASV first")
            return
        await self._say("150 Opening data connection")
        _reader, writer = await asyncio.wait_for(self.data, 10)
        self.data = None
        writer.write(data)
        await writer.drain()
        writer.close()
        await self._say("226 Transfer complete")


class Scp:
    """The same files over SCP and SFTP, from a directory that is the root of whoever logs in."""

    def __init__(self, files: Files, username: str, password: str) -> None:
        self.files, self.username, self.password = files, username, password
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.server: Any = None
        self._folder: Path | None = None

    @property
    def key_line(self) -> str:
        """The public key, as a known_hosts file has it behind the host."""
        return self.key.export_public_key().decode().strip()

    async def start(self, address: str, port: int) -> int:
        """Listen; returns the port."""
        self._folder = Path(tempfile.mkdtemp(prefix="lab-updates-"))
        self.refresh()
        root, outer = str(self._folder), self

        class Login(asyncssh.SSHServer):
            def begin_auth(self, username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (outer.username, outer.password)

        def within(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
            return asyncssh.SFTPServer(channel, chroot=root.encode())

        self.server = await asyncssh.listen(
            address, port, server_factory=Login, server_host_keys=[self.key], sftp_factory=within, allow_scp=True
        )
        return int(self.server.get_port())

    def refresh(self) -> None:
        """What was published stands in the directory too."""
        if self._folder is None:
            return
        for path, data in self.files().items():
            target = self._folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    async def close(self) -> None:
        if self.server:
            self.server.close()
            await self.server.wait_closed()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
