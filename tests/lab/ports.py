# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One TCP port of a device: bound as long as the device exists, listening only while something answers there."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable


class Port:
    """name: of the device, for messages. on_connection: gets each accepted socket."""

    def __init__(self, name: str, on_connection: Callable[[socket.socket], None]) -> None:
        self.name, self.on_connection = name, on_connection
        self.number = 0
        self._socket = tcp_socket()
        self._listening = False

    def bind(self, address: str, number: int) -> int:
        """Take the port, 0 is any free one; returns its number. OSError when it is taken."""
        with tcp_socket() as probe:
            # The kernel takes a port that it chose itself away when listening stops; one that was asked for stays.
            if not number:
                probe.bind((address, 0))
                number = probe.getsockname()[1]
            self._socket.bind((address, number))
        self.number = number
        return number

    def listen(self, wanted: bool) -> None:
        """Listen, or keep the port without listening: the kernel refuses who connects."""
        loop = asyncio.get_running_loop()
        if wanted and not self._listening:
            self._socket.listen(512)
            loop.add_reader(self._socket, self._accept)
        elif not wanted and self._listening:
            loop.remove_reader(self._socket)
            self._socket.shutdown(socket.SHUT_RD)
        self._listening = wanted

    def close(self) -> None:
        """Give the port back."""
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._listening = False
        self._socket.close()

    def _accept(self) -> None:
        for _connection in range(64):
            try:
                connection, _peer = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    sys.stderr.write(f"lab: {self.name}: {error.strerror}\n")
                return
            self.on_connection(connection)


def tcp_socket() -> socket.socket:
    """A socket that does not wait, for a server."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setblocking(False)
    return sock
