# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directory listings as web servers print them, and pages that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.listing import newest, parse_listing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.wanted import new
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package, parse_package

APACHE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"><html><head><title>Index of /IPSpath</title></head><body>
<h1>Index of /IPSpath</h1><pre><a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a><hr><a href="/">Parent Directory</a>
<a href="IPS-K9-7.1-9-E4.pkg">IPS-K9-7.1-9-E4.pkg</a>  2013-08-13 12:00  20K
<a href="IPS-sig-S734-req-E4.pkg">IPS-sig-S734-req-E4.pkg</a>  2013-08-13 12:00  20K
<a href="old/">old/</a> - </pre></body></html>"""
IIS = """<html><head><title>updates - /IPSpath/</title></head><body><H1>updates - /IPSpath/</H1><hr>
<pre><A HREF="/">[To Parent Directory]</A><br><br> 8/13/2013 12:00 PM 20000 <A HREF="/IPSpath/IPS-sig-S734-req-E4.pkg">IPS-sig-S734-req-E4.pkg</A><br>
<A HREF="/IPSpath/IPS-K9-7.1-9-E4.pkg">IPS-K9-7.1-9-E4.pkg</A><br></pre><hr></body></html>"""
NGINX = """<html><head><title>Index of /IPSpath/</title></head><body><h1>Index of /IPSpath/</h1><hr><pre><a href="../">../</a>
<a href="IPS-K9-7.1-9-E4.pkg">IPS-K9-7.1-9-E4.pkg</a> 13-Aug-2013 12:00 20000
<a href="IPS-sig-S734-req-E4.pkg">IPS-sig-S734-req-E4.pkg</a> 13-Aug-2013 12:00 20000
</pre><hr></body></html>"""
WELCOME = '<html><head><title>IIS7</title></head><body><a href="http://go.example.net/"><img src="welcome.png"></a></body></html>'
LOGIN = '<!DOCTYPE html><html><title>Log in</title><form action="/login"><input name="user"></form><a href="/help">Help</a></html>'


def package(name: str) -> Package:
    found = parse_package(name)
    assert found is not None
    return found


@pytest.mark.parametrize("page", [APACHE, IIS, NGINX], ids=["apache", "iis", "nginx"])
def test_listings(page: str) -> None:
    found = parse_listing(page, "IPSpath")
    assert found is not None
    assert sorted(each.name for each in found.packages) == ["IPS-K9-7.1-9-E4.pkg", "IPS-sig-S734-req-E4.pkg"]
    assert newest(found.packages) == {"sensor": "IPS-K9-7.1-9-E4.pkg", "signature": "IPS-sig-S734-req-E4.pkg"}


@pytest.mark.parametrize("page", [WELCOME, LOGIN, "", "hello"])
def test_other_pages_are_no_listing(page: str) -> None:
    assert parse_listing(page, "IPSpath") is None


def test_an_empty_folder_is_a_listing() -> None:
    found = parse_listing(NGINX.replace("IPS-", "x-"), "IPSpath")
    assert found is not None
    assert found.packages == ()


def test_a_link_that_leads_out_of_the_folder_is_no_file_of_it() -> None:
    page = NGINX.replace('href="IPS-K9-7.1-9-E4.pkg"', 'href="/other/IPS-K9-7.1-9-E4.pkg"').replace(
        'href="IPS-sig-S734-req-E4.pkg"', 'href="https://evil.example.net/IPS-sig-S734-req-E4.pkg"'
    )
    found = parse_listing(page, "IPSpath")
    assert found is not None
    assert found.packages == ()


@given(st.text(max_size=300))
def test_a_page_never_raises(text: str) -> None:
    parse_listing(text, "a/b")
    parse_listing(f'<a href="{text}">', "")


def test_what_is_new_is_above_the_cache_and_of_an_empty_one_the_newest() -> None:
    offered = [package(f"IPS-sig-S{level}-req-E4.pkg") for level in (720, 722, 734)]
    offered += [
        package("IPS-engine-E4-req-7.1-2.pkg"),
        package("IPS-engine-E4-req-7.1-1.pkg"),
        package("IPS-CSM-K9-7.1.3.zip"),
    ]
    engines = ["IPS-engine-E4-req-7.1-1.pkg", "IPS-engine-E4-req-7.1-2.pkg"]
    assert [each.name for each in new(offered, [])] == [*engines, "IPS-sig-S734-req-E4.pkg"]
    held = [offered[0], *offered[3:5]]
    assert [each.name for each in new(offered, held)] == ["IPS-sig-S722-req-E4.pkg", "IPS-sig-S734-req-E4.pkg"]
    assert new(offered, offered) == []
    assert new(offered, new(offered, [])) == []  # a second run downloads nothing


def test_packages_of_each_platform_and_patches_are_apart() -> None:
    names = ["IPS-4345-K9-7.1-9-E4.pkg", "IPS-SSP_10-K9-7.1-8-E4.pkg", "IPS-4345-K9-patch-7.1-9p1-E4.pkg"]
    assert [each.name for each in new(map(package, names), [])] == sorted(names)
