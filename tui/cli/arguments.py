"""What the command line may say: one parser for each command, each value checked before anything else is loaded.

Law: nothing heavy is imported here, and no message repeats a whole word of the person's, which may hold a password.
"""

from __future__ import annotations

import argparse
import os
import re

from tui import __version__
from tui.cli.errors import Unusable
from tui.cli.exit_status import ExitStatus
from tui.cli.streams import write_result

TYPE_CHECKING = False  # `typing` alone takes a tenth of the time that --help may
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from tui.model.nameserver import Nameserver

COMMANDS = {
    "check": "the same walk without a screen, for scripts; `-` reads standard input",
    "parse": "say what an error text names, without touching the network",
    "run": "run a command as it is, and walk the connection that fails in it",
    "demo": "break something on loopback and walk it; alone, list what there is",
    "replay": "open a recorded session, step by step",
    "report": "a recorded session as Markdown, HTML or JSON",
}
"""The words that are commands where they come first; any other first word is a target."""

TARGET_HELP = (
    "HOST:PORT, [V6]:PORT, HOST with --port, a URL, /path or unix:///path of a socket, or a whole error text; "
    "- reads it from standard input"
)
MOST_ATTEMPTS = 1000
LONGEST_S = 3600.0
"""An hour: a schedule beyond it is a monitor's task."""
FALLBACK_COLUMNS = 80
HIGHEST_PORT = 65535
HIGHEST_PID = 1 << 22
"""PID_MAX_LIMIT of Linux on 64 bits."""
SHORTEST_TIMEOUT_S = 0.05
SHORTEST_IDLE_S = 2.0
"""A connection that is kept busy is asked each second."""
STEEPEST_BACKOFF = 10.0
_NO_OPTION = "\0"
"""Before a word that begins with a dash and is no option; no word of a command line has it (execve(2))."""


class Parser(argparse.ArgumentParser):
    """Says on one line what is wrong, and never repeats a word that it does not know."""

    def error(self, message: str) -> NoReturn:
        """Raise Unusable with argparse's message, made free of credentials."""
        plain = re.sub(r"^argument (?:-\w/)?(\S+):", r"\1", _without_credentials(message))
        raise Unusable(f"{plain} (see {self.prog} --help)")

    def _print_message(self, message: str, file: object = None) -> None:  # noqa: ARG002 -- argparse's own; it is standard output
        """Print help and version as every result is printed."""
        write_result(message)

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The words as values, options and targets in any order; after `--` none is an option. Raises Unusable."""
        at = words.index("--") if "--" in words else len(words)
        # argparse forgets in its second pass that `--` came before a word.
        plain = [f"{_NO_OPTION}{word}" if len(word) > 1 and word.startswith("-") else word for word in words[at + 1 :]]
        given, unknown = self.parse_known_intermixed_args([*words[: at + 1], *plain])
        for name, value in vars(given).items():
            setattr(given, name, _as_given(value))
        if unknown:
            option = next((word for word in unknown if word.startswith("-") and word != "--"), None)
            if option is not None:
                self.error(f"unknown option {option.partition('=')[0][:40]}")
            self.error("more words than it takes; give several targets to refused check, and an error text in quotes")
        return given


def _as_given(value: object) -> object:
    """A value, or each of a list, without the mark of a word that is no option."""
    match value:
        case str():
            return value.removeprefix(_NO_OPTION)
        case list():
            return [_as_given(part) for part in value]
        case _:
            return value


class RunParser(Parser):
    """Reads the options before the command; every word from there on is the command's."""

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options, and `command`. Raises Unusable."""
        at = 0
        while at < len(words) and words[at].startswith("-") and words[at] != "--":
            option = self._option_string_actions.get(words[at])
            at += 1 if option is None or option.nargs == 0 else 2
        given = super().read(words[:at])
        given.command = list(words[at + 1 :] if words[at : at + 1] == ["--"] else words[at:])
        if not given.command:
            self.error("name a command: refused run -- COMMAND")
        return given


class _Layout(argparse.RawDescriptionHelpFormatter):
    """Knows the terminal's width by itself: argparse would load `shutil` for it, a fifth of the time that --help may take."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """The width of the terminal: COLUMNS, else that of standard output, else 80, as shutil.get_terminal_size has it."""
    given = os.environ.get("COLUMNS", "")
    if re.fullmatch(r"[0-9]{1,9}", given) and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(1).columns or FALLBACK_COLUMNS
    except OSError:
        return FALLBACK_COLUMNS


