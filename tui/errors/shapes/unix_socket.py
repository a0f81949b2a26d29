"""The path of a Unix socket: libpq, MySQL, redis-cli, nginx, Docker, Ruby, PHP."""

import re

from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=26,
    form="socket \"/PATH\" · through socket '/PATH' · unix:/PATH · connect(2) for /PATH · at /PATH: No such file",
    hints=("socket", "unix:", "connect(2) for /", "redis at /", "ソケット", "сокет", "套接字"),
    pattern=re.compile(
        r"(?:\b(?i:socket)(?: at)?[: ]{1,2}|\bunix:(?://)?|connect\(2\) for |\bRedis at |(?:ソケット|сокет|套接字)\s?)"
        r"(?:[\"'`\u2018\u201c\u201e\u00ab\u00bb]\s?)?(?P<path>/[\w.@%+/-]{1,200}+)"
    ),
    says=Says.DEPENDS,
)
