"""Pictures of the screen: what the tests compare is what the README shows.

They are written anew with REFUSED_UPDATE=1. A picture fetches nothing, and the same screen gives the same bytes.
"""

import re

from tests.approved import ROOT, approve_file
from tui.ui.app import RefusedApp

PICTURES = ROOT / "screenshots"
FONTS = "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"
"""Only what a viewer has already."""


def approve_picture(app: RefusedApp, name: str) -> None:
    """Compare what is on the screen with the picture of this name and the screen's size."""
    width, height = app.size
    approve_file(PICTURES / f"{name}-{width}x{height}.svg", picture(app))


def picture(app: RefusedApp) -> str:
    """The screen as SVG, without a font from elsewhere and without identifiers of this run."""
    svg = app.export_screenshot(title="refused")
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", FONTS)
    svg = re.sub(r"terminal-\d+-", "terminal-", svg)
    # Some viewers drop the spaces at the beginning of a text without it.
    svg = svg.replace('<svg class="rich-terminal"', '<svg class="rich-terminal" xml:space="preserve"', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"
