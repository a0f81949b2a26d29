"""SQL Server's comma between host and port."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=41,
    form="Server=tcp:H,P · Data Source=H,P",
    hints=("tcp:", "server=", "data source=", "open a connection to"),
    pattern=re.compile(rf"(?i:\btcp:|\bserver=|\bdata source=|open a connection to ['\"]?)(?P<host>{HOST}),(?P<port>{PORT})"),
    says=Says.DEPENDS,
)
