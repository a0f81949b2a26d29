"""A quoted host, its address in parentheses, and the port in words, in the languages of libpq; Ruby's form too."""

# ruff: noqa: RUF001 -- the words for "port" in their own letters

import re

from tui.errors.patterns import ANY_HOST, CLOSE, OPEN, PORT
from tui.errors.shape import Says, Shape

_PORT_WORDS = ("port", "puerto", "porta", "порт", "ポート", "端口", "連接埠", "포트", "poort")

SHAPE = Shape(
    place=25,
    form='"H" (A), port P · "H" port P',
    hints=_PORT_WORDS,
    pattern=re.compile(
        rf"{OPEN}(?P<host>{ANY_HOST}){CLOSE}(?:\s?[(\uff08](?P<addr>[0-9A-Fa-f:.]{{2,45}}(?:%[\w.-]{{1,16}})?)[)\uff09])?"
        rf"[^\w\n\"']{{0,3}}(?:上的服务器)?[^\w\n\"']{{0,3}}(?i:ports?|puerto|porta|порт[уе]?|ポート|端口|連接埠|포트|poort):?\s?(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
