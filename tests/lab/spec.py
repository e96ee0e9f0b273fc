# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's specification: which devices, where they listen, what goes wrong; every error is found at once."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from . import kinds
from .certificates import KINDS as CERTIFICATES
from .faults import Faults, check_fault

AUTH_METHODS = ("password", "keyboard-interactive", "publickey")

# key -> (type, default). What every kind takes; a kind adds its own by its attribute OPTIONS.
KEYS: dict[str, tuple[type, Any]] = {
    "name": (str, None),
    "kind": (str, None),
    "port": (int, 0),
    "address": (str, "127.0.0.1"),
    "username": (str, "lab"),
    "password": (str, "lab"),
    "config": (str, ""),
    "config_text": (str, ""),
    "count": (int, 1),
    "faults": (list, ()),
    "auth": (list, AUTH_METHODS),
    "authorized_keys": (list, ()),
    "legacy": (bool, False),
    "login_seconds": (float, 0.0),
    "rtt_ms": (float, 0.0),
    "tls": (str, "good"),
    "client_ca": (str, ""),
}


class SpecError(ValueError):
    """A specification that cannot be started; the text has one line a problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class DeviceSpec:
    """One device.

    address: of the loopback network, where it listens.
    port: 0 until it listens, when a free one was asked for. config: text of the start state, not a file name.
    login_seconds, rtt_ms: how long the device takes to log in, and the round trip to it.
    authorized_keys: public key lines. tls: the certificate of a REST device, one of certificates.KINDS. client_ca: PEM of the
    authority that its clients need a certificate of, `lab` for the lab's own. options: what the kind takes beyond that.
    """

    name: str
    kind: str
    port: int = 0
    address: str = "127.0.0.1"
    username: str = "lab"
    password: str = "lab"
    config: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    auth: tuple[str, ...] = AUTH_METHODS
    authorized_keys: tuple[str, ...] = ()
    legacy: bool = False
    login_seconds: float = 0.0
    rtt_ms: float = 0.0
    tls: str = "good"
    client_ca: str = ""


def load(source: str | Path | Mapping[str, Any], base: Path | None = None) -> list[DeviceSpec]:
    """All devices of a YAML file, or of the mapping that such a file holds; `count` is spelled out.

    base: where `config` and `authorized_keys` files are looked for; by default beside the file.
    SpecError names everything that is wrong.
    """
    if isinstance(source, Mapping):
        data: Any = source
    else:
        path = Path(source)
        base = base or path.parent
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SpecError([f"{path}: {error}"]) from error
    problems: list[str] = []
    if not isinstance(data, Mapping) or not isinstance(data.get("devices"), list) or not data["devices"]:
        raise SpecError(["the specification is a mapping with a list `devices` that has at least one device"])
    problems += [f"unknown key {key!r}" for key in data if key != "devices"]
    devices: list[DeviceSpec] = []
    for number, item in enumerate(data["devices"], 1):
        devices += _devices(number, item, base or Path("."), problems)
    _clashes(devices, problems)
    if problems:
        raise SpecError(problems)
    return devices


def _devices(number: int, item: object, base: Path, problems: list[str]) -> list[DeviceSpec]:
    if not isinstance(item, Mapping):
        problems.append(f"device {number}: a device is a mapping, not {type(item).__name__}")
        return []
    where = f"device {item.get('name', number)}"
    found = [f"{where}: {text}" for text in _check(item)]
    texts: dict[str, str] = {}
    if not found:
        texts = _texts(item, base, where, found)
    if found:
        problems += found
        return []
    return _copies(item, texts)


def _check(item: Mapping[Any, Any]) -> list[str]:
    found = [f"key {key!r} is missing" for key in ("name", "kind") if key not in item]
    kind = item.get("kind")
    own: Mapping[str, type] = {}
    if kind is not None and kind not in kinds.known():
        found.append(f"unknown kind {kind!r} (known: {', '.join(kinds.known())})")
    elif kind is not None:
        own = kinds.options_of(kind)
    for key, value in item.items():
        wanted = KEYS[key][0] if key in KEYS else own.get(key)
        if wanted is None:
            if kind in kinds.known():
                found.append(f"unknown key {key!r}")
        elif not _is(value, wanted):
            found.append(f"{key} must be {wanted.__name__}, not {type(value).__name__}")
        else:
            found += _value(key, value)
    if item.get("auth") == ["publickey"] and not item.get("authorized_keys"):
        found.append("auth: publickey alone needs authorized_keys")
    return found


def _is(value: object, wanted: type) -> bool:
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        return False


def _value(key: str, value: Any) -> list[str]:
    if key == "name" and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        return [f"name {value!r} is not a host name"]
    if key == "port" and not 0 <= value <= 65535:
        return [f"port {value} is not between 0 (any free one) and 65535"]
    if key == "address" and not _is_loopback(value):
        return [f"address {value!r} is not one of 127.0.0.0/8"]
    if key == "count" and value < 1:
        return ["count must be 1 or more"]
    if key in ("login_seconds", "rtt_ms") and value < 0:
        return [f"{key} must not be negative"]
    if key == "auth":
        return [
            f"auth: unknown method {name!r} (known: {', '.join(AUTH_METHODS)})"
            for name in value
            if name not in AUTH_METHODS
        ]
    if key == "authorized_keys":
        return [f"{key}: {line!r} is not text" for line in value if not isinstance(line, str)]
    if key == "tls" and value not in CERTIFICATES:
        return [f"tls: unknown certificate {value!r} (known: {', '.join(CERTIFICATES)})"]
    if key == "faults":
        return [text for fault in value for text in check_fault(fault)]
    return []


def _texts(item: Mapping[str, Any], base: Path, where: str, found: list[str]) -> dict[str, Any]:
    """What stands in files beside the spec: start state, public keys, the authority of clients."""
    config = item.get("config_text", "")
    keys: list[str] = []
    client_ca = item.get("client_ca", "")
    try:
        if item.get("config"):
            config = (base / item["config"]).read_text(encoding="utf-8")
        for key in item.get("authorized_keys", ()):
            keys.append(key if " " in key else (base / key).read_text(encoding="utf-8").strip())
        if client_ca not in ("", "lab") and "\n" not in client_ca:
            client_ca = (base / client_ca).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        found.append(f"{where}: {error}")
    return {"config": config, "authorized_keys": tuple(keys), "client_ca": client_ca}


def _copies(item: Mapping[str, Any], texts: dict[str, Any]) -> list[DeviceSpec]:
    plain = {
        key: item[key]
        for key in ("kind", "address", "username", "password", "legacy", "login_seconds", "rtt_ms", "tls")
        if key in item
    }
    if "auth" in item:
        plain["auth"] = tuple(item["auth"])
    count, port = item.get("count", 1), item.get("port", 0)
    names = numbered(item["name"], count)
    return [
        DeviceSpec(
            name=name,
            port=port + index if port else 0,
            options={key: value for key, value in item.items() if key not in KEYS},
            faults=Faults(item.get("faults", ())),
            **plain,
            **texts,
        )
        for index, name in enumerate(names)
    ]


def numbered(name: str, count: int) -> list[str]:
    """Names counted up: ``edge1`` × 3 is edge1, edge2, edge3; ``edge`` × 2 is edge1, edge2; ``r09`` × 2 is r09, r10."""
    if count == 1:
        return [name]
    stem, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()  # type: ignore[union-attr]
    first = int(digits) if digits else 1
    return [f"{stem}{first + index:0{len(digits)}d}" for index in range(count)]


def _clashes(devices: list[DeviceSpec], problems: list[str]) -> None:
    names: dict[str, int] = {}
    ports: dict[tuple[str, int], str] = {}
    for device in devices:
        names[device.name] = names.get(device.name, 0) + 1
        if device.port > 65535:
            problems.append(f"device {device.name}: port {device.port} is above 65535")
        where = device.address, device.port
        if device.port and where in ports:
            problems.append(f"device {device.name}: port {device.port} is also that of {ports[where]}")
        ports.setdefault(where, device.name)
    problems += [f"device {name}: the name is used {times} times" for name, times in names.items() if times > 1]