def main_parser() -> Parser:
    """`refused [TARGET]`: the terminal UI."""
    listing = "\n".join(f"  {name:<8}{text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="refused",
        usage="refused [TARGET] [options]\n       refused COMMAND ...",
        description="Find out who refused a connection, why, and what to do.\nWithout a command: the terminal UI.",
        epilog=(
            f"commands (refused COMMAND --help says more):\n{listing}\n\n"
            "examples:\n"
            "  refused db-1:5432                     walk it, step by step\n"
            "  refused                               type a target, or paste an error\n"
            "  refused check db-1:5432 --json        for scripts\n"
            "  refused --port 80 -- demo             a host whose name is a command's\n\n"
            f"{_statuses()}"
        ),
        formatter_class=_Layout,
        allow_abbrev=False,
    )
    parser.add_argument("target", metavar="TARGET", nargs="?", help=TARGET_HELP)
    _add_walk_options(parser)
    _add_screen_options(parser)
    parser.add_argument("--version", action="version", version=f"refused {__version__}", help="print the version")
    return parser


def check_parser() -> Parser:
    """`refused check TARGET…`."""
    parser = _command(
        "check",
        "Walk each target without a screen and print the result.\nProgress goes to standard error, and only on a terminal.",
        "examples:\n"
        "  refused check db-1:5432\n"
        "  refused check db-1:5432 --json | jq -r .verdict.cause\n"
        "  journalctl -u app -n 50 | refused check -\n"
        "  refused check db-1:5432 --server 'ssh db-1'\n\n"
        f"{_statuses()}\nWith several targets, the highest.",
    )
    parser.add_argument("targets", metavar="TARGET", nargs="+", help=TARGET_HELP)
    _add_formats(parser, default="text")
    _add_walk_options(parser)
    return parser


def parse_parser() -> Parser:
    """`refused parse [FILE]`."""
    parser = _command(
        "parse",
        "Read an error text and say which endpoint, error and line of code it names.\nNothing is sent.",
        "Exit status: 0 where an endpoint was found, 3 where not, 2 for unreadable input.",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="the text; standard input without it, or for -")
    parser.add_argument("--json", action="store_true", help="one JSON document (refused-parse/1)")
    return parser


def run_parser() -> RunParser:
    """`refused run -- COMMAND…`."""
    parser = RunParser(
        prog="refused run",
        usage="refused run [options] [--] COMMAND ...",
        description=(
            "Run COMMAND with its terminal, signals and output untouched, and notice\n"
            "connections that fail: by what it prints, and in Python 3.9 and later by the\n"
            "line of code. At its end Enter opens the walk."
        ),
        epilog=(
            "examples:\n"
            "  refused run -- python client.py\n"
            "  refused run --check -- make test\n"
            "  refused run --strace -- ./client --verbose\n\n"
            "Exit status: that of COMMAND, also with --check; 127 where there is no such\n"
            "command, 126 where it can't be run, 2 for an unusable command line. Where a\n"
            "signal ends COMMAND, the same signal ends refused."
        ),
        formatter_class=_Layout,
        allow_abbrev=False,
    )
    parser.add_argument("--check", action="store_true", help="print the verdict to standard error instead of offering the walk")
    parser.add_argument("--strace", action="store_true", help="watch any program's connects by strace, which slows it down")
    _add_walk_options(parser)
    _add_screen_options(parser)
    return parser


def demo_parser() -> Parser:
    """`refused demo [SCENARIO]`."""
    parser = _command(
        "demo",
        "Break something on loopback, inside this process, and walk it.\nIt needs no network, no privilege, no server.",
        "Without SCENARIO: list them. Nothing is recorded.",
    )
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", help="which one")
    parser.add_argument("--check", action="store_true", help="print the result instead of opening the screen")
    parser.add_argument("--json", action="store_true", help="as --check, and as a JSON document (refused/1)")
    _add_screen_options(parser)
    return parser


def replay_parser() -> Parser:
    """`refused replay FILE`."""
    parser = _command("replay", "Open a recorded session, step by step, without touching the network.")
    parser.add_argument("file", metavar="FILE", help="a session file")
    _add_screen_options(parser)
    return parser


def report_parser() -> Parser:
    """`refused report FILE`."""
    parser = _command("report", "Print a recorded session as a document; without an option, as Markdown.")
    parser.add_argument("file", metavar="FILE", help="a session file")
    _add_formats(parser, default="markdown")
    return parser


def _command(name: str, description: str, epilog: str | None = None) -> Parser:
    return Parser(
        prog=f"refused {name}",
        description=description,
        epilog=epilog,
        formatter_class=_Layout,
        allow_abbrev=False,
    )


def _add_formats(parser: Parser, *, default: str) -> None:
    """An option for each file below `tui/report/formats`."""
    from tui.report import formats

    group = parser.add_argument_group("format").add_mutually_exclusive_group()
    for name, says in formats.options().items():
        usual = " (the default)" if name == default else ""
        group.add_argument(f"--{name}", action="store_const", dest="format", const=name, help=f"{says}{usual}")
    parser.set_defaults(format=default)


