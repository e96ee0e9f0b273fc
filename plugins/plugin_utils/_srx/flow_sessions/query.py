# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be asked of `show security flow session`, and the command line that asks it. Pure.

Filters and their ranges: YANG junos-es-rpc-security 24.4R1, get-flow-session-information. ``since`` is empty where the
vendor's older lists ("Monitoring Security Flow Sessions") already name the filter; a firewall that is older than a filter
refuses the command, which the task reports.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..._engine.problems import Problem
from ..._engine.rules import HOUSE, Finding, Rule, error, rule_table
from ..._engine.rules import problems as problems_of
from ..._engine.words.device_text import cut
from ..junos_cli import too_long, word
from .export import layout

COMMAND = "show security flow session"
YANG = "YANG junos-es-rpc-security 24.4R1"
Level = Literal["summary", "brief", "extensive"]
HIGHEST_ID = 2**64 - 1
MOST_KEPT = 100_000  # sessions that a result may hold; a file takes any number
KEPT = 1000  # sessions that the result of a filtered listing holds when the task does not say how many

# Names of get-flow-session-information's protocol; numbers go as well.
_PROTOCOL = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TAG = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}")


class Filter(NamedTuple):
    """kind: word | prefix | protocol | tag | flag | range | choice. bounds: of a range, and of the length of a word where it is known; choices: of a choice.

    since: from which list of the vendor it is, when not from all of them.
    """

    keyword: str
    kind: str
    bounds: tuple[int, int] = (0, 0)
    choices: tuple[str, ...] = ()
    since: str = ""


LONGEST_WORD = 255  # characters, where no source has a bound
_24 = "24.4R1"
_ADD_ONS = (
    "idp", "ssl", "tunnel", "nat", "services-offload", "resource-manager", "application-firewall",
    "application-traffic-control", "security-intelligence", "advanced-anti-malware", "anti-virus", "drop-flow",
    "content-filtering", "web-filtering",
)  # fmt: skip
_PORT = (1, 65535)
# Each with -more-than and -less-than. Seconds have a range in the list; that of counters is unverified.
_FIGURES = {
    "duration": (1, 100_000), "timeout": (1, 100_000), "curr": (1, 100_000),
    "packets": (1, 2**64 - 1), "bytes": (1, 2**64 - 1),
}  # fmt: skip

FILTERS: dict[str, Filter] = {
    "source_prefix": Filter("source-prefix", "prefix"),
    "destination_prefix": Filter("destination-prefix", "prefix"),
    "source_port": Filter("source-port", "range", _PORT),
    "destination_port": Filter("destination-port", "range", _PORT),
    "protocol": Filter("protocol", "protocol"),
    "application": Filter("application", "word"),
    "family": Filter("family", "choice", choices=("inet", "inet6")),
    "interface": Filter("interface", "word"),
    "policy_id": Filter("policy-id", "range", (1, 2**32 - 1), since=_24),
    "zone": Filter("zone", "word", (1, 63), since=_24),  # terraform-provider-junos
    "application_firewall_rule_set": Filter("application-firewall-rule-set", "word", since=_24),
    "application_traffic_control_rule_set": Filter("application-traffic-control-rule-set", "word", since=_24),
    "dynamic_application": Filter("dynamic-application", "word", since=_24),
    "dynamic_application_group": Filter("dynamic-application-group", "word", since=_24),
    "url_category": Filter("url-category", "word", since=_24),
    "logical_system": Filter("logical-system", "word", since=_24),
    "root_logical_system": Filter("root-logical-system", "flag", since=_24),
    "tenant": Filter("tenant", "word", since=_24),
    "all_logical_systems_tenants": Filter("all-logical-systems-tenants", "flag", since=_24),
    "conn_tag": Filter("conn-tag", "tag", since=_24),
    "vrf_group": Filter("vrf-group", "word", since=_24),
    "session_state": Filter("session-state", "choice", choices=("warm", "backup", "active-warm"), since=_24),
    "tunnel_inspection_type": Filter(
        "tunnel-inspection-type", "choice", choices=("vxlan", "gre", "ipip", "geneve"), since=_24
    ),
    "vxlan_vni": Filter("vxlan-vni", "range", (0, 2**24 - 1), since=_24),
    "geneve_vni": Filter("geneve-vni", "range", (0, 2**24 - 1), since=_24),
    "ha_link": Filter("ha-link", "flag", since=_24),
    "plugin_name": Filter("plugin-name", "word", since=_24),
    "plugin_status": Filter("plugin-status", "choice", choices=("interested", "ignore"), since=_24),
    **{
        f"{figure}_{side}_than": Filter(f"{figure}-{side}-than", "range", bounds, since=_24)
        for figure, bounds in _FIGURES.items()
        for side in ("more", "less")
    },
    "source_tenant": Filter("source-tenant", "word", since=_24),
    "destination_service": Filter("destination-service", "word", since=_24),
    "aging": Filter("aging", "flag", since=_24),
    "source_nat_pool": Filter("source-nat-pool", "word", since=_24),
    "nat_port_overload_index": Filter("nat-port-overload-index", "range", (0, 127), since=_24),
    "tunnel_info": Filter("tunnel-info", "flag", since=_24),
    "session_type": Filter("session-type", "choice", choices=("HTTP2-parent", "HTTP2-child"), since=_24),
    "encrypted": Filter("encrypted", "flag", since=_24),
    "add_on": Filter("", "choice", choices=_ADD_ONS),  # the keyword is the choice itself
}
# At most one of each group makes sense to the device.
_EXCLUSIVE = (("logical_system", "root_logical_system", "tenant", "all_logical_systems_tenants"),)
# Figures that do not narrow a listing down by themselves: these say where, not what.
_WHERE = frozenset({"all_logical_systems_tenants", "root_logical_system", "logical_system", "tenant"})

