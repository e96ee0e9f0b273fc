# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an update does not apply to a sensor. Pure.

Where Security Manager has a text for a case, that is the message, word for word; it has them only for "some of the instances".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from ..._engine.problems import Problem
from ..._engine.rules import Finding, error, problems, rule_table, warning
from ..packages import Package, parse_package
from ..versions import Release, SignatureLevel, Version
from .model import Request, SensorState, Stock, fits
from .path import way
from .signatures import between
from .tuning import Tuning, is_action

INAPPLICABLE = "Selected package is inapplicable"
SNMP = (
    "Selected upgrade is not recommended. Unassign the SNMP policy on the device and deploy it to continue with the "
    "upgrade to 7.3.1"
)
THREAT_PROFILE = "Currently applied threat profile is not applicable to this signature version"

CSM = "Security Manager 4.4 user guide, Manually Applying IPS Updates"
CSM_UPDATES = "Security Manager 4.4 user guide, Managing IPS Updates"
INSTALL = "Cisco IPS 7.0 installation guide, IPS Software Versioning"
NOTES_60 = "Release notes for Cisco IPS 6.0(3)E1, IPS Software Versioning"
NOTES_51 = "Release notes for Cisco IPS 5.1(7)E1, IPS Software Versioning"
CLI_71 = "Cisco IPS 7.1 CLI guide, Upgrading the Sensor"
FN64080 = "Cisco field notice FN64080"

RULES = rule_table(
    (
        error("U12", "Signature updates are for IPS 5.1(4) and higher", CSM_UPDATES),
        error("U13", "The clock of the sensor is within the dates of the server's certificate", CSM_UPDATES),
        error("U19", "The package is not lower than what the sensor runs", CSM),
        error("U20", "7.2(2) with an SNMP policy is not updated to 7.3(1)", CSM),
        error("U21", "The signature update contains the threat profiles that the sensor applies", CSM),
        error("U22", "The engine package that a signature update needs is at hand", CSM),
        error("U23", "A sensor update is for the engine that the sensor runs", CSM),
        error("U24", "An engine is raised by a signature update, on the release that the engine package requires", CSM),
        error("U25", "No major update is left out", f"{CSM}; {CLI_71} says that 7.1(1) takes 5.1(6)", overridable=True),
        error("U28", "Only the signature update that was installed last can be reverted", CSM_UPDATES),
        error("U29", "The package is for the platform of the sensor", f"{CSM}; {INSTALL}"),
        error("U41", "The package is one that a sensor installs", INSTALL),
        error("U42", "What the sensor runs is known", "this collection"),
        error("U43", "A patch is for the service pack that the sensor runs", NOTES_51),
        error("U44", "A sensor needs a license for signature updates", "IDM 7.1 user guide, Obtaining Software"),
        error("U45", "The release of the sensor trusts a server with a SHA-2 certificate", FN64080, overridable=True),
        error("U46", "The sensor runs the least release that an update starts from", f"{CLI_71}; {NOTES_60}"),
        warning("U47", "A service pack follows its major or minor version", NOTES_60),
        warning("U48", "All applications of the sensor run before an update", "this collection"),
        error("U49", "Cisco IOS IPS is another product and is never touched", "this collection"),
        error("U50", "The package is at hand", "this collection"),
        error("U51", "Tuned are only signatures that the update brings or changes", CSM),
        error("U54", "There is a package for every step of max_levels_per_step", "this collection"),
    )
)

# Releases that do not trust update servers with SHA-2 certificates; its list is complete.
_AFFECTED = ((6, 2, range(1, 3)), (7, 0, range(2, 10)), (7, 1, range(1, 12)), (7, 2, range(1, 3)), (7, 3, range(1, 6)))
NO_SHA2 = frozenset(Release(major, minor, pack) for major, minor, packs in _AFFECTED for pack in packs) | {
    Release(7, 0, 5, repackage="a")
}

# The release that must run before another one can be installed: "The 7.1(1) major update is used to upgrade 5.1(6) and later",
# "Major update 6.0(1) requires 5.x".
LEAST: Mapping[Release, Release] = MappingProxyType(
    {Release(7, 1, 1): Release(5, 1, 6), Release(6, 0, 1): Release(5, 0, 0)}
)
FIRST_WITH_SIGNATURES = Release(5, 1, 4)
SNMP_FROM, SNMP_TO = Release(7, 2, 2), Release(7, 3, 1)
CLOCKS_APART = 300.0  # seconds between the clocks of the sensor and of the controller that are worth a warning

