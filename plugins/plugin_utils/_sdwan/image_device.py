# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of firewalls on live appliances, Center and collectors: reads, uploads, the wait until they are listed. I/O."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._engine.failures import DoorError, Failed, Refused
from .._engine.operations import Plan
from .._engine.problems import Problem
from .._engine.rest import Rejected
from .._engine.run import Applied
from .._engine.waiting import Progress, poll
from .device import Manager
from .image_model import Targets, TargetState, Wanted, to_document
from .image_plan import Step, plan, resulting, steps
from .image_rules import check
from .model import Image, images, storage, system
from .rule_table import problem

CHUNK = 1 << 20
LONGEST_POLL = 5.0


@dataclass(frozen=True)
class LocalFile:
    """size in bytes; seconds: what the checksum took, 0 as long as nobody asked for it."""

    path: str
    size: int
    sha256: str = ""
    seconds: float = 0.0


def local_file(path: str) -> LocalFile:
    """Raises Refused when it is not there, no file, or empty."""
    try:
        found = os.stat(path)
        with open(path, "rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused([problem(("H28", "src", f"{path}: {reason}", "It is a path on the controller."))]) from error
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        what = "it is empty" if stat.S_ISREG(found.st_mode) else "it is no file"
        raise Refused([problem(("H28", "src", f"{path}: {what}", "Give the image file."))])
    return LocalFile(path, found.st_size)


def summed(file: LocalFile, progress: Callable[[str, float], None]) -> LocalFile:
    """With its SHA-256, one pass over the file. Raises Refused where it cannot be read or shrinks meanwhile."""
    began, digest, done = time.monotonic(), hashlib.sha256(), 0
    try:
        with open(file.path, "rb") as source:
            while piece := source.read(CHUNK):
                digest.update(piece)
                done += len(piece)
                progress("reading the image for its checksum", done / file.size)
    except OSError as error:
        raise Refused([problem(("H28", "src", f"{file.path}: {error.strerror}", ""))]) from error
    if done != file.size:
        raise Refused(
            [problem(("H28", "src", f"{file.path} changed while it was read", "Run again when it is complete."))]
        )
    return replace(file, sha256=digest.hexdigest(), seconds=time.monotonic() - began)


def verified(file: LocalFile, sha256: str) -> LocalFile:
    """Raises Refused when the checksum is another one."""
    if file.sha256 != sha256:
        text = f"{file.path} has the checksum sha256:{file.sha256}, not sha256:{sha256}"
        raise Refused([problem(("H28", "checksum", text, "Fetch the image again."))])
    return file


class ImageWing:
    """sdwan_firewall_image: the six steps on all targets (see _engine/run.py). file: None where the image shall go."""

    def __init__(
        self,
        managers: Mapping[str, Manager],
        wanted: Wanted,
        file: LocalFile | None,
        progress: Progress,
        wait_timeout: float = 1800.0,
    ) -> None:
        self._managers = managers
        self._wanted = wanted
        self.file = file
        self._progress = progress
        self._limit = wait_timeout
        self._tables = {name: manager.table for name, manager in managers.items()}
        self._systems: dict[str, Any] = {}
        self.uploads: list[dict[str, Any]] = []

    def read(self) -> dict[str, TargetState]:
        return {name: self._target(name) for name in self._managers}

    def _target(self, name: str) -> TargetState:
        manager = self._managers[name]
        if not manager.is_center and name not in self._systems:
            self._systems[name] = system(manager.one("system_options"))
        space = storage(manager.one("hosted_firewall_storage"))
        reserved = space.reserved if self._wanted.reserve is not None and manager.is_center else None
        return TargetState(self._images(name), space, reserved, self._systems.get(name))

    def _images(self, name: str) -> dict[str, Image]:
        return {item.name: item for item in images(self._managers[name].get("hosted_firewall_images")) if item.name}

    def resulting(self, current: Targets) -> dict[str, TargetState]:
        return resulting(current, self._wanted)

    def survey(self, current: Targets, wanted: Targets) -> None:
        """The checksum, where a file is going to be sent."""
        if self.file and not self.file.sha256 and any(step.deed == "upload" for step in self._steps(current)):
            self.file = summed(self.file, self._progress)

    def check(self, current: Targets, wanted: Targets) -> list[Problem]:
        return check(current, self._wanted)

    def _steps(self, current: Targets) -> list[Step]:
        return steps(current, self._wanted, self._tables, self.file.sha256 if self.file else "")

    def plan(self, current: Targets, wanted: Targets) -> Plan:
        return plan(self._steps(current))

    def show(self, state: Targets) -> dict[str, Any]:
        return to_document(state)

    # -- apply --------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: Targets, wanted: Targets) -> Applied:
        """One step after the other: while an image is uploaded nothing else is done with a target."""
        done: list[Step] = []
        try:
            for step in self._steps(current):
                self._do(step)
                done.append(step)
        except (Failed, DoorError) as error:
            raise self._told(error, step, done) from error
        except BaseException:
            self._cleaned(step)
            raise
        return Applied(details={"targets": self.uploads})

    def _do(self, step: Step) -> None:
        manager = self._managers[step.target]
        if step.deed == "wait":
            self._listed(step)
        elif step.deed == "upload":
            self._upload(step)
        elif step.deed == "reserve":
            manager.send(step.line, safe=True)
            seen = storage(manager.one("hosted_firewall_storage"))
            if seen.known and seen.reserved != self._wanted.reserve:
                raise Failed(f"{step.target} shows {seen.reserved} bytes reserved, not {self._wanted.reserve}")
        else:
            manager.send(step.line)

    def _upload(self, step: Step) -> None:
        file = self.file
        if file is None:
            raise Failed("there is no file to upload")
        began = time.monotonic()

        def sent(count: int, total: int) -> None:
            rate = count / max(1e-3, time.monotonic() - began)
            left = (total - count) / max(1.0, rate)
            text = f"{step.target}: uploading {self._wanted.name}, {rate / 1e6:.1f} MB/s, {left:.0f} s left"
            self._progress(text, count / total)

        manager = self._managers[step.target]
        try:
            manager.upload(
                "hosted_firewall_images",
                file.path,
                filename=self._wanted.name,
                fields={"vendor": self._wanted.vendor},
                progress=sent,
                timeout=self._limit,
            )
        except DoorError:
            # Whether it came in whole is what the target lists, not what became of its answer.
            if not self._wanted.is_there(self._images(step.target).get(self._wanted.name)):
                raise
        seconds = time.monotonic() - began
        if self._wanted.wait:
            self._listed(step)
        self.uploads.append(
            {
                "target": step.target,
                "uploaded_bytes": file.size,
                "seconds": round(seconds, 3),
                "rate": round(file.size / max(1e-3, seconds)),
            }
        )

    def _listed(self, step: Step) -> None:
        """Until the target lists it complete. Raises Failed on its own word, and when the limit is over."""

        def look() -> Image | None:
            seen = self._images(step.target).get(self._wanted.name)
            share = (seen.percent or 0) / 100 if seen and seen.percent is not None else None
            self._progress(f"{step.target}: waiting for {self._wanted.name} to be complete", share)
            return seen

        def over(seen: Image | None) -> bool:
            return seen is not None and (seen.complete or not seen.uploading)

        seen = poll(look, over, self._limit, longest=LONGEST_POLL)
        if seen is None or not seen.complete:
            said = f"its status is {seen.status or '?'}, {seen.percent or 0} %" if seen else "it is not listed"
            raise Failed(
                f"{step.target}: {self._wanted.name} was not complete after {self._limit:g} s (wait_timeout): {said}"
            )

    # -- failures -----------------------------------------------------------------------------------------------------

    def _told(self, error: Failed | DoorError, step: Step, done: list[Step]) -> Failed:
        left = self._cleaned(step)
        words = {"reserve": "its storage is reserved", "delete": "the image is deleted", "upload": "the image is there"}
        made = [f"{item.target}: {words[item.deed]}" for item in done if item.deed in words]
        state = "; ".join([*made, *([f"{step.target}: {left}"] if left else [])]) or "unchanged"
        problems = error.problems if isinstance(error, Failed) else ()
        return Failed(str(error), [*problems], state, {"targets": self.uploads})

    def _cleaned(self, step: Step) -> str:
        """What is left on a target whose upload failed: an image that is not complete is deleted. "" for nothing."""
        if step.deed != "upload":
            return ""
        try:
            seen = self._images(step.target).get(self._wanted.name)
            if seen is None:
                return ""
            if seen.complete:
                return f"the image is there with {seen.size} bytes"
            self._managers[step.target].send(step.undo)
        except (DoorError, Rejected, Failed) as error:
            return f"a part of the image may be there ({error}); the next run replaces it"
        return ""
