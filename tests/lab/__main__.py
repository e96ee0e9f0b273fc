# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line of the lab: ``python tests/lab up SPEC.yml [--inventory FILE] [--journal DIR] [--state DIR]``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

# Run as a directory, Python puts tests/lab itself on the path; the package is found from its parent.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from lab import inventory  # noqa: E402
from lab.server import Lab  # noqa: E402
from lab.spec import SpecError  # noqa: E402


def main() -> int:
    """0: stopped as told; 2: the specification cannot be started."""
    parser = argparse.ArgumentParser(prog="lab", description="Network devices to test against, on 127.0.0.1.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the devices of a specification and run until SIGTERM or Ctrl-C")
    up.add_argument("spec", type=Path, metavar="SPEC.yml")
    up.add_argument(
        "--inventory", type=Path, metavar="FILE", help="write an Ansible inventory, and known_hosts beside it"
    )
    up.add_argument("--journal", type=Path, metavar="DIR", help="write what devices receive to DIR/<device>.jsonl")
    up.add_argument("--state", type=Path, metavar="DIR", help="keep host keys there")
    arguments = parser.parse_args()
    try:
        asyncio.run(_up(arguments.spec, arguments.inventory, arguments.journal, arguments.state))
    except SpecError as error:
        for problem in error.problems:
            print(f"lab: {problem}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    return 0


async def _up(spec: Path, inventory_file: Path | None, journal: Path | None, state: Path | None) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with Lab(spec, journal=journal, state=state) as lab:
        if inventory_file:
            inventory.write(lab, inventory_file)
        print("lab ready", flush=True)
        await told.wait()


if __name__ == "__main__":
    sys.exit(main())
