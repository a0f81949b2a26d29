"""One labelled field that holds host and port: MongoDB, Kafka, structured logs."""

import re

from tui.errors.patterns import BRACKETED, HOST, PORT
from tui.errors.shape import Says, Shape

_KEYS = (
    "address",
    "addr",
    "broker",
    "brokers",
    "endpoint",
    "node",
    "host",
    "hosts",
    "server",
    "servers",
    "target",
    "upstream",
    "upstream_host",
    "url",
)
_MORE = (
    "destination",
    "dest",
    "dst",
    "bootstrap.servers",
    "bootstrap_servers",
    "peer",
    "backend",
    "datasource",
    "brokerurl",
    "hostport",
    "raddr",
)

SHAPE = Shape(
    place=43,
    form="address=H:P · broker: 'H:P' · servers=[H:P]",
    hints=_KEYS + _MORE,
    pattern=re.compile(
        rf"(?<![\w.-])['\"]?(?i:{'|'.join(_KEYS + _MORE)})['\"]?\s?(?:=>|[:=])\s?(?:\[(?!\d{{0,5}}:))?['\"]?(?P<host>{BRACKETED}"
        rf"|{HOST}):(?P<port>{PORT})(?!:\d|\w)"
    ),
    says=Says.DEPENDS,
)
