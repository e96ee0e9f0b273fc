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

from ..._engine.failures import ApplyFailed, ConnectionFailed, ValidationFailed, reason_of, remedy_of
from ..._engine.operations import Plan
from ..._engine.problems import Problem, errors
from ..._engine.rules import Finding, problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..._engine.words.device_text import clean
from ..._transport.rest.api import Rejected
from ..manager import Manager
from ..model import Image, Storage, images, storage, system
from ..rule_table import RULES
from .model import STALLED, Desired, Targets, TargetState, is_broken, is_under_way, owned, to_document
from .plan import Step, desired_state, plan, sent, step_of, steps
from .rules import after, check

CHUNK = 1 << 20
LONGEST_POLL = 5.0
STALLS_AFTER = 300.0  # seconds; percents of a slow upload are far apart


@dataclass(frozen=True)
class LocalFile:
    """size in bytes; changed: when its content was, in ns. seconds: what the checksum took, 0 as long as it was not asked for."""

    path: str
    size: int
    changed: int = 0
    sha256: str = ""
    seconds: float = 0.0

    @property
    def facts(self) -> dict[str, Any]:
        """Keys of a result."""
        if not self.sha256:
            return {"size": self.size}
        return {"size": self.size, "checksum": f"sha256:{self.sha256}", "checksum_seconds": round(self.seconds, 3)}


def local_file(path: str) -> LocalFile:
    """Raises ValidationFailed when it is not there, no file, or empty."""
    try:
        found = os.stat(path)
        with open(path, "rb"):
            pass
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        what = "it is empty" if stat.S_ISREG(found.st_mode) else "it is not a file"
        raise ValidationFailed([problem(RULES, Finding("H28", "src", f"{path}: {what}", "Give the image file."))])
    return LocalFile(path, found.st_size, found.st_mtime_ns)


def _unreadable(path: str, error: OSError) -> ValidationFailed:
    remedy = f"It is a path on the controller. {remedy_of(error, 'src', path, to_read=True)}"
    return ValidationFailed([problem(RULES, Finding("H28", "src", f"{path}: {reason_of(error)}", remedy))])


def is_same(file: LocalFile) -> bool:
    """Whether it was not written to since."""
    try:
        found = os.stat(file.path)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (file.size, file.changed)


def summed(file: LocalFile, progress: Callable[[str, float], None]) -> LocalFile:
    """With its SHA-256, one pass over the file. Raises ValidationFailed where it cannot be read or changes meanwhile."""
    began, digest, done = time.monotonic(), hashlib.sha256(), 0
    try:
        with open(file.path, "rb") as source:
            while piece := source.read(CHUNK):
                digest.update(piece)
                done += len(piece)
                progress("reading the image for its checksum", done / file.size)
    except OSError as error:
        raise _unreadable(file.path, error) from error
    if done != file.size or not is_same(file):
        raise ValidationFailed(
            [
                problem(
                    RULES,
                    Finding("H28", "src", f"{file.path} changed while it was read", "Run again when it is complete."),
                )
            ]
        )
    return replace(file, sha256=digest.hexdigest(), seconds=time.monotonic() - began)


def verified(file: LocalFile, sha256: str) -> LocalFile:
    """Raises ValidationFailed when the checksum is another one."""
    if file.sha256 != sha256:
        text = f"{file.path} has the checksum sha256:{file.sha256}, not sha256:{sha256}"
        raise ValidationFailed([problem(RULES, Finding("H28", "checksum", text, "Fetch the image again."))])
    return file


