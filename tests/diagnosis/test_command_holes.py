"""Whatever is put into an offered command is quoted, a number, a command itself or an address: shown by reading the code."""

import ast
import re
from collections.abc import Iterator

from tests.approved import ROOT

BEGINS = re.compile(
    r"""(?:
    aws|awk|az|bpftool|cat|conntrack|crictl|cscli|curl|date|delv|dig|docker|echo|env|export|
    doctl|fail2ban-client|firewall-cmd|gcloud|hcloud|getent|getsebool|grep|head|id|ip|ip6tables|iptables|
    journalctl|kill|kubectl|ls|mysql|namei|nc|nft|nginx|nscd|nsenter|nstat|openssl|openstack|ping|
    podman|prlimit|ps|psql|rabbitmqctl|redis-cli|refused|resolvectl|rm|sed|setsebool|ss|ssh|
    sshd|stat|strace|sudo|sysctl|systemctl|tail|tcpdump|tee|time|timedatectl|tracepath|
    traceroute|ufw|ulimit|usermod|virsh
    )(?=\ |$)""",
    re.VERBOSE,
)
"""How a text begins that is a command line."""
SENTENCES = ("nft does not show ", "nft can't be used ")
"""Those that begin so and are sentences."""
NUMBER = re.compile(r"(?:^|[._])(?:first|last|nameserver_port|port|pid|line|handle|limit|number|outside|route\.table)$")
QUOTED = re.compile(r"quoted|ceil|endpoint|typed|without_zone|peer_address")
"""Functions whose result is one word: quoted, or made of an address (`Address` takes nothing else) and a number."""
COMMANDS = re.compile(
    r"behind|inside|clock|command|journal|listeners|log|log_of_program|open_files|restart|show|sole_engine|status|tool|_accept_nft|_added"
)
"""Functions whose result is a command line, or its own words."""
ADDRESSES = frozenset(
    {
        *("address", "bare", "peer", "source", "own", "server.address", "right.address", "wrong.address"),
        *("router.gateway", "route.destination", "typed"),
    }
)
"""Addresses, by the names that they have there: `Address` has an alphabet of its own; and a path that was quoted before."""
OWN_WORDS = frozenset(
    {
        *(
            "engine",
            "container.engine",
            "inside.engine",
            "tool",
            "options",
            "word",
            "words",
            "route.type",
            "proto[0]",
            "command",
            "start",
            "rtype",
        ),
        "' '.join(map(quoted, files))",
    }
)
"""Words of the program itself."""


def holes(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Every expression that is put into a command line, with the function that it stands in."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for line in lines(tree):
        around = [function for function in functions if function.lineno <= line.lineno <= (function.end_lineno or 0)]
        for part in line.values:
            if isinstance(part, ast.FormattedValue):
                yield part.value, around[-1] if around else tree


def lines(tree: ast.AST) -> Iterator[ast.JoinedStr]:
    """The f-strings that are command lines: they begin with a program, or stand where a command belongs."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.JoinedStr)
            and BEGINS.match(text := ast.unparse(node).lstrip("rf")[1:])
            and not text.startswith(SENTENCES)
        ):
            yield node
        elif isinstance(node, ast.keyword) and node.arg == "command":
            yield from strings(node.value)
        elif isinstance(node, ast.Call) and name_of(node.func) == "behind":
            yield from (string for argument in node.args for string in strings(argument))


def strings(node: ast.expr) -> Iterator[ast.JoinedStr]:
    """The f-strings of an expression, but for those that are quoted as a whole."""
    if isinstance(node, ast.JoinedStr):
        yield node
    elif not (isinstance(node, ast.Call) and name_of(node.func) == "quoted"):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from strings(child)


def is_harmless(node: ast.expr, function: ast.AST, depth: int = 6) -> bool:
    """Whether an expression can't bring in what a shell would act on; a local variable is as what it is set to."""

    def known(*parts: ast.expr) -> bool:
        return depth > 0 and all(is_harmless(part, function, depth - 1) for part in parts)

    text = ast.unparse(node)
    match node:
        case ast.Constant():
            return True
        case ast.JoinedStr():
            return known(*(part.value for part in node.values if isinstance(part, ast.FormattedValue)))
        case ast.IfExp():
            return known(node.body, node.orelse)
        case ast.BoolOp():
            return known(*node.values)
        case ast.BinOp():
            return known(node.left, node.right)
        case ast.Call() if name_of(node.func) == "join" and isinstance(node.func, ast.Attribute):
            return text in OWN_WORDS or all(known(part.elt) for part in node.args if isinstance(part, ast.GeneratorExp))
        case ast.Call():
            name = name_of(node.func)
            return bool(QUOTED.fullmatch(name) or COMMANDS.fullmatch(name))
    if text in ADDRESSES | OWN_WORDS or NUMBER.search(text) or text.rpartition(".")[2].isupper():
        return True
    values = list(assigned(text, function))
    return bool(values) and known(*values)


def assigned(name: str, function: ast.AST) -> Iterator[ast.expr]:
    """What a local variable is set to."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                yield from (value for target, value in zip(targets, values, strict=True) if ast.unparse(target) == name)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call(func=ast.Name(id="map")) as value):
                of_each = ast.Call(value.args[0], args=[], keywords=[])
                yield from (of_each for target in targets if ast.unparse(target) == name)
            case _:
                pass


def name_of(node: ast.expr) -> str:
    """The last name of a call's function."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def unquoted(source: str) -> list[str]:
    """The expressions of a module that are put into commands and may bring in anything."""
    return [ast.unparse(hole) for hole, function in holes(ast.parse(source)) if not is_harmless(hole, function)]


def test_nothing_is_put_into_a_command_unquoted() -> None:
    """Every hole of a command line of remedies and of facts is harmless by what it is made of."""
    files = [path for room in ("diagnosis", "probes", "vantage") for path in sorted((ROOT / "tui" / room).rglob("*.py"))]

    left = {str(path.relative_to(ROOT)): some for path in files if (some := unquoted(path.read_text(encoding="utf-8")))}

    assert left == {}


def test_a_hole_that_is_not_quoted_would_show() -> None:
    """The reading above sees a name put into a command, also behind a prefix, by a variable, and in a part of it."""
    for statement in (
        "Remedy(do='x', command=f'systemctl restart {row.unit}')",
        "Remedy(do='x', command=f'{tool} logs {container.label}')",
        "behind(prefix, f'cat {path}')",
        "Remedy(do='x', command=look if look else f'{name}')",
        "x = f'dig {alias}'",
        "Remedy(do='x', command=f'ls{f\" {path}\" if path else str()}')",
    ):
        assert unquoted(f"def f():\n    name = row.unit\n    {statement}\n"), statement
    assert not unquoted("def f():\n    name = quoted(row.unit)\n    x = f'systemctl restart {name}; kill {row.pid}'\n")
