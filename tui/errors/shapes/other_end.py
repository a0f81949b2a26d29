"""Addresses that a program names without dialling them: whom it accepted, its own name, a port that is taken."""

import re

from tui.errors.shape import Says, Shape

_PLACE = r"\S{1,70}:\d{1,5}"

SHAPE = Shape(
    place=17,
    form="connection A:P -> A:P · client A:P · socket N (AF_INET A:P · fd N, aka A:P · proxy request A:P to URL · address in use",
    hints=(" -> ", "client ", "c-0x", "(af_inet", ", aka ", "request", "exposing port", "in use"),
    pattern=re.compile(
        rf"\bconnection (?:<[\d.]{{1,30}}> )?\(?{_PLACE} -> {_PLACE}|\bexposing port (?:TCP|UDP) \S{{1,70}} -> \S{{1,70}}"
        r"|\bclient (?:\d{1,3}\.){3}\d{1,3}:(?:3[2-9]|[4-6]\d)\d{3}\b"  # a port of those that Linux gives to clients
        rf"|\bC-0x[0-9a-f]{{1,16}}: [^\s@]{{1,100}}@{_PLACE}"  # PgBouncer's side towards its clients
        r"|\bsocket \d{1,6} \(AF_INET6? \S{1,70}|\bfd \d{1,7}, aka \S{1,70}"
        r"|\bproxy(?:ing)? request [^\n]{1,300}? to (?=https?://)"
        r"|(?i:\b(?:connection|address|port|socket)(?: \w{1,12}){0,2} in use\b)[^\n]{0,80}"
    ),
    says=Says.NOTHING,
)