LICENSED = ("valid", "trial")


def check(state: SensorState, request: Request, stock: Stock) -> list[Problem]:
    """Everything that keeps a sensor from a package, or that is to be known before."""
    return problems(RULES, _check(state, request, stock))


def reason(found: list[Problem]) -> str:
    """Why Security Manager would show the sensor greyed out: the first error; "" where there is none."""
    return next((each.message for each in found if each.severity == "error"), "")


def _check(state: SensorState, request: Request, stock: Stock) -> Iterator[Finding]:
    package = request.package
    if not package.installable:
        yield _not_for_a_sensor(package)
        return
    if package.kind == "engine":
        remedy = f"Name a signature update that requires E{package.engine}: it brings the engine package with it."
        yield Finding("U24", "package", f"{package.name} is an engine package, which is not selected by itself", remedy)
        return
    if not request.present:
        yield from _revert(state, package)
        return
    if state.version is None or (package.kind == "signature" and state.signature is None):
        what = "signature level" if state.version else "version"
        yield Finding("U42", "sensor", f"the {what} of the sensor is not known", "See what `show version` prints.")
        return
    yield from _platform(state, package)
    if state.has(package):
        return
    if package.kind == "signature":
        yield from _signature(state, request, stock, state.version)
    else:
        yield from _release(state, package, state.version)
    yield from _way_there(state, request)


def _not_for_a_sensor(package: Package) -> Finding:
    if package.manager:
        text = f"{package.name} is a file for Security Manager"
        return Finding("U41", "package", text, "Take the .pkg file of the same level.")
    text = f"{package.name} re-images a sensor, which removes its configuration"
    return Finding("U41", "package", text, "Take the file of the update: its name has neither -sys- nor -r-.")


def _revert(state: SensorState, package: Package) -> Iterator[Finding]:
    if package.kind != "signature":
        yield Finding("U28", "package", f"{package.name} is no signature update", "Only these are reverted.")
    elif state.signature is None:
        yield Finding(
            "U42", "sensor", "the signature level of the sensor is not known", "See what `show version` prints."
        )
    elif package.signature is not None and state.signature > package.signature:
        text = f"the sensor runs {state.signature}, which was installed after {package.signature}"
        yield Finding("U28", "package", text, f"Revert {state.signature} first.")
    elif state.has(package) and not state.history:
        text = "the sensor does not tell its upgrade history, so what `downgrade` would remove is not known"
        yield Finding("U28", "package", text, "See what `show version` prints, and revert it on the sensor itself.")
    elif state.has(package) and state.history[-1] != package.stem:
        text = f"{state.history[-1]} was installed last, and `downgrade` would remove that"
        yield Finding("U28", "package", text, "A signature update can be reverted until another package is installed.")


def _platform(state: SensorState, package: Package) -> Iterator[Finding]:
    suits = fits(package, state.row)
    if suits is None:
        shown = state.platform or "nothing"
        text = f"{package.name} is for {package.platform}, and the platform of the sensor is not known ({shown})"
        yield Finding("U29", "package", text, "Take a package without a platform in its name.")
    elif not suits:
        own = " or ".join(sorted(state.row.identifiers))
        text = f"{package.name} is for {package.platform}, and the sensor is {state.platform}"
        yield Finding("U29", "package", text, f"Take the package with {own} in its name.")


def _signature(state: SensorState, request: Request, stock: Stock, version: Version) -> Iterator[Finding]:
    package = request.package
    if version.release < FIRST_WITH_SIGNATURES:
        text = f"signature updates are for IPS 5.1(4) and higher, and the sensor runs {version}"
        yield Finding("U12", "package", text, "Update its software first.")
    if package.signature is not None and state.signature is not None and package.signature < state.signature:
        yield Finding("U19", "package", INAPPLICABLE, f"The sensor runs {state.signature} already.")
        return
    if package.requires is not None and version.release < package.requires:
        text = f"{package.name} requires {package.requires}, and the sensor runs {version}"
        yield Finding("U46", "package", text, "Update its software first.")
    yield from _engine_and_levels(state, request, stock)
    yield from _threat_profile(state, request, stock)
    if state.licence == "unknown":
        yield Finding("U44", "sensor", "whether the sensor has a license is not known", warning=True)
    elif state.licence not in LICENSED:
        had = {"none": "has none", "expired": "has an expired one"}.get(state.licence, "has an invalid one")
        text = f"a signature update needs a license, and the sensor {had}"
        yield Finding("U44", "sensor", text, "Renew it with ips_license.")