class ImageWing:
    """sdwan_firewall_image: the six steps on all targets (see _engine/run.py).

    file: None where the image is to be deleted. stalls_after: seconds without progress of an upload before it may be taken for dead.
    overrides: of resources.
    """

    def __init__(
        self,
        managers: Mapping[str, Manager],
        desired: Desired,
        file: LocalFile | None,
        progress: Progress,
        wait_timeout: float = 1800.0,
        stalls_after: float = STALLS_AFTER,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        self._managers = managers
        self._desired = desired
        self.file = file
        self._progress = progress
        self._limit = wait_timeout
        self._stalls_after = stalls_after
        self._overrides = overrides or {}
        self._tables = {name: manager.table for name, manager in managers.items()}
        self._systems: dict[str, Any] = {}
        self._sent: dict[str, dict[str, Any]] = {}
        self._adopted: dict[str, str] = {}
        self._handed_over = 0  # bytes of the upload that runs

    def desired(self) -> dict[str, Any]:
        """The file by its size, and by the checksum that the task gives, wherever it is; its content is named in the plan's upload."""
        return {**self._desired.plan_facts, "resources": self._overrides}

    def secrets(self) -> dict[str, str]:
        return {}

    # -- the six steps ------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, TargetState]:
        """An upload of the image that another user started is waited for, where the task waits: what it leaves is what counts."""
        return {name: self._target(name) for name in self._managers}

    def _target(self, name: str) -> TargetState:
        manager = self._managers[name]
        if not manager.is_center and name not in self._systems:
            self._systems[name] = system(manager.one("system_options"))
        space, unknown = self._storage(name)
        reserved = space.reserved if self._desired.reserve is not None and manager.is_center else None
        settled = self._settled(name)
        renewed = name in self._sent or name in self._adopted
        return TargetState(settled, space, reserved, self._systems.get(name), unknown, renewed)

    def _storage(self, name: str) -> tuple[Storage, str]:
        """What is known of it, else why nothing is: no page documents that call, so a release may not have it."""
        try:
            return storage(self._managers[name].one("hosted_firewall_storage")), ""
        except Rejected:
            raise
        except ApplyFailed as failed:
            return Storage(), str(failed)

    def _images(self, name: str) -> dict[str, Image]:
        return {item.name: item for item in images(self._managers[name].get("hosted_firewall_images")) if item.name}

    def _mine(self, name: str) -> Image | None:
        return self._images(name).get(self._desired.name)

    def _settled(self, name: str) -> dict[str, Image]:
        """All images; that of the task no longer under way. One that did not move in all the time counts as stalled."""
        listed = self._images(name)
        first = listed.get(self._desired.name)
        if first is None or not self._desired.present or not is_under_way(first):
            if name in self._sent and not self._desired.wait:  # it may be listed later
                listed.setdefault(self._desired.name, Image(self._desired.name, status="uploading"))
            return listed
        if not self._desired.patient or name in self._sent:
            return listed
        self._adopted.setdefault(name, first.status)
        last = self._awaited(name)
        listed = self._images(name)
        if last is not None and is_under_way(last) and self._desired.name in listed:
            if last != first or self._limit < self._stalls_after:
                text = f"{name}: {last.name} is still being uploaded, {_status_text(last)}, {self._limit:g} s (wait_timeout) later"
                raise ApplyFailed(
                    f"{text}. Run again to wait for it. One that makes no progress for {self._stalls_after:g} s is replaced."
                )
            listed[last.name] = replace(last, status=STALLED)
        return listed

    def desired_state(self, current: Targets) -> dict[str, TargetState]:
        return desired_state(current, self._desired)

    def read_details(self, current: Targets, desired: Targets) -> None:
        """The checksum, where a file is going to be sent. What is refused anyhow is not worth reading it."""
        sending = any(step.action == "upload" for step in self._steps(current))
        if self.file and not self.file.sha256 and sending and not errors(self.check(current, desired)):
            self.file = summed(self.file, self._progress)

    def check(self, current: Targets, desired: Targets) -> list[Problem]:
        return check(current, self._desired)

    def _steps(self, current: Targets) -> list[Step]:
        return steps(current, self._desired, self._tables, self.file.sha256 if self.file else "")

    def plan(self, current: Targets, desired: Targets) -> Plan:
        return plan(self._steps(current), after(current, self._desired))

    def show(self, state: Targets) -> dict[str, Any]:
        return to_document(state)

    def owned(self, state: Targets) -> dict[str, Any]:
        return owned(state, self._desired)

    def counts(self, state: Targets) -> dict[str, int]:
        return {"firewall images": sum(len(target.images) for target in state.values())}

    def report(self) -> dict[str, Any]:
        """Further keys of the result, whatever it is."""
        nothing = {"uploaded_bytes": 0, "seconds": 0.0, "rate": 0}
        adopted = {name: {"adopted": status} for name, status in self._adopted.items()}
        calls = {call for manager in self._managers.values() for call in manager.about["undocumented_calls"]}
        return {
            "image": self._desired.name,
            **(self.file.facts if self.file else {}),
            "targets": [
                {"target": name, **self._sent.get(name, nothing), **adopted.get(name, {})} for name in self._managers
            ],
            "api_documented": not calls,
            "undocumented_calls": sorted(calls),
        }

    # -- apply --------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: Targets, desired: Targets) -> Applied:
        """One step after the other: while an image is uploaded nothing else is done with a target."""
        done: list[Step] = []
        for operation in plan.operations:
            step = step_of(operation)
            try:
                self._do(step)
            except (ApplyFailed, ConnectionFailed) as error:
                raise self._failed(error, step, done) from error
            except BaseException:  # asked to stop
                self._left(step, None)
                raise
            done.append(step)
        return Applied()

    def _do(self, step: Step) -> None:
        if step.action == "upload":
            self._upload(step)
        elif step.action == "reserve":
            self._managers[step.target].send(step.line, safe=True)
            seen, planned = self._storage(step.target)[0], self._parameters(step)["reserved"]
            if seen.reserved != planned:
                raise ApplyFailed(f"{step.target} shows {seen.reserved} bytes reserved, not {planned}")
        else:
            try:
                self._managers[step.target].send(step.line)
            except (ApplyFailed, ConnectionFailed):
                if self._mine(step.target) is not None:
                    raise

    def _parameters(self, step: Step) -> dict[str, Any]:
        return sent(step, self._tables[step.target])

    def _upload(self, step: Step) -> None:
        file, target, planned = self.file, step.target, self._parameters(step)
        if file is None or (file.size, file.sha256) != (planned.get("size"), planned.get("sha256", "")):
            raise ApplyFailed("the file is not the one that the plan names")
        began, self._handed_over = time.monotonic(), 0

        def handed_over(count: int, total: int) -> None:
            self._handed_over = count
            rate = count / max(1e-3, time.monotonic() - began)
            left = (total - count) / max(1.0, rate)
            text = f"{target}: uploading {self._desired.name}, {rate / 1e6:.1f} MB/s, {left:.0f} s left"
            self._progress(text, count / total)

        try:
            self._managers[target].upload(
                "hosted_firewall_images",
                file.path,
                filename=planned["image_name"],
                fields={"vendor": planned["vendor"]},
                progress=handed_over,
                timeout=max(1.0, self._limit),
            )
        except ConnectionFailed:
            # Whether it came in whole is what the target lists, not what became of its answer.
            seen = self._mine(target)
            if self._handed_over < file.size or seen is None or is_broken(seen):
                raise
        seconds = time.monotonic() - began
        self._sent[target] = {
            "uploaded_bytes": file.size,
            "seconds": round(seconds, 3),
            "rate": round(file.size / max(1e-3, seconds)),
        }
        if self._desired.wait:
            self._complete(target)
        if not is_same(file):
            text = f"{file.path} changed while it was sent, so {target} may hold a mixture"
            raise ApplyFailed(
                text, [problem(RULES, Finding("H28", "src", text, "Replace the image with force: true, or delete it."))]
            )

    def _complete(self, target: str) -> None:
        """Until the target lists it so. Raises ApplyFailed on its own word, and when the limit is over."""
        seen = self._awaited(target)
        if self._desired.is_whole(seen):
            return
        text = f"{target}: {self._desired.name} was sent, but is not complete: {_status_text(seen)}"
        if seen is None or is_under_way(seen):
            raise ApplyFailed(f"{text}, {self._limit:g} s (wait_timeout) later. Run again to wait for it.")
        raise ApplyFailed(f"{text} with {seen.size} of {self._desired.size} bytes.")

    def _awaited(self, target: str) -> Image | None:
        """The image as it is listed when it is complete or broken, or when the limit is over."""

        def look() -> Image | None:
            seen = self._mine(target)
            share = seen.percent / 100 if seen and seen.percent is not None else None
            self._progress(f"{target}: waiting for {self._desired.name} to be complete", share)
            return seen

        adopted = target not in self._sent

        def over(seen: Image | None) -> bool:
            return adopted if seen is None else not is_under_way(seen)

        return poll(look, over, self._limit, longest=LONGEST_POLL)

    # -- failures -----------------------------------------------------------------------------------------------------

    def _failed(self, error: ApplyFailed | ConnectionFailed, step: Step, done: list[Step]) -> ApplyFailed:
        words = {"reserve": "its storage is reserved", "delete": "the image is deleted", "upload": "the image is there"}
        left = self._left(step, error)
        made = [*((item.target, words[item.action]) for item in done), *([(step.target, left)] if left else [])]
        state = "; ".join(f"{target}: {text}" for target, text in made) or "unchanged"
        return ApplyFailed(str(error), error.problems if isinstance(error, ApplyFailed) else (), state)

    def _left(self, step: Step, error: Exception | None) -> str:
        """What a step that failed leaves, "" for nothing."""
        try:
            if step.action == "reserve":
                reserved = self._storage(step.target)[0].reserved == self._parameters(step)["reserved"]
                return "its storage is reserved" if reserved else ""
            if step.action == "delete":
                return "" if self._mine(step.target) else "the image is deleted"
            return self._part_left(step, error if isinstance(error, Rejected) else None)
        except (ConnectionFailed, ApplyFailed) as blind:
            what = {"reserve": "its storage may be reserved", "delete": "the image may be deleted"}
            part = "a part of the image may be there; the next run replaces it"
            return f"{what.get(step.action, part)} ({blind})"

    def _part_left(self, step: Step, refused: Rejected | None) -> str:
        """Half an image is deleted, where it is ours: after a refusal an upload that is under way is another user's."""
        seen = self._mine(step.target)
        if seen is None:
            return ""
        if self._desired.is_whole(seen):
            return "the image is there"
        whole = self.file is not None and self._handed_over >= self.file.size
        if is_broken(seen) or not (refused or (whole and is_under_way(seen))):
            self._managers[step.target].send(step.undo)
            return ""
        return "" if refused and refused.status < 500 else f"the image is listed, {_status_text(seen)}"


def _status_text(image: Image | None) -> str:
    if image is None:
        return "it is not listed"
    percent = "" if image.percent is None else f", {image.percent} %"
    return f"its status is {clean(image.status) or '?'}{percent}"
