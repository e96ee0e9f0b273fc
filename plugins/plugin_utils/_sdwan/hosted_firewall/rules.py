# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of hosted firewalls: what the task breaks by itself, and what on the systems prevents it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..._engine.problems import Problem
from ..._engine.rules import Finding, problems
from ..model import Image, Storage, is_default_region, is_host
from ..rule_table import RULES
from ..vendors import VENDORS, can_host
from .model import (
    SETTINGS,
    Document,
    Fleet,
    Machine,
    Target,
    chosen,
    end,
    failed_taking_down,
    is_busy,
)
from .plan import TAKES_DOWN, Step, jobs, provisioned_with, takes_at_once

# What a task may assume that an earlier stage provides: the image, complete, and room for it; that nothing redirects any more.
IMAGE, NO_REDIRECTS = "image", "no_redirects"

LONGEST_NAME = 255
LONGEST_SECRET = 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_IMAGE = re.compile(r"[^\x00-\x1f\x7f/\\<>]+")


@dataclass(frozen=True)
class Details:
    """What only a change needs. Stores (see Target.store) by name: images, storage; closed: a store that could not be opened,
    with the reason. rivals: (site, name) of virtual machines that exclude a firewall; rivals_unknown: why they are not known.
    redirects: sites ("" for the appliance itself) whose firewall gets traffic, or may get it, with the reason."""

    images: Mapping[str, Sequence[Image]] = field(default_factory=dict)
    storage: Mapping[str, Sequence[Storage]] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    rivals: Sequence[tuple[str, str]] = ()
    rivals_unknown: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """sites: of the inventory, with all their appliances. patient: the run waits for jobs, so none runs any more."""

    current: Fleet
    document: Document
    steps: Sequence[Step]
    sites: Mapping[str, Sequence[Target]] = field(default_factory=dict)
    read_details: Details = Details()
    patient: bool = True

    @property
    def provisioning(self) -> list[Target]:
        return [target for step in self.steps if step.action == "provision" for target in step.targets]


def validate(document: Document, secrets: Mapping[str, str]) -> list[Problem]:
    """What the task breaks by itself, before anything is read. secrets: the given ones, for their form only."""
    found = [*_scope(document), *_values(document)]
    for name, value in secrets.items():
        if len(value) > LONGEST_SECRET or _CONTROL.search(value):
            text = f"it has a control character, or more than {LONGEST_SECRET} characters"
            found.append(
                Finding("H26", name, text, "Give it as Panorama or the vendor's portal shows it, without a line break.")
            )
    return problems(RULES, found)


def _scope(document: Document) -> Iterator[Finding]:
    if document.via == "appliance":
        for option in ("sites", "region"):
            if getattr(document, option):
                text = "an appliance hosts its own firewall only"
                yield Finding("H25", option, text, "Leave it out, or use via: center.")
        return
    if not document.sites:
        yield Finding(
            "H25", "sites", "Center manages many sites, and none is named", "Name the sites, or site/appliance."
        )
    if document.via == "collector" and not document.region:
        yield Finding("H25", "region", "the collector is that of a region, and none is named", "Name the region.")
    for name in dict.fromkeys(name for name in document.sites if document.sites.count(name) > 1):
        yield Finding("H25", f"sites[{name}]", "it is listed twice", "Name it once.")
    for name in document.sites:
        if not all(name.split("/")) or name.count("/") > 1 or _CONTROL.search(name) or len(name) > LONGEST_NAME:
            yield Finding(
                "H26", f"sites[{name}]", "this is neither a site nor site/appliance", "Name it as the inventory does."
            )


def _values(document: Document) -> Iterator[Finding]:
    if document.image is not None and (len(document.image) > LONGEST_NAME or not _IMAGE.fullmatch(document.image)):
        yield Finding(
            "H26", "image", "this is not a valid image file name", "Name it as the list of software images shows it."
        )
    for option in ("primary_management_server", "secondary_management_server"):
        server = getattr(document, option)
        if server and not is_host(server):
            yield Finding(
                "H26",
                option,
                "this is neither an IP address nor a host name",
                "Give the address of the server alone.",
            )
    vendor = VENDORS.get(document.vendor or "")
    if document.vendor is not None and vendor is None:
        yield Finding("H2", "vendor", f"{document.vendor[:80]!r} is not known", f"Known are {', '.join(VENDORS)}.")
    if document.model is not None and (document.vendor is None or vendor):
        vendor = vendor or VENDORS[provisioned_with(document)["vendor"]]
        if not vendor.model(document.model):
            text = f"{vendor.name} has no model {document.model[:80]!r} for this platform"
            yield Finding("H2", "model", text, f"Its models are {', '.join(vendor.models)}.")