def _engine_and_levels(state: SensorState, request: Request, stock: Stock) -> Iterator[Finding]:
    package, found = request.package, way(state, request, stock)
    need = f"{package.name} requires the engine E{package.engine}, and the sensor runs {state.version}"
    if found.missing == "engine":
        text = f"{need}; no package of that engine is at hand"
        yield Finding("U22", "package", text, f"Download IPS-engine-E{package.engine}-req-... for its release.")
    elif found.missing == "engine_release":
        text = f"{need}; the engine packages at hand require another release"
        yield Finding("U24", "package", text, "Update the software of the sensor to a release of such a package.")
    elif found.missing == "level":
        text = f"there is no package within {request.most_levels} levels above {found.at}"
        yield Finding("U54", "max_levels_per_step", text, "Download one, or raise max_levels_per_step.")


def _threat_profile(state: SensorState, request: Request, stock: Stock) -> Iterator[Finding]:
    if not state.threat_profiles:
        return
    held = stock.get(request.package.name)
    contained = held.threat_profiles if held else None
    remedy = "Remove the threat profile, then update."
    if contained is None:
        text = f"whether {request.package.name} contains the threat profile of the sensor is not known"
        yield Finding("U21", "package", text, remedy, warning=True)
    elif not set(state.threat_profiles) <= set(contained):
        yield Finding("U21", "package", THREAT_PROFILE, remedy)


def _release(state: SensorState, package: Package, version: Version) -> Iterator[Finding]:
    target, release = package.release, version.release
    if target is None:
        return
    step = release.step_to(target)
    if step == "backwards":
        yield Finding("U19", "package", INAPPLICABLE, f"The sensor runs {version} already.")
        return
    if package.engine is not None and version.engine is not None and package.engine != version.engine:
        remedy = "Take the package for that engine, or raise the engine with a signature update first."
        text = f"{package.name} is for sensors with the engine E{package.engine}, and the sensor runs {version}"
        yield Finding("U23", "package", text, remedy)
    if package.kind == "patch" and target.base != release.base:
        text = f"the patch {target} requires {target.base}, and the sensor runs {version}"
        yield Finding("U43", "package", text, f"Update it to {target.base} first.")
        return
    if target.major > release.major + 1:
        left_out = ", ".join(f"{major}.0(1)" for major in range(release.major + 1, target.major))
        text = f"all major updates must be applied, and this one leaves out {left_out}"
        yield Finding("U25", "package", text, "Apply them one after the other.")
    least = LEAST.get(target.base)
    if least is not None and release < least:
        yield Finding(
            "U46", "package", f"{target} requires {least}, and the sensor runs {version}", f"Update to {least} first."
        )
    if step in ("major", "minor") and target.service_pack > 1:
        text = f"{target} is a service pack of {target.major}.{target.minor}, and the sensor runs {version}"
        yield Finding("U47", "package", text, "See in its readme which releases it can be installed on.")
    yield from _snmp(state, target, release)


def _snmp(state: SensorState, target: Release, release: Release) -> Iterator[Finding]:
    if target.base != SNMP_TO or release >= SNMP_TO:
        return
    if state.snmp and release.base == SNMP_FROM:
        yield Finding("U20", "package", SNMP)
    elif state.snmp:
        remedy = "Unassign the SNMP policy first."
        yield Finding("U20", "package", f"SNMPv3 is not supported in {SNMP_TO}", remedy, warning=True)
    elif state.snmp is None:
        text = f"SNMPv3 is not supported in {SNMP_TO}, and whether the sensor has an SNMP policy is not known"
        yield Finding("U20", "package", text, "See it there.", warning=True)


