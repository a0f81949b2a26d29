"""A proxy that is set: a variable, as shells and curl -v show it, or the setting in an axios dump."""

import re

from tui.errors.patterns import ANY_HOST, PORT, URL
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=11,
    form="https_proxy=URL · Uses proxy env variable https_proxy == 'URL' · proxy: { host: 'H', port: P",
    hints=("_proxy", "proxy: {"),
    pattern=re.compile(
        rf"(?i:\b(?:https?|all|ftp)_proxy['\"]?\s?[=:]{{1,2}}\s?['\"]?)(?P<url>{URL})"
        rf"|\bproxy: \{{\s{{0,40}}(?:protocol: '[^'\n]{{1,10}}',\s{{0,40}})?host: '(?P<host>{ANY_HOST})'"
        rf",\s{{0,40}}port: (?P<port>{PORT})"
    ),
    role="proxy",
    says=Says.TRIED,
)
