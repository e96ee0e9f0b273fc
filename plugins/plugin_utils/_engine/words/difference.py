# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two states for `--diff`: a line a thing (a source, a policy, a filter), so that a removed line is the removed thing. Pure.

A thing that holds other things (a session with its sources) is a difference of its own, with its name in the header: Ansible shows
three lines around a change, and the name may be further away.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .device_text import escaped

# As a file of variables has them without quotes; the words that YAML takes for something else have quotes.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def differences(host: str, before: Any, after: Any) -> list[dict[str, str]]:
    """What Ansible shows with `--diff`, one entry for each thing that differs; nothing where nothing does.

    before, after: plain data, as a wing shows its state; None where it is not known.

    >>> one = {"name": "ids", "sources": [{"interface": "Te0/0/0/1"}, {"interface": "Te0/0/0/2"}]}
    >>> (shown,) = differences("edge1", {"sessions": [one]}, {"sessions": [{**one, "sources": one["sources"][:1]}]})
    >>> shown["before_header"], shown["before"].splitlines()[-1]
    ('edge1 sessions[ids]', '  - {interface: Te0/0/0/2}')
    """
    old, new = _parts(before, after)
    labels = dict.fromkeys((*old, *new))
    return [
        {
            "before_header": f"{host} {label}".strip(),
            "after_header": f"{host} {label}".strip(),
            "before": old.get(label, ""),
            "after": new.get(label, ""),
        }
        for label in sorted(labels, key=bool)  # what has no name first, the rest in its order
        if old.get(label, "") != new.get(label, "")
    ]


def flow(value: Any) -> str:
    """Plain data in one line of YAML.

    >>> flow({"interface": "Te0/0/0/1", "port_level": True, "acl": "1", "ports": [1, 2]})
    '{interface: Te0/0/0/1, port_level: true, acl: "1", ports: [1, 2]}'
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return escaped(json.dumps(value, ensure_ascii=False, default=str))


def _parts(before: Any, after: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Per state a text for each label, cut at the same places in both; the label "" is what has no name."""
    deep: dict[str, tuple[Any, Any]] = {}
    rest: list[Any] = []
    for state, other in ((before, after), (after, before)):
        if isinstance(state, Mapping):
            shallow = {}
            for key, item in state.items():
                sibling = other.get(key) if isinstance(other, Mapping) else None
                if _is_deep(item) or _is_deep(sibling):
                    deep[str(key)] = (_of(before, key), _of(after, key))
                else:
                    shallow[key] = item
            rest.append(shallow or None)
        elif _is_deep(state) or _is_deep(other):
            deep[""] = (before, after)
            rest.append(None)
        else:
            rest.append(state)
    texts: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for text, state in zip(texts, rest, strict=True):
        if state is not None:
            text[""] = _text(state)
    for key, pair in deep.items():
        names = _named(key, *pair)
        for text, items in zip(texts, names, strict=True):
            text.update({label: _text(item) for label, item in items.items()})
    return texts


def _of(state: Any, key: Any) -> Any:
    return state.get(key) if isinstance(state, Mapping) else None


def _things(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value)


def _is_deep(value: Any) -> bool:
    """Whether it holds things that hold things: a list of sessions with sources, a target with images."""
    if isinstance(value, Mapping):
        return any(map(_things, value.values()))
    return _things(value) and any(_is_deep(item) for item in value if isinstance(item, Mapping))


def _named(key: str, *states: Any) -> Iterator[dict[str, Any]]:
    """Per state the things by their labels, ``sessions[ids]``; a name that is there twice gets a second word."""
    lists = [[item for item in state or () if isinstance(item, Mapping)] if _things(state) else [] for state in states]
    twice = {name for items in lists for name, times in Counter(_name(item, 1) for item in items).items() if times > 1}
    for state, items in zip(states, lists, strict=True):
        if isinstance(state, Mapping):
            yield {key: state}
            continue
        found: dict[str, Any] = {}
        for item in items:
            name = _name(item, 1)
            label = f"{key}[{_name(item, 2) if name in twice else name}]"
            while label in found:
                label += "+"
            found[label] = item
        yield found


def _name(item: Mapping[str, Any], words: int) -> str:
    """Its name and so many further words that say what it is."""
    scalars = [str(value) for key, value in item.items() if key != "name" and isinstance(value, str | int)]
    named = [str(item["name"])] if "name" in item else []
    return " ".join([*named, *scalars][:words])


def _text(state: Any) -> str:
    return "".join(f"{line}\n" for line in _lines(state))


def _lines(state: Any) -> Iterator[str]:
    if not isinstance(state, Mapping):
        items: Sequence[Any] = state if isinstance(state, list | tuple) else [state]
        yield from (f"- {flow(item)}" for item in items)
        return
    for key, item in state.items():
        if isinstance(item, list | tuple):
            yield f"{_scalar(key)}:"
            yield from (f"  - {flow(each)}" for each in item)
        else:
            yield f"{_scalar(key)}: {flow(item)}"
