# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file on the controller that may hold what only its owner may read."""

from __future__ import annotations

import errno
import os
import stat

OWNER_ONLY = 0o600


class Refused(Exception):
    """It is not a file that is ours alone. Its text says why, without a full stop."""


def appended(path: str) -> int:
    """A descriptor to append with, of a file that its owner only may read and write from now on; made if it is not there.

    What is opened is looked at, not its name, so nothing can take its place in between. Raises Refused for a link, for what is no
    regular file, for one of another user, and for one with a second name; OSError.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait
    try:
        descriptor = os.open(path, flags, OWNER_ONLY)
    except OSError as error:
        if error.errno == errno.ELOOP and os.path.islink(path):
            raise Refused("it is a symbolic link, which may lead to a file of another user") from None
        if error.errno == errno.ENXIO:
            raise Refused("it is a pipe or a socket, no regular file") from None
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("it is no regular file")
        if found.st_uid != os.geteuid():
            raise Refused("it belongs to another user")
        if found.st_nlink != 1:
            raise Refused("it has a second name (a hard link)")
        if stat.S_IMODE(found.st_mode) != OWNER_ONLY:
            os.fchmod(descriptor, OWNER_ONLY)
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
