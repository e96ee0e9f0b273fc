# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Juniper SRX, or one node of a chassis cluster: what its sessions share. README.md tells every key of the specification."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from . import monitor as monitoring
from . import traces, traffic
from .committing import KEPT, Candidate, Commit, Trial, traceoptions
from .groups import effective
from .tree import Node, from_text

MODELS = (
    "vsrx",
    "srx300",
    "srx320",
    "srx345",
    "srx1500",
    "srx4100",
    "srx4200",
    "srx4600",
    "srx5400",
    "srx5600",
    "srx5800",
)
CHOICES: dict[str, tuple[str, ...]] = {
    "model": MODELS,
    "filter_repeat": ("merge", "replace"),
    "conflict": ("error", "silent"),
    "monitor_nodes": ("both", "local"),
    "clear_feedback": ("text", "silent"),
    "port_print": ("single", "range"),
    "any_v6": ("v4", "v6"),
    "start_active": ("silent", "error"),
    "lost_session": ("keep", "discard"),
    "node": ("node0", "node1"),
    "role": ("primary", "secondary"),
    **traffic.CHOICES,
}


class Config:
    """The running configuration as the data side reads it."""

    def __init__(self, device: SrxDevice) -> None:
        self._device = device

    def lines(self, path: str = "") -> list[str]:
        """Lines of `set` below a path, whole paths without `set`; inactive statements and what is below them are left out."""
        words = path.split()
        node = self._device.effective.find(words)
        return list(_active(node, words)) if node else []


def _active(node: Node, above: Sequence[str]) -> Iterator[str]:
    if node.inactive:
        return
    if not node.children and above:
        yield " ".join(f'"{word}"' if " " in word else word for word in above)
    for statement, child in node.children.items():
        yield from _active(child, [*above, *statement])


