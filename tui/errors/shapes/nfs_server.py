"""The kernel's NFS client: a server that does not answer."""

import re

from tui.errors.patterns import NAME
from tui.errors.shape import Shape

SHAPE = Shape(
    form="nfs: server H not responding",
    hints=("not responding",),
    pattern=re.compile(rf"\bnfs: server (?P<host>{NAME}) not responding"),
    error_class="timeout",
)
