"""A name that could not be resolved, in the words of curl, ssh, wget, apt, psql, PHP, Ruby and others."""

import re

from tui.errors.patterns import CLOSE, HOST, OPEN, PORT
from tui.errors.shape import Shape

_NOUN = r"(?:remote )?(?:host ?name|host address|host|domain name|domain|address|dns name|name)"
_FAILING = r"(?:could not|couldn.t|cannot|can.t|unable to|failed to|failure|error|errors|failed)"

SHAPE = Shape(
    form="Could not resolve host: H · resolve hostname H · resolving 'H' · translate host name \"H\" · getaddrinfo for H failed",
    hints=("resolv", "translate host", "getaddrinfo", "lookup"),
    pattern=re.compile(
        rf"(?i:\b{_FAILING} (?:to )?(?:resolv(?:e|ing)|look ?up|translate) {_NOUN}[: ]{{1,2}}(?!information\b)"
        rf"|\b{_FAILING} (?:to )?(?:resolv(?:e|ing)) (?={OPEN}{HOST}(?::\d{{1,5}})?{CLOSE}(?! in ))"
        r"|\b[Tt]emporary failure resolving (?=['\"]?[\w-]{1,63}\.)"
        r"|\berrors? resolving (?=[\w.-]{1,253}[:;])|\blookup failed(?: for)?:? |\blookup failure: {1,2}"
        rf"|\bfailed host lookup: |\bgetaddrinfo(?: for|:)(?: host)? (?=(?:{OPEN})?{HOST}(?:{CLOSE})?(?: \d| port| failed))"
        rf"|\bgetaddrinfo\((?=['\"]|[\w.-]{{1,253}}\)))"
        rf"(?:{OPEN})?(?P<host>{HOST})(?:(?::|(?:{CLOSE})? port | (?=\d{{1,5}}: ))(?P<port>{PORT}))?"
    ),
    error_class="dns",
)
