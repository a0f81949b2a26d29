"""librdkafka: the broker's name as configured, with `/bootstrap` or its number."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="H:P/bootstrap: · H:P/1: · broker at [H]:P",
    hints=("/bootstrap", "broker at [", "thrd:"),
    pattern=re.compile(
        rf"(?P<boxed>\bbroker at \[)?(?<![\w.-])(?P<host>{HOST})(?(boxed)\]):(?P<port>{PORT})"
        r"(?(boxed)|/(?:bootstrap|\d{1,6})(?=[\]:]))"
    ),
    says=Says.DEPENDS,
)