def after(document: Document, steps: Sequence[Step]) -> list[str]:
    """What has to be so before the plan is carried out, in words, where the document assumes it."""
    found = []
    provisioning = [target for step in steps if step.action == "provision" for target in step.targets]
    places = dict.fromkeys(_place(target.store(document.via), document.via)[0] for target in provisioning)
    if IMAGE in document.assume and places:
        found.append(f"the image {document.image} is complete on {', '.join(places)}")
    taken_down = dict.fromkeys(target.name for step in _taking_down(steps) for target in step.targets)
    if NO_REDIRECTS in document.assume and taken_down:
        found.append(f"no live policy redirects to the firewall of {', '.join(taken_down)}")
    return found


def _taking_down(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if TAKES_DOWN in step.risk and step.action in ("deprovision", "shutdown")]


def check(view: View) -> list[Problem]:
    """Every broken rule, all at once."""
    return problems(RULES, [finding for run in _CHECKS for finding in run(view)])


def _sites(view: View) -> Iterator[Finding]:
    for name in view.document.sites:
        site = name.partition("/")[0]
        if not chosen(view.sites, [name]):
            what = "appliance" if site in view.sites else "site"
            known = [target.name for target in view.sites[site]] if site in view.sites else sorted(view.sites)
            near = f"It has {', '.join(known[:20])}." if known else "It lists none."
            text = f"the inventory has no such {what}"
            yield Finding("H24", f"sites[{name}]", text, f"Name it as config/inventory_status does. {near}")


def _region(view: View) -> Iterator[Finding]:
    desired = view.document.region
    for target in view.current.targets.values():
        same = target.region == desired or (is_default_region(target.region) and is_default_region(desired))
        if desired and not same:
            where = f"the region {target.region}" if target.region else "no region but the default one"
            yield Finding("H24", target.item, f"it is in {where}, not in {desired}", "Name the region that it is in.")


def _halves(view: View) -> Iterator[Finding]:
    named = {target.key for target in view.current.targets.values()}
    for site in dict.fromkeys(target.site for target in view.current.targets.values() if target.site):
        missing = [target.member for target in view.sites.get(site, ()) if target.key not in named]
        if missing:
            text = f"this site is a pair in high availability, and {', '.join(missing)} is left out"
            yield Finding("H9", f"sites[{site}]", text, f"Name the site ({site}), which means both.")


def _platform(view: View) -> Iterator[Finding]:
    for target in view.current.targets.values() if view.document.present else ():
        if not can_host(target.model):
            model = target.model or "a model that it does not report"
            yield Finding("H1", target.item, f"it is {model}", "Only the 1100 platform hosts a firewall; leave it out.")


def _complete(view: View) -> Iterator[Finding]:
    where = ", ".join(target.name for target in view.provisioning)
    for option in ("model", "image"):
        if where and not getattr(view.document, option):
            yield Finding("H25", option, f"it is needed to provision a firewall ({where})", f"Give {option}.")


def _images(view: View) -> Iterator[Finding]:
    name, vendor = view.document.image, provisioned_with(view.document)["vendor"]
    stores = {target.store(view.document.via): target for target in view.provisioning}
    for store, target in stores.items() if name else ():
        where, rule = _place(store, view.document.via)
        if store in view.read_details.closed:
            text = f"whether {where} has the image is unknown: {view.read_details.closed[store]}"
            yield Finding("H8", target.item, text, COLLECTOR_REMEDY)
            continue
        listed = list(view.read_details.images.get(store, ()))
        image = next((image for image in listed if image.name == name), None)
        if image is None:
            known = ", ".join(sorted(image.name for image in listed)[:10]) or "none"
            text = f"{where} has no image {name}; it has: {known}"
            yield Finding(rule, "image", text, "Upload it with sdwan_firewall_image first.", assumption=IMAGE)
        elif image.uploading:
            text = f"the upload to {where} is at {image.percent or 0} %"
            yield Finding("H7", "image", text, "Run again when it is complete.", assumption=IMAGE)
        elif not image.complete:
            text = f"on {where} it is {image.status or 'incomplete'}"
            yield Finding(rule, "image", text, "Delete it and upload it again.", assumption=IMAGE)
        elif image.vendor in VENDORS and image.vendor != vendor:
            text = f"on {where} it is an image of {image.vendor}, not of {vendor}"
            yield Finding(rule, "image", text, "Give its vendor, or another image.")


COLLECTOR_REMEDY = (
    "The collector is opened with the variables collector_* (collector_user, collector_password, collector_port, ...), "
    "else with those of the manager. Check them and that the controller reaches it."
)


