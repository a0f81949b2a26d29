"""The URL that the failing program was asked for. It connects elsewhere only through a proxy."""

import re

from tui.errors.patterns import OPEN, URL
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=50,
    form="unable to access 'URL' · request to URL failed · Err:1 URL · --TIME-- URL · (see …) for URL",
    hints=(
        "unable to access",
        "request to ",
        "for ",
        "from ",
        "indexes: ",
        ":1",
        ":2",
        ":3",
        ":4",
        ":5",
        ":6",
        ":7",
        ":8",
        ":9",
        "--",
        "w: ",
        "e: ",
    ),
    pattern=re.compile(
        rf"(?:unable to access {OPEN}|\brequest to (?=\S{{1,2000}} failed)|libcurl-errors\.html\) for "
        rf"|failed to download from {OPEN}"
        rf"|Looking in indexes: (?=[^\s,]{{1,2000}}(?:\n|\Z))|^--\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d--  "
        rf"|^[^\W\d]{{2,12}} ?:\d{{1,5}} |^[WE]: [^\n:/]{{4,80}}?)"
        rf"(?P<url>{URL})",
        re.MULTILINE,
    ),
    says=Says.ASKED,
    ahead=2200,
)
