"""A line of code, which looks like a host and a port: `file.c:117`, `node:net:1121:18`, `result.rs:1165:5`."""

import re

from tui.errors.shape import Says, Shape

_EXTENSION = (
    r"c|cc|cpp|cxx|h|hpp|mm?|rs|go|pyx?|rb|php|phtml|inc|java|kts?|scala|groovy|clj|[cm]?js|jsx|m?ts|tsx|vue|svelte|cs|fs|vb|exs?"
    r"|erl|hrl|lua|pl|pm|swift|dart|sql|sh|bash|conf|cfg|ini|ya?ml|toml|json|xml|html|md|txt|log|hs|ml|nim|zig|asm|s|erb|rake"
    r"|gemspec|lock|proto|tf|nix|f90|jl|r|cr"
)

SHAPE = Shape(
    place=40,
    form="file.c:117 · node:net:1121:18",
    pattern=re.compile(
        rf"(?<![\w./\\@+<>-])(?!//)[\w./\\@+<>-]{{0,200}}\.(?:{_EXTENSION}):\d{{1,7}}(?::\d{{1,7}})?(?!\w)"
        r"|\bhttps?://[^\s()<>\"']{1,300}\.[cm]?[jt]sx?:\d{1,7}:\d{1,7}(?!\w)"
        r"|\[[\w.$]{1,80} {0,20}:\d{1,7}\] ?\[?(?:TRACE|DEBUG|INFO|WARN|ERROR|CRITICAL|FATAL)"
        r"|\bnode:[\w/]{1,80}(?::\d{1,7}){1,2}|\(node:\d{1,7}\)|<anonymous>(?::\d{1,7}){1,2}|\[eval\](?::\d{1,7}){1,2}"
    ),
    says=Says.NOTHING,
    back=500,
)