def _statuses() -> str:
    import textwrap

    def row(status: ExitStatus) -> str:
        return textwrap.fill(status.meaning, 76, initial_indent=f"  {status.value:<4}", subsequent_indent=" " * 6)

    return "\n".join(["exit status:", *map(row, ExitStatus)])


def _add_screen_options(parser: Parser) -> None:
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII alone")


def _add_walk_options(parser: Parser) -> None:
    """What decides how a target is walked; the defaults are those of `tui.model.options`, which the tests compare."""
    schedule = parser.add_argument_group("attempts")
    seconds = _number(0, LONGEST_S)
    schedule.add_argument("--attempts", type=_whole(1, MOST_ATTEMPTS), metavar="N", help="how often each address is tried (3)")
    schedule.add_argument("--delay", dest="delay_s", type=seconds, metavar="S", help="seconds between two attempts (2.0)")
    schedule.add_argument("--backoff", type=_number(1, STEEPEST_BACKOFF), metavar="X", help="multiply the delay each time (1.0)")
    schedule.add_argument("--jitter", dest="jitter_s", type=seconds, metavar="S", help="add up to S random seconds (0.0)")
    schedule.add_argument(
        "--timeout",
        dest="timeout_s",
        type=_number(SHORTEST_TIMEOUT_S, LONGEST_S),
        metavar="S",
        help="seconds for one attempt (3.5; a dead neighbour is reported after 3.1)",
    )
    schedule.add_argument("--source", type=_address, metavar="ADDR", help="connect from this local address")
    schedule.add_argument("--port", type=_whole(1, HIGHEST_PORT), metavar="N", help="the port, for a target that names none")
    checks = parser.add_argument_group("checks")
    checks.add_argument(
        "--nameserver",
        dest="nameservers",
        type=_nameserver,
        action="append",
        metavar="ADDR[:PORT]",
        help="ask this nameserver besides the configured ones; repeatable",
    )
    checks.add_argument("--service", type=_name, metavar="NAME", help="the unit, container or process that should listen")
    checks.add_argument("--no-probe-ports", action="store_true", help="send nothing to any port but the target's")
    checks.add_argument(
        "--no-talk", dest="talk", action="store_false", default=None, help="send no byte to a target that connects"
    )
    idle = _number(SHORTEST_IDLE_S, LONGEST_S)
    checks.add_argument("--idle", dest="idle_s", type=idle, metavar="S", help="hold idle for S seconds: does the path forget it?")
    checks.add_argument(
        "--server",
        dest="servers",
        type=_prefix,
        action="append",
        metavar="PREFIX",
        help="a command that runs a shell on the other end, such as 'ssh db1' or 'docker exec -i web'; repeatable",
    )
    context = checks.add_mutually_exclusive_group()
    context.add_argument(
        "--pid",
        type=_whole(1, HIGHEST_PID),
        metavar="PID",
        help="check as this process sees it: its network namespace, files for names, and environment",
    )
    context.add_argument("--container", type=_container, metavar="NAME", help="check as this container sees it")
    record = parser.add_argument_group("record").add_mutually_exclusive_group()
    record.add_argument("--session", metavar="FILE", help="record into this new file instead of the state directory")
    record.add_argument("--no-session", action="store_true", help="record nothing")


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (re.fullmatch(r"[0-9]{1,9}", text) and lowest <= int(text) <= highest):
            raise argparse.ArgumentTypeError(f"takes a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _number(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"takes a number from {lowest:g} to {highest:g}")
        return number

    return read


def _address(text: str) -> str:
    from tui.model.address import literal_address

    address = literal_address(text)
    if address is None:
        raise argparse.ArgumentTypeError("takes an address, such as 10.0.5.7 or 2001:db8::7")
    return address


def _nameserver(text: str) -> Nameserver:
    from tui.model.nameserver import DNS_PORT, Nameserver

    match = re.fullmatch(r"\[([^\]]+)\](?::(.+))?", text) or re.fullmatch(r"([\d.]+)(?::(.+))?", text)
    host, port = match.groups() if match else (text, None)
    try:
        return Nameserver(address=_address(host), port=_whole(1, HIGHEST_PORT)(port or str(DNS_PORT)))
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError("takes ADDRESS or ADDRESS:PORT, such as 10.0.0.2:53 or [2001:db8::53]:53") from None


def _prefix(text: str) -> str:
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        raise argparse.ArgumentTypeError("has a quotation mark that is not closed") from None
    if not words:
        raise argparse.ArgumentTypeError("takes a command, such as 'ssh db1'")
    return text


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("takes a name, such as postgresql.service")
    return text.strip()


def _container(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][\w.@-]{0,254}", text):
        raise argparse.ArgumentTypeError("takes a container's name or id")
    return text


def _without_credentials(message: str) -> str:
    """What argparse says, without anything before an `@`, on one line."""
    return re.sub(r"\S*@", "", re.sub(r"//.*@", "//", " ".join(message.split())))
