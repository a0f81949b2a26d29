"""mount.nfs: the server before the path that it exports."""

import re

from tui.errors.patterns import BRACKETED, NAME
from tui.errors.shape import Shape

SHAPE = Shape(
    form="for H:/EXPORT on /PATH · mounting H:/EXPORT failed",
    hints=(":/",),
    pattern=re.compile(rf"\b(?:for|mounting) (?P<host>{NAME}|{BRACKETED}):/[\w./-]{{0,200}}+(?= on /| failed)"),
)
