# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs by pygrok, one pattern a message as Logstash has them. Usage: rt_flow_grok.py shipped|anchored FILE [FIELDS].

The header is Logstash's own SYSLOG5424 pattern; what not every release and every relay writes is optional. shipped: not anchored, as the RT_FLOW
patterns that come with Logstash; anchored: the same patterns with ^ in front, which makes lines of other messages fail at once.
Prints how many lines and bytes were counted; writes the fields to FIELDS, a JSON object a line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from pygrok import Grok

HEAD = (
    r"(?:%{SYSLOG5424PRI})?%{NONNEGINT} +(?:%{TIMESTAMP_ISO8601:time}|-) +(?:%{HOSTNAME:host}|-) +(?:%{WORD}|-) +(?:%{WORD}|-) +"
    r"%{TAG:tag} +\[(?:%{SDID} )?"
)
# In their order; a key that stands in brackets is optional.
ENDS = "source-address source-port destination-address destination-port"
NAT = "nat-source-address nat-source-port nat-destination-address nat-destination-port"
RULES = "[nat-connection-tag] [src-nat-rule-type] src-nat-rule-name [dst-nat-rule-type] dst-nat-rule-name"
ZONES = "policy-name source-zone-name destination-zone-name"
SESSION = "[session-id-32] [session-id]"
COUNTS = "packets-from-client bytes-from-client packets-from-server bytes-from-server elapsed-time"
CATEGORY = "[application-category] [application-sub-category] [application-risk] [application-characteristics]"
PEERS = (
    "[secure-web-proxy-session-type] [peer-session-id] [peer-source-address] [peer-source-port] [peer-destination-address]"
    " [peer-destination-port] [hostname]"
)
USER = "[username] [roles] [packet-incoming-interface]"
SYSTEM = "[logical-system-name]"
GROUPS = "[src-vrf-grp] [dst-vrf-grp]"
TUNNEL = "[tunnel-inspection] [tunnel-inspection-policy-set]"
TENANT = "[source-tenant] [destination-service]"
CONTEXT = "[dst-identity-context-name] [dst-identity-context-roles]"
TAGS = "[gbp-src-tag] [gbp-dst-tag] [forwarded-for]"
LAST = "[url-host] [url-cat] [url-risk] [src-vrf] [dst-vrf]"
APPTRACK = (
    "[profile-name] [rule-name] [routing-instance] [destination-interface-name] [uplink-incoming-interface-name] [uplink-tx-bytes] [uplink-rx-bytes]"
    " [category] [sub-category] [apbr-policy-name] [multipath-rule-name] [src-vrf-grp] [dst-vrf-grp] [dscp-value] [apbr-rule-type]"
)
MESSAGES = {
    "RT_FLOW_SESSION_CREATE": (
        f"{SYSTEM} {ENDS} [connection-tag] service-name {NAT} {RULES} protocol-id {ZONES} {SESSION} {USER} [application] [nested-application]"
        f" [encrypted] {CATEGORY} {GROUPS} {TUNNEL} {TENANT} {CONTEXT} {TAGS} {LAST}"
    ),
    "RT_FLOW_SESSION_CLOSE": (
        f"{SYSTEM} reason {ENDS} [connection-tag] service-name {NAT} {RULES} protocol-id {ZONES} {SESSION} {COUNTS} [application]"
        f" [nested-application] {USER} [encrypted] {CATEGORY} {PEERS} {GROUPS} {TUNNEL} [session-flag] {TENANT} [user-type] {CONTEXT}"
        f" {TAGS} {LAST}"
    ),
    "RT_FLOW_SESSION_DENY": (
        f"{SYSTEM} {ENDS} [connection-tag] service-name protocol-id icmp-type {ZONES} [application] [nested-application] {USER} [encrypted]"
        f" [reason] {SESSION} {CATEGORY} {GROUPS} {TENANT} [user-type] {CONTEXT} [source-country] [destination-country] {TAGS} {LAST}"
    ),
    "APPTRACK_SESSION_(?:CREATE|CLOSE|VOL_UPDATE|ROUTE_UPDATE)": (
        f"{SYSTEM} [reason] {ENDS} service-name application nested-application {NAT} src-nat-rule-name dst-nat-rule-name protocol-id {ZONES}"
        f" {SESSION} [packets-from-client] [bytes-from-client] [packets-from-server] [bytes-from-server] [elapsed-time] [username] [roles] [encrypted]"
        f" {APPTRACK}"
    ),
}
NUMBERS = re.compile(
    r"(?:session-id.*|.*-(?:port|time|id)|.*connection-tag|application-risk|(?:packets|bytes)-.*|icmp-type)"
)


def pattern(keys: str) -> str:
    """Documents print curly quotes in places, so quotes are either."""
    parts = []
    for word in keys.split():
        key = word.strip("[]")
        kind = "IP" if key.endswith("address") else "INT" if NUMBERS.fullmatch(key) else "DATA"
        field = f"%{{{kind}:{key.replace('-', '_')}{':int' if kind == 'INT' else ''}}}"
        pair = f'{key}=["\u201c]{field}["\u201d] ?'
        parts.append(f"(?:{pair})?" if word != key else pair)
    return "".join(parts)


def matchers(style: str) -> list[Grok]:
    """One a message, tried in turn, as a list in `match => { "message" => [...] }` is."""
    head = {"shipped": HEAD, "anchored": f"^{HEAD}"}[style]
    return [
        Grok(rf"{head}{pattern(keys)}\]", custom_patterns={"TAG": f"{tag}(?:_LS)?", "SDID": r"[^\s=]+"})
        for tag, keys in MESSAGES.items()
    ]


def fields(groks: list[Grok], line: str) -> dict[str, object]:
    for grok in groks:
        found = grok.match(line)
        if found:
            return found
    sys.exit(f"no pattern fits: {line}")


def main() -> None:
    style, name, *output = sys.argv[1:]
    lines = octets = 0
    groks = matchers(style)
    with Path(name).open(encoding="utf-8", newline="\n") as file:
        if output:
            with Path(output[0]).open("w", encoding="utf-8") as target:
                target.writelines(json.dumps(fields(groks, line)) + "\n" for line in file)
        else:
            for line in file:
                record = fields(groks, line)
                lines += 1
                octets += record.get("bytes_from_client") or 0
    print("done", lines, octets)


if __name__ == "__main__":
    main()