RULES: Mapping[str, Rule] = rule_table((
    error("Q1", "A listing needs a filter or a limit: a full table is millions of sessions (6,291,456 per SPU on SRX5000).", HOUSE),
    error("Q2", f"A filter takes the values that {YANG} gives it.", YANG),
    error("Q3", "Filters that exclude each other are not asked for together.", YANG),
    error("Q4", "A session by its identifier takes no filter, limit or page.", YANG),
    error("Q5", "What a summary does not hold is not asked of one.", YANG),
    error("Q6", "Options that only files, counts or checks use need one of those.", HOUSE),
    error("Q7", "A node is one of a chassis cluster.", "Juniper: show security flow session, option node"),
))  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What a task asks. limit: sessions to read, 0 for all of them, None when not said; aggregate, checks, dest: what is
    made of the listing beside the list itself; top: names of each aggregate. timeout: seconds; page_size: 0 for one answer."""

    level: Level = "summary"
    session_identifier: int | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    start_identifier: int | None = None
    node: str = ""
    aggregate: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    dest: str = ""
    page_size: int = 0
    top: int = 10
    timeout: int = 900

    @property
    def asked_level(self) -> Level:
        """What the device is asked for: brief listings name neither application nor NAT pool."""
        return "extensive" if self.checks or "application" in self.aggregate else self.level

    @property
    def lists(self) -> bool:
        return self.level != "summary" and self.session_identifier is None

    @property
    def narrow(self) -> bool:
        """Whether a filter selects sessions."""
        return any(name not in _WHERE for name, value in self.filters.items() if _given(value))

    @property
    def kept(self) -> int:
        """How many sessions the result may hold. A file takes them instead."""
        return 0 if self.dest else min(KEPT if self.limit is None else self.limit, MOST_KEPT)


def problems(query: Query) -> list[Problem]:
    """Everything that is wrong with a question, before anything is sent."""
    return problems_of(RULES, (*_filters(query), *_exclusive(query), *_scope(query)))


def no_cluster(node: str) -> list[Problem]:
    """A firewall that is no chassis cluster was asked for one of its nodes."""
    text = f"{node} was asked for, and this firewall is no chassis cluster"
    return problems_of(RULES, [Finding("Q7", "node", text, NO_CLUSTER)])


NO_CLUSTER = "No chassis cluster: leave `node` out"


def command(query: Query, start: int | None = None, count: int | None = None) -> str:
    """The command line, without pipes. start, count: the page, where the release knows pages. Raises ValueError."""
    words = [COMMAND]
    if query.session_identifier is not None:
        words += ["session-identifier", str(query.session_identifier)]
    else:
        for name, row in FILTERS.items():
            if _given(query.filters.get(name)):
                words += _words(row, query.filters[name])
        words += ["start-identifier", str(start)] if start is not None else []
        words += ["count", str(count)] if count is not None else []
        level = query.asked_level
        words += [level] if level != "brief" else []  # brief is what every release prints by itself
    words += ["node", query.node] if query.node else []
    return " ".join(words)


def _given(value: Any) -> bool:
    return value is not None and value is not False


def _words(row: Filter, value: Any) -> list[str]:
    if row.kind == "flag":
        return [row.keyword]
    text = word(str(value).strip())
    return [row.keyword, text] if row.keyword else [text]


def _filters(query: Query) -> Iterator[Finding]:
    for name, value in query.filters.items():
        if not _given(value):
            continue
        row = FILTERS.get(name)
        wrong = _WRONG[row.kind](row, value) if row else "there is no such filter"
        if wrong:
            yield Finding("Q2", f"filter.{name}", f"{cut(repr(value), LONGEST_WORD)}: {wrong}", RULES["Q2"].text)


def _exclusive(query: Query) -> Iterator[Finding]:
    for group in _EXCLUSIVE:
        given = [name for name in group if _given(query.filters.get(name))]
        if len(given) > 1:
            yield Finding("Q3", "filter", f"{', '.join(given)} exclude each other", "Ask for one of them.")
    for figure in _FIGURES:
        more, less = (query.filters.get(f"{figure}_{side}_than") for side in ("more", "less"))
        if more is not None and less is not None and more >= less - 1:
            message = f"nothing is more than {more} and less than {less}"
            yield Finding("Q3", f"filter.{figure}_more_than", message, "Raise the one or lower the other.")


def _scope(query: Query) -> Iterator[Finding]:
    made = [
        name for name, given in (("aggregate", query.aggregate), ("check", query.checks), ("dest", query.dest)) if given
    ]
    narrowing = [name for name in ("limit", "start_identifier") if getattr(query, name) is not None]
    yield from _numbers(query)
    if query.session_identifier is not None:
        given = [name for name, value in query.filters.items() if _given(value)]
        if given or narrowing:
            message = f"does not go with {', '.join([*narrowing, *(f'filter.{name}' for name in given)])}"
            yield Finding("Q4", "session_identifier", message, RULES["Q4"].text)
        return
    if query.level == "summary":
        if made or narrowing:
            remedy = "Set level: brief or level: extensive to read sessions."
            yield Finding("Q5", "level", f"a summary has no sessions for {', '.join([*made, *narrowing])}", remedy)
        return
    yield from _bounded(query, made)


def _bounded(query: Query, made: list[str]) -> Iterator[Finding]:
    if query.limit is None and not query.narrow:
        remedy = "Give a filter, or a limit; limit: 0 reads the whole table into dest, aggregate or check."
        yield Finding(
            "Q1", "level", f"{query.level} without a filter or a limit lists the whole table", f"{RULES['Q1']} {remedy}"
        )
    elif query.limit == 0 and not made:
        remedy = "Give dest, aggregate or check, or a limit above 0."
        yield Finding("Q6", "limit", "0 reads all sessions and returns none of them", remedy)
    elif query.limit is not None and query.limit > MOST_KEPT and not made:
        yield Finding(
            "Q6",
            "limit",
            f"{query.limit} sessions are too many for a result",
            f"At most {MOST_KEPT}; dest takes any number.",
        )


_NUMBERS = {
    "session_identifier": (1, HIGHEST_ID), "start_identifier": (1, HIGHEST_ID), "limit": (0, 2**32 - 1),
    "top": (1, 10_000), "timeout": (1, 86_400), "page_size": (0, 100_000),
}  # fmt: skip


def _numbers(query: Query) -> Iterator[Finding]:
    for name, (lowest, highest) in _NUMBERS.items():
        value = getattr(query, name)
        if value is not None and not lowest <= value <= highest:
            yield Finding("Q2", name, f"{value} is not within {lowest}..{highest}", RULES["Q2"].text)
    if query.dest:
        try:
            layout(query.dest)
        except ValueError as error:
            yield Finding("Q6", "dest", str(error), "Its suffix says how it is written.")


def _range(row: Filter, value: Any) -> str:
    lowest, highest = row.bounds
    return "" if str(value).isdecimal() and lowest <= int(value) <= highest else f"not within {lowest}..{highest}"


def _prefix(_row: Filter, value: Any) -> str:
    try:
        ipaddress.ip_interface(str(value))
    except ValueError:
        return "neither an address nor a prefix"
    return ""


def _protocol(_row: Filter, value: Any) -> str:
    text = str(value)[:40]
    if text.isascii() and text.isdecimal():
        return "" if int(text) <= 255 else "not within 0..255"
    return "" if _PROTOCOL.fullmatch(text) else "neither a number nor a name of a protocol"


def _tag(_row: Filter, value: Any) -> str:
    text = str(value)
    fits = _TAG.fullmatch(text) and int(text, 0 if text.startswith("0x") else 10) < 2**32
    return "" if fits else "not within 0..4294967295"


def _choice(row: Filter, value: Any) -> str:
    return "" if value in row.choices else f"none of {', '.join(row.choices)}"


def _word(row: Filter, value: Any) -> str:
    text = str(value).strip()
    if wrong := too_long(text, row.bounds[1] or LONGEST_WORD):
        return wrong
    try:
        word(text)
    except ValueError as error:
        return str(error)
    return ""


_WRONG: dict[str, Callable[[Filter, Any], str]] = {
    "range": _range,
    "prefix": _prefix,
    "protocol": _protocol,
    "tag": _tag,
    "choice": _choice,
    "word": _word,
    "flag": lambda _row, value: "" if value is True else "true or false",
}
