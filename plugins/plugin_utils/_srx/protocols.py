# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and numbers of protocols and services, as the Junos command line knows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# IANA protocol numbers with the names that Junos prints (YANG junos-es-rpc-security 24.4R1, get-flow-session-information).
PROTOCOLS: Mapping[str, int] = {
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "egp": 8, "udp": 17, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
    "icmp6": 58, "ospf": 89, "pim": 103, "sctp": 132,
}  # fmt: skip
MAX_DIGITS = 10
_NAMES = {number: name for name, number in PROTOCOLS.items()}

# Keywords that port options of Junos take (Juniper: edit security flow; YANG conf-security 24.4).
SERVICES: Mapping[str, int] = {
    "afs": 1483, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "cmd": 514, "cvspserver": 2401, "dhcp": 67, "domain": 53,
    "eklogin": 2105, "ekshell": 2106, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "http": 80, "https": 443,
    "ident": 113, "imap": 143, "kerberos-sec": 88, "klogin": 543, "kpasswd": 761, "krb-prop": 754, "krbupdate": 760,
    "kshell": 544, "ldap": 389, "ldp": 646, "login": 513, "mobileip-agent": 434, "mobilip-mn": 435, "msdp": 639,
    "netbios-dgm": 138, "netbios-ns": 137, "netbios-ssn": 139, "nfsd": 2049, "nntp": 119, "ntalk": 518, "ntp": 123, "pop3": 110,
    "pptp": 1723, "printer": 515, "radacct": 1813, "radius": 1812, "rip": 520, "rkinit": 2108, "smtp": 25, "snmp": 161,
    "snmptrap": 162, "snpp": 444, "socks": 1080, "ssh": 22, "sunrpc": 111, "syslog": 514, "tacacs": 49, "tacacs-ds": 65,
    "talk": 517, "telnet": 23, "tftp": 69, "timed": 525, "who": 513, "xdmcp": 177,
}  # fmt: skip


def protocol_name(text: str) -> str:
    """The name of a protocol where it has one, else its number; raises ValueError for what is neither.

    >>> protocol_name("6"), protocol_name("TCP"), protocol_name("254")
    ('tcp', 'tcp', '254')
    """
    word = text.strip().lower()
    if word in PROTOCOLS:
        return word
    if word.isascii() and word.isdecimal() and len(word) <= MAX_DIGITS and int(word) < 256:
        return _NAMES.get(int(word), str(int(word)))
    raise ValueError(f"{text[:40]!r} is neither a number from 0 to 255 nor one of {', '.join(PROTOCOLS)}")


def port_number(text: str) -> int:
    """A port from its number or the keyword of a service; raises ValueError.

    >>> port_number("https"), port_number("8443")
    (443, 8443)
    """
    word = text.strip().lower()
    if word in SERVICES:
        return SERVICES[word]
    if word.isascii() and word.isdecimal() and len(word) <= MAX_DIGITS and 0 < int(word) < 65536:
        return int(word)
    raise ValueError(f"{text[:40]!r} is neither a port from 1 to 65535 nor the keyword of a service")
