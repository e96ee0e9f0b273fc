# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx: the site of this folder's guides and the reference beside them. `make docs` builds it."""

from __future__ import annotations

from typing import Any

from pygments.lexers.special import TextLexer

project = "mspplus.netsec"
project_copyright = "the mspplus.netsec authors"
html_theme = "sphinx_ansible_theme"
html_title = html_short_title = "mspplus.netsec"
html_show_sphinx = False
html_copy_source = False
extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
# Labels of Ansible's own manual, which a build without the internet cannot look up. antsibull-docs checks our own.
suppress_warnings = ["ref.ref", "myst.xref_missing"]


def setup(app: Any) -> None:
    """Diagrams are Mermaid: where guides are read on a forge they are drawn, here, without foreign scripts, they are text."""
    app.add_lexer("mermaid", TextLexer)
