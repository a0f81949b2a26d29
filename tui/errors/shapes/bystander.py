"""Addresses that are someone else's: the client of a server, the local end of a connection, an address to listen on."""

import re

from tui.errors.patterns import ANY_HOST
from tui.errors.shape import Says, Shape

_OTHERS = ("client", "local", " from ", "laddr", "src", "source", "remote", "x-forwarded")
_LISTENING = ("listen", "bound", "bind", "serving", "running", "started", "available", "server is up")
_ADDRESS = rf"(?:[\"']?AF_INET6?\()?/?{ANY_HOST}(?:[/:]{ANY_HOST})?(?::\d{{1,5}})?(?:,? (?:and )?(?:on )?port\(?s?\)? \d{{1,5}})?"

SHAPE = Shape(
    place=18,
    form="client A:P · local address A:P · connection from A · listening on A:P",
    hints=(*_OTHERS, *_LISTENING),
    pattern=re.compile(
        r"(?i:(?:\[|from )client\s|\bclient[:=]\s?|(?<![\w.-])local(?:ly)?(?: address| addr| end(?:point)?)?[\s:=(]{1,3}\(?"
        r"|\b(?:calls?|requests?|connections?|accepted|packets?|disconnect(?:ed)?) from:?\s"
        r"|\b(?:listen(?:s|ing)?|serving|running|started|available|bound|bind(?:ing)?|server is up)\b(?: \w{1,12})?"
        r" (?:on|at|to|tcp|udp)?:?\s?(?:address |port )?(?:https?://)?"
        r"|\b(?:laddr|local_addr|src|source|remote_addr|remoteaddr|remote_ip|client_ip|client_addr|x-forwarded-for)[\"']?\s?[=:]\s?[\"'(]{0,3})"
        rf"{_ADDRESS}"
        r"|\blisten E[A-Z]{3,20}: [^\n]{0,80}"
    ),
    says=Says.NOTHING,
)