class SrxDevice:
    """spec: a DeviceSpec of the lab (name, config, options, faults)."""

    OPTIONS: ClassVar[dict[str, type]] = {
        "release": str, "model": str, "cluster": bool, "node": str, "role": str, "paging": bool, "filter_repeat": str,
        "max_filters": int, "conflict": str, "shows_extras": bool, "monitor_nodes": str, "clear_feedback": str, "port_print": str,
        "any_v6": str, "size_suffix": bool, "start_active": str, "private_confirmed": bool, "minute_seconds": float,
        "commit_seconds": float, "set_comments": bool, "packets_per_second": float, "lost_session": str, "csh": bool,
        **traffic.OPTIONS,
    }  # fmt: skip

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.name: str = spec.name
        self.faults = spec.faults
        self.options: dict[str, Any] = dict(spec.options)
        self.model = str(self.options.get("model", "vsrx"))
        self.release = str(self.options.get("release", "21.4R3"))
        problems = _wrong(self.options, self.model)
        if problems:
            raise ValueError("; ".join(problems))
        self.cluster = bool(self.options.get("cluster", False))
        self.node = str(self.options.get("node", "node0")) if self.cluster else ""
        self.role = str(self.options.get("role", "primary")) if self.cluster else ""
        self.nodes: tuple[str, ...] = ("node0", "node1") if self.cluster else ("",)
        self.running = from_text(spec.config)
        self.config = Config(self)
        self.booted = time.monotonic()
        self.commits: list[Commit] = [Commit(self.running.copy(), "root", "other", self.now())]
        self.shared = self.running.copy()
        self.candidates: list[Candidate] = []
        self.trial: Trial | None = None
        self.files: dict[str, list[str]] = {}
        self.monitor = monitoring.Monitor(self)
        self.on_commit: list[Callable[[], None]] = []
        self.on_reboot: list[Callable[[], None]] = []
        self.terminals: list[Any] = []  # who is logged in
        self.sessions_seen = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- what tests use

    def running_lines(self) -> list[str]:
        """The running configuration as `set` lines."""
        return list(self.running.lines())

    def reboot(self) -> None:
        """Operational state is gone: the monitor, its file's setting, a trial commit's timer (it rolls back). Logs stay."""
        self.monitor.write_out()
        self.monitor = monitoring.Monitor(self)
        self.booted = time.monotonic()
        for terminal in list(self.terminals):
            terminal.lost()
        if self.trial:
            self.roll_back()
        for hook in self.on_reboot:
            hook()

    # -- state

    @property
    def hostname(self) -> str:
        line = next(iter(self.config.lines("system host-name")), "")
        if line:
            return line.split()[-1]
        node = self.running.find(["system"])
        names = [key[1] for key in (node.children if node else {}) if key[0] == "host-name" and len(key) == 2]
        return names[0] if names else self.name

    @property
    def banner(self) -> str:
        """{primary:node0}, as a cluster prints it before each prompt."""
        return f"{{{self.role}:{self.node}}}" if self.cluster else ""

    @property
    def traceoptions(self) -> bool:
        return traceoptions(self.effective)

    @property
    def effective(self) -> Node:
        """What it does: the running configuration with what its groups bring."""
        return effective(self.running, self.node)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- files

    def traced(self, start: int, count: int) -> list[str]:
        """What the monitor writes about its packets start, start + 1, ..."""
        return list(traces.trace_lines(list(self.monitor.filters.values()), start, count, self))

    def append(self, name: str, lines: Iterable[str], size: int, files: int) -> None:
        """To a file of /var/log that is turned over at size bytes; files of them are kept, oldest gone first."""
        kept = self.files.setdefault(name, [])
        length = sum(len(line) + 1 for line in kept)
        for line in lines:
            if length + len(line) + 1 > size:
                for number in range(files - 2, -1, -1):
                    older = f"{name}.{number}"
                    if older in self.files:
                        self.files[f"{name}.{number + 1}"] = self.files[older]
                self.files[f"{name}.0"], kept = kept, []
                self.files[name], length = kept, 0
                self.files.pop(f"{name}.{files - 1}", None)
            kept.append(line)
            length += len(line) + 1

    def log(self, name: str) -> list[str] | None:
        """Lines of a file of /var/log; None when there is none."""
        if self.monitor.file and self.monitor.file.name == name:
            self.monitor.write_out()
        found = [*traffic.log_lines(self, name)]
        if name in self.files:
            return [*found, *self.files[name]]
        return found if found or name == "messages" else None

    # -- commits

    def locked_by(self, candidate: Candidate | None) -> str:
        """The error for whoever wants the configuration that another session holds exclusively."""
        other = next((item for item in self.candidates if item.mode == "exclusive" and item is not candidate), None)
        if other is None:
            return ""
        return f"error: configuration database locked by:\n{self._who(other)}      exclusive [edit]"

    def _who(self, item: Candidate) -> str:
        return f"  {item.user} terminal {item.line} (pid {4000 + id(item) % 1000}) on since {item.since:%Y-%m-%d %H:%M:%S UTC}\n"

    def editors(self, but: Candidate) -> str:
        others = [item for item in self.candidates if item is not but]
        if not others:
            return ""
        rows = "".join(f"{self._who(item)}      {_marked(item)}[edit]\n" for item in others)
        return f"Users currently editing the configuration:\n{rows}"

    def store(self, root: Node, user: str, client: str, comment: str = "") -> None:
        """Makes root the running configuration; a shared candidate that nobody edited follows it."""
        untouched = self.shared == self.running
        self.running = root.copy()
        if untouched or client == "cli":
            self.shared = root.copy()
        for candidate in self.candidates:
            if candidate.mode == "shared" and not candidate.changed:
                candidate.root, candidate.base = root.copy(), root.copy()
        self.commits = [*self.commits[-KEPT + 1 :], Commit(root.copy(), user, client, self.now(), comment)]
        for hook in self.on_commit:
            hook()

    def external_commit(self, lines: Iterable[str]) -> None:
        """Somebody else commits, now."""
        root = self.running.copy()
        for line in lines:
            root.set(line.removeprefix("set ").split())
        self.store(root, "other", "other")
        self.end_trial()

    def start_trial(self, base: Node, minutes: int) -> None:
        seconds = minutes * float(self.options.get("minute_seconds", 60.0))
        try:
            timer = asyncio.get_running_loop().call_later(seconds, self.roll_back)
        except RuntimeError:
            timer = None
        self.trial = Trial(base.copy(), minutes, timer)

    def end_trial(self) -> None:
        if self.trial and isinstance(self.trial.timer, asyncio.TimerHandle):
            self.trial.timer.cancel()
        self.trial = None

    def roll_back(self) -> None:
        """Nobody confirmed in time."""
        trial = self.trial
        self.end_trial()
        if trial:
            self.store(trial.base, "root", "other", "commit not confirmed, rolled back")
            self.shared = self.running.copy()

    # -- the lab's interface

    def started(self) -> None:
        traffic.attach(self)

    async def shell(self, terminal: Any) -> None:
        from .session import Session

        self.terminals.append(terminal)
        try:
            await Session(self, terminal).run()
        finally:
            self.terminals.remove(terminal)

    async def close(self) -> None:
        self.end_trial()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _marked(item: Candidate) -> str:
    return "" if item.mode == "shared" else f"{item.mode} "


def _wrong(options: Mapping[str, Any], model: str) -> list[str]:
    found = [
        f"{key} must be one of {', '.join(choices)}, not {options[key]!r}"
        for key, choices in CHOICES.items()
        if key in options and options[key] not in choices
    ]
    release = str(options.get("release", "21.4R3"))
    if not re.fullmatch(r"\d+\.\d+(?:[RX]\d[\w.-]*)?(?:-[\w.-]+)?", release):
        found.append(f"release {release!r} is not of the form 21.4R3 or 15.1X49-D50")
    return found if found else traffic.wrong(options, model)