def _place(store: str, via: str) -> tuple[str, str]:
    """(where an image has to be, in words, the rule that says so)."""
    if store or via == "collector":
        return f"the collector of region {store}" if store else "the collector", "H8"
    return ("SD-WAN Center" if via == "center" else "the appliance"), "H24"


def _storage(view: View) -> Iterator[Finding]:
    stores = dict.fromkeys(target.store(view.document.via) for target in view.provisioning)
    for store in stores if view.document.via != "appliance" else ():
        known = [item for item in view.read_details.storage.get(store, ()) if item.known]
        if known and not any(item.active and item.reserved for item in known):
            where = _place(store, view.document.via)[0]
            text = f"{where} has no active storage reserved for images"
            yield Finding("H27", "image", text, "Reserve it: sdwan_firewall_image with reserve.", assumption=IMAGE)


def _rivals(view: View) -> Iterator[Finding]:
    for target in view.provisioning:
        for site, name in view.read_details.rivals:
            if not target.site or site in ("", target.site):
                text = f"{name} is provisioned on it"
                yield Finding("H10", target.item, text, "Remove it first, or leave this appliance out.")


def _redirected(view: View) -> Iterator[Finding]:
    if view.document.force:
        return
    for step in _taking_down(view.steps):
        for target in step.targets:
            reason = view.read_details.redirects.get(target.site)
            if reason:
                remedy = (
                    "Remove the redirect first (sdwan_redirect); have Center import what the MCN runs where it does not know "
                    "that; or use force: true if dropped traffic is meant."
                )
                yield Finding(
                    "H4",
                    target.item,
                    f"{reason}; SD-WAN drops what is redirected to a firewall that is down",
                    remedy,
                    assumption=NO_REDIRECTS,
                )


def _advice(view: View) -> Iterator[Finding]:
    document = view.document
    if not view.provisioning:
        return
    if "vm_auth_key" in document.secrets and not document.primary_management_server:
        text = "it registers the firewall in Panorama, and no management server is given"
        yield Finding("H20", "vm_auth_key", text, "Give primary_management_server.")
    vendor = VENDORS.get(provisioned_with(document)["vendor"])
    if vendor and not vendor.documented:
        yield Finding(
            "H31",
            "vendor",
            f"{vendor.name}: its models and fields were not confirmed",
            "Try it on one appliance first.",
        )


def _reprovisions(view: View) -> Iterator[Finding]:
    """Without force, what a firewall was made of and configured with stays."""
    taken_down = {target.key for step in view.steps if step.action == "deprovision" for target in step.targets}
    for target, machine in view.current.hosting if not view.document.force else ():
        listed, _risk, _later = jobs(machine, view.document)
        if listed[:2] != ["deprovision", "provision"] or target.key not in taken_down:
            continue
        changed = machine.differs(view.document.settings)
        remedy = "Use force: true to deprovision it and to provision it again; its own configuration is lost."
        if machine.phase == "failed":
            if machine.has_carried or failed_taking_down(machine):
                text = f"it failed ({machine.status}), but it had been running before"
                yield Finding("H37", target.item, text, f"Look at it first. {remedy}")
        elif view.document.renew:
            text = "update_secret: always provisions it again to give it its keys"
            yield Finding("H37", target.item, text, remedy)
        elif changed:
            yield Finding("H37", target.item, f"{_changes(machine, view.document)}", remedy)


def _changes(machine: Machine, document: Document) -> str:
    options = {name: option for option, name in SETTINGS.items()}
    changes = [
        f"{options[name]} is {str(getattr(machine.firewall, name))!r}, not {document.settings[name]!r}"
        for name in machine.differs(document.settings)
    ]
    return f"{'; '.join(changes)}: what it was provisioned with cannot be changed"


def _unclear(view: View) -> Iterator[Finding]:
    for target, machine in view.current.hosting:
        unclear = is_busy(machine) and not end(machine) and not takes_at_once(machine, view.document)
        if unclear and not view.patient:
            text = f"its state is not known: {machine.status}"
            yield Finding("H38", target.item, text, "Run again with wait: true, or look at it in the GUI.")


def _unknown_rivals(view: View) -> Iterator[Finding]:
    if view.provisioning and view.read_details.rivals_unknown:
        text = f"whether Cloud Direct or WANOP is provisioned could not be read: {view.read_details.rivals_unknown}"
        yield Finding("H10", view.provisioning[0].item, text, "Check it in the GUI.", warning=True)


_CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    _sites,
    _region,
    _halves,
    _platform,
    _complete,
    _images,
    _storage,
    _rivals,
    _redirected,
    _advice,
    _reprovisions,
    _unclear,
    _unknown_rivals,
)
