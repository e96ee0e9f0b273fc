# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sensor's web server answers: the version of the transaction server, and events of SDEE. Pure, never raises but ValueError.

Paths of the version: the Nagios plugin check_cisco_idps, which reads them. The values of a licence's status are in no public source
(unverified), so they are shown as they are. SDEE: SOAP 1.2, with namespaces that differ by release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..moments import utc

try:
    import xmltodict  # type: ignore[import-untyped]
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

LARGEST = 4 << 20  # characters of an answer
MOST = 500  # events of an answer; a sensor gives no more at a time
DEEPEST = 40
GET_VERSION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><request><getVersion/></request>'

_NOT_XML = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def version(text: str) -> dict[str, Any]:
    """platform, license and applications. Raises ValueError with the sensor's words where the answer is an error, or no answer."""
    tree = _tree(text)
    failed = _child(tree, "error")
    if failed is not None:
        raise ValueError(f"the transaction server answered: {' '.join(_words(failed)) or 'an error'}")
    answer = _find(tree, "respGetVersion")
    if not isinstance(answer, Mapping):
        raise ValueError("the transaction server did not answer with a version")
    license_key = _find(answer, "licenseKey")
    return {
        "platform": _text(_find(answer, "platform")) or None,
        "license": {
            "status": _text(_find(license_key, "status")) or None,
            "expires": _nanoseconds(_text(_find(license_key, "expirationTime"))),
        },
        "applications": [
            {"name": _text(_find(item, "name")), "running": _text(_find(item, "executionState")).lower() == "running"}
            for item in _listed(_find(_find(answer, "applications"), "application"))
        ],
    }


def subscription(text: str) -> str:
    """The id of a subscription that was opened. Raises ValueError with the sensor's words."""
    found = _text(_find(_soap(text), "subscriptionId"))
    if not re.fullmatch(r"[\w.:-]{1,100}", found):
        raise ValueError("the SDEE server gave no id of a subscription")
    return found


def events(text: str) -> list[dict[str, Any]]:
    """Events of an answer, those that tell of the sensor itself: kind, what, time (ISO 8601, UTC) and the words in it.

    Raises ValueError with the sensor's words.
    """
    found = []
    body = _find(_soap(text), "events")
    for kind in ("evStatus", "evError"):
        for item in _listed(_child(body, kind))[:MOST]:
            found.append(_event(kind, item))
    return sorted(found, key=lambda event: event["time"] or "")


def remaining(text: str) -> int:
    """How many events the server still has for a subscription."""
    digits = _text(_find(_soap(text), "remaining-events"))
    return int(digits) if re.fullmatch(r"\d{1,9}", digits) else 0


def _event(kind: str, item: Any) -> dict[str, Any]:
    known = {"originator", "time", "vendor", "eventId", "severity"}
    what = (
        [_local(name) for name in item if not name.startswith(("@", "#")) and _local(name) not in known]
        if isinstance(item, Mapping)
        else []
    )
    time = _find(item, "time")
    return {
        "kind": kind,
        "what": what[0] if what else "",
        "time": _nanoseconds(_text(time)),
        "words": list(_words({name: value for name, value in item.items() if _local(name) in what}))[:20]
        if what
        else [],
    }


def _soap(text: str) -> Any:
    tree = _tree(text)
    fault = _find(tree, "Fault")
    if fault is not None:
        raise ValueError(f"the SDEE server answered: {' '.join(_words(_find(fault, 'Reason') or fault)) or 'a fault'}")
    return tree


def _tree(text: str) -> Any:
    if MISSING is not None:
        raise ValueError(f"XML cannot be read without the package xmltodict ({MISSING})")
    if len(text) > LARGEST or _NOT_XML.search(text):
        raise ValueError("an answer that is too large, or defines entities")
    try:
        return xmltodict.parse(text)
    except Exception as error:  # expat's own error, and what deep nesting and odd names bring
        raise ValueError(f"an answer that is not XML: {error}") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _child(tree: Any, name: str) -> Any:
    if not isinstance(tree, Mapping):
        return None
    return next((value for key, value in tree.items() if _local(key) == name), None)


def _find(tree: Any, name: str, depth: int = 0) -> Any:
    """The first element of that name, whatever its namespace; the nearest one first."""
    if depth > DEEPEST:
        return None
    if isinstance(tree, list):
        return next((found for item in tree if (found := _find(item, name, depth + 1)) is not None), None)
    if not isinstance(tree, Mapping):
        return None
    here = _child(tree, name)
    if here is not None:
        return here
    below = (_find(value, name, depth + 1) for key, value in tree.items() if not key.startswith(("@", "#")))
    return next((found for found in below if found is not None), None)


def _listed(found: Any) -> list[Any]:
    if found is None:
        return []
    return list(found) if isinstance(found, list) else [found]


def _text(found: Any) -> str:
    if isinstance(found, Mapping):
        found = found.get("#text")
    return found.strip() if isinstance(found, str) else ""


def _words(tree: Any, depth: int = 0) -> Iterator[str]:
    """All text of a tree, without attributes."""
    if depth > DEEPEST:
        return
    if isinstance(tree, str):
        yield tree.strip()
    elif isinstance(tree, list):
        for item in tree:
            yield from _words(item, depth + 1)
    elif isinstance(tree, Mapping):
        for name, value in tree.items():
            if not name.startswith("@"):
                yield from _words(value, depth + 1)


def _nanoseconds(digits: str) -> str | None:
    """Nanoseconds since 1970, as sensors count, as ISO 8601; None for anything else.

    >>> _nanoseconds("1785542400000000000")
    '2026-08-01T00:00:00Z'
    """
    if not re.fullmatch(r"\d{10,20}", digits):
        return None
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(digits.ljust(19, "0")) // 10**9)
    except OverflowError:
        return None
    return utc(moment)
