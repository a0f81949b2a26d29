"""Samba's clients: the server's name before Windows' name of the error."""

import re

from tui.errors.patterns import ANY_HOST
from tui.errors.shape import Shape

SHAPE = Shape(
    form="Connection to H failed (Error NT_STATUS_…)",
    hints=("nt_status_",),
    pattern=re.compile(rf"\b[Cc]onnect(?:ion)? to (?P<host>{ANY_HOST}) failed \(?(?:Error )?NT_STATUS_"),
)
