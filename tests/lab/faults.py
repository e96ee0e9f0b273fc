# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong on a lab device, as one table that checks itself, and when it does.

A fault is a mapping: ``{name: drop, at: "^commit", times: 1}``; a bare name is a fault without parameters.
Every fault takes ``times`` (it happens that often, then it is gone; default: for ever); those with ``at`` (a Python
regular expression, searched in the command line) also take ``nth`` (only the nth command that matches; counted once).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REQUIRED = object()
LOGIN = "\0login"  # the text of the event that `at: login` means; no command line can be it


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A row of the table. params: name -> (type, default or REQUIRED). layer: who makes it happen."""

    layer: str
    params: Mapping[str, tuple[type, Any]]
    what: str
    ends: str


_AT = {"at": (str, REQUIRED), "nth": (int, None)}
_MAYBE_AT = {"at": (str, ""), "nth": (int, None)}
_UNTOUCHED = "unreachable before the first write; device unchanged"
_LOST = (
    "before the first write unreachable; later failed, or success where nothing was missing; device unchanged or rolled back "
    "(from the confirming `commit` on: changed, and said so)"
)
_SPOILT = "failed with a clear error, or success where the text was not needed"
_NOT_DONE = "success after another try where the request only reads; else failed, nothing half-applied"

# Parameters that are one of a few words.
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("refuse", "how"): ("closed", "refused"),
    ("garbage_body", "how"): ("html", "truncated", "noise", "huge"),
}

FAULTS: dict[str, FaultKind] = {
    "refuse": FaultKind(
        "link",
        {"how": (str, "closed")},
        "`how: closed`: the connection is reset before the first byte; `how: refused`: nothing listens (no `times`)",
        _UNTOUCHED,
    ),
    "wrong_password": FaultKind("login", {}, "every way to authenticate fails, on one connection a time", _UNTOUCHED),
    "changed_host_key": FaultKind(
        "login", {}, "the device shows another host key than the inventory knows", _UNTOUCHED
    ),
    "drop": FaultKind(
        "terminal",
        {**_AT, "after_bytes": (int, None)},
        "the link is cut when a command that matches `at` arrives, before the device acts on it; with `after_bytes`, "
        "after so many bytes of its output (at the latest before the next prompt); `at: login` cuts after the login",
        _LOST,
    ),
    "slow": FaultKind(
        "terminal",
        {"bytes_per_second": (int, REQUIRED)},
        "output trickles; `times` counts logins",
        "success, however long it takes",
    ),
    "truncated": FaultKind(
        "terminal",
        {**_AT, "after_bytes": (int, REQUIRED)},
        "output of the command is cut after so many bytes, then the prompt comes as if all were well",
        _SPOILT + "; device as with `drop`",
    ),
    "garbage": FaultKind(
        "terminal",
        {**_AT, "bytes": (int, 64), "after_bytes": (int, 0)},
        "noise of so many bytes stands in the output of the command",
        _SPOILT + ", or unreachable before the first write; device as with `drop`",
    ),
    "overrun": FaultKind(
        "terminal",
        {"buffer": (int, REQUIRED), "bytes_per_second": (int, 50_000)},
        "a small tty buffer: the device reads at `bytes_per_second`, input that finds `buffer` bytes unread is lost; "
        "`times` counts bursts",
        "success after another try, or failed with a clear error before any commit; lost reads: unreachable; device unchanged",
    ),
    "hang": FaultKind(
        "terminal",
        _AT,
        "the command is never answered; `at: login`: no prompt after the login",
        "as with `drop`; the error names the command and the option that allows more time",
    ),
    "commit_rejected": FaultKind(
        "kind",
        _MAYBE_AT,
        "commit fails with the device's own semantic error",
        "failed, with a problem tied to its item; device unchanged",
    ),
    "not_authorized": FaultKind(
        "kind",
        _AT,
        "AAA refuses the command",
        "failed with the command and the remedy named; device unchanged or rolled back (behind the confirming `commit`: changed)",
    ),
    "disk_full": FaultKind(
        "kind", _MAYBE_AT, "commit fails for want of space", "failed with a clear error; device unchanged"
    ),
    "concurrent_commit": FaultKind(
        "kind",
        _MAYBE_AT,
        "somebody else commits while our candidate is open",
        "planned again once and success, or failed; the other's commit stays",
    ),
    "mirror_down": FaultKind(
        "kind",
        _MAYBE_AT,
        "a mirror is configured but not operational; `at` is searched in `SESSION INTERFACE`",
        "failed after the trial commit, the mirror and its status named; rolled back by the device",
    ),
    "verify_fails": FaultKind(
        "sdwan",
        {},
        "change management does not verify the package that was handed over",
        "failed, with the reason; the package as it was",
    ),
    "site_stage_fails": FaultKind(
        "sdwan",
        _AT,
        "an appliance does not take what is staged; `at` is searched in `SITE APPLIANCE`",
        "failed, the appliance named, what was staged cancelled; or success without it where that was asked for",
    ),
    "activation_rolls_back": FaultKind(
        "sdwan",
        {},
        "an activation with rollback meets an error and the network returns to what it ran",
        "failed, with the reason; the network as it was",
    ),
    "restart_long": FaultKind(
        "sdwan",
        {"milliseconds": (int, REQUIRED)},
        "appliances stay away that long while they activate",
        "success, however long it takes within the limit",
    ),
    "job_hangs": FaultKind(
        "sdwan",
        _AT,
        "a job never ends; `at` is searched in its step (`copying image`, `booting`, `stage`, `activate` ...)",
        "failed when the limit is over, the step named; what was begun cancelled where that can be done",
    ),
    "job_fails": FaultKind(
        "sdwan",
        _AT,
        "a job fails in a step; `at` as with `job_hangs`",
        "failed, with the log of the operation; the next run converges",
    ),
    "upload_stalls": FaultKind(
        "sdwan",
        {},
        "an image that has come in whole never becomes complete",
        "failed when the limit is over; the next run converges",
    ),
    "mcn_moves": FaultKind(
        "sdwan",
        _AT,
        "somebody activates another configuration when a request arrives; `at` is searched in `METHOD resource?action`",
        "planned again once and success, or failed; the other's configuration stays",
    ),
    "upgrade_never_returns": FaultKind(
        "ips",
        {},
        "the reboot of an upgrade or a downgrade never ends",
        "failed when the limit is over, the sensor named; half-upgraded until it is switched on again",
    ),
    "upgrade_old_level": FaultKind(
        "ips",
        {},
        "an update or a downgrade says that it is complete, and the sensor is at its old level",
        "failed, the level that was found and the wanted one named; the next run converges",
    ),
    "application_down": FaultKind(
        "ips",
        _MAYBE_AT,
        "an application stays down behind an update or a reboot; `at` is searched in its name",
        "failed, the application named; the sensor at its new level",
    ),
    "upgrade_rejected": FaultKind(
        "ips",
        _MAYBE_AT,
        "a package is refused as not valid; `at` is searched in its file name",
        "failed with the device's text; device unchanged",
    ),
    "license_rejected": FaultKind(
        "ips", {}, "a licence is refused as not valid", "failed with the device's text; device unchanged"
    ),
    "certificate_stuck": FaultKind(
        "ips",
        {},
        "`tls generate-key` tells a new certificate, the web server shows the old one until the next reboot",
        "failed when the limit is over: regenerated on the device, the store not updated; both thumbprints named",
    ),
    "boot_long": FaultKind(
        "ips",
        {"milliseconds": (int, REQUIRED)},
        "a reboot takes that long",
        "success, however long it takes within the limit",
    ),
    "download_broken": FaultKind(
        "update_server",
        {**_MAYBE_AT, "after_bytes": (int, None)},
        "the connection ends after so many bytes of a file (half of it by default); `at` is searched in its name",
        "failed; nothing partial kept under the file's name; the next run converges",
    ),
    "download_damaged": FaultKind(
        "update_server",
        _MAYBE_AT,
        "a file has its size, but not its content; `at` is searched in its name",
        "failed, the checksum named; nothing damaged kept under the file's name; the next run converges",
    ),
    "http_status": FaultKind(
        "http",
        {**_AT, "status": (int, 500), "retry_after": (int, None)},
        "the request is answered with this status, the device does nothing; `retry_after`: seconds in the header Retry-After",
        _NOT_DONE,
    ),
    "unauthorized": FaultKind(
        "http",
        _MAYBE_AT,
        "the device forgets all its sessions when the request arrives; it answers 401",
        "success after one more login",
    ),
    "error_in_200": FaultKind(
        "http",
        {**_AT, "code": (int, 1000), "text": (str, "Operation failed")},
        "status 200, but the body is an error; the device does nothing",
        "failed with the device's code and text; nothing half-applied",
    ),
    "reset": FaultKind(
        "http",
        {**_AT, "after_bytes": (int, None)},
        "the connection is reset when the request arrives, or after so many bytes of its body; the device does nothing",
        _NOT_DONE,
    ),
    "lost_answer": FaultKind(
        "http",
        _AT,
        "the device acts, then the connection is reset before it answers",
        _NOT_DONE + "; a write may have happened, and the error says that it is unknown",
    ),
    "slow_answer": FaultKind(
        "http",
        {**_AT, "milliseconds": (int, 1000)},
        "the device acts, its answer comes that much later",
        "success, or failed as with `hang_request`",
    ),
    "hang_request": FaultKind(
        "http",
        _AT,
        "the request is never answered, the device does nothing",
        "failed; the error names the request and the option that allows more time; nothing half-applied",
    ),
    "garbage_body": FaultKind(
        "http",
        {**_AT, "how": (str, "html"), "bytes": (int, 4096)},
        "the device acts; instead of its answer comes a page (`how: html`), half of it (`truncated`), noise of so many bytes "
        "(`noise`) or so many blanks (`huge`)",
        _NOT_DONE + "; a write has happened, and the error says what came",
    ),
}


def check_fault(fault: object) -> list[str]:
    """Everything that is wrong with one fault of a spec, in plain words; empty: it is good."""
    if isinstance(fault, str):
        fault = {"name": fault}
    if not isinstance(fault, Mapping):
        return [f"a fault is a name or a mapping with a name, not {type(fault).__name__}"]
    name = fault.get("name")
    if name not in FAULTS:
        return [f"unknown fault {name!r} (known: {', '.join(FAULTS)})"]
    params = {**FAULTS[name].params, "times": (int, None)}
    found = [f"fault {name}: unknown parameter {key!r}" for key in fault if key != "name" and key not in params]
    for key, (kind, default) in params.items():
        if key not in fault:
            if default is REQUIRED:
                found.append(f"fault {name}: parameter {key!r} is missing")
        elif not isinstance(fault[key], kind) or isinstance(fault[key], bool):
            found.append(f"fault {name}: {key} must be {'a number' if kind is int else 'text'}")
        elif kind is int and fault[key] < (0 if key == "after_bytes" else 1):
            found.append(f"fault {name}: {key} must be {0 if key == 'after_bytes' else 1} or more")
        elif key == "at" and not _compiles(fault[key]):
            found.append(f"fault {name}: at is not a regular expression: {fault[key]!r}")
        elif (name, key) in _WORDS and fault[key] not in _WORDS[name, key]:
            found.append(f"fault {name}: {key} must be {' or '.join(_WORDS[name, key])}")
    if name == "refuse" and fault.get("how") == "refused" and "times" in fault:
        found.append("fault refuse: a port that nothing listens on cannot count: times needs how: closed")
    return found


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


@dataclass(slots=True, eq=False)
class _Armed:
    name: str
    params: dict[str, Any]
    pattern: re.Pattern[str] | None
    left: int | None
    seen: int = field(default=0)

    def matches(self, text: str) -> bool:
        login = self.params.get("at") == "login" and FAULTS[self.name].layer != "http"  # there it is part of a path
        if login or text == LOGIN:
            return login and text == LOGIN
        return self.pattern is None or self.pattern.search(text) is not None


class Faults:
    """The faults of one device.

    on_fire(name, text, session, mode) is called each time one happens; on_change() after add and clear.
    """

    def __init__(self, faults: Iterable[object] = ()) -> None:
        self._armed: list[_Armed] = []
        self.on_fire: Callable[[str, str, int, str], None] = lambda name, text, session, mode: None
        self.on_change: Callable[[], None] = lambda: None
        for fault in faults:
            self.add(fault)

    def add(self, fault: object) -> None:
        """Arm one fault; ValueError says what is wrong with it."""
        problems = check_fault(fault)
        if problems:
            raise ValueError("; ".join(problems))
        given: dict[str, Any] = {"name": fault} if isinstance(fault, str) else dict(fault)  # type: ignore[call-overload]
        name: str = given.pop("name")
        left: int | None = given.pop("times", None)
        params = {key: default for key, (_kind, default) in FAULTS[name].params.items() if default is not REQUIRED}
        params.update(given)
        pattern = re.compile(params["at"]) if params.get("at") else None
        self._armed.append(_Armed(name, params, pattern, left))
        self.on_change()

    def clear(self) -> None:
        """The device is well again."""
        self._armed.clear()
        self.on_change()

    def __bool__(self) -> bool:
        return bool(self._armed)

    def peek(self, name: str, text: str = "") -> dict[str, Any] | None:
        """As active(), but nothing is counted or journalled, and `nth` is not looked at."""
        for fault in self._armed:
            if fault.name == name and fault.matches(text):
                return {"name": name, **fault.params}
        return None

    def active(self, name: str, text: str = "", *, session: int = 0, mode: str = "") -> dict[str, Any] | None:
        """The parameters of the fault if it happens now, else None. It is counted and journalled as fired.

        text: the command line (or the event) that `at` is searched in.
        """
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}")
        for fault in self._armed:
            if fault.name != name or not fault.matches(text):
                continue
            fault.seen += 1
            nth = fault.params.get("nth")
            if nth is not None and fault.seen != nth:
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    self._armed.remove(fault)
            self.on_fire(name, text.lstrip("\0"), session, mode)
            return {"name": name, **fault.params}
        return None