def _way_there(state: SensorState, request: Request) -> Iterator[Finding]:
    """What may keep the sensor from taking the file, whatever it is."""
    if state.stopped:
        yield Finding("U48", "sensor", f"already before the update these do not run: {', '.join(state.stopped)}")
    server = request.server
    if server is None:
        return
    if server.sha2 and state.version and state.version.release in NO_SHA2:
        text = f"{state.version} does not trust servers with a SHA-2 certificate ({FN64080}), and {server.name} has one"
        remedy = "If it refuses, use an SCP or FTP server (transfer: url), or a certificate with SHA-1 (transfer_certificate)."
        yield Finding("U45", "sensor", text, remedy, warning=not server.cisco_com)
    yield from _clock(state, request)


def _clock(state: SensorState, request: Request) -> Iterator[Finding]:
    server, clock = request.server, state.clock
    remedy = "Set the time of the sensor by NTP (Network Time Protocol)."
    if server is None:
        return
    if clock is None:
        yield Finding("U13", "sensor", "the time of the sensor is not known", "See `show clock`.", warning=True)
        return
    if clock > server.not_after:
        text = (
            f"the clock of the sensor ({_time(clock)}) is ahead of the certificate of {server.name}, which ends "
            f"{_time(server.not_after)}: the sensor rejects it, and the update fails"
        )
        yield Finding("U13", "sensor", text, remedy)
    if clock < server.not_before:
        text = f"the clock of the sensor ({_time(clock)}) is before the certificate of {server.name} begins"
        yield Finding("U13", "sensor", text, remedy, warning=True)
    if not state.clock_trusted:
        yield Finding("U13", "sensor", "the sensor itself marks its time as not authoritative", remedy, warning=True)
    now = request.controller_time
    if now is not None and abs((clock - now).total_seconds()) > CLOCKS_APART:
        text = f"the clock of the sensor ({_time(clock)}) differs from that of this controller ({_time(now)})"
        yield Finding("U13", "sensor", text, remedy, warning=True)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def check_tuning(state: SensorState, tuning: Sequence[Tuning], request: Request, stock: Stock) -> list[Problem]:
    """What is wrong with the tuning of signatures on this sensor."""
    return problems(RULES, _check_tuning(state, tuning, request, stock))


def _check_tuning(state: SensorState, tuning: Sequence[Tuning], request: Request, stock: Stock) -> Iterator[Finding]:
    if not tuning:
        return
    package = request.package
    if package.kind != "signature" or not request.present:
        text = "signatures are tuned with the signature update that brings them"
        yield Finding("U51", "signature_tuning", text, "Name that one as the package.")
        return
    held = stock.get(package.name)
    known = between(held, base_level(state, package), stock) if held else None
    if known is None:
        text = f"which signatures are new or modified in {package.name} is unknown"
        remedy = f"Place its readme or its metadata beside it ({package.stem}.readme.txt, {package.stem}.json)."
        yield Finding("U51", "signature_tuning", text, remedy)
        return
    changed = {change.number for change in known.changes}
    seen: set[str] = set()
    for each in tuning:
        item = f"signature_tuning[{each.number}]"
        if each.number in seen:
            yield Finding("U51", item, "it is listed twice")
        seen.add(each.number)
        if each.number not in changed:
            text = f"it is neither new nor modified in {package.name}; with an update no custom signature is added and none is deleted"
            yield Finding("U51", item, text, "Tune other signatures on the sensor itself.")
        if each.actions is not None and each.engine is None:
            yield Finding("U51", item, "an action needs the name of the signature's engine", "Add engine.")
        for action in each.actions or ():
            if not is_action(action):
                yield Finding("U51", item, f"{action[:40]!r} is no event action such as produce-alert")


def base_level(state: SensorState, package: Package) -> SignatureLevel | None:
    """The level above which the signatures of an update are new: that of the sensor, or once the update is there that of the pack
    before it, where the history names one."""
    if state.signature is None or package.signature is None or state.signature < package.signature:
        return state.signature
    packs = [parse_package(name) for name in state.history]
    levels = [each.signature for each in packs if each and each.signature and each.signature < package.signature]
    return max(levels, default=SignatureLevel(max(0, package.signature.number - 1)))
